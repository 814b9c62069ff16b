import HubCore
import HubStorage
import HubTesting
import Testing

@Suite struct TicketContract {
    @Test(arguments: Backend.allCases)
    func `a ticket and its messages come back as they were kept`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let customer = Customer(
                id: .make(at: TestWorkspace.start), workspace: workspace.id, reference: "c", name: "C",
                createdAt: TestWorkspace.start)
            try await store.apply([.putCustomer(customer)], TestWorkspace.audit(workspace.id))
            let ticket = try workspace.ticket(7, "NUL-free\0subject") {
                $0.requester = .init(name: "Ada <b>", email: "ada@example.org", phone: "+44 1")
                ($0.assignee, $0.customer) = (workspace.person.id, customer.id)
                ($0.tags, $0.fields) = (["billing", "ünï"], ["contract": "C-77", "deep": ["a": [1, "2", nil]]])
                ($0.channel, $0.priority, $0.followUpOf) = ("email", .urgent, .make(at: TestWorkspace.start))
            }
            let (message, after) = try workspace.said("a\0b 🎉\r\n", on: ticket, externalID: "<1@mail>")
            #expect(
                try await store.commit(workspace.plan(version: version, keeping: [.putTicket(ticket)]))
                    == .committed(messageSeqs: []))
            _ = try await store.commit(
                workspace.plan(version: version, keeping: [.putTicket(after), .putMessage(message)]))
            #expect(try await store.ticket(ticket.id, in: workspace.id) == after)
            #expect(try await store.ticket(number: 7, in: workspace.id) == after)
            let messages = try await store.messages(of: ticket.id, in: workspace.id, PageRequest())
            #expect(messages.elements.map(\.message) == [message])
            #expect(try await store.message(message.id, in: workspace.id) == message)
            #expect(
                try await store.message(externalID: "<1@mail>", channel: "email", in: workspace.id) == message)
            let failed = try workspace.said("out", on: after, .outbound).message.raised(to: .failed, detail: "550")
            #expect(failed.statusDetail == "550")
        }
    }

    @Test(arguments: Backend.allCases)
    func `every change of a ticket is kept, and raised messages too`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            func keep(_ changes: RecordChange...) async throws {
                _ = try await store.commit(workspace.plan(version: version, keeping: changes))
            }
            var ticket = try workspace.ticket(1)
            try await keep(.putTicket(ticket))
            let edits: [[TicketEdit]] = [
                [.status(.pending), .priority(.high)], [.assignee(workspace.person.id), .tags(["a", "b"])],
                [.status(.resolved)], [.status(.open), .fields(["x": 1])], [.status(.closed), .subject("Other")],
                [.requester(.init(email: "a@b.c"))], [.tags([]), .assignee(nil)],
            ]
            for (index, edit) in edits.enumerated() {
                ticket = try ticket.applying(edit, at: TestWorkspace.start + .seconds(Int64(index + 1))).after
                try await keep(.putTicket(ticket))
                #expect(try await store.ticket(ticket.id, in: workspace.id) == ticket)
            }
            let open = try ticket.applying([.status(.open)], at: TestWorkspace.start).after
            let (message, after) = try workspace.said("out", on: open, .outbound)
            try await keep(.putTicket(open))
            try await keep(.putTicket(after), .putMessage(message))
            let failed = try message.raised(to: .failed, detail: "550 no")
            try await keep(.putMessage(failed))
            #expect(try await store.message(message.id, in: workspace.id) == failed)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a change of an old version is refused with all of its plan, and disturbs nobody`(
        _ backend: Backend
    ) async throws {
        try await backend.withStores(2) { stores in
            let workspace = try await TestWorkspace.make(stores[0])
            let version = try #require(try await stores[0].configurationVersion(of: workspace.id))
            let ticket = try workspace.ticket(1)
            _ = try await stores[0].commit(workspace.plan(version: version, keeping: [.putTicket(ticket)]))
            let changes = try (0..<20).map { index in
                try ticket.applying([.fields(["n": JSON(index)])], at: TestWorkspace.start).after
            }
            let committed = await withTaskGroup(of: Int?.self) { group in
                for (index, change) in changes.enumerated() {
                    group.addTask {
                        let plan = workspace.plan(
                            version: version, keeping: [.putTicket(change)], type: "ticket.updated")
                        do throws(StoreError) {
                            _ = try await stores[index % 2].commit(plan)
                            return index
                        } catch {
                            #expect(error == .conflict(what: "ticket"))
                            return nil
                        }
                    }
                }
                return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
            }
            #expect(committed.count == 1)
            let kept = try #require(try await stores[1].ticket(ticket.id, in: workspace.id))
            #expect(kept.fields["n"] == committed.first.map { JSON($0) })
            #expect(kept.version == 2)
            var query = EventQuery()
            query.type = "ticket.updated"
            #expect(try await stores[0].events(of: workspace.id, query, PageRequest()).elements.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `what is gone cannot be changed, and nothing is said on it`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            func refusal(_ changes: RecordChange...) async -> StoreError? {
                do throws(StoreError) {
                    _ = try await store.commit(workspace.plan(version: version, keeping: changes))
                    return nil
                } catch {
                    return error
                }
            }
            let ticket = try workspace.ticket(1)
            let changed = try ticket.applying([.priority(.low)], at: TestWorkspace.start).after
            let orphan = try workspace.said("x", on: ticket).message
            let (one, twin) = (try workspace.ticket(2), try workspace.ticket(2))
            #expect(await refusal(.putTicket(changed)) == .notFound(what: "ticket"))
            #expect(await refusal(.putTicket(ticket), .putTicket(ticket)) != nil)
            #expect(await refusal(.putMessage(orphan)) == .notFound(what: "ticket"))
            #expect(await refusal(.putTicket(ticket)) == nil)
            #expect(await refusal(.putTicket(ticket)) == .conflict(what: "ticket"))
            let entry = TestWorkspace.audit(workspace.id, action: "ticket.delete")
            #expect(await refusal(.deleteTicket(ticket.id, version: 2, entry)) == .conflict(what: "ticket"))
            #expect(await refusal(.deleteTicket(ticket.id, version: 1, entry)) == nil)
            #expect(await refusal(.deleteTicket(ticket.id, version: 1, entry)) == .notFound(what: "ticket"))
            // Another one of the same number.
            #expect(await refusal(.putTicket(one)) == nil)
            #expect(await refusal(.putTicket(twin)) != nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a deleted ticket takes its messages and words along, and leaves an audit entry`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let ticket = try workspace.ticket(1, "About zebras") { $0.tags = ["animals"] }
            let (message, after) = try workspace.said("They are striped", on: ticket, externalID: "m-1")
            _ = try await store.commit(workspace.plan(version: version, keeping: [.putTicket(ticket)]))
            _ = try await store.commit(
                workspace.plan(version: version, keeping: [.putTicket(after), .putMessage(message)]))
            while try await store.deriveIndexes() {}
            let entry = TestWorkspace.audit(workspace.id, action: "ticket.delete")
            _ = try await store.commit(
                workspace.plan(version: version, keeping: [.deleteTicket(ticket.id, version: 2, entry)]))
            #expect(try await store.ticket(ticket.id, in: workspace.id) == nil)
            #expect(try await store.message(message.id, in: workspace.id) == nil)
            #expect(try await store.message(externalID: "m-1", channel: "api", in: workspace.id) == nil)
            for text in ["zebras", "striped"] {
                var query = TicketQuery()
                query.text = text
                #expect(try await store.tickets(of: workspace.id, query, PageRequest()).elements.isEmpty)
            }
            let actions = try await store.auditEntries(of: workspace.id, PageRequest()).elements.map(\.action)
            #expect(actions.contains("ticket.delete"))
            // The number of the newest row is not given again: a follower would miss the next one.
            let next = try workspace.ticket(2)
            _ = try await store.commit(workspace.plan(version: version, keeping: [.putTicket(next)]))
            let page = try await store.tickets(of: workspace.id, TicketQuery(), PageRequest(.after(1)))
            #expect(page.elements.map(\.ticket.id) == [next.id])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a message of the same id of a provider is kept once`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let ticket = try workspace.ticket(1)
            _ = try await store.commit(workspace.plan(version: version, keeping: [.putTicket(ticket)]))
            for isFirst in [true, false] {
                let current = try #require(try await store.ticket(ticket.id, in: workspace.id))
                let (message, after) = try workspace.said("Hello", on: current, externalID: "same")
                let plan = workspace.plan(version: version, keeping: [.putTicket(after), .putMessage(message)])
                do throws(StoreError) {
                    _ = try await store.commit(plan)
                    #expect(isFirst)
                } catch {
                    #expect(!isFirst && error == .conflict(what: "ticket_message"))
                }
            }
            #expect(try await store.messages(of: ticket.id, in: workspace.id, PageRequest()).elements.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `numbers are given once, to several nodes too`(_ backend: Backend) async throws {
        try await backend.withStores(2) { stores in
            let workspace = try await TestWorkspace.make(stores[0])
            let other = try await TestWorkspace.make(stores[0], slug: "other")
            let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
                for index in 0..<60 {
                    group.addTask { try await stores[index % 2].takeTicketNumber(of: workspace.id) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(numbers.sorted() == (1...60).map { Int64($0) })
            #expect(try await stores[1].takeTicketNumber(of: other.id) == 1)
        }
    }

    // MARK: Lists

    @Test(arguments: Backend.allCases)
    func `tickets are found by what people filter for`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let other = try await TestWorkspace.make(store, slug: "other")
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let customer = ID<Customer>.make(at: TestWorkspace.start)
            for number in Int64(1)...6 {
                let at = TestWorkspace.start + .seconds(number * 60)
                let made = try workspace.ticket(number, "Ticket about \(number == 3 ? "pears" : "apples")", at: at) {
                    if number == 2 { $0.assignee = workspace.person.id }
                    if number == 4 { $0.customer = customer }
                    if number == 5 { ($0.tags, $0.priority) = (["vip", "billing"], .urgent) }
                    $0.requester = .init(name: "Requester\(number)")
                }
                _ = try await store.commit(workspace.plan(version: version, keeping: [.putTicket(made)]))
                if number == 6 {
                    let solved = try made.applying([.status(.resolved)], at: at).after
                    _ = try await store.commit(workspace.plan(version: version, keeping: [.putTicket(solved)]))
                }
                if number == 1 {
                    let (message, after) = try workspace.said("I want plums", on: made)
                    _ = try await store.commit(
                        workspace.plan(version: version, keeping: [.putTicket(after), .putMessage(message)]))
                }
            }
            while try await store.deriveIndexes() {}
            func numbers(
                in id: WorkspaceID = workspace.id, _ change: (inout TicketQuery) -> Void
            ) async throws -> [Int64] {
                var query = TicketQuery()
                change(&query)
                return try await store.tickets(of: id, query, PageRequest()).elements.map(\.ticket.number)
            }
            #expect(try await numbers { _ in } == [6, 5, 4, 3, 2, 1])
            #expect(try await numbers { $0.status = .resolved } == [6])
            #expect(try await numbers { $0.status = .open } == [5, 4, 3, 2, 1])
            #expect(try await numbers { $0.assignment = .person(workspace.person.id) } == [2])
            #expect(try await numbers { $0.assignment = .nobody } == [6, 5, 4, 3, 1])
            #expect(try await numbers { $0.priority = .urgent } == [5])
            #expect(try await numbers { $0.tag = "VIP" } == [5])
            #expect(try await numbers { $0.tag = "vi" } == [])
            #expect(try await numbers { $0.customer = customer } == [4])
            #expect(try await numbers { $0.since = TestWorkspace.start + .seconds(300) } == [6, 5])
            #expect(try await numbers { $0.text = "pears" } == [3])
            #expect(try await numbers { $0.text = "plum*" } == [1])
            #expect(try await numbers { $0.text = "requester2" } == [2])
            #expect(try await numbers { ($0.text, $0.status) = ("apples", .resolved) } == [6])
            #expect(try await numbers { $0.text = "\" OR 1=1 --\0" } == [])
            #expect(try await numbers(in: other.id) { _ in } == [])
            #expect(try await store.ticketCounts(of: workspace.id, TicketQuery()) == [.open: 5, .resolved: 1])
            var urgent = TicketQuery()
            (urgent.priority, urgent.status) = (.urgent, .closed)
            #expect(try await store.ticketCounts(of: workspace.id, urgent) == [.open: 1])
        }
    }

    @Test(arguments: Backend.allCases)
    func `words are found anew when a ticket changes`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            func found(_ text: String) async throws -> Int {
                while try await store.deriveIndexes() {}
                var query = TicketQuery()
                query.text = text
                return try await store.tickets(of: workspace.id, query, PageRequest()).elements.count
            }
            let ticket = try workspace.ticket(1, "Old subject")
            _ = try await store.commit(workspace.plan(version: version, keeping: [.putTicket(ticket)]))
            #expect(try await found("old") == 1)
            let renamed = try ticket.applying([.subject("New subject")], at: TestWorkspace.start).after
            _ = try await store.commit(workspace.plan(version: version, keeping: [.putTicket(renamed)]))
            #expect(try await found("old") == 0)
            #expect(try await found("new") == 1)
        }
    }

    @Test(arguments: Backend.allCases, [TicketQuery.Order.created, .activity])
    func `pages of tickets follow each other without gap or overlap`(
        _ backend: Backend, _ order: TicketQuery.Order
    ) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            var tickets: [Ticket] = []
            for number in Int64(1)...25 {
                tickets.append(try workspace.ticket(number))
                _ = try await store.commit(
                    workspace.plan(version: version, keeping: [.putTicket(try #require(tickets.last))]))
            }
            // The oldest is the one that something happened to last.
            let changed = try tickets[0].applying([.priority(.high)], at: TestWorkspace.start).after
            _ = try await store.commit(workspace.plan(version: version, keeping: [.putTicket(changed)]))
            var query = TicketQuery()
            query.order = order
            var numbers: [Int64] = []
            var cursor: Int64?
            repeat {
                let page = try await store.tickets(of: workspace.id, query, PageRequest(.before(cursor), limit: 10))
                numbers += page.elements.map(\.ticket.number)
                cursor = page.next
            } while cursor != nil
            let byAge = (1...25).reversed().map { Int64($0) }
            #expect(numbers == (order == .created ? byAge : [1] + byAge.dropLast()))
        }
    }

    @Test(arguments: Backend.allCases)
    func `retention leaves tickets alone`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let ticket = try workspace.ticket(1)
            let (message, after) = try workspace.said("Hello", on: ticket)
            _ = try await store.commit(workspace.plan(version: version, keeping: [.putTicket(ticket)]))
            _ = try await store.commit(
                workspace.plan(version: version, keeping: [.putTicket(after), .putMessage(message)]))
            while try await store.deriveIndexes() {}
            while try await store.removeExpired(at: TestWorkspace.start + .seconds(86400 * 3650)) {}
            #expect(try await store.ticket(ticket.id, in: workspace.id) == after)
            #expect(try await store.message(message.id, in: workspace.id) == message)
        }
    }
}

@Suite struct SurveyContract {
    private func keep(_ survey: Survey, _ store: any Store) async throws {
        try await store.apply(
            [.keep(.putSurvey(survey))], TestWorkspace.audit(survey.workspace, action: "survey.create"))
    }

    @Test(arguments: Backend.allCases)
    func `a survey comes back as it was kept, by id and by key`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try await store.configurationVersion(of: workspace.id)
            let draft = try workspace.survey()
            try await keep(draft, store)
            #expect(try await store.survey(draft.id, in: workspace.id) == draft)
            let later = TestWorkspace.start + .seconds(60)
            let published = try draft.applying([.state(.published), .name("Other")], at: later)
            try await keep(published, store)
            #expect(try await store.survey(key: "key-1") == published)
            let closed = try published.applying([.state(.closed)], at: later)
            try await keep(closed, store)
            #expect(try await store.survey(draft.id, in: workspace.id) == closed)
            #expect(try await store.survey(key: "key-2") == nil)
            #expect(try await store.surveys(of: workspace.id, PageRequest()).elements.map(\.survey) == [closed])
            // Plans that are under way need not be made again for a survey.
            #expect(try await store.configurationVersion(of: workspace.id) == version)
            let actions = try await store.auditEntries(of: workspace.id, PageRequest()).elements.map(\.action)
            #expect(actions.count { $0 == "survey.create" } == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a survey of an old version is refused, and its audit entry with it`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let draft = try workspace.survey()
            try await keep(draft, store)
            let one = try draft.applying([.name("One")], at: TestWorkspace.start)
            let two = try draft.applying([.name("Two")], at: TestWorkspace.start)
            try await keep(one, store)
            await #expect(throws: StoreError.conflict(what: "survey")) { try await keep(two, store) }
            #expect(try await store.survey(draft.id, in: workspace.id) == one)
            let actions = try await store.auditEntries(of: workspace.id, PageRequest()).elements.map(\.action)
            #expect(actions.count { $0 == "survey.create" } == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `responses come back, go on, and end once`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let survey = try workspace.survey().applying([.state(.published)], at: TestWorkspace.start)
            func keep(_ response: SurveyResponse) async throws {
                _ = try await store.commit(
                    workspace.plan(
                        version: version, keeping: [.putResponse(response)], type: "survey.response.completed"))
            }
            try await store.apply(
                [.keep(.putSurvey(try workspace.survey(key: "key-2")))], TestWorkspace.audit(workspace.id))
            var given = GivenAnswers(["q_why": "a\0b"], isComplete: false)
            given.respondent = .init(name: "Ada", email: "ada@example.org")
            (given.language, given.ticket) = ("de", .make(at: TestWorkspace.start))
            let begun = try SurveyResponse(
                .make(at: TestWorkspace.start), to: survey, given, startedAt: TestWorkspace.start,
                at: TestWorkspace.start)
            try await keep(begun)
            #expect(try await store.response(begun.id, in: workspace.id) == begun)
            let done = try begun.answering(
                survey, GivenAnswers(["q_score": 9], isComplete: true), at: TestWorkspace.start + .seconds(9))
            let again = try begun.answering(
                survey, GivenAnswers(["q_score": 1], isComplete: true), at: TestWorkspace.start + .seconds(9))
            try await keep(done)
            await #expect(throws: StoreError.conflict(what: "survey_response")) { try await keep(again) }
            #expect(try await store.response(begun.id, in: workspace.id) == done)
            func found(_ change: (inout ResponseQuery) -> Void) async throws -> Int {
                var query = ResponseQuery()
                change(&query)
                return try await store.responses(to: survey.id, in: workspace.id, query, PageRequest()).elements.count
            }
            #expect(try await found { _ in } == 1)
            #expect(try await found { $0.isComplete = true } == 1)
            #expect(try await found { $0.isComplete = false } == 0)
            #expect(try await found { $0.customer = .make(at: TestWorkspace.start) } == 0)
            #expect(try await found { $0.since = TestWorkspace.start + .seconds(10) } == 0)
        }
    }

    @Test(arguments: Backend.allCases)
    func `answers are counted by value, those of complete responses only`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let survey = try workspace.survey().applying([.state(.published)], at: TestWorkspace.start)
            let answers: [(JSON.Object, Bool)] = [
                (["q_score": 10, "q_many": ["Mail", "0"], "q_again": true, "q_why": "So"], true),
                (["q_score": 10, "q_many": ["Mail"], "q_one": "Red", "q_again": false], true),
                (["q_score": 0], true), (["q_score": 5, "q_again": true], false),
            ]
            for (given, isComplete) in answers {
                let response = try SurveyResponse(
                    .make(at: TestWorkspace.start), to: survey, GivenAnswers(given, isComplete: isComplete),
                    startedAt: TestWorkspace.start, at: TestWorkspace.start)
                _ = try await store.commit(workspace.plan(version: version, keeping: [.putResponse(response)]))
            }
            let tally = try await store.tally(of: survey)
            #expect(tally.completed == 3 && tally.partial == 1)
            #expect(tally.answered == ["q_score": 3, "q_many": 2, "q_one": 1, "q_again": 2, "q_why": 1])
            #expect(
                tally.counts == [
                    "q_score": ["10": 2, "0": 1], "q_many": ["Mail": 2, "0": 1], "q_one": ["Red": 1],
                    "q_again": ["1": 1, "0": 1],
                ])
            try await store.apply(
                [.keep(.putSurvey(try workspace.survey(key: "x")))], TestWorkspace.audit(workspace.id))
            #expect(try await store.surveys(of: workspace.id, PageRequest()).elements.map(\.responses) == [0])
        }
    }

    @Test(arguments: Backend.allCases)
    func `records of another workspace are not there`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let ours = try await TestWorkspace.make(store, slug: "ours")
            let theirs = try await TestWorkspace.make(store, slug: "theirs")
            let version = try #require(try await store.configurationVersion(of: theirs.id))
            let ticket = try theirs.ticket(1)
            let (message, after) = try theirs.said("Hello", on: ticket, externalID: "m")
            let survey = try theirs.survey().applying([.state(.published)], at: TestWorkspace.start)
            let response = try SurveyResponse(
                .make(at: TestWorkspace.start), to: survey, GivenAnswers(["q_score": 1], isComplete: true),
                startedAt: TestWorkspace.start, at: TestWorkspace.start)
            _ = try await store.commit(theirs.plan(version: version, keeping: [.putTicket(ticket)]))
            _ = try await store.commit(
                theirs.plan(
                    version: version, keeping: [.putTicket(after), .putMessage(message), .putResponse(response)]))
            try await keep(try theirs.survey(), store)
            #expect(try await store.ticket(ticket.id, in: ours.id) == nil)
            #expect(try await store.ticket(number: 1, in: ours.id) == nil)
            #expect(try await store.message(message.id, in: ours.id) == nil)
            #expect(try await store.message(externalID: "m", channel: "api", in: ours.id) == nil)
            #expect(try await store.messages(of: ticket.id, in: ours.id, PageRequest()).elements.isEmpty)
            #expect(try await store.response(response.id, in: ours.id) == nil)
            #expect(
                try await store.responses(to: survey.id, in: ours.id, ResponseQuery(), PageRequest()).elements.isEmpty)
            #expect(try await store.surveys(of: ours.id, PageRequest()).elements.isEmpty)
            #expect(try await store.ticketCounts(of: ours.id, TicketQuery()).isEmpty)
        }
    }
}
