import HubCore
import HubStorage
import HubTesting
import Testing

@testable import Hub

@Suite struct HelpdeskTests {
    private static let agent = RecordActor(kind: .person, id: nil, name: "Grace")

    private func open(
        _ test: TestHub, _ subject: String = "Invoice is missing", _ change: (inout NewTicket) -> Void = { _ in }
    ) async throws -> TicketOutcome {
        var new = NewTicket(subject: subject)
        new.requester = .init(name: "Ada", email: "ada@example.org")
        change(&new)
        return try await test.hub.open(new, in: test.first.workspace, by: Self.agent)
    }

    /// Types of the events so far, the oldest first.
    private func told(_ test: TestHub) async throws -> [String] {
        let page = try await test.hub.store.events(
            of: test.first.workspace, EventQuery(), PageRequest(.after(0), limit: 500))
        #expect(page.elements.allSatisfy { $0.event.origin == .internal })
        return page.elements.map(\.event.type)
    }

    @Test func `the life of a ticket is told, event by event`() async throws {
        try await TestHub.with { test in
            let (hub, workspace) = (test.hub, test.first.workspace)
            let opened = try await open(test) { $0.message = NewTicketMessage(.inbound, "Where is it?") }
            let id = opened.ticket.id
            #expect(opened.message?.author == RecordActor(kind: .customer, id: nil, name: "Ada"))
            var answer = NewTicketMessage(.outbound, "Here.")
            answer.then = .resolved
            let out = try await hub.say(answer, on: id, in: workspace, by: Self.agent)
            let sent = try #require(out.message)
            for status in [TicketMessage.Status.sent, .read, .delivered] {
                _ = try await hub.raise(message: sent.id, to: status, detail: nil, on: id, in: workspace)
            }
            _ = try await hub.say(NewTicketMessage(.note, "Easy"), on: id, in: workspace, by: Self.agent)
            _ = try await hub.say(NewTicketMessage(.inbound, "Not that one"), on: id, in: workspace, by: Self.agent)
            _ = try await hub.change(ticket: id, [.status(.closed)], in: workspace, by: Self.agent)
            let next = try await hub.say(NewTicketMessage(.inbound, "Hello?"), on: id, in: workspace, by: Self.agent)
            #expect(next.ticket.number == 2 && next.ticket.followUpOf == id && next.message?.ticket == next.ticket.id)
            try await hub.delete(ticket: id, in: workspace, by: Self.agent, auditor: "test")
            #expect(
                try await told(test) == [
                    "ticket.created", "ticket.message.created", "ticket.message.created", "ticket.resolved",
                    "ticket.message.status", "ticket.message.status", "ticket.message.created", "ticket.reopened",
                    "ticket.closed", "ticket.created", "ticket.message.created", "ticket.deleted",
                ])
        }
    }

    @Test func `what an event says is kept with it`() async throws {
        try await TestHub.with { test in
            let opened = try await open(test)
            let events = try await test.hub.store.events(of: test.first.workspace, EventQuery(), PageRequest())
            let event = try #require(events.elements.first?.event)
            let data = try await test.told(by: event)
            #expect(data["ticket"] == opened.ticket.document { _ in nil })
            #expect(data["actor"]?["name"] == "Grace")
        }
    }

    @Test func `two changes at once are both applied`() async throws {
        try await TestHub.with { test in
            let (hub, workspace) = (test.hub, test.first.workspace)
            let id = try await open(test).ticket.id
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        _ = try await hub.change(
                            ticket: id, [.fields(JSON.Object([("f\(index)", JSON(index))]))], in: workspace,
                            by: Self.agent)
                    }
                    group.addTask {
                        _ = try await hub.say(
                            NewTicketMessage(.inbound, "\(index)"), on: id, in: workspace, by: Self.agent)
                    }
                }
                try await group.waitForAll()
            }
            let ticket = try await hub.ticket("\(id)", in: workspace)
            #expect(ticket.fields.count == 40)
            #expect(ticket.version == 81)
            let messages = try await hub.store.messages(of: id, in: workspace, PageRequest(limit: 500))
            #expect(Set(messages.elements.map(\.message.text)).count == 40)
            #expect(try await told(test).count { $0 == "ticket.updated" } == 40)
        }
    }

    @Test func `two nodes that change one ticket lose nothing`() async throws {
        try await TestHub.with { test in
            let workspace = test.first.workspace
            let id = try await open(test).ticket.id
            // A second engine over the same store knows nothing of the first one's turns.
            let second = Hub(
                store: test.hub.store, vault: test.hub.vault, clock: test.clock.clock,
                text: Hub.TextTools(content: test.hub.content, templates: test.hub.templates), outbound: .init(sender: .unused),
                logger: test.hub.logger)
            for round in 0..<20 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, hub) in [test.hub, second].enumerated() {
                        group.addTask {
                            _ = try await hub.change(
                                ticket: id, [.fields(JSON.Object([("r\(round)n\(index)", JSON.bool(true))]))],
                                in: workspace,
                                by: Self.agent)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await test.hub.ticket("\(id)", in: workspace).fields.count == 40)
        }
    }

    @Test func `a change for an old version is refused`() async throws {
        try await TestHub.with { test in
            let id = try await open(test).ticket.id
            let workspace = test.first.workspace
            _ = try await test.hub.change(
                ticket: id, [.priority(.high)], ifVersion: 1, in: workspace, by: Self.agent)
            await #expect(throws: HelpdeskError.changed(what: "ticket")) {
                try await test.hub.change(ticket: id, [.priority(.low)], ifVersion: 1, in: workspace, by: Self.agent)
            }
        }
    }

    @Test func `numbers of tickets opened at once are all different`() async throws {
        try await TestHub.with { test in
            let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<50 { group.addTask { try await open(test).ticket.number } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(numbers.sorted() == (1...50).map { Int64($0) })
        }
    }

    @Test func `what is refused takes no number`() async throws {
        try await TestHub.with { test in
            await #expect(throws: HelpdeskError.self) { try await open(test, " ") }
            await #expect(throws: HelpdeskError.self) {
                try await open(test) { $0.message = NewTicketMessage(.inbound, " ") }
            }
            await #expect(throws: HelpdeskError.refused(.invalid(path: "assignee", problem: "there is no such person")))
            {
                try await open(test) { $0.assignee = .make(at: test.now) }
            }
            await #expect(
                throws: HelpdeskError.refused(.invalid(path: "customer", problem: "there is no such customer"))
            ) {
                try await open(test) { $0.customer = .make(at: test.now) }
            }
            let opened = try await open(test)
            #expect(opened.ticket.number == 1)
        }
    }

    @Test func `a message that comes twice, also at once, is one`() async throws {
        try await TestHub.with { test in
            let (hub, workspace) = (test.hub, test.first.workspace)
            let outcomes = try await withThrowingTaskGroup(of: TicketOutcome.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await open(test) {
                            $0.message = NewTicketMessage(.inbound, "Hello")
                            $0.message?.externalID = "<m@1>"
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { !$0.isRepeated } == 1)
            #expect(Set(outcomes.map(\.ticket.id)).count == 1)
            let id = outcomes[0].ticket.id
            var reply = NewTicketMessage(.inbound, "Again")
            reply.externalID = "<m@2>"
            let first = try await hub.say(reply, on: id, in: workspace, by: Self.agent)
            let second = try await hub.say(reply, on: id, in: workspace, by: Self.agent)
            #expect(!first.isRepeated && second.isRepeated && first.message == second.message)
            #expect(try await told(test).count { $0 == "ticket.message.created" } == 2)
        }
    }

    @Test func `a ticket is found by id, by number and by number with its sign`() async throws {
        try await TestHub.with { test in
            let ticket = try await open(test).ticket
            let workspace = test.first.workspace
            for name in ["\(ticket.id)", "1", "#1"] {
                #expect(try await test.hub.ticket(name, in: workspace).id == ticket.id)
            }
            for name in ["2", "", "#", "tkt_x", "1.0", "\(Int64.max)0"] {
                await #expect(throws: HelpdeskError.notFound(what: "ticket")) {
                    try await test.hub.ticket(name, in: workspace)
                }
            }
        }
    }

    @Test func `news of a message are taken on its own ticket only`() async throws {
        try await TestHub.with { test in
            let workspace = test.first.workspace
            let (one, two) = (try await open(test).ticket, try await open(test).ticket)
            let said = try await test.hub.say(
                NewTicketMessage(.outbound, "Hello"), on: one.id, in: workspace, by: Self.agent)
            let message = try #require(said.message)
            await #expect(throws: HelpdeskError.notFound(what: "message")) {
                try await test.hub.raise(message: message.id, to: .sent, detail: nil, on: two.id, in: workspace)
            }
        }
    }
}

@Suite struct SurveyHelpdeskTests {
    private func published(_ test: TestHub) async throws -> Survey {
        var new = NewSurvey(name: "After support")
        new.questions = [SurveyQuestion(key: "q_1", label: "Recommend?", kind: .nps, isRequired: true)]
        let draft = try await test.hub.makeSurvey(new, in: test.first.workspace, by: "test")
        return try await test.hub.setState(.published, of: draft.id, in: test.first.workspace, by: "test")
    }

    @Test func `changes of surveys are in the audit log, and keys are hard to guess`() async throws {
        try await TestHub.with { test in
            let survey = try await published(test)
            _ = try await test.hub.change(survey: survey.id, in: survey.workspace, by: "test") {
                _ throws(RecordError) in
                [.name("Other")]
            }
            _ = try await test.hub.change(survey: survey.id, in: survey.workspace, by: "test") {
                _ throws(RecordError) in
                [.name("Other")]
            }
            _ = try await test.hub.setState(.closed, of: survey.id, in: survey.workspace, by: "test")
            let entries = try await test.hub.store.auditEntries(of: survey.workspace, PageRequest()).elements
            #expect(
                entries.map(\.action).filter { $0.hasPrefix("survey") } == [
                    "survey.close", "survey.update", "survey.publish", "survey.create",
                ])
            #expect(survey.key.utf8.count == 20)
            #expect(try await published(test).key != survey.key)
        }
    }

    @Test func `questions added at once are all there`() async throws {
        try await TestHub.with { test in
            let draft = try await test.hub.makeSurvey(
                NewSurvey(name: "Many"), in: test.first.workspace, by: "test")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        _ = try await test.hub.change(survey: draft.id, in: draft.workspace, by: "test") {
                            survey throws(RecordError) in
                            let key = SurveyQuestion.freeKey(among: survey.questions)
                            return [
                                .questions(
                                    survey.questions + [SurveyQuestion(key: key, label: "\(index)", kind: .text)])
                            ]
                        }
                    }
                }
                try await group.waitForAll()
            }
            let survey = try await test.hub.survey(draft.id, in: draft.workspace)
            #expect(Set(survey.questions.map(\.label)).count == 20)
        }
    }

    @Test func `a complete response is told once, a begun one not at all`() async throws {
        try await TestHub.with { test in
            let survey = try await published(test)
            let ticket = try await test.hub.open(NewTicket(subject: "Help"), in: survey.workspace, by: .hub).ticket
            var given = GivenAnswers([:], isComplete: false)
            given.ticket = ticket.id
            let begun = try await test.hub.respond(to: survey, given)
            let answers = GivenAnswers(["q_1": 9], isComplete: true)
            _ = try await test.hub.goOn(with: begun.id, answers, in: survey.workspace)
            await #expect(throws: HelpdeskError.refused(.responseIsComplete)) {
                try await test.hub.goOn(with: begun.id, answers, in: survey.workspace)
            }
            // A form that is sent twice names the same response.
            let id = ID<SurveyResponse>.make(at: test.now)
            let first = try await test.hub.respond(to: survey, answers, as: id)
            #expect(try await test.hub.respond(to: survey, answers, as: id) == first)
            var query = EventQuery()
            query.type = "survey.response.completed"
            let events = try await test.hub.store.events(of: survey.workspace, query, PageRequest()).elements
            #expect(events.count == 2)
            let oldest = try #require(events.last?.event)
            let document = try await test.told(by: oldest)
            #expect(document["response"]?["ticket"]?["number"] == JSON(ticket.number))
        }
    }
}

extension TestHub {
    /// What an event of the hub's own says.
    fileprivate func told(by event: Event) async throws -> JSON {
        let content = try await hub.store.content(of: event.id, in: event.workspace)
        guard case .json(let bytes)? = content?.body else { return .null }
        return try JSON.parse(bytes)
    }
}
