import HubCore
import HubTesting
import Testing

@Suite struct BuiltInEventTypeTests {
    @Test func `the types are those that receivers were promised`() {
        #expect(
            BuiltInEventType.allCases.map(\.rawValue) == [
                "ticket.created", "ticket.updated", "ticket.resolved", "ticket.reopened", "ticket.closed",
                "ticket.deleted", "ticket.message.created", "ticket.message.status", "survey.response.completed",
                "approval.requested", "approval.decided", "approval.expired", "approval.cancelled",
                "conversation.created", "conversation.archived", "message.created", "message.button.clicked",
                "transcript.ingested", "source.event.received", "endpoint.disabled", "endpoint.recovered",
                "delivery.exhausted",
            ])
    }

    @Test(arguments: BuiltInEventType.allCases)
    func `each has a sample that is JSON, small, and a summary`(_ type: BuiltInEventType) throws {
        let sample = try JSON.parse(type.sampleText)
        #expect(type.sample == sample)
        #expect(sample.object?.isEmpty == false)
        #expect(type.sampleText.utf8.count < 20_000)
        #expect(EventTypeName.isValid(type.rawValue))
        #expect(type.summary.hasSuffix("."))
    }

    @Test(arguments: BuiltInEventType.allCases.filter { $0.schema != nil })
    func `its sample has everything that its schema names, and nothing else`(_ type: BuiltInEventType) throws {
        let schema = try #require(type.schema)
        #expect(try JSONSchema(schema).validate(type.sample) == [])
        #expect(try JSONSchema(schema.closedSchema).validate(type.sample) == [])
    }

    static let changes: [BuiltInEventType] = [
        .ticketUpdated, .ticketResolved, .ticketReopened, .ticketClosed, .ticketMessageStatus, .approvalDecided,
        .approvalExpired, .approvalCancelled, .conversationArchived, .transcriptIngested,
    ]

    @Test(arguments: BuiltInEventType.allCases)
    func `what tells of a change tells what was there before, and nothing else does`(_ type: BuiltInEventType) throws {
        let previous = type.sample["previous"]?.object
        #expect((previous != nil) == Self.changes.contains(type))
        guard let previous else { return }
        // The record that changed stands beside it, with another value at each name.
        let record = try #require(type.sample.object?.members.first { $0.key != "previous" }?.value)
        for member in previous.members {
            #expect(record[member.key] != nil, "\(member.key)")
            #expect(record[member.key] != member.value, "\(member.key)")
        }
    }

    @Test(arguments: BuiltInEventType.allCases)
    func `ids in samples look like ids`(_ type: BuiltInEventType) {
        func check(_ value: JSON) {
            switch value {
            case .object(let object):
                for member in object.members { check(member.value) }
            case .array(let elements):
                for element in elements { check(element) }
            case .string(let text):
                let parts = text.split(separator: "_")
                guard parts.count == 2, parts[1].hasPrefix("01k") else { return }
                #expect(parts[1].utf8.count == 26)
                #expect(parts[1].allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".contains($0) })
            default: break
            }
        }
        check(type.sample)
    }

    @Test func `samples are found by the filters that documents show`() throws {
        let urgent = try EventCondition([
            "type": ["$startsWith": "ticket."], "data.ticket.priority": ["$in": ["urgent"]],
        ])
        let found = BuiltInEventType.allCases.filter { urgent.matches(type: $0.rawValue, data: $0.sample) }
        #expect(found == [.ticketUpdated])
    }
}
