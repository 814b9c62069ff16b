import Foundation

/// A running `mls-peer`, asked one question at a time.
final class PeerProcess {
    private let process = Process()
    private let input: FileHandle
    private let output: FileHandle
    private var lastID = 0

    struct NotBuilt: Error, CustomStringConvertible {
        var description: String { "mls-peer is not built" }
    }

    /// The peer ended, or answered something that is no reply.
    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    /// The peer said no; `text` is its reason.
    struct Refusal: Error, CustomStringConvertible {
        let operation: String
        let text: String
        var description: String { "\(operation): \(text)" }
    }

    init() throws {
        let (questions, answers) = (Pipe(), Pipe())
        process.executableURL = try Self.executable
        process.standardInput = questions
        process.standardOutput = answers
        (input, output) = (questions.fileHandleForWriting, answers.fileHandleForReading)
        try process.run()
    }

    /// `mls-peer`, built beside the bundle of the tests.
    private static var executable: URL {
        get throws {
            let bundles = ProcessInfo.processInfo.arguments.filter { $0.contains(".xctest") }.map { URL(filePath: $0) }
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            for start in bundles + [URL(filePath: own)] {
                var folder = start
                while folder.path != "/" {
                    folder.deleteLastPathComponent()
                    let candidate = folder.appending(path: "mls-peer").path
                    var isFolder: ObjCBool = false
                    if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
                        return URL(filePath: candidate)
                    }
                }
            }
            throw NotBuilt()
        }
    }

    /// Asks and waits for the answer.
    ///
    /// - Throws: ``Refusal`` when the peer says no, ``Broken`` when it does not answer as it should.
    @discardableResult
    func call(_ operation: String, _ fields: [String: Any] = [:]) throws -> Answer {
        lastID += 1
        var question = fields
        question["op"] = operation
        question["id"] = lastID
        let answer = try exchange(Data(Self.json(question).utf8))
        guard let object = try JSONSerialization.jsonObject(with: answer) as? [String: Any],
            let ok = object["ok"] as? Bool, object["id"] as? Int == lastID
        else { throw Broken(description: "\(operation) was answered by \(String(decoding: answer, as: UTF8.self))") }
        guard ok else {
            guard let text = object["error"] as? String, !text.isEmpty else {
                throw Broken(description: "\(operation) failed without a reason")
            }
            throw Refusal(operation: operation, text: text)
        }
        guard object["us"] is Int else { throw Broken(description: "\(operation) does not say how long it took") }
        return Answer(operation: operation, fields: object)
    }

    /// Writes what questions consist of: truth values, numbers, plain text, lists and objects.
    private static func json(_ value: Any) throws -> String {
        switch value {
        case let flag as Bool: return flag ? "true" : "false"
        case let number as Int: return "\(number)"
        case let text as String:
            guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
                throw Broken(description: "\(text) is not plain text")
            }
            return "\"\(text)\""
        case let list as [Any]: return "[" + (try list.map(json).joined(separator: ",")) + "]"
        case let object as [String: Any]:
            return "{" + (try object.map { "\"\($0)\":" + (try json($1)) }.joined(separator: ",")) + "}"
        default: throw Broken(description: "\(value) cannot be asked")
        }
    }

    /// Sends one line and reads one.
    func exchange(_ line: Data) throws -> Data {
        try input.write(contentsOf: line + [UInt8(ascii: "\n")])
        var answer = Data()
        // One question, one line: the answer is whole when it ends with the line.
        while answer.last != UInt8(ascii: "\n") {
            let more = output.availableData
            guard !more.isEmpty else { throw Broken(description: "the peer has ended") }
            if answer.isEmpty { answer = more } else { answer.append(more) }
        }
        return answer
    }

    /// Lets the peer end, and gives its exit status.
    @discardableResult
    func quit() throws -> Int32 {
        try call("quit")
        try input.close()
        process.waitUntilExit()
        return process.terminationStatus
    }

    deinit {
        // Without its input a peer ends by itself; nothing can be done if that fails.
        try? input.close()
    }

    /// A successful reply.
    struct Answer {
        let operation: String
        let fields: [String: Any]

        private func wrong(_ field: String) -> Broken {
            Broken(description: "\(operation) gives no \(field)")
        }

        func text(_ field: String) throws -> String {
            guard let text = fields[field] as? String else { throw wrong(field) }
            return text
        }

        func number(_ field: String) throws -> Int {
            guard let number = fields[field] as? Int else { throw wrong(field) }
            return number
        }

        func optionalText(_ field: String) -> String? { fields[field] as? String }

        func members() throws -> [Int: String] {
            guard let list = fields["members"] as? [[String: Any]] else { throw wrong("members") }
            var members: [Int: String] = [:]
            for entry in list {
                guard let index = entry["index"] as? Int, let identity = entry["identity"] as? String,
                    entry["signature_pub"] is String, members.updateValue(identity, forKey: index) == nil
                else { throw wrong("members") }
            }
            return members
        }
    }
}
