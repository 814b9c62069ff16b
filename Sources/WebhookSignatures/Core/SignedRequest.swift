package import HubCore

/// One received HTTP request, as far as its sender's signature may cover it.
public struct SignedRequest: Sendable {
    /// Upper case, as received: `POST`.
    public let method: String
    /// The whole URL as the sender wrote it: scheme, host, path and query, percent-encoding and order untouched.
    ///
    /// Behind a proxy this is the public URL, not what the server saw.
    public let url: String
    /// The bytes as they came. A parsed and rewritten body does not verify.
    public let body: [UInt8]
    /// The sender's address without a port, `192.0.2.1` or `2001:db8::1`; nil when it is not known.
    public let remoteAddress: String?

    let headers: Fields

    /// Takes over a request; header names may be in any case, their values have no white space at their ends.
    public init(
        method: String, url: String, headers: some Sequence<(String, String)>, body: [UInt8],
        remoteAddress: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = Fields(headers)
        self.body = body
        self.remoteAddress = remoteAddress
    }

    package init(method: String, url: String, fields: Fields, body: [UInt8], remoteAddress: String?) {
        self.method = method
        self.url = url
        headers = fields
        self.body = body
        self.remoteAddress = remoteAddress
    }

    /// The first value under that name, in whatever case.
    public func header(_ name: String) -> String? {
        headers.header(name)
    }

    /// The value of a header that may stand there once.
    ///
    /// Two headers of one name are refused: which of them counts would be up to each reader on the way.
    func singleHeader(_ name: String) throws(Rejection) -> String? {
        var value: String?
        for field in headers.fields where field.name.equalsIgnoringASCIICase(name) {
            guard value == nil else { throw .repeatedHeader(name) }
            value = field.value
        }
        return value
    }
}

/// The parts of a URL by their position in the text; nothing is decoded or normalised.
struct URLText {
    let beforeQuery: Substring
    let query: Substring?

    init(_ url: String) {
        let text = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
        guard let mark = text.firstIndex(of: "?") else {
            (beforeQuery, query) = (text, nil)
            return
        }
        (beforeQuery, query) = (text[..<mark], text[text.index(after: mark)...])
    }

    /// Where the path begins; the end when there is none.
    private var pathStart: Substring.Index {
        let hostStart = beforeQuery.firstRange(of: "://")?.upperBound ?? beforeQuery.startIndex
        return beforeQuery[hostStart...].firstIndex(of: "/") ?? beforeQuery.endIndex
    }

    var path: Substring { beforeQuery[pathStart...] }

    /// Scheme, `://`, then user info, host and port; nil when the text is no absolute URL.
    var origin: (scheme: Substring, authority: Substring)? {
        guard let separator = beforeQuery.firstRange(of: "://"), separator.upperBound <= pathStart else { return nil }
        return (beforeQuery[..<separator.lowerBound], beforeQuery[separator.upperBound..<pathStart])
    }
}
