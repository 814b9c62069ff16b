import Hub
import ServiceLifecycle

/// Runs the hub's own chores beside the server and ends them with it.
struct UpkeepService: Service {
    let upkeep: Upkeep

    func run() async throws {
        await cancelWhenGracefulShutdown { await upkeep.run() }
    }
}

/// Sends what is due; attempts under way when the server ends are given a few seconds.
struct DispatchService: Service {
    let dispatcher: Dispatcher

    func run() async throws {
        await withGracefulShutdownHandler {
            await dispatcher.run()
        } onGracefulShutdown: {
            dispatcher.stop()
        }
    }
}
