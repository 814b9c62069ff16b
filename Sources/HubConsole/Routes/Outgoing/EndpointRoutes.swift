import Hub
import HubCore
import HubStorage

/// Where webhooks go out to: the list, the form, and everything that is done to one.
enum EndpointRoutes {
    static let console =
        shared + [
            .get("/endpoints/:id/recover", .administer, recovery),
            .post("/endpoints/:id/recover", .administer, recover),
        ]

    /// In the portal, too.
    static let shared: [Route<OutgoingVisit>] = [
        .get("/endpoints", list), .get("/endpoints/new", .administer, new), .post("/endpoints", .administer, make),
        .get("/endpoints/:id", show), .get("/endpoints/:id/edit", .administer, edit),
        .post("/endpoints/:id", .administer, change), .post("/endpoints/:id/test", .write, test),
        .post("/endpoints/:id/secret", .administer, rotate), .post("/endpoints/:id/enable", .administer, enable),
        .post("/endpoints/:id/disable", .administer, disable), .post("/endpoints/:id/pause", .administer, pause),
        .post("/endpoints/:id/delete", .administer, delete),
    ]

    /// How many endpoints a customer makes without asking.
    private static let portalLimit = 50

    // MARK: The list

    @Sendable private static func list(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        visit.page(try await EndpointList(visit: visit).view(), .endpoints, title: "Endpoints")
    }

    // MARK: The form

    @Sendable private static func new(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        try await EndpointForm(visit: visit, endpoint: nil, fields: EndpointFields()).response()
    }

    /// Makes it, or shows what the form would do.
    @Sendable private static func make(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        var form = EndpointForm(visit: visit, endpoint: nil, fields: EndpointFields(visit.form))
        guard let draft = await form.checkedDraft(EndpointDraft(url: "", events: [])) else {
            return try await form.response()
        }
        guard !visit.isPortal || visit.endpoints.count < portalLimit else {
            form.faults.other = "There are \(portalLimit) endpoints already; delete one first."
            return try await form.response()
        }
        let customer = visit.customer.map { "\($0.id)" } ?? visit.text("customer")
        let made: (endpoint: Endpoint, secret: Secret<String>?)
        do throws(SetupError) {
            made = try await visit.hub.makeEndpoint(
                draft, customer: customer, secrets: visit.text("unsigned") == nil ? nil : [], in: visit.workspace,
                by: visit.actor)
        } catch {
            form.faults.add(error)
            return try await form.response()
        }
        let after = try await visit.refreshed()
        return try await EndpointPage(visit: after, endpoint: made.endpoint, shown: made.secret).response()
    }

    @Sendable private static func edit(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        let fields = EndpointFields(
            try visit.hub.draft(of: endpoint), catalogue: EndpointForm.catalogue(visit.configuration),
            showsHeaders: !visit.isPortal)
        return try await EndpointForm(visit: visit, endpoint: endpoint, fields: fields).response()
    }

    @Sendable private static func change(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        var form = EndpointForm(visit: visit, endpoint: endpoint, fields: EndpointFields(visit.form))
        guard let draft = await form.checkedDraft(try visit.hub.draft(of: endpoint)) else {
            return try await form.response()
        }
        do throws(SetupError) {
            _ = try await visit.hub.update(endpoint: endpoint.id, in: visit.workspace, by: visit.actor) {
                before throws(SetupError) in
                let isPaused = before.isPaused
                before = draft
                before.isPaused = isPaused
            }
        } catch {
            form.faults.add(error)
            return try await form.response()
        }
        return visit.done("Saved.", to: path(of: endpoint, visit))
    }

    // MARK: One of them

    static func path(of endpoint: Endpoint, _ visit: OutgoingVisit) -> String {
        "\(visit.base)/endpoints/\(endpoint.id)"
    }

    @Sendable private static func show(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        return try await EndpointPage(visit: visit, endpoint: endpoint, shown: nil).response()
    }

    @Sendable private static func test(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        let isProbe = visit.text("enable") != nil && visit.may(.administer)
        let story: DeliveryStory
        do throws(SetupError) {
            story = try await visit.hub.test(
                endpoint: endpoint.id, type: visit.text("type") ?? "", isProbe: isProbe, in: visit.workspace,
                by: visit.actor)
        } catch {
            return visit.done(error.shown, to: path(of: endpoint, visit), isBad: true)
        }
        return try await EndpointPage(visit: visit, endpoint: endpoint, shown: nil, test: story).response()
    }

    @Sendable private static func rotate(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        let path = path(of: endpoint, visit)
        let shown: Secret<String>?
        do throws(SetupError) {
            shown = try await visit.hub.rotateSecret(
                ofEndpoint: endpoint.id, to: visit.text("secret").map { Secret($0) }, overlap: visit.overlap,
                in: visit.workspace, by: visit.actor)
        } catch {
            return visit.done(error.shown, to: path, isBad: true)
        }
        guard let shown else { return visit.done("The secret is replaced.", to: path) }
        let after = try await visit.refreshed()
        return try await EndpointPage(visit: after, endpoint: after.endpoint(endpoint.id) ?? endpoint, shown: shown)
            .response()
    }

    @Sendable private static func enable(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        let discards = visit.text("held") == "discard"
        let done = discards ? "Enabled; what was held is given up." : "Enabled; what was held goes out now."
        return await visit.change(path(of: endpoint, visit), done) { () async throws(SetupError) in
            try await visit.hub.enable(
                endpoint: endpoint.id, discardingHeld: discards, in: visit.workspace, by: visit.actor)
        }
    }

    @Sendable private static func disable(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        let done = "Disabled; what is due is held."
        return await visit.change(path(of: endpoint, visit), done) { () async throws(SetupError) in
            try await visit.hub.disable(endpoint: endpoint.id, in: visit.workspace, by: visit.actor)
        }
    }

    @Sendable private static func pause(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        let isPaused = visit.text("paused") == "1"
        let done = isPaused ? "Paused; what is due waits." : "It goes on."
        return await visit.change(path(of: endpoint, visit), done) { () async throws(SetupError) in
            _ = try await visit.hub.update(endpoint: endpoint.id, in: visit.workspace, by: visit.actor) {
                draft throws(SetupError) in draft.isPaused = isPaused
            }
        }
    }

    @Sendable private static func delete(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        guard visit.text("confirm") != nil else {
            return visit.done("Tick the box to delete it.", to: path(of: endpoint, visit), isBad: true)
        }
        try await visit.hub.deleteEndpoint(endpoint.id, in: visit.workspace, by: visit.actor)
        return visit.done("The endpoint “\(endpoint.title)” is deleted.", to: "\(visit.base)/endpoints")
    }

    // MARK: Recovering

    /// Counting is reading: the question stands in the address.
    @Sendable private static func recovery(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        return try await RecoverPage(visit: visit, endpoint: endpoint).response(fault: nil)
    }

    @Sendable private static func recover(_ visit: OutgoingVisit) async throws -> ConsoleResponse {
        guard let endpoint = visit.endpoint else { return visit.notFound }
        let page = RecoverPage(visit: visit, endpoint: endpoint)
        do throws(SetupError) {
            let recovery = try await visit.hub.recover(
                page.selection, ratePerSecond: try page.rate(), by: visit.actor)
            return visit.done("They are on their way.", to: "/recoveries/\(recovery.id)")
        } catch {
            return try await page.response(fault: error.shown)
        }
    }
}
