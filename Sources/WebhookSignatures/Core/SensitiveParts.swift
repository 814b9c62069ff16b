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
        let bytes = name.utf8.map { ($0 &- UInt8(ascii: "A")) < 26 ? $0 | 0x20 : $0 }
        return Self.headerWords.contains { bytes.contains(run: $0) }
            || (!headers.isEmpty && headers.contains(String(decoding: bytes, as: UTF8.self)))
    }

    /// Whether a query parameter of this name must not be stored.
    public func coversQueryParameter(_ name: String) -> Bool {
        queryParameters.contains(name) || Self.parameterNames.contains(name.lowercased())
    }

    /// A request may carry credentials that its source's scheme knows nothing of: a proxy's, or the leftovers of another
    /// scheme. Words rather than names, since every product invents its own `X-Something-Token`.
    private static let headerWords = [
        "auth", "cookie", "api-key", "apikey", "api_key", "token", "secret", "password", "signature", "hmac",
        "credential", "-sig", "webhook-key",
    ].map { Array($0.utf8) }

    private static let parameterNames: Set<String> = [
        "api_key", "apikey", "api-key", "key", "token", "access_token", "auth", "auth_token", "authorization", "secret",
        "password", "passwd", "pwd", "sig", "signature", "hmac", "client_secret",
    ]
}

extension [UInt8] {
    fileprivate func contains(run: [UInt8]) -> Bool {
        guard count >= run.count else { return false }
        return withUnsafeBufferPointer { bytes in
            run.withUnsafeBufferPointer { run in
                var start = 0
                while start <= bytes.count - run.count {
                    var length = 0
                    while length < run.count, bytes[start + length] == run[length] { length += 1 }
                    if length == run.count { return true }
                    start += 1
                }
                return false
            }
        }
    }
}
