/// One thing that somebody changes about a ticket.
package enum TicketEdit: Sendable, Hashable {
    case subject(String)
    case status(Ticket.Status)
    case priority(Ticket.Priority)
    case requester(Ticket.Requester)
    case assignee(ID<Person>?)
    case customer(ID<Customer>?)
    case tags([String])
    /// Merged into what is there; `null` takes a field away.
    case fields(JSON.Object)
}

/// A ticket before and after something happened to it.
package struct TicketStep: Sendable, Hashable {
    /// Nil: it is new.
    package let before: Ticket?
    package let after: Ticket
    /// What subscribers are told of it, in this order.
    package let kinds: [BuiltInEventType]

    package init(before: Ticket?, after: Ticket, kinds: [BuiltInEventType]) {
        (self.before, self.after, self.kinds) = (before, after, kinds)
    }

    package var isChange: Bool { before != after }
}

extension Ticket.Status {
    /// Where a ticket may go from here; what is resolved or closed comes back as open.
    package var next: [Ticket.Status] {
        switch self {
        case .open: [.pending, .resolved, .closed]
        case .pending: [.open, .resolved, .closed]
        case .resolved: [.open, .closed]
        case .closed: [.open]
        }
    }
}

extension Ticket {
    /// The ticket after some edits, all of them or none. Edits that change nothing make no new version.
    package func applying(_ edits: [TicketEdit], at now: Timestamp) throws(RecordError) -> TicketStep {
        var after = self
        for edit in edits { try after.apply(edit, at: now) }
        guard after != self else { return TicketStep(before: self, after: self, kinds: []) }
        return step(to: after, at: now)
    }

    /// The step to a state of this ticket that differs from it in what `kinds` then tells.
    func step(to state: Ticket, at now: Timestamp) -> TicketStep {
        var kinds: [BuiltInEventType] = []
        var otherwise = state
        let move = Self.move(from: status, to: state.status)
        if let move {
            (otherwise.status, otherwise.resolvedAt, otherwise.closedAt) = (status, resolvedAt, closedAt)
            kinds = [move]
        }
        if otherwise != self { kinds.insert(.ticketUpdated, at: 0) }
        var after = state
        after.updatedAt = max(now, updatedAt)
        after.version += 1
        return TicketStep(before: self, after: after, kinds: kinds)
    }

    /// Nil where it is only an update.
    private static func move(from status: Status, to next: Status) -> BuiltInEventType? {
        switch (status, next) {
        case (.resolved, .resolved), (.closed, .closed): nil
        case (_, .resolved): .ticketResolved
        case (_, .closed): .ticketClosed
        case (.resolved, _), (.closed, _): .ticketReopened
        default: nil
        }
    }

    mutating func apply(_ edit: TicketEdit, at now: Timestamp) throws(RecordError) {
        switch edit {
        case .subject(let text): subject = try RecordText.line(text, 1...Self.subjectLimit, at: "subject")
        case .status(let next): try become(next, at: now)
        case .priority(let next): priority = next
        case .requester(let next): requester = try Self.checked(next)
        case .assignee(let next): assignee = next
        case .customer(let next): customer = next
        case .tags(let next): tags = try Self.checked(next)
        case .fields(let changes): fields = try Self.merged(fields, changes)
        }
    }

    private mutating func become(_ next: Status, at now: Timestamp) throws(RecordError) {
        guard next != status else { return }
        guard status.next.contains(next) else { throw .ticketCannotBecome(next, from: status) }
        status = next
        switch next {
        case .open, .pending: (resolvedAt, closedAt) = (nil, nil)
        case .resolved: resolvedAt = now
        case .closed: closedAt = now
        }
    }

    // MARK: Checking

    private static func checked(_ given: Requester) throws(RecordError) -> Requester {
        let email = try RecordText.optionalLine(given.email, upTo: emailLimit, at: "requester.email")
        if let email {
            let parts = email.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !email.contains(where: \.isWhitespace) else {
                throw .invalid(path: "requester.email", problem: "is no e-mail address")
            }
        }
        return Requester(
            name: try RecordText.optionalLine(given.name, upTo: nameLimit, at: "requester.name"), email: email,
            phone: try RecordText.optionalLine(given.phone, upTo: phoneLimit, at: "requester.phone"))
    }

    private static func checked(_ given: [String]) throws(RecordError) -> [String] {
        // Before they are looked at: nobody means a thousand tags.
        guard given.count <= tagCountLimit else {
            throw .invalid(path: "tags", problem: "must be at most \(tagCountLimit)")
        }
        var tags: [String] = []
        for (index, tag) in given.enumerated() {
            let tag = try RecordText.line(tag, 1...tagLimit, at: "tags[\(index)]").lowercased()
            guard !tag.contains(",") else { throw .invalid(path: "tags[\(index)]", problem: "must hold no comma") }
            if !tags.contains(tag) { tags.append(tag) }
        }
        return tags
    }

    private static func merged(_ fields: JSON.Object, _ changes: JSON.Object) throws(RecordError) -> JSON.Object {
        var merged = fields
        for change in changes.members {
            guard (1...fieldNameLimit).contains(change.key.count) else {
                throw .invalid(path: "fields", problem: "names must have 1 to \(fieldNameLimit) characters")
            }
            merged[change.key] = change.value == .null ? JSON?.none : .some(change.value)
        }
        guard merged.count <= fieldCountLimit else {
            throw .invalid(path: "fields", problem: "must be at most \(fieldCountLimit)")
        }
        guard JSON.object(merged).bytes.count <= fieldBytesLimit else {
            throw .invalid(path: "fields", problem: "must have at most \(fieldBytesLimit) bytes of JSON")
        }
        return merged
    }
}
