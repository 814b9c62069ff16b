import Hub
import HubCore
import HubStorage
import HubTesting
import Testing

@Suite struct Planning {
    private let workspace = WorkspaceID(stored: "acme")
    private let start = TestWorkspace.start

    @Test func `a source with a stream is fixed: neither URL nor payload move its messages`() throws {
        let source = source { $0.stream = "ops" }
        let wish = DestinationWish(
            conversation: "local:dev/x", stream: "dev", document: ["conversationId": "local:dev"])
        #expect(place(of: plan(source, wish)) == .stream(stream("ops").id))
    }

    @Test func `the URL comes before the payload, the payload before the owner`() throws {
        let open = source { _ in }
        let both = DestinationWish(stream: "2", document: ["conversationId": "ops"])
        #expect(place(of: plan(open, both)) == .stream(stream("dev").id))
        let payload = DestinationWish(document: ["data": ["conversation_id": "local:OPS/disk"]])
        let planned = plan(open, payload)
        #expect(place(of: planned) == .stream(stream("ops").id))
        #expect(post(of: planned)?.draft.topic == "disk")
        #expect(place(of: plan(open, DestinationWish())) == .direct(owner.id))
    }

    @Test func `outside the allowed conversations the source's own stream gets it and the owner hears why`() throws {
        let source = source {
            $0.stream = "ops"
            $0.allowedConversations = ["local:ops*"]
        }
        let planned = plan(source, DestinationWish(conversation: "dev"))
        #expect(place(of: planned) == .stream(stream("ops").id))
        #expect(planned.effects.count == 2)
        #expect(place(of: plan(source, DestinationWish(conversation: "ops/disk"))) == .stream(stream("ops").id))
    }

    @Test func `an unknown stream never loses a message`() throws {
        let planned = plan(source { _ in }, DestinationWish(stream: "nowhere"))
        #expect(place(of: planned) == .direct(owner.id))
        #expect(post(of: planned)?.draft.body.contains("nowhere") == true)
        #expect(post(of: planned)?.draft.body.contains("Build failed") == true)
        let making = plan(source { _ in }, DestinationWish(stream: "nowhere"), mayCreateStreams: true)
        #expect(place(of: making) == .streamNamed("nowhere"))
    }

    @Test func `pointers of the source say where the payload names the place`() throws {
        let source = source {
            $0.conversationPointer = "/where"
            $0.topicPointer = "/what"
        }
        let planned = plan(source, DestinationWish(document: ["where": "dev", "what": "releases"]))
        #expect(place(of: planned) == .stream(stream("dev").id))
        #expect(post(of: planned)?.draft.topic == "releases")
    }

    @Test func `an event that cannot be read is told to the owner once in a while`() throws {
        let finding = Finding(type: "push", meaning: .unreadable(.missing(path: "$.ref")))
        let told = plan(source { _ in }, DestinationWish(), [finding, finding], mayNotify: true)
        #expect(told.events.map(\.outcome) == Array(repeating: .unreadable(reason: "$.ref: missing"), count: 2))
        #expect(told.effects.count == 1)
        #expect(plan(source { _ in }, DestinationWish(), [finding], mayNotify: false).effects.isEmpty)
    }

    @Test func `what is too long is cut and marked`() throws {
        let draft = MessageDraft(
            topic: String(repeating: "t", count: 70), body: String(repeating: "b", count: 10_100))
        let finding = Finding(type: "t", meaning: .message(draft))
        let cut = try #require(post(of: plan(source { _ in }, DestinationWish(), [finding]))).draft
        #expect(cut.topic.count == 60)
        #expect(cut.topic.hasSuffix("..."))
        #expect(cut.body.count == 10_000)
        #expect(cut.body.hasSuffix("[message truncated]"))
    }

    // MARK: Parts

    private let owner = Person(
        id: .make(at: TestWorkspace.start), workspace: WorkspaceID(stored: "acme"), email: "ada@acme.test", name: "Ada",
        role: .admin, createdAt: TestWorkspace.start)
    private let streams = ["ops", "dev"].enumerated().map { index, name in
        HubCore.Stream(
            id: .make(at: TestWorkspace.start), workspace: WorkspaceID(stored: "acme"), number: Int64(index + 1),
            name: name, createdAt: TestWorkspace.start)
    }

    private func stream(_ name: String) -> HubCore.Stream { streams[name == "ops" ? 0 : 1] }

    private func source(_ change: (inout Source.Options) -> Void) -> Source {
        var options = Source.Options()
        change(&options)
        return Source(
            id: .make(at: start), workspace: workspace, name: "ci", integration: "json",
            verification: .init(scheme: "none"), options: options, createdAt: start)
    }

    private func plan(
        _ source: Source, _ wish: DestinationWish, _ findings: [Finding]? = nil, mayNotify: Bool = true,
        mayCreateStreams: Bool = false
    ) -> Planner.Result {
        let configuration = WorkspaceConfiguration(
            version: 1, workspace: Workspace(id: workspace, name: "Acme", createdAt: start), people: [owner], bots: [],
            sources: [source], streams: streams, secrets: [])
        let message = Finding(
            type: "build.failed", meaning: .message(MessageDraft(topic: "ci", body: "Build failed")))
        let sender = Planner.Sender(
            message: .source(source.id), owner: owner.id, mayCreateStreams: mayCreateStreams, source: source)
        return Planner(configuration: configuration, sender: sender).plan(
            Planner.Input(
                origin: .received, request: nil, findings: findings ?? [message], destination: wish,
                mayNotify: mayNotify, now: start))
    }

    private func post(of result: Planner.Result) -> Effect.Post? {
        guard case .post(let post)? = result.effects.first else { return nil }
        return post
    }

    private func place(of result: Planner.Result) -> Effect.Post.Place? { post(of: result)?.place }
}
