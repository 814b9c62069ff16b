import Hub
import HubCore
import HubStorage

/// What went out, is on its way or failed.
enum DeliveryRoutes {
    static let console =
        shared + [
            .post("/deliveries/retry", .write, retryMany), .post("/deliveries/:id/retry", .write, retry),
            .post("/deliveries/:id/discard", .administer, discard),
        ]

    /// In the portal, too.
    static let shared: [Route<OutgoingVisit>] = [.get("/deliveries", list), .get("/deliveries/:id", show)]

    /// How many deliveries one click sends again.
    private static let retryLimit = 100

    @Sendable private static func list(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        visit.page(try await DeliveryList(visit: visit).view(), .deliveries, title: "Deliveries")
    }

    @Sendable private static func show(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let story = try await visit.story() else { return visit.notFound }
        let health = try await visit.store.endpointHealth()[story.summary.delivery.endpoint]
        return visit.page(
            DeliveryTelling(visit: visit, story: story, health: health).view, .deliveries,
            title: "Delivery of \(story.summary.eventType)")
    }

    // MARK: By hand

    @Sendable private static func retry(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let story = try await visit.story() else { return visit.notFound }
        let id = story.summary.delivery.id
        do throws(SetupError) {
            try await visit.hub.retry(delivery: id, in: visit.workspace, by: visit.actor)
            return visit.done("It goes out now.", to: "/deliveries/\(id)")
        } catch {
            return visit.done(sentence(for: error), to: "/deliveries/\(id)", isBad: true)
        }
    }

    @Sendable private static func discard(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let story = try await visit.story() else { return visit.notFound }
        let path = "/deliveries/\(story.summary.delivery.id)"
        var selection = DeliverySelection(workspace: visit.workspace, states: [.pending])
        selection.delivery = story.summary.delivery.id
        guard try await visit.hub.discard(selection) == 1 else {
            return visit.done("It is under way, or over already.", to: path, isBad: true)
        }
        return visit.done("Given up; it can be sent again.", to: path)
    }

    @Sendable private static func retryMany(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        let back = URLQuery.safePath(visit.form["back"])
        let ids = Set(visit.form.all("delivery").compactMap { ID<Delivery>($0) }).sorted()
        guard !ids.isEmpty else { return visit.done("Nothing was ticked.", to: back, isBad: true) }
        guard ids.count <= retryLimit else {
            return visit.done("At most \(retryLimit) at once. Recover the endpoint’s instead.", to: back, isBad: true)
        }
        var faults: [String] = []
        for id in ids {
            do throws(SetupError) {
                try await visit.hub.retry(delivery: id, in: visit.workspace, by: visit.actor)
            } catch {
                faults.append(sentence(for: error))
            }
        }
        let done = "\(Amount.things(ids.count - faults.count, "delivery", "deliveries")) sent again."
        guard let fault = faults.first else { return visit.done(done, to: back) }
        return visit.done("\(done) \(Amount.count(faults.count)) could not be: \(fault)", to: back, isBad: true)
    }

    private static func sentence(for error: SetupError) -> String {
        switch error {
        case .conflict: "It is under way at this moment, its endpoint is gone, or what it carried is not kept any more."
        case .notFound: "It is not there any more."
        case .invalid, .unavailable: error.shown
        }
    }
}
