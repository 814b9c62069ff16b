import Egress
package import HubCore
import HubStorage
import WebhookSignatures

/// An endpoint as people ask for it or change it: everything but its secrets, in the open.
package struct EndpointDraft: Sendable {
    package var name = ""
    package var url: String
    package var events: [String]
    package var channels: [String]?
    package var filter: JSON?
    package var includesCustomers = false
    package var headers: Fields = [:]
    package var policy = Endpoint.Policy()
    package var isPaused = false

    package init(url: String, events: [String]) {
        (self.url, self.events) = (url, events)
    }

    init(_ endpoint: Endpoint, _ connection: EndpointConnection) {
        name = endpoint.name
        url = connection.url
        events = endpoint.subscription.events.map(\.pattern)
        channels = endpoint.subscription.channels
        filter = endpoint.subscription.filter?.json
        includesCustomers = endpoint.subscription.includesCustomers
        headers = connection.headers
        policy = endpoint.policy
        isPaused = endpoint.isPaused
    }

    package static let nameLimit = 100
    package static let listLimit = 100

    /// - Throws: ``SetupError/invalid(field:reason:)`` with the first thing that is wrong.
    func checked() throws(SetupError) -> (url: OutboundURL, subscription: Endpoint.Subscription) {
        guard name.count <= Self.nameLimit else {
            throw .invalid(field: "name", reason: "may be \(Self.nameLimit) characters")
        }
        let url = try checkedURL()
        try checkEvents()
        if let channels {
            guard (1...Self.listLimit).contains(channels.count),
                channels.allSatisfy({ (1...128).contains($0.utf8.count) })
            else { throw .invalid(field: "channels", reason: "must be 1 to \(Self.listLimit) names of 1 to 128 bytes") }
        }
        do throws(HeaderProblem) {
            try HeaderRules.check(headers)
        } catch {
            throw .invalid(field: "headers", reason: "\(error)")
        }
        try checkPolicy()
        return (
            url,
            Endpoint.Subscription(
                events: events.map(Glob.init), channels: channels, filter: try checkedFilter(),
                includesCustomers: includesCustomers)
        )
    }

    private func checkedURL() throws(SetupError) -> OutboundURL {
        do throws(URLProblem) {
            return try OutboundURL(url)
        } catch {
            throw .invalid(field: "url", reason: "\(error)")
        }
    }

    private func checkEvents() throws(SetupError) {
        guard (1...Self.listLimit).contains(events.count) else {
            throw .invalid(field: "events", reason: "must be 1 to \(Self.listLimit) types or patterns like ticket.*")
        }
        for pattern in events {
            // A star stands for any part of a name.
            let name = pattern.replacing("*", with: "x").replacing("?", with: "x")
            guard EventTypeName.isValid(name) else {
                throw .invalid(field: "events", reason: "\"\(pattern.prefix(80))\" is neither a type nor a pattern")
            }
        }
    }

    private func checkedFilter() throws(SetupError) -> EventCondition? {
        guard let filter else { return nil }
        do throws(EventConditionError) {
            return try EventCondition(filter)
        } catch {
            throw .invalid(field: "filter", reason: "\(error)")
        }
    }

    private func checkPolicy() throws(SetupError) {
        guard ["POST", "PUT"].contains(policy.method) else {
            throw .invalid(field: "method", reason: "must be POST or PUT")
        }
        guard Endpoint.Policy.timeoutRange.contains(policy.timeout) else {
            throw .invalid(field: "timeout_seconds", reason: "must be 0.1 to 60")
        }
        guard Endpoint.Policy.concurrencyRange.contains(policy.concurrency) else {
            throw .invalid(field: "concurrency", reason: "must be 1 to \(Endpoint.Policy.concurrencyRange.upperBound)")
        }
        if let rate = policy.ratePerMinute, !(1...600_000).contains(rate) {
            throw .invalid(field: "rate_per_minute", reason: "must be 1 to 600000")
        }
    }
}
