import Foundation
import HubCore
import Synchronization

/// A program that runs beside the tests; what it prints goes to a file.
package final class ChildProcess: Sendable {
    package let name: String
    package let pid: Int32
    package let logPath: String
    private let ending: Ending

    private final class Ending: Sendable {
        let status = Mutex<Int32?>(nil)
    }

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - environment: what it gets beside `PATH`, `HOME` and `LANG`.
    ///   - logPath: what is there is kept, and the output added.
    package init(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], logPath: String
    ) throws {
        if !FileManager.default.fileExists(atPath: logPath) {
            _ = FileManager.default.createFile(atPath: logPath, contents: nil)
        }
        let log = try FileHandle(forWritingTo: URL(filePath: logPath))
        try log.seekToEnd()
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        let inherited = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "LANG"].contains($0.key) }
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        let ending = Ending()
        process.terminationHandler = { process in
            // As a shell tells it: 128 and the number of the signal.
            let base: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
            ending.status.withLock { $0 = base + process.terminationStatus }
        }
        try process.run()
        try log.close()
        name = URL(filePath: executable).lastPathComponent
        pid = process.processIdentifier
        self.logPath = logPath
        self.ending = ending
    }

    /// Nil while it runs.
    package var exitStatus: Int32? { ending.status.withLock { $0 } }

    package var log: String {
        String(decoding: FileManager.default.contents(atPath: logPath) ?? Data(), as: UTF8.self)
    }

    package func signal(_ number: Int32) {
        // A process that has ended may have left its number to another one.
        if exitStatus == nil { kill(pid, number) }
    }

    package func waitForExit(within deadline: Duration = .seconds(15)) async throws -> Int32 {
        try await eventually("\(name) ends", within: deadline) { exitStatus }
    }

    /// Ends it at once.
    package func end() async throws {
        signal(SIGKILL)
        // Its own children may go on for a while and keep its ending from being reported.
        _ = try await eventually("\(name) ends") { exitStatus != nil || isZombieOrGone ? true : nil }
    }

    private var isZombieOrGone: Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
        return stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].hasPrefix(") Z")
    }

    /// The highest resident size since it started.
    package func peakMegabytes() throws -> Double {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
        guard let kilobytes else { throw Overdue(what: "VmHWM of \(name)", deadline: .zero) }
        return kilobytes / 1024
    }

    // MARK: Programs that end by themselves

    /// What a program printed, and how it ended.
    package struct Run: Sendable {
        package let status: Int32
        package let output: String
    }

    package static func run(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:],
        within deadline: Duration = .seconds(30)
    ) async throws -> Run {
        try await TemporaryFolder.with { folder in
            let child = try ChildProcess(
                executable, arguments, environment: environment, logPath: "\(folder)/output")
            do {
                let status = try await child.waitForExit(within: deadline)
                return Run(status: status, output: child.log)
            } catch {
                try await child.end()
                throw error
            }
        }
    }

    /// Where a program lies, looked for in `PATH` and the places of system programs.
    package static func find(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/bin", "/usr/sbin", "/usr/local/bin"]
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
