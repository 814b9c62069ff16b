import Egress
import HubCore
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Lookups that block, with an answer that the test gives when it likes.
@Suite struct NameLookupTests {
    private final class Names: Sendable {
        private let state = Mutex<(asked: [String], waiting: Set<String>)>(([], []))

        var asked: [String] { state.withLock { $0.asked } }

        func hold(_ name: String) {
            _ = state.withLock { $0.waiting.insert(name) }
        }

        func letGo(_ name: String) {
            _ = state.withLock { $0.waiting.remove(name) }
        }

        /// Blocks its thread, as `getaddrinfo` does.
        func lookUp(_ name: String) -> [IPAddress] {
            state.withLock { $0.asked.append(name) }
            while state.withLock({ $0.waiting.contains(name) }) { usleep(500) }
            return name == "nobody.example" ? [] : [IPAddress("192.0.2.1")].compactMap { $0 }
        }
    }

    private final class Hands: Sendable {
        private let offset = Mutex(Duration.zero)
        private let begin = ContinuousClock.now

        var now: ContinuousClock.Instant { begin + offset.withLock { $0 } }

        func turn(by duration: Duration) { offset.withLock { $0 += duration } }
    }

    @Test func `many who ask for a name at once cause one lookup`() async throws {
        let names = Names()
        names.hold("a.example")
        let lookup = NameLookup(lookUp: names.lookUp)
        try await withThrowingTaskGroup(of: [IPAddress].self) { group in
            for _ in 0..<50 { group.addTask { try await lookup.addresses(of: "a.example") } }
            while names.asked.isEmpty { try? await Task.sleep(for: .milliseconds(2)) }
            names.letGo("a.example")
            for try await addresses in group { #expect(addresses.map(\.description) == ["192.0.2.1"]) }
        }
        #expect(names.asked.count == 1)
        lookup.close()
    }

    @Test func `what was found is kept for ten seconds, unless it is forgotten`() async throws {
        let (names, hands) = (Names(), Hands())
        let lookup = NameLookup(lookUp: names.lookUp, now: { hands.now })
        _ = try await lookup.addresses(of: "a.example")
        _ = try await lookup.addresses(of: "a.example")
        #expect(names.asked.count == 1)
        hands.turn(by: .seconds(11))
        _ = try await lookup.addresses(of: "a.example")
        #expect(names.asked.count == 2)
        lookup.forget("a.example")
        _ = try await lookup.addresses(of: "a.example")
        #expect(names.asked.count == 3)
        lookup.close()
    }

    @Test func `a name without addresses fails, and is asked for again`() async {
        let names = Names()
        let lookup = NameLookup(lookUp: names.lookUp)
        for _ in 0..<2 {
            await #expect(throws: AttemptFailure.dns) { try await lookup.addresses(of: "nobody.example") }
        }
        #expect(names.asked.count == 2)
        lookup.close()
    }

    @Test func `whoever waits may leave while the lookup goes on`() async throws {
        let names = Names()
        names.hold("slow.example")
        let lookup = NameLookup(lookUp: names.lookUp)
        let result = await withTaskGroup(of: AttemptFailure?.self) { group in
            group.addTask {
                do throws(AttemptFailure) {
                    _ = try await lookup.addresses(of: "slow.example")
                    return nil
                } catch {
                    return error
                }
            }
            while names.asked.isEmpty { try? await Task.sleep(for: .milliseconds(2)) }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(result == .cancelled)
        names.letGo("slow.example")
        // It was not asked in vain.
        #expect(try await lookup.addresses(of: "slow.example").count == 1)
        lookup.close()
    }

    @Test func `names that were slow before keep no other name waiting`() async throws {
        let (names, hands) = (Names(), Hands())
        let lookup = NameLookup(lookUp: names.lookUp, now: { hands.now })
        let slow = (0..<40).map { "slow\($0).example" }
        for name in slow {
            names.hold(name)
            async let addresses = lookup.addresses(of: name)
            while !names.asked.contains(name) { try? await Task.sleep(for: .milliseconds(2)) }
            hands.turn(by: .seconds(5))
            names.letGo(name)
            _ = try await addresses
            lookup.forget(name)
        }
        for name in slow { names.hold(name) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // More than there are threads.
            for name in slow { group.addTask { _ = try await lookup.addresses(of: name) } }
            while names.asked.count < slow.count + 4 { try? await Task.sleep(for: .milliseconds(2)) }
            #expect(try await lookup.addresses(of: "quick.example").count == 1)
            for name in slow { names.letGo(name) }
            try await group.waitForAll()
        }
        lookup.close()
    }

    @Test func `closing lets everyone go`() async {
        let names = Names()
        names.hold("slow.example")
        let lookup = NameLookup(lookUp: names.lookUp)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: AttemptFailure.cancelled) { try await lookup.addresses(of: "slow.example") }
            }
            while names.asked.isEmpty { try? await Task.sleep(for: .milliseconds(2)) }
            lookup.close()
        }
        names.letGo("slow.example")
        await #expect(throws: AttemptFailure.cancelled) { try await lookup.addresses(of: "a.example") }
    }

    @Test func `the system knows this machine`() async throws {
        let resolver = Resolver.system()
        let addresses = try await resolver.addresses("localhost")
        #expect(addresses.allSatisfy { AddressRules.kind(of: $0) == .loopback })
        #expect(!addresses.isEmpty)
        await #expect(throws: AttemptFailure.dns) { try await resolver.addresses("no-such-name.invalid") }
        resolver.close()
    }
}
