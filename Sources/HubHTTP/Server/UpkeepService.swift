import Hub
import ServiceLifecycle

/// Runs the hub's own chores beside the server and ends them with it.
struct UpkeepService: Service {
    let upkeep: Upkeep

    func run() async throws {
        await cancelWhenGracefulShutdown { await upkeep.run() }
    }
}
