package import HubCore

/// A request for a page, as the server hands it over.
package struct ConsoleRequest: Sendable {
    package let method: String
    /// Percent-decoded, beginning with a slash.
    package let path: String
    package let query: Fields
    /// Of a body of type `application/x-www-form-urlencoded`; else empty.
    package let form: Fields
    package let headers: Fields
    package let clientAddress: String?
    /// Scheme, host and port by which people know this hub, without a slash at the end.
    package let publicBase: String

    /// How much of a form the server should take.
    package static let formLimit = 256 * 1024

    package init(
        method: String, path: String, query: Fields = Fields(), form: Fields = Fields(), headers: Fields = Fields(),
        clientAddress: String? = nil, publicBase: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.form = form
        self.headers = headers
        self.clientAddress = clientAddress
        self.publicBase = publicBase
    }

    /// The host of the public address, for the addresses of bots; what is no name that mail could go to is replaced.
    package static func publicHost(of base: String) -> String {
        let authority = base.split(separator: "/").dropFirst().first ?? ""
        let host = authority.first == "[" ? "" : authority.split(separator: ":").first ?? ""
        let isName = !host.allSatisfy { $0.isNumber || $0 == "." } && host != "localhost"
        return isName ? String(host) : "martlet.local"
    }

    var publicHost: String { Self.publicHost(of: publicBase) }

    /// The first cookie of that name (RFC 6265 §5.4).
    func cookie(_ name: String) -> String? {
        for header in headers.headers("Cookie") {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0].trimmed() == name { return parts[1].trimmed() }
            }
        }
        return nil
    }

    var isSecure: Bool { publicBase.hasPrefix("https://") }

    /// Path and query, to come back to.
    var location: String {
        query.isEmpty ? path : path + "?" + URLQuery.text(query)
    }

    /// Whether a request that changes something was made by a page of ours.
    ///
    /// Browsers say so themselves (`Sec-Fetch-Site`), and name the page's origin on every POST. What says neither is no
    /// browser; programs have the management API.
    var isSameOrigin: Bool {
        if let site = headers.header("Sec-Fetch-Site") { return site == "same-origin" }
        guard let origin = headers.header("Origin") else { return false }
        if origin == publicBase { return true }
        guard let host = headers.header("Host"), let scheme = origin.range(of: "://") else { return false }
        return origin[scheme.upperBound...].equalsIgnoringASCIICase(host)
    }
}

/// Queries of our own links.
enum URLQuery {
    static func text(_ fields: Fields) -> String {
        fields.fields.map { "\(FormDecoder.percentEncode($0.name))=\(FormDecoder.percentEncode($0.value))" }
            .joined(separator: "&")
    }

    /// - Parameter fields: empty and missing values are left out.
    static func link(_ path: String, _ fields: KeyValuePairs<String, String?>) -> String {
        let given = fields.compactMap { name, value in value.flatMap { $0.isEmpty ? nil : (name, $0) } }
        return given.isEmpty ? path : path + "?" + text(Fields(given))
    }

    /// A path of ours to go back to; anything that could lead elsewhere becomes the overview.
    static func safePath(_ text: String?) -> String {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), !text.hasPrefix("/\\"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return "/" }
        return text
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<String.Index>? {
        ranges(of: part).first
    }
}
