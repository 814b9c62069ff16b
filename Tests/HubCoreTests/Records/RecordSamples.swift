import HubCore

/// Material for tests of tickets and surveys.
enum RecordSamples {
    static let start = Timestamp(seconds: 1_793_491_200)
    static let workspace = WorkspaceID(stored: "acme")
    static let person = Person(
        id: .make(at: start), workspace: workspace, email: "grace@example.org", name: "Grace Murray", role: .member,
        createdAt: start)
    static let customer = ID<Customer>.make(at: start)
    static let agent = RecordActor(person)
    static let asker = RecordActor(kind: .customer, id: "\(customer)", name: "Ada Byron")

    static func people(_ id: ID<Person>) -> Person? { id == person.id ? person : nil }

    static func ticket(_ status: Ticket.Status = .open) throws -> Ticket {
        var new = NewTicket(subject: "Invoice 2026-311 is missing a page")
        new.requester = .init(name: "Ada Byron", email: "ada@customer.example")
        new.customer = customer
        new.tags = ["billing"]
        new.channel = "email"
        let ticket = try new.opened(.make(at: start), number: 1042, in: workspace, at: start)
        guard status != .open else { return ticket }
        return try ticket.applying([.status(status)], at: start + .seconds(60)).after
    }

    static let questions = [
        SurveyQuestion(key: "q_score", label: "How likely are you to recommend us?", kind: .nps, isRequired: true),
        SurveyQuestion(key: "q_why", label: "Why?", kind: .text),
        SurveyQuestion(key: "q_one", label: "Which one?", kind: .choice(["Red", "Green"])),
        SurveyQuestion(key: "q_many", label: "Which ones?", kind: .choices(["Mail", "Phone", "Chat"])),
        SurveyQuestion(key: "q_stars", label: "How was it?", kind: .rating(5)),
        SurveyQuestion(key: "q_again", label: "Would you come again?", kind: .yesNo),
    ]

    static func survey(_ state: Survey.State = .published) throws -> Survey {
        let survey = try Survey(
            .make(at: start), key: "k3y", in: workspace, name: "After support", questions: questions, at: start)
        switch state {
        case .draft: return survey
        case .published: return try survey.applying([.state(.published)], at: start)
        case .closed: return try survey.applying([.state(.published), .state(.closed)], at: start)
        }
    }

    /// The names of all members of an object, of those in it too; elements of a list count as one.
    ///
    /// - Parameter open: members whose own members are people's, not ours.
    static func memberNames(_ value: JSON, open: Set<String> = ["fields", "previous"], at path: String = "") -> Set<
        String
    > {
        switch value {
        case .object(let object):
            object.members.reduce(into: []) { names, member in
                let path = "\(path)/\(member.key)"
                names.insert(path)
                if !open.contains(member.key) { names.formUnion(memberNames(member.value, open: open, at: path)) }
            }
        case .array(let elements):
            elements.reduce(into: []) { $0.formUnion(memberNames($1, open: open, at: path)) }
        default: []
        }
    }
}
