import Hub
import HubCore
import HubStorage

/// People, their roles and invitations.
enum PeopleRoutes {
    static let all: [Route<Visit>] = [
        .get("/settings/people", list), .post("/settings/people", .administer, invite),
        .post("/settings/people/:id", .administer, change),
        .post("/settings/people/:id/invite", .administer, inviteAgain),
    ]

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        page(visit, invitation: nil)
    }

    private static func page(
        _ visit: Visit, invitation: PeopleView.Invitation?, _ faults: FormFaults = FormFaults()
    ) -> ConsoleResponse {
        let entered = faults.isEmpty ? [:] : visit.entered("email", "name", "role")
        let rows = visit.configuration.people.sorted { $0.name.lowercased() < $1.name.lowercased() }.map { person in
            PeopleView.Row(
                path: "/settings/people/\(person.id)", name: person.name, email: person.email,
                role: person.role.rawValue.capitalizedFirst,
                roles: ChoicesView(
                    Person.Role.allCases.map {
                        ChoiceView($0.rawValue, $0.rawValue.capitalizedFirst, isSelected: $0 == person.role)
                    }), state: state(of: person), nextDisabled: person.isDisabled ? "0" : "1",
                disableLabel: person.isDisabled ? "Enable" : "Disable")
        }
        let view = PeopleView(
            tabs: SettingsTab.tabs(visit, current: "/settings/people"), fault: faults.above, faults: faults.beside,
            entered: entered, mayWrite: visit.isAdmin, invitation: invitation, people: rows,
            newRoles: ChoicesView(
                [Person.Role.member, .viewer, .admin].map {
                    ChoiceView(
                        $0.rawValue, $0.rawValue.capitalizedFirst,
                        isSelected: $0.rawValue == entered["role"] ?? "member")
                }))
        return visit.page(view, .settings, title: "People", status: faults.status)
    }

    private static func state(of person: Person) -> PillView {
        if person.isDisabled { return PillView("disabled", .mute) }
        return person.passwordHash == nil ? PillView("invited", .warn) : PillView("active", .good)
    }

    @Sendable private static func invite(_ visit: Visit) async throws -> ConsoleResponse {
        let new = NewPerson(
            email: visit.text("email") ?? "", name: visit.text("name") ?? "",
            role: visit.text("role").flatMap(Person.Role.init) ?? .viewer)
        // As the API has it.
        guard new.name.count <= 100 else {
            return page(visit, invitation: nil, FormFaults("name", "Must be at most 100 characters."))
        }
        do throws(SetupError) {
            let (person, invitation) = try await visit.hub.makePerson(new, in: visit.workspace, by: visit.actor)
            return page(try await visit.refreshed(), invitation: link(visit, person.name, invitation))
        } catch {
            let faults = FormFaults(error, fields: ["conflict": "email"], known: ["email", "name", "role"])
            return page(visit, invitation: nil, faults)
        }
    }

    @Sendable private static func inviteAgain(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Person>($0) }) else { return visit.notFound }
        let invitation = try await visit.hub.invite(id, in: visit.workspace, by: visit.actor)
        return page(visit, invitation: link(visit, visit.name(of: id), invitation))
    }

    private static func link(_ visit: Visit, _ name: String, _ invitation: Secret<String>) -> PeopleView.Invitation {
        // In the open, for the admin to hand on; it works once.
        .init(name: name, link: "\(visit.request.publicBase)/invitations/\(invitation.reveal())")
    }

    @Sendable private static func change(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Person>($0) }) else { return visit.notFound }
        let role = visit.text("role").flatMap(Person.Role.init)
        let isDisabled = visit.text("disabled").map { $0 == "1" }
        return await visit.change("/settings/people", "Saved.") { () async throws(SetupError) in
            try await visit.hub.update(person: id, in: visit.workspace, by: visit.actor) { person in
                if let role { person.role = role }
                if let isDisabled { person.isDisabled = isDisabled }
            }
        }
    }
}

/// Bots and their keys.
enum BotRoutes {
    static let all: [Route<Visit>] = [
        .get("/settings/bots", list), .post("/settings/bots", .administer, make),
        .post("/settings/bots/:id", .administer, change), .post("/settings/bots/:id/key", .administer, rotateKey),
    ]

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        page(visit, secret: nil)
    }

    private static func page(
        _ visit: Visit, secret: OnceView?, _ faults: FormFaults = FormFaults()
    ) -> ConsoleResponse {
        let entered = faults.isEmpty ? [:] : visit.entered("name", "owner", "may_create_streams")
        let rows = visit.configuration.bots.sorted { $0.name.lowercased() < $1.name.lowercased() }.map { bot in
            BotsView.Row(
                path: "/settings/bots/\(bot.id)", name: bot.name, email: bot.email, owner: visit.name(of: bot.owner),
                state: bot.isDisabled ? PillView("disabled", .mute) : PillView("active", .good),
                nextDisabled: bot.isDisabled ? "0" : "1", disableLabel: bot.isDisabled ? "Enable" : "Disable")
        }
        let owners = visit.configuration.people.filter { !$0.isDisabled }.map {
            ChoiceView(
                "\($0.id)", $0.name, isSelected: "\($0.id)" == entered["owner"] ?? "\(visit.person.id)")
        }
        let view = BotsView(
            tabs: SettingsTab.tabs(visit, current: "/settings/bots"), fault: faults.above, faults: faults.beside,
            entered: entered, mayWrite: visit.isAdmin, secret: secret, bots: rows, hasBots: !rows.isEmpty,
            owners: ChoicesView(owners))
        return visit.page(view, .settings, title: "Bots", status: faults.status)
    }

    private static func once(_ name: String, _ key: Secret<String>) -> OnceView {
        OnceView(
            heading: "The key of \(name), this once",
            text: "It stands in URLs, and is the password of HTTP Basic. It cannot be shown again.",
            secret: key.reveal())
    }

    @Sendable private static func make(_ visit: Visit) async throws -> ConsoleResponse {
        let owner = visit.text("owner").flatMap { ID<Person>($0) } ?? visit.person.id
        let new = NewBot(
            name: visit.text("name") ?? "", owner: owner, mayCreateStreams: visit.text("may_create_streams") != nil,
            signatureSecret: visit.text("signature_secret").map { Secret($0) })
        do throws(SetupError) {
            let (bot, key) = try await visit.hub.makeBot(
                new, host: visit.request.publicHost, in: visit.workspace, by: visit.actor)
            return page(try await visit.refreshed(), secret: once(bot.name, key))
        } catch {
            let fields = ["conflict": "name", "signature_secret": "signature"]
            return page(visit, secret: nil, FormFaults(error, fields: fields, known: ["name", "owner", "signature"]))
        }
    }

    @Sendable private static func rotateKey(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Bot>($0) }) else { return visit.notFound }
        let key = try await visit.hub.rotateKey(of: id, overlap: visit.overlap, in: visit.workspace, by: visit.actor)
        return page(visit, secret: once(visit.configuration.bot(id)?.name ?? "the bot", key))
    }

    @Sendable private static func change(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Bot>($0) }) else { return visit.notFound }
        let isDisabled = visit.text("disabled") == "1"
        return await visit.change("/settings/bots", "Saved.") { () async throws(SetupError) in
            try await visit.hub.update(bot: id, in: visit.workspace, by: visit.actor) { $0.isDisabled = isDisabled }
        }
    }
}

/// Tokens of the management API.
enum TokenRoutes {
    static let all: [Route<Visit>] = [
        .get("/settings/tokens", .administer, list), .post("/settings/tokens", .administer, make),
        .post("/settings/tokens/:id/revoke", .administer, revoke),
    ]

    private static let scopes: [(Credential.Scope, String)] = [
        (.read, "look at everything"), (.publish, "publish events and messages"),
        (.endpoints, "manage outgoing webhooks"), (.admin, "change everything"),
    ]

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        try await page(visit, secret: nil)
    }

    private static func page(
        _ visit: Visit, secret: OnceView?, _ faults: FormFaults = FormFaults()
    ) async throws -> ConsoleResponse {
        let entered = faults.isEmpty ? [:] : visit.entered("label", "days")
        let ticked = faults.isEmpty ? [] : visit.form.all("scope")
        let tokens = try await visit.store.credentials(of: visit.workspace, at: visit.now).filter { $0.kind == .token }
        let rows = tokens.sorted { $0.createdAt > $1.createdAt }.map { token in
            TokensView.Row(
                path: "/settings/tokens/\(token.id)", label: token.label, scopes: token.scopes.map(\.rawValue).sorted(),
                owner: token.person.map { visit.name(of: $0) } ?? "nobody", madeAt: visit.time(token.createdAt),
                endsAt: token.expiresAt.map { visit.time($0) })
        }
        let view = TokensView(
            tabs: SettingsTab.tabs(visit, current: "/settings/tokens"), fault: faults.above, faults: faults.beside,
            entered: entered, mayWrite: visit.isAdmin, secret: secret, tokens: rows, hasTokens: !rows.isEmpty,
            scopeChoices: scopes.map {
                ChoiceView($0.0.rawValue, $0.0.rawValue, hint: $0.1, isSelected: ticked.contains($0.0.rawValue))
            },
            days: ChoicesView(
                [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "never")].map {
                    ChoiceView($0.0, $0.1, isSelected: $0.0 == entered["days"] ?? "90")
                }))
        return visit.page(view, .settings, title: "API tokens", status: faults.status)
    }

    @Sendable private static func make(_ visit: Visit) async throws -> ConsoleResponse {
        let days = visit.text("days").flatMap(Int64.init).map { min(max($0, 1), 3650) }
        let new = NewToken(
            label: visit.text("label") ?? "token",
            scopes: Set(visit.form.all("scope").compactMap(Credential.Scope.init)),
            person: visit.person.id, lifetime: days.map { .seconds($0 * 86400) })
        guard new.label.count <= 80 else {
            return try await page(visit, secret: nil, FormFaults("label", "Must be at most 80 characters."))
        }
        let made: (credential: Credential, secret: Secret<String>)
        do throws(SetupError) {
            made = try await visit.hub.makeToken(new, in: visit.workspace, by: visit.actor)
        } catch {
            return try await page(visit, secret: nil, FormFaults(error, known: ["label", "scopes"]))
        }
        let once = OnceView(
            heading: "The token \(made.credential.label), this once",
            text: "Send it as Authorization: Bearer. It cannot be shown again.", secret: made.secret.reveal())
        return try await page(visit, secret: once)
    }

    @Sendable private static func revoke(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Credential>($0) }) else { return visit.notFound }
        return await visit.change("/settings/tokens", "The token is revoked.") { () async throws(SetupError) in
            try await visit.hub.revoke(id, in: visit.workspace, by: visit.actor)
        }
    }
}
