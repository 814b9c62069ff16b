package import HubCore

/// The way out, as those see it who send: the guarded client, or what a test puts in its place.
package struct OutboundSender: Sendable {
    package var send: @Sendable (_ request: OutboundRequest) async -> Exchange
    /// See ``GuardedClient/check(_:)``.
    package var check: @Sendable (_ url: OutboundURL) async -> AttemptFailure?
    package var close: @Sendable () async -> Void

    package init(
        send: @escaping @Sendable (_ request: OutboundRequest) async -> Exchange,
        check: @escaping @Sendable (_ url: OutboundURL) async -> AttemptFailure?,
        close: @escaping @Sendable () async -> Void = {}
    ) {
        (self.send, self.check, self.close) = (send, check, close)
    }

    package init(_ client: GuardedClient) {
        self.init(
            send: { await client.send($0) }, check: { await client.check($0) }, close: { await client.close() })
    }
}
