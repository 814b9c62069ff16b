import Hub
import HubCore
import HubStorage

/// Those who get webhooks of their own, and the links that let them in.
enum CustomerRoutes {
    static let all: [Route<Visit>] = [
        .get("/customers", list), .post("/customers", .administer, make), .get("/customers/:id", show),
        .post("/customers/:id", .administer, change), .post("/customers/:id/delete", .administer, delete),
        .post("/customers/:id/portal", .administer, makeLink),
        .post("/customers/:id/portal/revoke", .administer, revokeAll),
        .post("/customers/:id/portal/:session/revoke", .administer, revoke),
    ]

    private static let pageSize = 100

    // MARK: The list

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        try await list(visit, fault: nil)
    }

    private static func list(_ visit: Visit, fault: String?) async throws -> ConsoleResponse {
        let health = try await visit.store.endpointHealth()
        let sessions = try await visit.hub.portalSessions(in: visit.workspace)
        let text = visit.request.method == "GET" ? visit.text("q")?.lowercased() : nil
        let all = try await visit.hub.customers(of: visit.workspace).sorted {
            $0.name.lowercased() < $1.name.lowercased()
        }
        let found = all.filter { customer in
            guard let text else { return true }
            return customer.name.lowercased().contains(text) || customer.reference.lowercased().contains(text)
        }
        let start = min(max(visit.query["from"].flatMap(Int.init) ?? 0, 0), found.count)
        let rows = found[start...].prefix(pageSize).map { customer in
            let endpoints = visit.configuration.endpoints.filter { $0.customer == customer.id }
            let troubled = endpoints.count { ["resting", "disabled"].contains(EndpointStatus($0, health[$0.id]).name) }
            let open = sessions.count { $0.customer.id == customer.id }
            return CustomersView.Row(
                href: "/customers/\(customer.id)", name: customer.name, reference: customer.reference,
                endpoints: Amount.count(endpoints.count), troubled: troubled > 0 ? "\(troubled) in trouble" : nil,
                sessions: open > 0 ? Amount.things(open, "session") : "", at: visit.time(customer.createdAt))
        }
        func link(_ from: Int?) -> String {
            URLQuery.link("/customers", ["q": visit.text("q"), "from": from.map(String.init)])
        }
        let end = start + rows.count
        let view = CustomersView(
            mayWrite: visit.isAdmin, fault: fault, text: text ?? "", rows: Array(rows), hasRows: !rows.isEmpty,
            isFiltered: text != nil,
            pager: PagerView(
                summary: Amount.things(found.count, "customer"), newest: start == 0 ? nil : link(nil),
                next: end < found.count ? link(end) : nil), reference: visit.form["reference"] ?? "",
            name: visit.form["name"] ?? "")
        return visit.page(view, .customers, title: "Customers", status: fault == nil ? 200 : 422)
    }

    @Sendable private static func make(_ visit: Visit) async throws -> ConsoleResponse {
        do throws(SetupError) {
            let customer = try await visit.hub.makeCustomer(
                reference: visit.text("reference") ?? "", name: visit.text("name") ?? "", in: visit.workspace,
                by: visit.actor)
            return visit.done("“\(customer.name)” is there.", to: "/customers/\(customer.id)")
        } catch {
            return try await list(visit, fault: error.shown)
        }
    }

    // MARK: One of them

    private static func customer(_ visit: Visit) async throws -> Customer? {
        let id = visit.parameters["id"].flatMap { ID<Customer>($0) }
        return try await visit.hub.customers(of: visit.workspace).first { $0.id == id }
    }

    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        guard let customer = try await customer(visit) else { return visit.notFound }
        return try await page(visit, customer, link: nil)
    }

    private static func page(_ visit: Visit, _ customer: Customer, link: OnceView?) async throws -> ConsoleResponse {
        let health = try await visit.store.endpointHealth()
        let endpoints = visit.configuration.endpoints.filter { $0.customer == customer.id }
        let path = "/customers/\(customer.id)"
        let sessions = try await visit.hub.portalSessions(of: customer.id, in: visit.workspace).map { session in
            CustomerView.Session(
                path: "\(path)/portal/\(session.id)/revoke", startedAt: visit.time(session.startedAt),
                endsAt: visit.time(session.endsAt), bodies: session.showsBodies ? "with bodies" : "without bodies")
        }
        let view = CustomerView(
            path: path, name: customer.name, reference: customer.reference, id: "\(customer.id)",
            mayWrite: visit.isAdmin, link: link,
            endpoints: endpoints.map {
                .init(
                    label: $0.title, href: "/endpoints/\($0.id)",
                    status: PillView(EndpointStatus($0, health[$0.id])))
            }, hasEndpoints: !endpoints.isEmpty, newEndpointHref: "/endpoints/new?customer=\(customer.id)",
            deliveriesHref: endpoints.isEmpty ? nil : "/endpoints?customer=\(customer.id)", sessions: sessions,
            hasSessions: !sessions.isEmpty)
        return visit.page(view, .customers, title: customer.name)
    }

    @Sendable private static func change(_ visit: Visit) async throws -> ConsoleResponse {
        guard let customer = try await customer(visit) else { return visit.notFound }
        return await visit.change("/customers/\(customer.id)", "It is changed.") { () async throws(SetupError) in
            _ = try await visit.hub.changeCustomer(
                "\(customer.id)", reference: visit.text("reference") ?? "", name: visit.text("name") ?? "",
                in: visit.workspace, by: visit.actor)
        }
    }

    @Sendable private static func delete(_ visit: Visit) async throws -> ConsoleResponse {
        guard let customer = try await customer(visit) else { return visit.notFound }
        guard visit.text("confirm") != nil else {
            return visit.done("Tick the box to delete it.", to: "/customers/\(customer.id)", isBad: true)
        }
        try await visit.hub.deleteCustomer("\(customer.id)", in: visit.workspace, by: visit.actor)
        return visit.done("The customer “\(customer.name)” is deleted.", to: "/customers")
    }

    // MARK: The portal

    @Sendable private static func makeLink(_ visit: Visit) async throws -> ConsoleResponse {
        guard let customer = try await customer(visit) else { return visit.notFound }
        let link = try await visit.hub.makePortalLink(
            forCustomer: "\(customer.id)", showsBodies: visit.text("show_bodies") != nil, in: visit.workspace,
            by: visit.actor)
        let minutes = Hub.portalLinkLifetime.components.seconds / 60
        let once = OnceView(
            heading: "Send this link to \(customer.name)",
            text: "It opens the portal once, within \(minutes) minutes. We cannot show it again.",
            secret: visit.request.publicBase + link.path)
        return try await page(visit, customer, link: once)
    }

    @Sendable private static func revokeAll(_ visit: Visit) async throws -> ConsoleResponse {
        guard let customer = try await customer(visit) else { return visit.notFound }
        let done = "All sessions and links are ended."
        return await visit.change("/customers/\(customer.id)", done) { () async throws(SetupError) in
            _ = try await visit.hub.revokePortal(ofCustomer: "\(customer.id)", in: visit.workspace, by: visit.actor)
        }
    }

    @Sendable private static func revoke(_ visit: Visit) async throws -> ConsoleResponse {
        guard let customer = try await customer(visit),
            let session = visit.parameters["session"].flatMap({ ID<Credential>($0) })
        else { return visit.notFound }
        return await visit.change("/customers/\(customer.id)", "The session is ended.") { () async throws(SetupError) in
            try await visit.hub.revoke(portalSession: session, in: visit.workspace, by: visit.actor)
        }
    }
}
