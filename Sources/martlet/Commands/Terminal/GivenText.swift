import ArgumentParser
import Foundation
import HubCore

/// What an option says: its own text, a file's (`@file`), or that of standard input (`-`).
enum GivenText {
    static func bytes(_ argument: String) throws -> [UInt8] {
        if argument == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard argument.hasPrefix("@") else { return Array(argument.utf8) }
        return try bytes(ofFile: String(argument.dropFirst()))
    }

    static func bytes(ofFile path: String) throws -> [UInt8] {
        if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("\(path) cannot be read.")
        }
        return Array(data)
    }

    static func json(_ argument: String, of option: String) throws -> JSON {
        let bytes = try bytes(argument)
        do throws(JSONError) {
            return try JSON.parse(bytes)
        } catch {
            throw ValidationError("\(option) must be JSON: \(error)")
        }
    }

    /// A secret, without the line break that ends a file.
    static func secret(_ argument: String) throws -> Secret<String> {
        let text = String(decoding: try bytes(argument), as: UTF8.self)
        return Secret(text.last?.isNewline == true ? String(text.dropLast()) : text)
    }

    /// `name: value`, or `@file` with one such line after the other.
    static func headers(_ arguments: [String]) throws -> Fields {
        var fields = Fields()
        for argument in arguments {
            let text = String(decoding: try bytes(argument), as: UTF8.self)
            for line in text.split(whereSeparator: \.isNewline) {
                guard let colon = line.firstIndex(of: ":") else {
                    throw ValidationError("A header must be written 'Name: value'.")
                }
                fields.fields.append(
                    .init(name: line[..<colon].trimmed(), value: line[line.index(after: colon)...].trimmed()))
            }
        }
        return fields
    }
}

/// A length of time as people write it: `500ms`, `10s`, `5m`, `2h`, `1d`; a number alone is seconds.
struct Wait: ExpressibleByArgument, Equatable {
    let seconds: Double

    init(seconds: Double) { self.seconds = seconds }

    init?(argument: String) {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]
        let unit = units.first { argument.hasSuffix($0.0) }
        let digits = argument.dropLast(unit?.0.count ?? 0)
        guard digits.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }), let number = Double(digits) else {
            return nil
        }
        // A thousandth is what the hub counts in; a product of fractions would show more.
        seconds = (number * (unit?.1 ?? 1) * 1000).rounded() / 1000
    }

    /// `1s 5s 30s`, or `none`.
    static func list(_ text: String) -> [Wait]? {
        if text == "none" { return [] }
        let parts = text.split { $0 == " " || $0 == "," }
        let waits = parts.compactMap { Wait(argument: String($0)) }
        return waits.count == parts.count && !waits.isEmpty ? waits : nil
    }

    var json: JSON { JSON.Number(seconds).map(JSON.number) ?? .null }
}
