import Hub
import HubCore
import HubStorage

/// A look at outgoing webhooks: a person sees those of the workspace, a customer in the portal their own alone.
struct OutgoingVisit: PageVisit {
    enum Reader: Sendable {
        case person(Person)
        case customer(PortalSession)
    }

    let hub: Hub
    let request: ConsoleRequest
    let configuration: WorkspaceConfiguration
    let now: Timestamp
    let reader: Reader
    /// Stands before all paths: empty in the console.
    let base: String
    var parameters: [String: String] = [:]

    init(_ visit: Visit) {
        (hub, request, configuration, now) = (visit.hub, visit.request, visit.configuration, visit.now)
        reader = .person(visit.person)
        base = ""
    }

    init(_ session: PortalSession, hub: Hub, _ request: ConsoleRequest, _ configuration: WorkspaceConfiguration) {
        (self.hub, self.request, self.configuration, now) = (hub, request, configuration, hub.clock.now())
        reader = .customer(session)
        base = Self.base(of: session.id)
    }

    static func base(of session: ID<Credential>) -> String { "/portal/\(session)" }

    // MARK: Who reads

    var actor: String {
        switch reader {
        case .person(let person): "\(person.id)"
        case .customer(let session): session.actor
        }
    }

    /// Whose endpoints alone may be seen; nil: all of the workspace.
    var customer: Customer? {
        if case .customer(let session) = reader { session.customer } else { nil }
    }

    var isPortal: Bool { customer != nil }

    func may(_ permission: Permission) -> Bool {
        switch reader {
        case .person(let person): person.may(permission)
        // A customer does everything that the portal has an address for, to what is theirs.
        case .customer: true
        }
    }

    /// Whether the whole URL and the names of an endpoint's own headers may be seen.
    var seesConnections: Bool { may(.administer) }
    /// Whether it may be seen which address a name led to: that tells of the hub's own network.
    var seesAddresses: Bool { !isPortal && may(.administer) }
    /// Whether what deliveries carried may be seen.
    var seesBodies: Bool {
        if case .customer(let session) = reader { session.showsBodies } else { true }
    }

    // MARK: What may be seen

    /// In the order in which they were made.
    var endpoints: [Endpoint] {
        guard let customer else { return configuration.endpoints }
        return configuration.endpoints.filter { $0.customer == customer.id }
    }

    /// The one that the path names.
    var endpoint: Endpoint? {
        parameters["id"].flatMap { ID<Endpoint>($0) }.flatMap(endpoint)
    }

    func endpoint(_ id: ID<Endpoint>) -> Endpoint? {
        configuration.endpoint(id).flatMap { customer == nil || $0.customer == customer?.id ? $0 : nil }
    }

    /// The delivery that the path names, with its story.
    func story() async throws(StoreError) -> DeliveryStory? {
        guard let id = parameters["id"].flatMap({ ID<Delivery>($0) }) else { return nil }
        return try await story(of: id)
    }

    func story(of id: ID<Delivery>) async throws(StoreError) -> DeliveryStory? {
        guard let story = try await store.story(of: id, in: workspace) else { return nil }
        // Of an endpoint that is gone nobody knows any more whose it was.
        if isPortal, endpoint(story.summary.delivery.endpoint) == nil { return nil }
        return story
    }

    /// The same visit after something was set up.
    func refreshed() async throws(SetupError) -> OutgoingVisit {
        OutgoingVisit(self, try await hub.configuration(of: workspace))
    }

    private init(_ visit: OutgoingVisit, _ configuration: WorkspaceConfiguration) {
        (hub, request, now, reader) = (visit.hub, visit.request, visit.now, visit.reader)
        (base, parameters) = (visit.base, visit.parameters)
        self.configuration = configuration
    }

    // MARK: Pages

    func shell(_ title: String, _ section: Shell.Section?, _ flash: Shell.Flash?) -> Shell {
        let path = request.method == "POST" ? "\(base)/endpoints" : request.location
        let theme = Visitor(request).theme
        switch reader {
        case .person(let person):
            return Shell(
                title: title, section: section, path: path, workspaceName: configuration.workspace.name,
                person: (person.name, person.role.rawValue.capitalizedFirst), theme: theme, flash: flash)
        case .customer(let session):
            return Shell(
                title: title, section: section, path: path, workspaceName: configuration.workspace.name,
                customerName: session.customer.name, base: base, theme: theme, flash: flash)
        }
    }

    var notAllowed: ConsoleResponse {
        note("Not yours to do", "Ask an admin of this workspace.", status: 403)
    }
}
