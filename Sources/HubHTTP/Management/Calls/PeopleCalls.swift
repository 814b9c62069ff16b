import HTTPTypes
import Hub
import HubCore
import HubStorage

/// Who signs in to the console.
enum PeopleCalls {
    static let all = [
        Call(.get, "/v1/people", "People of the workspace", .workspace(.read), .list(of: shape), answer: list),
        Call(
            .post, "/v1/people", "Make a person and an invitation link, which is shown once", .workspace(.admin),
            .document(invited, status: 201),
            body: .object([
                .required("email", .text(3...254)), .optional("name", .text(0...100)),
                .optional("role", .choice(of: Person.Role.self), "member unless given"),
            ]), answer: create),
        Call(
            .get, "/v1/people/{person}", "One person, by id or e-mail address", .workspace(.read), .document(shape),
            answer: show),
        Call(
            .patch, "/v1/people/{person}", "Change a name or role, or whether the person may sign in",
            .workspace(.admin), .document(shape),
            body: .object([
                .optional("name", .text(1...100)), .optional("role", .choice(of: Person.Role.self)),
                .optional("disabled", .boolean),
            ]), answer: change),
        Call(
            .post, "/v1/people/{person}/invitation", "Make a new invitation link; it is shown once",
            .workspace(.admin), .document(invited, status: 201), answer: invite),
    ]

    private static let members: [Shape.Member] = [
        .required("id", .text), .required("email", .text), .required("name", .text),
        .required("role", .choice(of: Person.Role.self)), .required("disabled", .boolean),
        .required("has_password", .boolean, "Whether an invitation was accepted."), .required("created_at", .moment),
    ]

    static let shape = Shape.named("Person", members)
    private static let invited = Shape.named(
        "InvitedPerson", members + [.required("invitation_url", .text, "Shown only here. Works once, for seven days.")])

    static func document(_ person: Person) -> JSON {
        [
            "id": JSON(person.id), "email": .string(person.email), "name": .string(person.name),
            "role": .string(person.role.rawValue), "disabled": .bool(person.isDisabled),
            "has_password": .bool(person.passwordHash != nil), "created_at": JSON(person.createdAt),
        ]
    }

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        .list(try await call.configuration().people.map(document))
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        .document(document(try await named(call)))
    }

    private static func create(_ call: CallContext) async throws -> CallAnswer {
        let new = NewPerson(
            email: try call.body["email"].string, name: call.body["name"].text ?? "",
            role: call.body["role"].text.flatMap(Person.Role.init) ?? .member)
        let made = try await call.hub.makePerson(new, in: try call.workspace, by: call.actor)
        return .document(invitation(made.invitation, of: made.person, call))
    }

    private static func invite(_ call: CallContext) async throws -> CallAnswer {
        let person = try await named(call)
        let invitation = try await call.hub.invite(person.id, in: try call.workspace, by: call.actor)
        return .document(Self.invitation(invitation, of: person, call))
    }

    private static func invitation(_ invitation: Secret<String>, of person: Person, _ call: CallContext) -> JSON {
        document(person).adding("invitation_url", .string("\(call.publicBase)\(InvitationLink.path(invitation))"))
    }

    private static func change(_ call: CallContext) async throws -> CallAnswer {
        let id = try await named(call).id
        try await call.hub.update(person: id, in: try call.workspace, by: call.actor) { [body = call.body] person in
            if let name = body["name"].text { person.name = name }
            if let role = body["role"].text.flatMap(Person.Role.init) { person.role = role }
            if let isDisabled = body["disabled"].value?.bool { person.isDisabled = isDisabled }
        }
        return .document(document(try await named(call)))
    }

    private static func named(_ call: CallContext) async throws -> Person {
        guard let person = try await call.configuration().person(matching: call.parameter("person")) else {
            throw ManagementError.notFound(what: "person")
        }
        return person
    }
}
