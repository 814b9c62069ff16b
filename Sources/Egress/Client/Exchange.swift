package import HubCore

/// One request to somebody else's server.
package struct OutboundRequest: Sendable {
    package var method: String
    package var url: OutboundURL
    /// Without those that frame the message or name the host.
    package var headers: Fields
    package var body: [UInt8]
    /// For everything together: looking up the name, connecting, sending, the answer's head and its body.
    package var timeout: Duration
    /// How many bytes of the answer's body are kept.
    package var captureLimit: Int
    package var identity: TLSIdentity?

    package init(
        method: String, url: OutboundURL, headers: Fields = [:], body: [UInt8] = [], timeout: Duration = .seconds(10),
        captureLimit: Int = 4096, identity: TLSIdentity? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.captureLimit = captureLimit
        self.identity = identity
    }
}

/// What came of a request; a failure is a part of it, since what was seen before it is worth keeping.
package struct Exchange: Sendable {
    /// Nil: a complete answer with a status of 2xx.
    package let failure: AttemptFailure?
    /// Nil when no answer began.
    package let answer: Answer?
    package let timing: Timing
    /// Where it went; nil when nothing was dialled. Not for the eyes of whoever owns the endpoint.
    package let address: IPAddress?

    package init(failure: AttemptFailure?, answer: Answer? = nil, timing: Timing = Timing(), address: IPAddress? = nil)
    {
        (self.failure, self.answer, self.timing, self.address) = (failure, answer, timing, address)
    }

    package struct Answer: Sendable {
        package let status: Int
        /// As received, up to 8 KiB of them.
        package let headers: Fields
        /// The first bytes of the body, as they came over the wire.
        package var body: [UInt8] = []
        /// Of the body, as far as it was read.
        package var receivedBytes = 0
        package init(status: Int, headers: Fields, body: [UInt8] = [], receivedBytes: Int = 0) {
            (self.status, self.headers, self.body, self.receivedBytes) = (status, headers, body, receivedBytes)
        }

        /// Whether the body is longer than ``body``.
        package var isCut: Bool { receivedBytes > body.count }
    }

    /// How long each phase took; nil for one that was not reached.
    package struct Timing: Sendable, Hashable {
        package var resolving: Duration?
        /// To a connection that the request went over: near nothing when one was open.
        package var connecting: Duration?
        /// From the request's head to the answer's.
        package var waiting: Duration?
        /// The answer's body.
        package var receiving: Duration?
        package var total: Duration = .zero

        package init() {}
    }
}

extension Exchange {
    /// What decides how it goes on.
    ///
    /// - Parameter now: a date in `Retry-After` is counted from here.
    package func outcome(at now: Timestamp) -> AttemptOutcome {
        AttemptOutcome(
            failure: failure, status: answer?.status,
            retryAfter: answer?.headers.header("retry-after").flatMap { RetryAfter.wait($0, at: now) })
    }
}
