import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct PersonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person", abstract: "Who signs in to the console.",
        subcommands: [List.self, Invite.self, ChangeRole.self, Disable.self, Enable.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List people.")

        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let people = try await session.configuration().people
                let rows = people.map { person in
                    let state = person.isDisabled ? "disabled" : person.passwordHash == nil ? "invited" : "active"
                    return ["\(person.id)", person.email, person.name, person.role.rawValue, state]
                }
                session.show(
                    people.map(\.document), Table(columns: ["id", "e-mail", "name", "role", "state"], rows: rows))
            }
        }
    }

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Invite a person, or once more one who is there; the link is shown once.")

        @Argument(help: "E-mail address.") var email: String
        @Option(help: "What people call them.") var name = ""
        @Option(help: "admin, member or viewer.") var role = Person.Role.member
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let person: Person
                let invitation: Secret<String>
                if let known = try await session.configuration().person(email: email) {
                    person = known
                    invitation = try await session.hub.invite(known.id, in: session.workspace, by: Session.actor)
                } else {
                    (person, invitation) = try await session.hub.makePerson(
                        NewPerson(email: email, name: name, role: role), in: session.workspace, by: Session.actor)
                }
                let link = Secret(session.publicBase + InvitationLink.path(invitation))
                session.show(
                    person.document.adding(once: "invitation_url", link),
                    "The invitation of \(person.email) (works once, for seven days):\n\(link.reveal())")
            }
        }
    }

    struct ChangeRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "role", abstract: "Change what a person may do.")

        @Argument(help: "Id or e-mail address.") var person: String
        @Argument(help: "admin, member or viewer.") var role: Person.Role
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await change(person, $0) { [role] in $0.role = role } }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Keep a person and their tokens out.")

        @Argument(help: "Id or e-mail address.") var person: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await change(person, $0) { $0.isDisabled = true } }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a person in again.")

        @Argument(help: "Id or e-mail address.") var person: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await change(person, $0) { $0.isDisabled = false } }
        }
    }

    private static func change(
        _ name: String, _ session: Session, _ change: @Sendable (inout Person) -> Void
    ) async throws {
        let id = try await session.person(name).id
        do throws(SetupError) {
            try await session.hub.update(person: id, in: session.workspace, by: Session.actor, change)
        } catch {
            // Which field it was is of no use here: the command changes one.
            guard case .invalid(_, let reason) = error else { throw error }
            throw CommandError("\(reason.prefix(1).uppercased())\(reason.dropFirst()).")
        }
        let person = try await session.person("\(id)")
        let state = person.isDisabled ? "disabled" : "enabled"
        session.show(person.document, "\(person.email) is \(person.role.rawValue), \(state).")
    }
}
