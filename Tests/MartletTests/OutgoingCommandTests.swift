import ArgumentParser
import HubCore
import HubStorage
import Testing

@testable import martlet

@Suite struct OutgoingCommandTests {
    // MARK: Options as the API's documents

    @Test func `options of an endpoint become the members that the API takes`() throws {
        let command = try EndpointCommand.Create.parse([
            "--url", "https://example.com/hook", "--events", "ticket.*, order.paid", "--events", "a.b", "--name", "CRM",
            "--filter", #"{"data.priority":"high"}"#, "--header", "X-Key: a: b", "--retry", "1s 5s 500ms 2h",
            "--timeout", "2.5s", "--concurrency", "3", "--rate", "60", "--order", "/ticket/id", "--channel", "eu",
            "--include-customers", "--method", "PUT", "--paused", "--body", "slack", "--authentication",
            #"{"type":"bearer","token":"t"}"#, "--tls", "null",
        ])
        let expected = try JSON.parse(
            """
            {"events": ["ticket.*", "order.paid", "a.b"], "name": "CRM", "channels": ["eu"],
             "filter": {"data.priority": "high"}, "include_customers": true, "headers": {"X-Key": "a: b"},
             "authentication": {"type": "bearer", "token": "t"}, "tls": null, "body": "slack",
             "method": "PUT", "retry_schedule_seconds": [1, 5, 0.5, 7200], "timeout_seconds": 2.5, "concurrency": 3,
             "rate_per_minute": 60, "order": "/ticket/id"}
            """)
        #expect(JSON.object(try command.settings.members()) == expected)
        #expect(command.paused)
    }

    @Test func `none takes back what was set`() throws {
        let command = try EndpointCommand.Update.parse([
            "CRM", "--filter", "null", "--header", "", "--retry", "none", "--rate", "none", "--order", "none",
            "--channel", "none", "--no-include-customers",
        ])
        let expected: JSON = [
            "channels": nil, "filter": nil, "include_customers": false, "headers": [:], "retry_schedule_seconds": [],
            "rate_per_minute": nil, "order": nil,
        ]
        #expect(JSON.object(try command.settings.members()) == expected)
    }

    @Test(arguments: [
        ["--url", "https://a.example"], ["--url", "https://a.example", "--events", "a", "--retry", "soon"],
        ["--url", "https://a.example", "--events", "a", "--rate", "fast"],
        ["--url", "https://a.example", "--events", "a", "--unsigned", "--secret", "12345678"],
    ])
    func `an endpoint that cannot be meant is not understood`(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try EndpointCommand.Create.parse(arguments) }
    }

    @Test(arguments: [
        ("500ms", 0.5), ("10s", 10), ("1.5", 1.5), ("5m", 300), ("2h", 7200), ("1d", 86400), ("0s", 0),
    ])
    func `a wait is read as people write it`(_ text: String, _ seconds: Double) {
        #expect(Wait(argument: text)?.seconds == seconds)
    }

    @Test(arguments: ["", "s", "-1s", "1w", "1 s", "inf", "nan", "0x10s"])
    func `what is no wait is none`(_ text: String) {
        #expect(Wait(argument: text) == nil)
    }

    @Test func `an event is published from data, or byte for byte from a file`() throws {
        let plain = try EventsCommand.Publish.parse([
            "order.paid", "--data", #"{"amount":1.50}"#, "--id", "o-1", "--idempotency-key", "k", "--customer", "acme",
            "--channel", "eu", "--channel", "us", "--metadata", #"{"region":"eu"}"#,
        ])
        #expect(
            try plain.document().text
                == #"{"type":"order.paid","data":{"amount":1.50},"id":"o-1","idempotency_key":"k","customer":"acme","#
                + #""channels":["eu","us"],"metadata":{"region":"eu"}}"#)
        let bare = try EventsCommand.Publish.parse(["ping"])
        #expect(try bare.document().text == #"{"type":"ping","data":{}}"#)
        #expect(throws: (any Error).self) { try EventsCommand.Publish.parse(["a", "--data", "1", "--body", "f"]) }
        #expect(throws: (any Error).self) { try EventsCommand.Publish.parse(["a", "--content-type", "text/plain"]) }
    }

    @Test(arguments: [
        (["events", "--follow"], "List"), (["events", "publish", "a"], "Publish"),
        (["deliveries", "--failed"], "List"),
        (["event-types"], "List"), (["endpoint", "pause", "x"], "Pause"), (["recover", "--yes"], "RecoverCommand"),
        (["listen", "--forward-to", "http://localhost:3000/hooks"], "ListenCommand"),
    ])
    func `a list is what a command shows by itself`(_ arguments: [String], _ name: String) throws {
        #expect("\(type(of: try Martlet.parseAsRoot(arguments)))" == name)
    }

    @Test(arguments: [
        ["deliveries", "--failed", "--state", "held"], ["deliveries", "--event", "evt_1"],
        ["recover", "--rate", "0"], ["recover", "--state", "leased"], ["listen", "--forward-to", "3000"],
        ["listen", "--forward-to", "http://localhost", "--events", "a", "--source", "b"],
        ["listen", "--forward-to", "http://localhost", "--hub", "hooks.example.com"],
    ])
    func `what contradicts itself is not understood`(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try Martlet.parseAsRoot(arguments) }
    }

    // MARK: Following deliveries

    @Test func `each step of a delivery is told once`() {
        let now = Timestamp(seconds: 1_793_491_200)
        let id = ID<Delivery>.make(at: now)
        func summary(_ seq: Int64, _ state: DeliveryState, _ attempts: Int) -> DeliverySummary {
            DeliverySummary(
                seq: seq,
                delivery: Delivery(
                    id: id, workspace: WorkspaceID(stored: "main"), event: .make(at: now), endpoint: .make(at: now),
                    progress: DeliveryProgress(state: state, attempts: attempts, failures: 0, dueAt: now),
                    createdAt: now), eventType: "a.b")
        }
        var steps = DeliverySteps()
        #expect(steps.taken([summary(1, .pending, 0), summary(2, .pending, 0)]).map(\.seq) == [1, 2])
        #expect(steps.newest == 2)
        #expect(steps.taken([summary(1, .pending, 0), summary(2, .pending, 0)]).isEmpty)
        #expect(steps.taken([summary(1, .pending, 1), summary(2, .succeeded, 1)]).map(\.seq) == [1, 2])
        #expect(steps.taken((3...2000).map { summary($0, .pending, 0) }).count == 1998)
        #expect(steps.newest == 2000)
        #expect(steps.taken([summary(2000, .pending, 0)]).isEmpty)
    }

    // MARK: Ending a recovery

    @Test func `the first Ctrl-C asks, yes or a second one ends`() {
        var ending = RecoveryEnding(canAsk: true)
        #expect(ending.answered("y") == .nothing)
        #expect(ending.interrupted() == .ask)
        #expect(ending.answered("no") == .nothing)
        #expect(!ending.isAsking)
        #expect(ending.interrupted() == .ask)
        #expect(ending.answered(" Yes ") == .end)
        #expect(ending.interrupted() == .ask)
        #expect(ending.interrupted() == .end)
        var unasked = RecoveryEnding(canAsk: false)
        #expect(unasked.interrupted() == .end)
    }

    @Test func `a recovery that no hub has taken up says when it goes on`() {
        let begun = Self.recovery(done: 0, cursor: 0, .running)
        #expect(RecoverCommand.words(begun, begun).contains("when the hub runs"))
        #expect(RecoverCommand.words(Self.recovery(done: 3, cursor: 9, .running), begun).contains("3 deliveries of 7"))
        #expect(
            RecoverCommand.words(Self.recovery(done: 7, cursor: 9, .finished), begun).hasPrefix("7 deliveries went"))
        #expect(RecoverCommand.words(Self.recovery(done: 1, cursor: 2, .cancelled), begun).hasPrefix("Ended."))
    }

    private static let recoveryID = ID<Recovery>.make(at: Timestamp(seconds: 1_793_491_200))

    private static func recovery(done: Int, cursor: Int64, _ state: Recovery.State) -> Recovery {
        Recovery(
            id: recoveryID, selection: DeliverySelection(workspace: WorkspaceID(stored: "main"), states: [.exhausted]),
            total: 7, done: done, cursor: cursor, ratePerSecond: nil, state: state, actor: "test",
            createdAt: Timestamp(seconds: 1_793_491_200))
    }
}
