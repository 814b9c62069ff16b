import Foundation
import HubCore

/// Where a command speaks: results to standard output, everything else to standard error.
enum Output {
    /// Written at once: what goes to a pipe would otherwise lie in a buffer until the process ends.
    static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// How far long work has come, on one line of a terminal; silent elsewhere.
struct ProgressBar: Sendable {
    let title: String

    private static let width = 30

    func show(_ fraction: Double) {
        guard Output.isTerminal else { return }
        FileHandle.standardError.write(Data("\r\(Self.text(title, fraction))".utf8))
    }

    func finish() {
        guard Output.isTerminal else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }

    static func text(_ title: String, _ fraction: Double) -> String {
        let fraction = min(max(fraction, 0), 1)
        let done = Int(fraction * Double(width))
        let bar = String(repeating: "█", count: done) + String(repeating: "░", count: width - done)
        let percent = String(Int(fraction * 100))
        return "\(title) \(bar) \(String(repeating: " ", count: 3 - percent.count))\(percent) %"
    }
}

/// The person at the terminal.
enum Terminal {
    /// Whether somebody is there to answer.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && Output.isTerminal }

    static func prompt(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    static func isYes(_ answer: String) -> Bool {
        ["y", "yes"].contains(answer.trimmingCharacters(in: .whitespaces).lowercased())
    }
}
