import HubCore
import HubStorage
import HubTesting
import Testing

@Suite struct PlanContract {
    @Test(arguments: Backend.allCases)
    func `a committed plan is there with everything that it caused`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let plan = workspace.plan(version: try await version(store, workspace), body: #"{"a":1}"#)
            #expect(try await store.commit(plan) == .committed(messageSeqs: [1]))
            let request = try #require(plan.request)
            let story = try #require(try await store.story(of: request.id, in: workspace.id))
            #expect(story.body == Array(#"{"a":1}"#.utf8))
            #expect(story.events.map(\.id) == plan.events.map(\.id))
            #expect(story.messages.map(\.draft.body) == ["Build **failed**"])
            #expect(story.summary.request.arrival?.headers["X-Test"] == "1")
        }
    }

    @Test(arguments: Backend.allCases)
    func `a claim is granted once, also to 64 at the same time`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try await version(store, workspace)
            let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                for _ in 0..<64 {
                    group.addTask { try await store.commit(workspace.plan(version: version, key: "k")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .committed(messageSeqs: [1]) } == 1)
            let answers = Set(outcomes.compactMap { if case .duplicate(let answer) = $0 { answer } else { nil } })
            #expect(answers.count == 1)
            let page = try await store.requests(of: workspace.id, RequestQuery(), PageRequest())
            #expect(page.elements.map(\.duplicates) == [63])
            #expect(page.elements.first?.firstEvent.map { "\($0.id)" } == answers.first)
        }
    }

    @Test(arguments: Backend.allCases)
    func `another body under a used key is a duplicate that is marked`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try await version(store, workspace)
            _ = try await store.commit(workspace.plan(version: version, key: "k", body: "one"))
            guard case .duplicate = try await store.commit(workspace.plan(version: version, key: "k", body: "two"))
            else {
                Issue.record("expected a duplicate")
                return
            }
            let page = try await store.requests(of: workspace.id, RequestQuery(), PageRequest())
            #expect(page.elements.map(\.differingDuplicates) == [1])
        }
    }

    @Test(arguments: Backend.allCases)
    func `what is past its time goes, and nothing a millisecond before`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try await version(store, workspace)
            // Many of one millisecond, whose ids are in no order, and some of the next.
            let plans = (0..<60).map { number in
                workspace.plan(
                    version: version, key: "key-\(number)", body: "{\"number\":\(number)}",
                    at: TestWorkspace.start + .milliseconds(number / 20))
            }
            for plan in plans { _ = try await store.commit(plan) }
            while try await store.deriveIndexes() {}
            func left(at now: Timestamp) async throws -> (requests: Int, bodies: Int, events: Int) {
                while try await store.removeExpired(at: now) {}
                let requests = try await store.requests(of: workspace.id, RequestQuery(), PageRequest(limit: 100))
                let events = try await store.events(of: workspace.id, EventQuery(), PageRequest(limit: 100))
                var bodies = 0
                for request in requests.elements {
                    let story = try await store.story(of: request.request.id, in: workspace.id)
                    if story?.body != nil { bodies += 1 }
                }
                return (requests.elements.count, bodies, events.elements.count)
            }
            let day = Duration.seconds(86400)
            #expect(try await left(at: TestWorkspace.start) == (60, 60, 60))
            #expect(try await left(at: TestWorkspace.start + day * 30) == (60, 60, 60))
            #expect(try await left(at: TestWorkspace.start + day * 30 + .milliseconds(1)) == (60, 40, 60))
            #expect(try await left(at: TestWorkspace.start + day * 90 + .milliseconds(2)) == (20, 0, 20))
            // The newest row of a table stays, so that no number is given twice.
            #expect(try await left(at: TestWorkspace.start + day * 91) == (1, 0, 1))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a claim that has expired is free again`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try await version(store, workspace)
            _ = try await store.commit(workspace.plan(version: version, key: "k"))
            let later = TestWorkspace.start + .seconds(604_800)
            let outcome = try await store.commit(workspace.plan(version: version, key: "k", at: later))
            #expect(outcome == .committed(messageSeqs: [2]))
        }
    }

    @Test(arguments: Backend.allCases)
    func `what no configuration holds makes no plan stale`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try await version(store, workspace)
            let credential = Credential(
                id: .make(at: TestWorkspace.start), kind: .token, workspace: workspace.id, lookupHash: [1], label: "ci",
                createdAt: TestWorkspace.start)
            try await store.apply([.putCredential(credential)], TestWorkspace.audit(workspace.id))
            #expect(try await store.commit(workspace.plan(version: version)) == .committed(messageSeqs: [1]))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a plan made with an old configuration is stale`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let old = try await version(store, workspace)
            try await store.apply([.putSource(workspace.source)], TestWorkspace.audit(workspace.id))
            #expect(try await store.commit(workspace.plan(version: old)) == .stale)
            let page = try await store.requests(of: workspace.id, RequestQuery(), PageRequest())
            #expect(page.elements.isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a poison plan fails alone among those that wait with it`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try await version(store, workspace)
            let good = workspace.plan(version: version)
            _ = try await store.commit(good)
            let results = await withTaskGroup(of: (isPoison: Bool, isStored: Bool).self) { group in
                for index in 0..<50 {
                    let isPoison = index == 25
                    // The same ids a second time break the uniqueness of requests.
                    let plan = isPoison ? good : workspace.plan(version: version)
                    group.addTask {
                        let outcome = try? await store.commit(plan)
                        return (isPoison, outcome != nil)
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count == 50)
            #expect(results.allSatisfy { $0.isStored == !$0.isPoison })
            let page = try await store.requests(of: workspace.id, RequestQuery(), PageRequest(limit: 100))
            #expect(page.elements.count == 50)
        }
    }

    @Test(arguments: Backend.allCases)
    func `text with NUL comes back whole`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let draft = MessageDraft(topic: "a\0b", body: "one\0two")
            let version = try await version(store, workspace)
            _ = try await store.commit(workspace.plan(version: version, body: "x\0y", draft: draft))
            let page = try await store.messages(of: workspace.id, MessageQuery(), PageRequest())
            #expect(page.elements.map(\.draft.topic) == ["a\0b"])
            #expect(page.elements.map(\.draft.body) == ["one\0two"])
            let topics = try await store.topics(of: workspace.stream.id, limit: 10)
            #expect(topics.map(\.topic) == ["a\0b"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a message to a stream that is not there makes it once`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            for name in ["Deploys", "deploys"] {
                let version = try await version(store, workspace)
                _ = try await store.commit(workspace.plan(version: version, place: .streamNamed(name)))
            }
            let configuration = try #require(try await store.configuration(of: workspace.id))
            #expect(configuration.streams.map(\.name) == ["ops", "Deploys"])
            #expect(configuration.streams.map(\.number) == [1, 2])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a resolution closes the messages about its thing and no others`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try await version(store, workspace)
            func send(_ keys: [String], resolves: Bool = false) async throws {
                let draft = MessageDraft(topic: "disk", body: "x", threadKeys: keys, resolvesThread: resolves)
                _ = try await store.commit(workspace.plan(version: version, draft: draft))
            }
            try await send(["a"])
            try await send(["b"])
            try await send(["a", "b"])
            try await send(["a"], resolves: true)
            func resolved() async throws -> [Bool] {
                try await store.messages(of: workspace.id, MessageQuery(), PageRequest(.after(0))).elements.map {
                    $0.resolvedAt != nil
                }
            }
            #expect(try await resolved() == [true, false, false, true])
            try await send(["b"], resolves: true)
            #expect(try await resolved() == [true, true, true, true, true])
        }
    }

    private func version(_ store: any Store, _ workspace: TestWorkspace) async throws -> Int64 {
        try #require(try await store.configurationVersion(of: workspace.id))
    }
}
