import Foundation
import HubCore

/// What one run of load found.
struct LoadResult: Sendable {
    let requestsPerSecond: Double
    /// Of the server, for each request.
    let cpuMicroseconds: Double
    let p50Milliseconds: Double
    let p99Milliseconds: Double
    let peakMegabytes: Double
    let rowsPerCommit: Double?

    /// The run with the middle rate.
    static func median(_ runs: [LoadResult]) -> LoadResult {
        runs.sorted { $0.requestsPerSecond < $1.requestsPerSecond }[runs.count / 2]
    }
}

struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The load generator of that name.
enum Wrk {
    /// Every request is signed and has a delivery id of its own.
    static func run(_ server: BenchServer, connections: Int, seconds: Int) async throws -> LoadResult {
        let script = try writeScript(server)
        _ = try await Tool.output("wrk", ["-t1", "-c\(connections)", "-d1", "-s", script, server.url])
        let commitsBefore = try? await server.commits()  // The bare route has no metrics.
        let before = try server.probe()
        let output = try await Tool.output(
            "wrk", ["-t1", "-c\(connections)", "-d\(seconds)", "--latency", "-s", script, server.url])
        let after = try server.probe()
        let commitsAfter = try? await server.commits()
        if let line = output.split(separator: "\n").first(where: { $0.contains("Non-2xx") }) {
            throw BenchError("the server refused requests:\(line)\n\(server.log)")
        }
        guard let requests = number(output, #/(\d+) requests in/#), requests > 0,
            let rate = number(output, #/Requests/sec:\s+([\d.]+)/#),
            let p50 = latency(output, "50%"), let p99 = latency(output, "99%")
        else { throw BenchError("wrk said something else than expected:\n\(output)\n\(server.log)") }
        var rows: Double?
        if let commitsBefore, let commitsAfter, commitsAfter.commits > commitsBefore.commits {
            rows = (commitsAfter.jobs - commitsBefore.jobs) / (commitsAfter.commits - commitsBefore.commits)
        }
        return LoadResult(
            requestsPerSecond: rate, cpuMicroseconds: (after.cpuSeconds - before.cpuSeconds) / requests * 1e6,
            p50Milliseconds: p50, p99Milliseconds: p99, peakMegabytes: after.peakMegabytes, rowsPerCommit: rows)
    }

    /// One request; returns when it was answered.
    static func single(_ server: BenchServer) async throws -> String {
        var arguments = ["-sS", "--fail", "-X", "POST", server.url, "--data-binary", server.body]
        for (name, value) in server.headers + [("X-GitHub-Delivery", UUID().uuidString)] {
            arguments += ["-H", "\(name): \(value)"]
        }
        return try await Tool.output("curl", arguments)
    }

    private static func writeScript(_ server: BenchServer) throws -> String {
        let headers = server.headers.map { "[\"\($0.0)\"] = \"\($0.1)\"" }.joined(separator: ", ")
        let script = """
            math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 100000)
            local run = string.format("%08x-%06x", os.time(), math.random(0, 16777215))
            local count = 0
            local body = [==[\(server.body)]==]
            local headers = { \(headers) }
            request = function()
                count = count + 1
                headers["X-GitHub-Delivery"] = run .. "-" .. count
                return wrk.format("POST", nil, headers, body)
            end
            """
        let path = "\(server.folder)/load.lua"
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private static func number(_ text: String, _ pattern: Regex<(Substring, Substring)>) -> Double? {
        text.firstMatch(of: pattern).flatMap { Double($0.1) }
    }

    private static func latency(_ text: String, _ percentile: String) -> Double? {
        guard let line = text.split(separator: "\n").first(where: { $0.trimmed().hasPrefix(percentile) }),
            let match = line.firstMatch(of: #/([\d.]+)(us|ms|s)/#), let value = Double(match.1)
        else { return nil }
        switch match.2 {
        case "us": return value / 1000
        case "s": return value * 1000
        default: return value
        }
    }
}

/// Programs that the benchmark calls.
enum Tool {
    static func exists(_ name: String) -> Bool { path(name) != nil }

    static func path(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What it prints; blocks a thread of its own meanwhile.
    static func output(_ name: String, _ arguments: [String]) async throws -> String {
        guard let path = path(name) else { throw BenchError("\(name) is not installed; run ./dev bench") }
        return try await output(at: path, arguments)
    }

    static func output(at path: String, _ arguments: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let process = Process()
                        process.executableURL = URL(filePath: path)
                        process.arguments = arguments
                        let pipe = Pipe()
                        process.standardOutput = pipe
                        process.standardError = pipe
                        try process.run()
                        let data = pipe.fileHandleForReading.readDataToEndOfFile()
                        process.waitUntilExit()
                        return String(decoding: data, as: UTF8.self)
                    })
            }
        }
    }
}
