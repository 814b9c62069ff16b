import Hub
import HubCore
import HubStorage

/// What a call knows: who calls, for which workspace, and what was sent, found to have its shape.
struct CallContext: Sendable {
    let hub: Hub
    let caller: Caller
    /// Scheme, host and port by which the hub is known.
    let publicBase: String
    let publicHost: String
    let parameters: [String: String]
    let query: Payload
    let body: Payload
    /// `Last-Event-ID`, which a client that comes back sends by itself.
    let lastEventID: String?
    /// Of the headers that the call takes.
    let headers: Payload
    /// What the call demands of its token.
    let scope: Credential.Scope
    let token: Secret<String>
    /// Nil: the token is good for all of them, and the call named none.
    let namedWorkspace: WorkspaceID?

    /// The workspace that the call is about.
    var workspace: WorkspaceID {
        get throws {
            guard let namedWorkspace else { throw ManagementError.workspaceRequired }
            return namedWorkspace
        }
    }

    var actor: String { caller.actor }

    func configuration() async throws -> WorkspaceConfiguration {
        try await hub.configuration(of: try workspace)
    }

    /// Whether the token is still good for what this call began; asked by calls that last.
    func isStillAllowed() async -> Bool {
        do throws(SetupError) {
            return try await hub.caller(token: token.reveal())?.may(scope) ?? false
        } catch {
            // A store in trouble ends nobody's listening.
            return true
        }
    }

    // MARK: Following

    /// Where a follower goes on that was cut off; nil for one that begins.
    func resumption() throws -> Int64? {
        try cursor(lastEventID.map { Payload(.string($0)) } ?? query["cursor"])
    }

    /// - Parameter isAllowed: whether what is told may (still) be, beside what the token may do.
    func feed(
        _ content: any FeedContent, whileAllowed isAllowed: @escaping @Sendable () async -> Bool = { true }
    ) throws -> CallAnswer {
        guard !EventFeed.isFull else { throw ManagementError.tooManyFollowers }
        return .events(
            EventFeed(content: content, clock: hub.clock) {
                guard await isStillAllowed() else { return false }
                return await isAllowed()
            })
    }

    // MARK: What was sent

    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// The path's id; one that is malformed is simply not there.
    func id<Entity>(_ name: String, _ what: String) throws -> ID<Entity> {
        guard let id = ID<Entity>(parameter(name)) else { throw ManagementError.notFound(what: what) }
        return id
    }

    /// The page that `cursor` and `limit` ask for, newest first.
    func page() throws -> PageRequest {
        PageRequest(.before(try cursor(query["cursor"])), limit: Int(query["limit"].number ?? 50))
    }

    func cursor(_ payload: Payload) throws -> Int64? {
        guard let text = payload.text else { return nil }
        guard let seq = Cursor.seq(text) else {
            throw ManagementError.invalid(detail: "cursor: is none that a list gave")
        }
        return seq
    }

    func moment(_ payload: Payload) -> Timestamp? { payload.text.flatMap { Timestamp(rfc3339: $0) } }

    /// How long what is replaced stays good; a day unless the call says otherwise.
    var overlap: Duration { .seconds(body["overlap_seconds"].number ?? 86400) }

    /// The source that a filter names.
    func source(_ payload: Payload) async throws -> ID<Source>? {
        guard let name = payload.filledText else { return nil }
        guard let source = try await configuration().source(matching: name) else {
            throw ManagementError.invalid(detail: "source: there is no source \"\(name)\"")
        }
        return source.id
    }
}

extension Shape.Member {
    /// What every list takes that comes in pages.
    static let paging: [Shape.Member] = [
        .optional("limit", .integer(1...500), "How many at most; 50 unless given."),
        .optional("cursor", .text, "`next` of the page before."),
    ]

    static let overlap = optional(
        "overlap_seconds", .integer(0...2_592_000),
        "How long the old ones stay good; 86400 unless given, 0 ends them at once.")
}
