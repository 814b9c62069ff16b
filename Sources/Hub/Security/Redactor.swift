package import HubCore
import WebhookSignatures

/// Takes credentials out of a request before anything of it is stored or logged.
///
/// What goes: headers, query parameters and path parts that the scheme names, those whose names speak of credentials,
/// and every occurrence of a secret that is known here, wherever it stands.
package struct Redactor: Sendable {
    private let vault: Vault
    private let parts: SensitiveParts?
    private let secrets: [[UInt8]]

    /// Shorter texts are no secrets but would be found everywhere.
    private static let shortestSecret = 6

    /// - Parameter secrets: texts that must not survive anywhere.
    init(vault: Vault, parts: SensitiveParts?, secrets: [String]) {
        self.vault = vault
        self.parts = parts
        self.secrets = secrets.map { Array($0.utf8) }.filter { $0.count >= Self.shortestSecret }
    }

    private init(_ other: Redactor, adding secrets: [String]) {
        vault = other.vault
        parts = other.parts
        self.secrets = other.secrets + secrets.map { Array($0.utf8) }.filter { $0.count >= Self.shortestSecret }
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
        var bytes = Array(text.utf8)
        var isChanged = false
        for secret in secrets {
            while let range = Self.find(secret, in: bytes) {
                bytes.replaceSubrange(
                    range, with: Array(replacement(for: String(decoding: secret, as: UTF8.self)).utf8))
                isChanged = true
            }
        }
        if isChanged { return String(decoding: bytes, as: UTF8.self) }
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let decoded = FormDecoder.percentDecode(Array(text.utf8), plusIsBlank: false)
        return secrets.contains { Self.find($0, in: Array(decoded.utf8)) != nil } ? replacement(for: text) : text
    }

    /// Whether a secret stands in it, or may be hidden by percent-encoding; nearly always it is neither.
    private func mayHold(_ text: String) -> Bool {
        guard !secrets.isEmpty else { return false }
        var text = text
        return text.withUTF8 { bytes in
            bytes.contains(UInt8(ascii: "%")) || secrets.contains { Self.find($0, in: bytes) != nil }
        }
    }

    private func coversHeader(_ name: String) -> Bool {
        parts?.coversHeader(name) ?? SensitiveParts.general.coversHeader(name)
    }

    private func coversParameter(_ name: String) -> Bool {
        parts?.coversQueryParameter(name) ?? SensitiveParts.general.coversQueryParameter(name)
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8]) -> Range<Int>? {
        bytes.withUnsafeBufferPointer { find(needle, in: $0) }
    }

    private static func find(_ needle: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard bytes.count >= needle.count else { return nil }
        return needle.withUnsafeBufferPointer { needle in
            for start in 0...(bytes.count - needle.count) where bytes[start] == needle[0] {
                var length = 1
                while length < needle.count, bytes[start + length] == needle[length] { length += 1 }
                if length == needle.count { return start..<(start + length) }
            }
            return nil
        }
    }
}
