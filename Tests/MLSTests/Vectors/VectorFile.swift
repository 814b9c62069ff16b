import Foundation
import Testing

/// One of the official vector files of RFC 9420, as it lies in the folder named by `MLS_TEST_VECTORS`.
///
/// The files are not part of this project, since their repository states no licence. Where they are absent, the tests that
/// need them are skipped in plain sight; with `CI=true` they fail instead.
struct VectorFile {
    static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["MLS_TEST_VECTORS"], !named.isEmpty {
            return URL(filePath: named, directoryHint: .isDirectory)
        }
        // Tests/MLSTests/Vectors/VectorFile.swift: the project's root is four levels up.
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.appending(path: "../shared/data/mls-vectors").standardizedFileURL
    }()

    static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"

    /// Whether tests with vectors run: when they are there, and in CI, where they must be.
    static let isRunnable = isCI || FileManager.default.fileExists(atPath: folder.path)

    static let whySkipped: Comment = "no vectors: set MLS_TEST_VECTORS to the folder with the official .json.gz files"

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads a file and gives its records.
    static func records(_ name: String) throws -> [Vector] {
        let file = folder.appending(path: name + ".json.gz")
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw Failure(description: "there is no \(file.path)")
        }
        guard let list = try JSONSerialization.jsonObject(with: unpack(file)) as? [Any], !list.isEmpty else {
            throw Failure(description: "\(name) is no list of records")
        }
        return list.enumerated().map { Vector(path: "\(name)[\($0.offset)]", value: $0.element) }
    }

    private static func unpack(_ file: URL) throws -> Data {
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", file.path]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        gzip.waitUntilExit()
        guard gzip.terminationStatus == 0 else { throw Failure(description: "gzip cannot read \(file.path)") }
        return data
    }
}

/// A value inside a vector file; reads name its path when they fail.
struct Vector {
    let path: String
    let value: Any

    private func fail(_ expected: String) -> VectorFile.Failure {
        .init(description: "\(path) is no \(expected)")
    }

    subscript(_ key: String) -> Vector {
        get throws {
            guard let inner = (value as? [String: Any])?[key] else { throw fail("object with \(key)") }
            return Vector(path: "\(path).\(key)", value: inner)
        }
    }

    var isNull: Bool { value is NSNull }

    /// The value of an optional field: nil when it is absent or null.
    func optional(_ key: String) -> Vector? {
        guard let inner = (value as? [String: Any])?[key], !(inner is NSNull) else { return nil }
        return Vector(path: "\(path).\(key)", value: inner)
    }

    var list: [Vector] {
        get throws {
            guard let values = value as? [Any] else { throw fail("list") }
            return values.enumerated().map { Vector(path: "\(path)[\($0.offset)]", value: $0.element) }
        }
    }

    var number: UInt64 {
        get throws {
            guard let number = value as? NSNumber else { throw fail("number") }
            return number.uint64Value
        }
    }

    var integer: Int {
        get throws { Int(try number) }
    }

    var flag: Bool {
        get throws {
            guard let flag = value as? Bool else { throw fail("truth value") }
            return flag
        }
    }

    var text: String {
        get throws {
            guard let text = value as? String else { throw fail("text") }
            return text
        }
    }

    var bytes: [UInt8] {
        get throws {
            guard let bytes = [UInt8](hex: try text) else { throw fail("hex text") }
            return bytes
        }
    }
}

extension [UInt8] {
    /// Reads hexadecimal digits; nil when there is anything else.
    init?(hex: String) {
        let digits = Array<UInt8>(hex.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.nibble(digits[index]), let low = Self.nibble(digits[index + 1]) else { return nil }
            append(high << 4 | low)
        }
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Lower-case hexadecimal digits, for messages of failed tests.
    var hex: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
