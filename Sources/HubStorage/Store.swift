package import HubCore
import Synchronization

/// What an engine must be able to keep; one contract suite in the tests says what each ability means.
package typealias Store = ConfigurationStore & CredentialStore & PlanStore & RequestStore & ConversationStore
    & TranscriptStore & DeliveryStore & RecoveryStore & RecordStore & MaintenanceStore

/// Workspaces and what people set up in them.
package protocol ConfigurationStore: Sendable {
    func workspaces() async throws(StoreError) -> [Workspace]

    /// - Returns: nil when there is no such workspace.
    func configuration(of workspace: WorkspaceID) async throws(StoreError) -> WorkspaceConfiguration?

    /// The version of the current configuration; nil when there is no such workspace.
    func configurationVersion(of workspace: WorkspaceID) async throws(StoreError) -> Int64?

    /// Applies all changes, writes the audit entry and commits what is told of it, or nothing.
    ///
    /// - Parameter plan: made with the configuration before the changes.
    /// - Returns: false when the plan was made with another one: nothing is applied.
    /// - Throws: ``StoreError/conflict(what:)`` when a name is taken.
    func apply(
        _ changes: [ConfigurationChange], _ entry: AuditEntry, telling plan: Plan?
    ) async throws(StoreError) -> Bool

    func customers(of workspace: WorkspaceID) async throws(StoreError) -> [Customer]

    /// Newest first.
    func auditEntries(
        of workspace: WorkspaceID, _ page: PageRequest
    ) async throws(StoreError) -> Page<AuditEntry>
}

extension ConfigurationStore {
    /// Applies changes that nobody is told of.
    package func apply(_ changes: [ConfigurationChange], _ entry: AuditEntry) async throws(StoreError) {
        _ = try await apply(changes, entry, telling: nil)
    }
}

/// Keys, tokens, sessions and invitations.
package protocol CredentialStore: Sendable {
    /// By the unique index on the keyed hash. Expired ones are found too.
    func credential(lookupHash: [UInt8]) async throws(StoreError) -> Credential?

    /// Those of a workspace that are not expired, without sessions; nil: those of the whole instance.
    func credentials(of workspace: WorkspaceID?, at now: Timestamp) async throws(StoreError) -> [Credential]
}

/// The one way in for everything that happens.
package protocol PlanStore: Sendable {
    /// Says that a plan is being made. A commit waits a little for those that are, and is shared with them.
    func announce() -> Announcement

    /// Commits a plan durably, together with others that wait.
    ///
    /// A plan that cannot be stored fails alone. After a failure nothing of the plan is there.
    ///
    /// - Parameters:
    ///   - announcement: of this plan; ended by the commit.
    ///   - finish: called once, where others wait for it to return.
    func commit(
        _ plan: Plan, _ announcement: Announcement?,
        then finish: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void)

    /// Writes refusals some time soon; keeps the newest ``Refusal/ringSize`` of each source.
    func record(_ refusals: [Refusal]) async throws(StoreError)

    /// Fires after commits, of other nodes too; several may be folded into one.
    func commits() -> AsyncStream<Void>

    /// Fires some time after commits of other nodes and processes, when this one is not busy itself.
    func commitsOfOthers() -> AsyncStream<Void>
}

extension PlanStore {
    /// Commits a plan and returns after that.
    package func commit(
        _ plan: Plan, _ announcement: Announcement? = nil
    ) async throws(StoreError) -> CommitOutcome {
        try await withCheckedContinuation { continuation in
            commit(plan, announcement) { continuation.resume(returning: $0) }
        }.get()
    }
}

/// A plan that is on its way to a commit, or to nothing. Ends once: with the commit, or with its last reference.
package final class Announcement: Sendable {
    private let isOver = Atomic(false)
    private let whenOver: @Sendable () -> Void

    package init(whenOver: @escaping @Sendable () -> Void) {
        self.whenOver = whenOver
    }

    deinit { end() }

    package func end() {
        if !isOver.exchange(true, ordering: .acquiringAndReleasing) { whenOver() }
    }
}

/// What was received and what it meant.
package protocol RequestStore: Sendable {
    func requests(
        of workspace: WorkspaceID, _ query: RequestQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<RequestSummary>

    /// - Returns: nil when it is not there, or in another workspace.
    func story(of request: ID<Request>, in workspace: WorkspaceID) async throws(StoreError) -> RequestStory?

    func events(
        of workspace: WorkspaceID, _ query: EventQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<EventSummary>

    func event(_ id: ID<Event>, in workspace: WorkspaceID) async throws(StoreError) -> EventSummary?

    /// Counts by stretches of `step` from `since` to now; stretches without events are left out.
    func eventCounts(
        of workspace: WorkspaceID, since: Timestamp, step: Duration
    ) async throws(StoreError) -> [EventCount]

    /// How often each type of event happened since then, and when last; looks at the newest 20,000 events only.
    func eventTypeCounts(of workspace: WorkspaceID, since: Timestamp) async throws(StoreError) -> [EventTypeCount]

    /// - Parameter workspace: nil for requests that named no known one.
    func refusals(
        of workspace: WorkspaceID?, source: ID<Source>?, _ page: PageRequest
    ) async throws(StoreError) -> Page<Refusal>
}

/// Messages in streams, topics and direct conversations.
package protocol ConversationStore: Sendable {
    func messages(
        of workspace: WorkspaceID, _ query: MessageQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<Message>

    /// Topics of a stream, the one with the newest message first.
    func topics(of stream: ID<Stream>, limit: Int) async throws(StoreError) -> [TopicSummary]
}

package protocol TranscriptStore: Sendable {
    /// Without entries.
    func transcripts(
        of workspace: WorkspaceID, _ query: TranscriptQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<Transcript>

    func transcript(_ id: ID<Transcript>, in workspace: WorkspaceID) async throws(StoreError) -> Transcript?
}

/// What keeps a store small, searchable and safe.
package protocol MaintenanceStore: Sendable {
    /// Whether writes work at this moment.
    func health() async -> StoreHealth

    /// Deletes one piece of what is past its time.
    ///
    /// - Returns: whether there may be more.
    func removeExpired(at now: Timestamp) async throws(StoreError) -> Bool

    /// Brings what is derived from events and messages (search indexes, counts) one piece further.
    ///
    /// - Returns: whether there may be more.
    func deriveIndexes() async throws(StoreError) -> Bool

    /// Copies everything to a new file while others read and write.
    func backUp(to path: String, progress: @escaping @Sendable (Double) -> Void) async throws(StoreError)

    /// Replaces every sealed secret by what `seal` makes of it, or none.
    ///
    /// - Parameter seal: gets the sealed bytes and the place they are bound to, as ``SealingPlace`` writes it.
    /// - Returns: how many there were.
    func reseal(
        _ seal: @escaping @Sendable (_ sealed: [UInt8], _ place: String) throws -> [UInt8]
    ) async throws(StoreError) -> Int

    /// The ids of the master keys that sealed secrets name.
    func sealingKeyIDs() async throws(StoreError) -> Set<[UInt8]>

    /// The instance's own sealed secret at a place; `fresh` becomes it when there is none yet.
    ///
    /// From then on secrets are only taken that are sealed with the same master key as this one.
    func instanceSecret(at place: String, orStore fresh: [UInt8]) async throws(StoreError) -> [UInt8]

    /// Reads everything once and says what is wrong with it; takes long on a large database.
    func inspect() async throws(StoreError) -> StoreInspection

    func statistics() async throws(StoreError) -> StoreStatistics

    /// How many jobs wait for a commit at this moment.
    var waitingJobs: Int { get }

    func close() async
}

package struct StoreHealth: Sendable, Equatable {
    /// Nil: well.
    package let trouble: String?

    package init(trouble: String?) {
        self.trouble = trouble
    }
}

package struct StoreInspection: Sendable {
    /// What is broken, in the engine's words; empty when all is well.
    package let problems: [String]
    /// Whether an answered commit survives a power cut.
    package let isDurable: Bool

    package init(problems: [String], isDurable: Bool) {
        (self.problems, self.isDurable) = (problems, isDurable)
    }
}

package struct StoreStatistics: Sendable {
    package let commits: Int64
    package let committedJobs: Int64
    package let fileBytes: Int64

    package init(commits: Int64, committedJobs: Int64, fileBytes: Int64) {
        self.commits = commits
        self.committedJobs = committedJobs
        self.fileBytes = fileBytes
    }
}
