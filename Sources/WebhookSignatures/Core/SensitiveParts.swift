import HubCore

/// The parts of a request that carry credentials or signatures, so that whoever stores requests can leave them out.
public struct SensitiveParts: Sendable, Equatable {
    /// Header names in lower case, besides those which ``coversHeader(_:)`` knows by the words in them.
    public let headers: Set<String>
    /// Query parameters, besides those which ``coversQueryParameter(_:)`` knows.
    public let queryParameters: Set<String>
    /// Whether the last part of the path is a key.
    public let isLastPathPartSensitive: Bool

    /// For requests of no known scheme.
    public static let general = SensitiveParts()

    init(headers: [String] = [], queryParameters: [String] = [], isLastPathPartSensitive: Bool = false) {
        self.headers = Set(headers.map { $0.lowercased() })
        self.queryParameters = Set(queryParameters)
        self.isLastPathPartSensitive = isLastPathPartSensitive
    }

    /// Whether a header of this name must not be stored.
    public func coversHeader(_ name: String) -> Bool {
        var name = name
        return name.withUTF8(HeaderWords.standIn) || headers.contains { $0.equalsIgnoringASCIICase(name) }
    }

    /// Whether a query parameter of this name must not be stored.
    public func coversQueryParameter(_ name: String) -> Bool {
        queryParameters.contains(name) || Self.parameterNames.contains(name.lowercased())
    }

    private static let parameterNames: Set<String> = [
        "api_key", "apikey", "api-key", "key", "token", "access_token", "auth", "auth_token", "authorization", "secret",
        "password", "passwd", "pwd", "sig", "signature", "hmac", "client_secret",
    ]
}

/// A request may carry credentials that its source's scheme knows nothing of: a proxy's, or the leftovers of another
/// scheme. Words rather than names, since every product invents its own `X-Something-Token`.
private enum HeaderWords {
    private static let words: [[UInt8]] = [
        "auth", "cookie", "api-key", "apikey", "api_key", "token", "secret", "password", "signature", "hmac",
        "credential", "-sig", "webhook-key",
    ].map { Array($0.utf8) }

    /// For each byte that a word begins with one bit for each byte that follows it there, both by their last five bits:
    /// in these a letter is the same in either case.
    private static let beginnings: [UInt32] = words.reduce(into: Array(repeating: 0, count: 32)) {
        $0[Int($1[0] & 31)] |= 1 << UInt32($1[1] & 31)
    }

    /// Whether one of the words stands in a header's name, in whatever case.
    static func standIn(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        // For every header of every request: searching text by characters costs a hundred times as much.
        guard name.count > 1 else { return false }
        let beginnings = beginnings
        for start in 0..<(name.count - 1)
        where beginnings[Int(name[start] & 31)] >> UInt32(name[start + 1] & 31) & 1 != 0 {
            for word in words where stands(word, at: start, in: name) { return true }
        }
        return false
    }

    private static func stands(_ word: [UInt8], at start: Int, in name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count - start >= word.count else { return false }
        for offset in word.indices where lowercase(name[start + offset]) != word[offset] { return false }
        return true
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
