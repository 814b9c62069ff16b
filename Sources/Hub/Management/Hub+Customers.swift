package import HubCore
import HubStorage

extension Hub {
    package func makeCustomer(
        reference: String, name: String, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> Customer {
        let now = clock.now()
        let customer = Customer(
            id: .make(at: now), workspace: workspace, reference: reference, name: name.isEmpty ? reference : name,
            createdAt: now)
        try await put(customer, audit(now, workspace, actor, "customer.create", "\(customer.id)"))
        return customer
    }

    /// Gives a customer another name or reference; what is nil stays.
    package func changeCustomer(
        _ name: String, reference: String?, name newName: String?, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> Customer {
        let known = try await knownCustomer(name, in: workspace)
        let reference = reference ?? known.reference
        let customer = Customer(
            id: known.id, workspace: workspace, reference: reference,
            name: newName.map { $0.isEmpty ? reference : $0 } ?? known.name, createdAt: known.createdAt)
        try await put(
            customer, audit(clock.now(), workspace, actor, "customer.change", "\(customer.id)", customer.reference))
        return customer
    }

    private func put(_ customer: Customer, _ entry: AuditEntry) async throws(SetupError) {
        guard (1...128).contains(customer.reference.count) else {
            throw .invalid(field: "reference", reason: "must be 1 to 128 characters")
        }
        guard customer.name.count <= 128 else { throw .invalid(field: "name", reason: "must be 1 to 128 characters") }
        try await apply([.putCustomer(customer)], entry)
    }

    /// Deletes a customer with its endpoints, and ends its sessions in the portal. Events, deliveries and tickets stay.
    package func deleteCustomer(
        _ name: String, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) {
        let customer = try await knownCustomer(name, in: workspace)
        let endpoints = try await configuration(of: workspace).endpoints.filter { $0.customer == customer.id }
        let credentials = try await portalCredentials(in: workspace).filter { $0.portal?.customer == customer.id }
        try await apply(
            endpoints.map { .deleteEndpoint($0.id) } + credentials.map { .deleteCredential($0.id) }
                + [.deleteCustomer(customer.id)],
            audit(
                clock.now(), workspace, actor, "customer.delete", "\(customer.id)",
                "\(customer.reference), \(endpoints.count) endpoints"))
        try await giveUpOrphans(in: workspace)
    }

    package func customers(of workspace: WorkspaceID) async throws(SetupError) -> [Customer] {
        do throws(StoreError) {
            return try await store.customers(of: workspace)
        } catch {
            throw SetupError(error)
        }
    }

    /// - Parameter name: id or reference.
    package func knownCustomer(_ name: String, in workspace: WorkspaceID) async throws(SetupError) -> Customer {
        let known = try await customers(of: workspace)
        guard let found = known.first(where: { $0.reference == name || "\($0.id)" == name }) else {
            throw .notFound(what: "customer")
        }
        return found
    }

    /// Who is meant; nil for nobody.
    func customer(_ name: String?, in workspace: WorkspaceID) async throws(SetupError) -> ID<Customer>? {
        guard let name else { return nil }
        do {
            return try await knownCustomer(name, in: workspace).id
        } catch .notFound {
            throw .invalid(field: "customer", reason: "there is no customer \"\(name)\"")
        }
    }
}
