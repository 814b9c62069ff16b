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
        // For every header of every request: bytes, since searching text by characters costs twenty times as much.
        var name = name
        let bytes = name.withUTF8 { bytes in bytes.map { ($0 &- UInt8(ascii: "A")) < 26 ? $0 | 0x20 : $0 } }
        return bytes.holdsHeaderWord || (!headers.isEmpty && headers.contains(String(decoding: bytes, as: UTF8.self)))
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
/// scheme. Words rather than names, since every product invents its own `X-Something-Token`. By their first byte.
private let headerWords: [[[UInt8]]] = {
    let words = [
        "auth", "cookie", "api-key", "apikey", "api_key", "token", "secret", "password", "signature", "hmac",
        "credential", "-sig", "webhook-key",
    ]
    var table = [[[UInt8]]](repeating: [], count: 256)
    for word in words.map({ Array($0.utf8) }) { table[Int(word[0])].append(word) }
    return table
}()

extension [UInt8] {
    /// In lower case: whether one of the words stands in it.
    fileprivate var holdsHeaderWord: Bool {
        for start in indices {
            for word in headerWords[Int(self[start])] where count - start >= word.count {
                var length = 1
                while length < word.count, self[start + length] == word[length] { length += 1 }
                if length == word.count { return true }
            }
        }
        return false
    }
}
