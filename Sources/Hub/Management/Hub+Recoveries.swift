package import HubCore
package import HubStorage

extension Hub {
    package static let recoveryRates = 1...10_000

    /// How many deliveries a recovery of this selection would send again, counted up to a million.
    package func count(_ selection: DeliverySelection) async throws(SetupError) -> Int {
        do throws(StoreError) {
            return try await store.count(selection, limit: Recovery.countLimit)
        } catch {
            throw SetupError(error)
        }
    }

    /// Lets all deliveries of a selection go out again; goes on by itself, also after a restart.
    ///
    /// Those that are made after this call are not touched.
    package func recover(
        _ selection: DeliverySelection, ratePerSecond: Int?, by actor: String
    ) async throws(SetupError) -> Recovery {
        if let ratePerSecond, !Self.recoveryRates.contains(ratePerSecond) {
            throw .invalid(
                field: "rate_per_second",
                reason: "must be \(Self.recoveryRates.lowerBound) to \(Self.recoveryRates.upperBound)")
        }
        let now = clock.now()
        var selection = selection
        selection.until = min(selection.until ?? now + .milliseconds(1), now + .milliseconds(1))
        let recovery = Recovery(
            id: .make(at: now), selection: selection, total: try await count(selection), ratePerSecond: ratePerSecond,
            actor: actor, createdAt: now)
        do throws(StoreError) {
            try await store.add(recovery)
        } catch {
            throw SetupError(error)
        }
        dispatcher.lookForRecoveries()
        try await apply(
            [], audit(now, selection.workspace, actor, "delivery.recover", "\(recovery.id)", "\(recovery.total)"))
        return recovery
    }

    package func cancel(
        recovery id: ID<Recovery>, in workspace: WorkspaceID, by actor: String
    ) async throws(SetupError) -> Recovery {
        let now = clock.now()
        let found: Recovery?
        let wasRunning: Bool
        do throws(StoreError) {
            wasRunning = try await store.cancel(recovery: id, in: workspace, at: now)
            found = try await store.recovery(id, in: workspace)
        } catch {
            throw SetupError(error)
        }
        guard let found else { throw .notFound(what: "recovery") }
        if wasRunning { try await apply([], audit(now, workspace, actor, "delivery.recover.cancel", "\(id)")) }
        return found
    }
}
