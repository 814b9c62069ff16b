package import HubCore
import Synchronization

/// Everything the planner may know of one workspace: an immutable snapshot. An object, since each request hands it on.
package final class WorkspaceConfiguration: Sendable {
    /// Changes with every change of what this holds.
    package let version: Int64
    package let workspace: Workspace
    package let people: [Person]
    package let bots: [Bot]
    package let sources: [Source]
    package let streams: [Stream]
    /// The workspace's own secrets, good at each source of scheme `signed` besides the source's.
    package let secrets: [StoredSecret]
    /// In the order of their ids.
    package let endpoints: [Endpoint]
    /// People's own types of events, by name.
    package let eventTypes: [String: EventType]

    private let sourcesByName: [String: Int]
    private let streamsByFoldedName: [String: Int]
    private let endpointPositions: [ID<Endpoint>: Int]
    private let subscribers = Subscribers()

    package init(
        version: Int64, workspace: Workspace, people: [Person], bots: [Bot], sources: [Source], streams: [Stream],
        secrets: [StoredSecret], endpoints: [Endpoint] = [], eventTypes: [EventType] = []
    ) {
        self.version = version
        self.workspace = workspace
        self.people = people
        self.bots = bots
        self.sources = sources
        self.streams = streams
        self.secrets = secrets
        self.endpoints = endpoints
        self.eventTypes = Dictionary(eventTypes.map { ($0.name, $0) }) { first, _ in first }
        endpointPositions = Dictionary(endpoints.enumerated().map { ($1.id, $0) }) { first, _ in first }
        sourcesByName = Dictionary(sources.enumerated().map { ($1.name, $0) }) { first, _ in first }
        streamsByFoldedName = Dictionary(streams.enumerated().map { (Stream.foldedName($1.name), $0) }) { first, _ in
            first
        }
    }

    package func source(named name: String) -> Source? { sourcesByName[name].map { sources[$0] } }
    package func source(_ id: ID<Source>) -> Source? { sources.first { $0.id == id } }
    package func endpoint(_ id: ID<Endpoint>) -> Endpoint? { endpointPositions[id].map { endpoints[$0] } }

    /// The endpoints that get such an event, in the order of their ids.
    ///
    /// - Parameter cursor: only those behind it.
    package func endpoints(
        wanting event: Endpoint.Subscription.Candidate, after cursor: ID<Endpoint>? = nil, limit: Int
    ) -> [Endpoint] {
        var found: [Endpoint] = []
        for position in subscribers.positions(of: event.type, in: endpoints) where found.count < limit {
            if let cursor, endpoints[position].id <= cursor { continue }
            if endpoints[position].wants(event) { found.append(endpoints[position]) }
        }
        return found
    }

    /// The endpoints that ask for events of this type, whatever else they ask; in the order of their ids.
    package func endpoints(askingFor type: String) -> [Endpoint] {
        subscribers.positions(of: type, in: endpoints).map { endpoints[$0] }
    }

    /// Whether any endpoint asks for events of this type.
    package func isWanted(_ type: String) -> Bool { !subscribers.positions(of: type, in: endpoints).isEmpty }

    package func bot(_ id: ID<Bot>) -> Bot? { bots.first { $0.id == id } }
    package func person(_ id: ID<Person>) -> Person? { people.first { $0.id == id } }
    package func person(email: String) -> Person? { people.first { $0.email == email.lowercased() } }
    package func stream(_ id: ID<Stream>) -> Stream? { streams.first { $0.id == id } }

    /// A stream by its id, number or name, in that order; archived ones are not found.
    package func stream(matching text: String) -> Stream? {
        let found: Stream?
        if let id = ID<Stream>(text) {
            found = stream(id)
        } else if let number = Int64(text), let numbered = streams.first(where: { $0.number == number }) {
            found = numbered
        } else {
            found = streamsByFoldedName[Stream.foldedName(text)].map { streams[$0] }
        }
        return found.flatMap { $0.isArchived ? nil : $0 }
    }

    /// Who hears of what concerns the workspace, in the order in which they came.
    package var admins: [Person] {
        people.filter { $0.role == .admin && !$0.isDisabled }.sorted { $0.id < $1.id }
    }

    package var firstAdmin: Person? { admins.first }
}

/// Which endpoints ask for which types, found once for each type: there may be thousands of endpoints, and events come
/// by the hundred each second.
private final class Subscribers: Sendable {
    /// Types are named by those who publish.
    private static let capacity = 1000
    private let known = Mutex<[String: [Int]]>([:])

    func positions(of type: String, in endpoints: [Endpoint]) -> [Int] {
        if let known = known.withLock({ $0[type] }) { return known }
        let found = endpoints.indices.filter { endpoints[$0].subscription.includes(type) }
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll() }
            known[type] = found
        }
        return found
    }
}

/// One change of what people set up.
package enum ConfigurationChange: Sendable {
    case createWorkspace(Workspace, secrets: [StoredSecret])
    case updateWorkspace(Workspace)
    case setWorkspaceSecrets(WorkspaceID, [StoredSecret])
    /// Made when its id is new, else replaced.
    case putPerson(Person)
    case putBot(Bot)
    case putSource(Source)
    case deleteSource(ID<Source>)
    /// The number of a new stream is given in the commit; the one inside is ignored.
    case putStream(Stream)
    case putCustomer(Customer)
    /// Its endpoints and credentials go first, by changes of their own.
    case deleteCustomer(ID<Customer>)
    case putEndpoint(Endpoint)
    /// Its deliveries stay, and those that are open are discarded afterwards.
    case deleteEndpoint(ID<Endpoint>)
    case putEventType(EventType)
    case deleteEventType(WorkspaceID, name: String)
    case putCredential(Credential)
    case deleteCredential(ID<Credential>)
    case keep(RecordChange)
    /// Deletes what is good once; nothing is applied when somebody else was first (``StoreError/notFound(what:)``).
    case takeCredential(ID<Credential>)

    /// Whether ``WorkspaceConfiguration`` holds what this changes.
    package var changesConfiguration: Bool {
        switch self {
        case .putCustomer, .deleteCustomer, .putCredential, .deleteCredential, .takeCredential, .keep: false
        case .createWorkspace, .updateWorkspace, .setWorkspaceSecrets, .putPerson, .putBot, .putSource, .deleteSource,
            .putStream, .putEndpoint, .deleteEndpoint, .putEventType, .deleteEventType:
            true
        }
    }
}

/// Who did what to which thing; kept for ever.
package struct AuditEntry: Sendable {
    package let at: Timestamp
    package let workspace: WorkspaceID?
    /// `usr_…`, `key_…`, `command line`, `hub`.
    package let actor: String
    /// `source.create`, `secret.rotate`, `session.start`, …
    package let action: String
    package let subject: String
    package let detail: String

    package init(
        at: Timestamp, workspace: WorkspaceID?, actor: String, action: String, subject: String, detail: String = ""
    ) {
        self.at = at
        self.workspace = workspace
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
    }
}
