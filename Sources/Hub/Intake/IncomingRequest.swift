package import HubCore

/// A request as the server took it in: nothing believed, nothing left out.
package struct IncomingRequest: Sendable {
    package let method: String
    /// Percent-encoded, as sent.
    package let path: String
    package let rawQuery: String?
    package let headers: Fields
    package let body: [UInt8]
    /// The sender's, after trusted proxies; nil when unknown.
    package let remoteAddress: String?
    /// Scheme, host and port by which senders know this hub, without a slash at the end.
    package let publicBase: String
    package let receivedAt: Timestamp

    package init(
        method: String, path: String, rawQuery: String?, headers: Fields, body: [UInt8], remoteAddress: String?,
        publicBase: String, receivedAt: Timestamp
    ) {
        self.method = method
        self.path = path
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
        self.publicBase = publicBase
        self.receivedAt = receivedAt
    }

    package var publicURL: String { publicBase + path + (rawQuery.map { "?\($0)" } ?? "") }
}
