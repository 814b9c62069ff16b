/// Who changed a record, as events tell it.
package struct RecordActor: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case person, customer, bot
        /// A program with a token that belongs to nobody.
        case token
        /// The hub itself.
        case system
    }

    package let kind: Kind
    package let id: String?
    package let name: String

    package init(kind: Kind, id: String?, name: String) {
        (self.kind, self.id, self.name) = (kind, id, name)
    }

    package init(_ person: Person) {
        self.init(kind: .person, id: "\(person.id)", name: person.name.isEmpty ? person.email : person.name)
    }

    package static let hub = RecordActor(kind: .system, id: nil, name: "Martlet")

    package var document: JSON {
        ["kind": .string(kind.rawValue), "id": JSON(id), "name": .string(name)]
    }

    /// Reads what ``document`` writes.
    package init?(_ document: JSON) {
        guard let kind = document["kind"]?.string.flatMap(Kind.init), let name = document["name"]?.string else {
            return nil
        }
        self.init(kind: kind, id: document["id"]?.string, name: name)
    }
}

/// Something about a record that subscribers are told.
package struct RecordEvent: Sendable, Hashable {
    package let type: BuiltInEventType
    /// With the members of the type's sample.
    package let data: JSON
    package let customer: ID<Customer>?

    package init(_ type: BuiltInEventType, _ data: JSON, customer: ID<Customer>?) {
        (self.type, self.data, self.customer) = (type, data, customer)
    }
}

extension JSON {
    init<Entity>(shownID id: ID<Entity>?) { self = id.map { .string("\($0)") } ?? .null }
    init(shownTime time: Timestamp?) { self = time.map { .string($0.rfc3339) } ?? .null }
}
