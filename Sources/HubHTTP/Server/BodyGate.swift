import Hummingbird
import NIOCore
import Synchronization

/// Why a body was not read to its end.
enum BodyError: Error, Equatable {
    case tooLarge(limit: Int)
    /// Too many bytes are held already.
    case overloaded
    /// It came more slowly than any honest sender's.
    case tooSlow
    case aborted
}

/// Reads bodies: bounded each, bounded in sum, and not for ever.
///
/// Bodies that are still coming in never take all the room: what arrives whole always finds some, however many hold
/// theirs back. Nor can one address take it all.
final class BodyGate: Sendable {
    private let capacity: Int
    private let grace: Duration
    private let held = Atomic<Int>(0)
    private let incoming = Mutex(Incoming())

    /// What has come of bodies that are not whole yet.
    private struct Incoming {
        var total = 0
        var ofPeer: [String: Int] = [:]

        /// - Parameter own: how much the body has brought before.
        /// - Returns: false: it is too much, and not counted. A body without company may take all there is.
        mutating func add(_ count: Int, to own: Int, of peer: String, capacity: Int) -> Bool {
            let ofPeer = self.ofPeer[peer] ?? 0
            guard total == own || total + count <= capacity / 4 * 3, ofPeer == own || ofPeer + count <= capacity / 2
            else { return false }
            total += count
            self.ofPeer[peer] = ofPeer + count
            return true
        }

        mutating func remove(_ count: Int, of peer: String) {
            total -= count
            let left = (ofPeer[peer] ?? 0) - count
            ofPeer[peer] = left > 0 ? left : nil
        }
    }

    /// - Parameter grace: what a body may take whatever its size.
    init(capacity: Int, grace: Duration) {
        (self.capacity, self.grace) = (capacity, grace)
    }

    var heldBytes: Int { held.load(ordering: .relaxed) }

    /// Counts bytes that are held already, until they are given back.
    ///
    /// - Returns: false when there are too many: then they are not counted.
    func hold(_ count: Int) -> Bool {
        if held.add(count, ordering: .relaxed).newValue <= capacity { return true }
        release(count)
        return false
    }

    func release(_ count: Int) { held.subtract(count, ordering: .relaxed) }

    /// Reads the body and keeps its bytes counted until `use` returns.
    ///
    /// - Parameter peer: the sender's address.
    /// - Throws: ``BodyError``, or what `use` throws.
    func withBody<Value>(
        of request: Request, from peer: String?, limit: Int, _ use: (_ body: [UInt8]) async throws -> Value
    ) async throws -> Value {
        let body = try await wholeBody(of: request, from: peer ?? "", limit: limit)
        defer { release(body.count) }
        return try await use(body)
    }

    /// The bytes are held until they are released.
    private func wholeBody(of request: Request, from peer: String, limit: Int) async throws -> [UInt8] {
        if let declared = request.headers[.contentLength].flatMap({ Int($0) }), declared > limit {
            throw BodyError.tooLarge(limit: limit)
        }
        var body: [UInt8] = []
        var isWhole = false
        defer {
            incoming.withLock { $0.remove(body.count, of: peer) }
            if !isWhole { release(body.count) }
        }
        var pace = BodyPace(grace: grace, begin: .now)
        do {
            for try await chunk in request.body {
                let count = chunk.readableBytes
                guard body.count + count <= limit else { throw BodyError.tooLarge(limit: limit) }
                guard hold(count) else { throw BodyError.overloaded }
                let isCounted = incoming.withLock { $0.add(count, to: body.count, of: peer, capacity: capacity) }
                guard isCounted else {
                    release(count)
                    throw BodyError.overloaded
                }
                body.append(contentsOf: chunk.readableBytesView)
                guard pace.isFair(body.count, at: .now) else { throw BodyError.tooSlow }
            }
        } catch let error as BodyError {
            throw error
        } catch {
            throw BodyError.aborted
        }
        isWhole = true
        return body
    }
}

/// Whether a body comes as fast as an honest sender's: on the whole, and still.
struct BodyPace {
    /// How much a second a body must bring on the whole, beyond its grace.
    private static let bytesPerSecond = 16 << 10
    /// How much a second it must bring in each time of the length of its grace, to the end.
    private static let leastBytesPerSecond = 4 << 10

    private let grace: Duration
    private let begin: ContinuousClock.Instant
    private var mark: (time: ContinuousClock.Instant, count: Int)

    init(grace: Duration, begin: ContinuousClock.Instant) {
        (self.grace, self.begin) = (grace, begin)
        mark = (begin, 0)
    }

    /// - Parameter count: how many bytes have come in all.
    mutating func isFair(_ count: Int, at now: ContinuousClock.Instant) -> Bool {
        guard begin.duration(to: now) < grace + .seconds(count / Self.bytesPerSecond) else { return false }
        let since = mark.time.duration(to: now)
        guard since >= grace else { return true }
        guard .seconds((count - mark.count) / Self.leastBytesPerSecond) >= since else { return false }
        mark = (now, count)
        return true
    }
}
