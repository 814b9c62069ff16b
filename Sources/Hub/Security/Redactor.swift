package import HubCore
import WebhookSignatures

/// Takes credentials out of a request before anything of it is stored or logged.
///
/// What goes: headers, query parameters and path parts that the scheme names, those whose names speak of credentials,
/// and every occurrence of a secret that is known here, wherever it stands.
package struct Redactor: Sendable {
    private let vault: Vault
    private let parts: SensitiveParts?
    private let secrets: [Needle]

    /// Shorter texts are no secrets but would be found everywhere.
    private static let shortestSecret = 6

    /// - Parameter secrets: texts that must not survive anywhere.
    init(vault: Vault, parts: SensitiveParts?, secrets: [String]) {
        self.vault = vault
        self.parts = parts
        self.secrets = Self.needles(secrets)
    }

    private init(_ other: Redactor, adding secrets: [String]) {
        vault = other.vault
        parts = other.parts
        self.secrets = other.secrets + Self.needles(secrets)
    }

    private static func needles(_ secrets: [String]) -> [Needle] {
        secrets.filter { $0.utf8.count >= shortestSecret }.map { Needle($0.utf8) }
    }

    /// The same, for requests that presented these secrets too.
    func covering(_ secrets: [String]) -> Redactor {
        secrets.isEmpty ? self : Redactor(self, adding: secrets)
    }

    /// The beginning of a refused body, with the known secrets taken out.
    func body(_ bytes: some Collection<UInt8>) -> [UInt8] {
        secrets.isEmpty ? Array(bytes) : Array(text(String(decoding: bytes, as: UTF8.self)).utf8)
    }

    /// `<redacted:` and 8 hex digits of a keyed hash: equal values can be told to be equal, and no more.
    private func replacement(for value: some StringProtocol) -> String {
        "<redacted:" + Hex.encode(Array(vault.hash(.redaction, Array(value.utf8)).prefix(4))) + ">"
    }

    package func headers(_ headers: Fields) -> Fields {
        Fields(
            headers.fields.map { field in
                let value = coversHeader(field.name) ? replacement(for: field.value) : text(field.value)
                return Fields.Field(name: field.name, value: value)
            })
    }

    /// The raw query, parameter by parameter; its other characters stay as they are.
    package func query(_ rawQuery: String?) -> String? {
        guard let rawQuery else { return nil }
        let pairs = rawQuery.split(separator: "&", omittingEmptySubsequences: false).map { pair in
            guard let equals = pair.firstIndex(of: "=") else { return text(String(pair)) }
            let name = FormDecoder.percentDecode(Array(pair[..<equals].utf8), plusIsBlank: true)
            let value = pair[pair.index(after: equals)...]
            let shown = coversParameter(name) ? replacement(for: value) : text(String(value))
            return "\(pair[...equals])\(shown)"
        }
        return pairs.joined(separator: "&")
    }

    package func path(_ path: String) -> String {
        guard parts?.isLastPathPartSensitive == true, let slash = path.lastIndex(of: "/") else { return text(path) }
        let last = path[path.index(after: slash)...]
        return last.isEmpty ? path : "\(text(String(path[...slash])))\(replacement(for: last))"
    }

    /// Any text with the known secrets taken out, also percent-encoded ones.
    package func text(_ text: String) -> String {
        guard mayHold(text) else { return text }
        var pieces = [Piece.open(Array(text.utf8)[...])]
        for secret in secrets { pieces = pieces.flatMap { cut($0, at: secret) } }
        if pieces.count > 1 { return String(decoding: pieces.flatMap(\.bytes), as: UTF8.self) }
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let decoded = FormDecoder.percentDecode(Array(text.utf8), plusIsBlank: false)
        return secrets.contains { $0.find(in: Array(decoded.utf8)[...]) != nil } ? replacement(for: text) : text
    }

    private enum Piece {
        /// A secret may stand in it.
        case open(ArraySlice<UInt8>)
        /// Stands where one was: nothing is looked for in it, since a secret may be a part of just these words.
        case replaced([UInt8])

        var bytes: ArraySlice<UInt8> {
            switch self {
            case .open(let bytes): bytes
            case .replaced(let bytes): bytes[...]
            }
        }
    }

    private func cut(_ piece: Piece, at secret: Needle) -> [Piece] {
        guard case .open(var rest) = piece else { return [piece] }
        var pieces: [Piece] = []
        var replacement: [UInt8]?
        while let range = secret.find(in: rest) {
            let shown = replacement ?? Array(self.replacement(for: String(decoding: secret.bytes, as: UTF8.self)).utf8)
            replacement = shown
            pieces += [.open(rest[..<range.lowerBound]), .replaced(shown)]
            rest = rest[range.upperBound...]
        }
        return pieces + [.open(rest)]
    }

    /// Whether a secret stands in it, or may be hidden by percent-encoding; nearly always it is neither.
    private func mayHold(_ text: String) -> Bool {
        guard !secrets.isEmpty else { return false }
        var text = text
        return text.withUTF8 { bytes in
            bytes.contains(UInt8(ascii: "%")) || secrets.contains { $0.offset(in: bytes) != nil }
        }
    }

    private func coversHeader(_ name: String) -> Bool {
        parts?.coversHeader(name) ?? SensitiveParts.general.coversHeader(name)
    }

    private func coversParameter(_ name: String) -> Bool {
        parts?.coversQueryParameter(name) ?? SensitiveParts.general.coversQueryParameter(name)
    }
}

/// Bytes that are looked for, in time proportional to those they are looked for in: both may be a stranger's (Knuth, Morris
/// and Pratt).
private struct Needle: Sendable {
    let bytes: [UInt8]
    /// For each beginning, how much of its end is a shorter beginning.
    private let overlaps: [Int]

    init(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        var overlaps = [Int](repeating: 0, count: bytes.count)
        var matched = 0
        for position in bytes.indices.dropFirst() {
            while matched > 0, bytes[position] != bytes[matched] { matched = overlaps[matched - 1] }
            if bytes[position] == bytes[matched] { matched += 1 }
            overlaps[position] = matched
        }
        (self.bytes, self.overlaps) = (bytes, overlaps)
    }

    /// - Returns: the positions in the slice.
    func find(in slice: ArraySlice<UInt8>) -> Range<Int>? {
        guard let offset = slice.withUnsafeBufferPointer({ offset(in: $0) }) else { return nil }
        let start = slice.startIndex + offset
        return start..<(start + bytes.count)
    }

    func offset(in text: UnsafeBufferPointer<UInt8>) -> Int? {
        var matched = 0
        for position in text.indices {
            while matched > 0, text[position] != bytes[matched] { matched = overlaps[matched - 1] }
            if text[position] == bytes[matched] { matched += 1 }
            if matched == bytes.count { return position + 1 - matched }
        }
        return nil
    }
}
