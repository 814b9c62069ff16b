import GRDB
package import HubCore
package import HubStorage

extension SQLiteStore {
    package func endpointHealth() async throws(StoreError) -> [ID<Endpoint>: EndpointHealth] {
        try await read { db in
            let sql = "SELECT endpoint, \(Database.healthColumns) FROM endpoint_health"
            let found = try db.rows(sql) { (try $0.id(0) as ID<Endpoint>, Database.health($0, from: 1)) }
            return Dictionary(found) { first, _ in first }
        }
    }

    package func changeHealth(
        of endpoint: ID<Endpoint>, _ change: @escaping @Sendable (inout EndpointHealth) -> EndpointHealth.Change?,
        consequences: @escaping @Sendable (EndpointHealth.Change?, _ open: Int) -> Plan?
    ) async throws(StoreError) -> EndpointHealth {
        try await write { [logKinds] db in
            let before = try db.health(of: endpoint)
            var health = before ?? EndpointHealth()
            let change = change(&health)
            try db.put(health, of: endpoint, before: before)
            let open = change == nil ? 0 : try db.openDeliveries(of: endpoint)
            if let plan = consequences(change, open) { _ = try db.insert(plan, logKinds) }
            return health
        }
    }

    package func endpointStatistics(
        of endpoints: [ID<Endpoint>]
    ) async throws(StoreError) -> [ID<Endpoint>: EndpointStatistics] {
        try await read { db in
            var found: [ID<Endpoint>: EndpointStatistics] = [:]
            for endpoint in endpoints { found[endpoint] = try db.statistics(of: endpoint) }
            return found
        }
    }
}

extension Database {
    // MARK: Health

    func health(of endpoint: ID<Endpoint>) throws -> EndpointHealth? {
        try first("SELECT \(Self.healthColumns) FROM endpoint_health WHERE endpoint = ?", SQLValue(endpoint)) {
            Self.health($0, from: 0)
        }
    }

    fileprivate static let healthColumns = """
        failures_in_row, breaker_probe, breaker_next_at, breaker_set_at, slow_until, slow_set_at, overloads_in_row,
        allowance, disabled
        """

    fileprivate static func health(_ row: SQLRow, from column: Int32) -> EndpointHealth {
        var breaker = EndpointHealth.Breaker.closed
        if let probe = row.optionalInt(column + 1) {
            // Who probes is known to the one that does; nobody is when the process is gone.
            breaker = .open(
                EndpointHealth.OpenBreaker(
                    probe: Int(probe), nextProbeAt: row.timestamp(column + 2), setAt: row.timestamp(column + 3),
                    isProbing: false))
        }
        return EndpointHealth(
            failuresInRow: Int(row.int(column)), breaker: breaker,
            slowdown: row.isNull(column + 4)
                ? nil : EndpointHealth.Slowdown(until: row.timestamp(column + 4), setAt: row.timestamp(column + 5)),
            overloadsInRow: Int(row.int(column + 6)), allowance: row.optionalInt(column + 7).map { Int($0) },
            disabled: row.optionalText(column + 8).flatMap(EndpointHealth.DisableReason.init))
    }

    /// - Parameter before: as it is stored.
    func put(_ health: EndpointHealth, of endpoint: ID<Endpoint>, before: EndpointHealth?) throws {
        guard health != before ?? EndpointHealth() else { return }
        if health == EndpointHealth() {
            return try run("DELETE FROM endpoint_health WHERE endpoint = ?", SQLValue(endpoint))
        }
        var open: EndpointHealth.OpenBreaker?
        if case .open(let breaker) = health.breaker { open = breaker }
        try run(
            """
            INSERT OR REPLACE INTO endpoint_health (endpoint, failures_in_row, breaker_probe, breaker_next_at,
                breaker_set_at, slow_until, slow_set_at, overloads_in_row, allowance, disabled)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            SQLValue(endpoint), .int(Int64(health.failuresInRow)), SQLValue(open.map { Int64($0.probe) }),
            SQLValue(open?.nextProbeAt), SQLValue(open?.setAt), SQLValue(health.slowdown?.until),
            SQLValue(health.slowdown?.setAt), .int(Int64(health.overloadsInRow)),
            SQLValue(health.allowance.map { Int64($0) }), SQLValue(health.disabled?.rawValue))
    }

    // MARK: Statistics

    fileprivate func statistics(of endpoint: ID<Endpoint>) throws -> EndpointStatistics {
        let sql = """
            SELECT state, last_at, last_failure, last_status, last_took FROM (
                SELECT * FROM delivery INDEXED BY delivery_endpoint WHERE endpoint = ? AND kind = 'event'
                ORDER BY seq DESC LIMIT 2000
            ) WHERE last_at IS NOT NULL ORDER BY seq DESC LIMIT 200
            """
        let found = try rows(sql, [SQLValue(endpoint)]) { row in
            Delivery.Last(
                at: row.timestamp(1), failure: row.optionalText(2).flatMap(AttemptFailure.init(rawValue:)),
                status: row.optionalInt(3).map { Int($0) }, took: .microseconds(row.int(4)))
        }
        let successes = found.filter { $0.failure == nil }
        let times = successes.map(\.took).sorted()
        let nextDue = try first(
            "SELECT due_at FROM delivery WHERE endpoint = ? AND due_at IS NOT NULL AND state = 'pending' ORDER BY due_at LIMIT 1",
            SQLValue(endpoint)
        ) { $0.timestamp(0) }
        return EndpointStatistics(
            looked: found.count, succeeded: successes.count,
            p95: times.isEmpty ? nil : times[min(times.count * 95 / 100, times.count - 1)],
            lastFailure: found.filter { $0.failure != nil }.max { $0.at < $1.at },
            lastSuccessAt: successes.map(\.at).max(), open: try openDeliveries(of: endpoint), nextDue: nextDue,
            outcomes: found)
    }

    /// Counted up to 10,000.
    func openDeliveries(of endpoint: ID<Endpoint>) throws -> Int {
        try first(
            "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE endpoint = ? AND due_at IS NOT NULL LIMIT 10000)",
            SQLValue(endpoint)
        ) { Int($0.int(0)) } ?? 0
    }

    // MARK: Configuration

    func put(_ endpoint: Endpoint) throws {
        try run(
            """
            INSERT INTO endpoint (id, workspace, customer, name, origin, is_paused, document, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,
                origin = excluded.origin, is_paused = excluded.is_paused, document = excluded.document
            """,
            SQLValue(endpoint.id), SQLValue(endpoint.workspace), SQLValue(endpoint.customer), .text(endpoint.name),
            .text(endpoint.origin), SQLValue(endpoint.isPaused), .text(Documents.text(of: endpoint)),
            SQLValue(endpoint.createdAt))
        let (id, workspace) = (endpoint.id, endpoint.workspace)
        try set(
            [StoredSecret(secret: endpoint.connection, createdAt: endpoint.createdAt)],
            at: SealingPlace.endpointConnection(id, in: workspace), of: workspace)
        try set(endpoint.secrets, at: SealingPlace.endpointSecret(id, in: workspace), of: workspace)
    }

    func put(_ type: EventType) throws {
        try run(
            """
            INSERT INTO event_type (workspace, name, document, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET document = excluded.document
            """,
            SQLValue(type.workspace), .text(type.name), .text(Documents.text(of: type)), SQLValue(type.createdAt))
    }

    func endpoints(of workspace: WorkspaceID, _ secrets: [String: [StoredSecret]]) throws -> [Endpoint] {
        let sql = """
            SELECT id, customer, name, origin, is_paused, document, created_at FROM endpoint WHERE workspace = ?
            ORDER BY id
            """
        return try rows(sql, [SQLValue(workspace)]) { row in
            let id: ID<Endpoint> = try row.id(0)
            let document = row.json(5)
            guard let connection = secrets[SealingPlace.endpointConnection(id, in: workspace)]?.first else {
                throw CorruptRow()
            }
            return Endpoint(
                id: id, workspace: workspace, customer: try row.optionalID(1), name: row.text(2), origin: row.text(3),
                connection: connection.secret, secrets: secrets[SealingPlace.endpointSecret(id, in: workspace)] ?? [],
                subscription: Documents.subscription(document), policy: Documents.policy(document),
                isPaused: row.bool(4), createdAt: row.timestamp(6))
        }
    }

    func eventTypes(of workspace: WorkspaceID) throws -> [EventType] {
        let sql = "SELECT name, document, created_at FROM event_type WHERE workspace = ? ORDER BY name"
        return try rows(sql, [SQLValue(workspace)]) { row in
            let document = row.json(1)
            return EventType(
                workspace: workspace, name: row.text(0), summary: document["summary"]?.string ?? "",
                // It was one when it was written.
                schema: document["schema"].flatMap { try? JSONSchema($0) }, sample: document["sample"],
                isDeprecated: document["deprecated"]?.bool ?? false, createdAt: row.timestamp(2))
        }
    }
}

extension Documents {
    static func text(of type: EventType) -> String {
        var document = JSON.Object()
        document["summary"] = .string(type.summary)
        document["schema"] = type.schema?.json
        document["sample"] = type.sample
        document["deprecated"] = .bool(type.isDeprecated)
        return JSON.object(document).text
    }

    /// Everything of an endpoint but its columns and its secrets.
    static func text(of endpoint: Endpoint) -> String {
        let (subscription, policy) = (endpoint.subscription, endpoint.policy)
        var document = JSON.Object()
        document["events"] = .array(subscription.events.map { .string($0.pattern) })
        document["channels"] = subscription.channels.map { .array($0.map(JSON.string)) }
        document["filter"] = subscription.filter?.json
        document["includes_customers"] = .bool(subscription.includesCustomers)
        document["method"] = .string(policy.method)
        document["schedule"] = .array(
            policy.schedule.seconds.map { JSON.Number($0).map(JSON.number) ?? 0 })
        document["timeout_ms"] = JSON(policy.timeout.milliseconds)
        document["concurrency"] = JSON(policy.concurrency)
        document["rate_per_minute"] = policy.ratePerMinute.map { JSON($0) }
        if policy.body != .envelope { document["body"] = policy.body.json }
        switch policy.order {
        case .none: break
        case .strict: document["order"] = ""
        case .byKey(let pointer): document["order"] = .string("\(pointer)")
        }
        return JSON.object(document).text
    }

    static func subscription(_ document: JSON) -> Endpoint.Subscription {
        Endpoint.Subscription(
            events: (document["events"]?.array ?? []).compactMap { $0.string.map(Glob.init) },
            channels: document["channels"]?.array?.compactMap(\.string),
            // It was one when it was written; a filter that is none any more must not widen what goes out.
            filter: document["filter"].flatMap { (try? EventCondition($0)) ?? Self.nothing },
            includesCustomers: document["includes_customers"]?.bool ?? false)
    }

    /// No type is empty.
    private static let nothing = try? EventCondition(["type": ""])

    static func policy(_ document: JSON) -> Endpoint.Policy {
        var policy = Endpoint.Policy()
        policy.method = document["method"]?.string ?? policy.method
        if let waits = document["schedule"]?.array {
            let seconds = waits.compactMap { wait -> Double? in
                if case .number(let number) = wait { number.double } else { nil }
            }
            policy.schedule = (try? RetrySchedule(seconds: seconds)) ?? .standard  // It was one when it was written.
        }
        if let timeout = document["timeout_ms"]?.int64 { policy.timeout = .milliseconds(timeout) }
        if let concurrency = document["concurrency"]?.int64 { policy.concurrency = Int(concurrency) }
        policy.ratePerMinute = document["rate_per_minute"]?.int64.map { Int($0) }
        if let body = document["body"].flatMap({ try? BodyShape($0) }) { policy.body = body }
        if let order = document["order"]?.string {
            policy.order = order.isEmpty ? .strict : JSONPointer(order).map { .byKey($0) } ?? .strict
        }
        return policy
    }
}
