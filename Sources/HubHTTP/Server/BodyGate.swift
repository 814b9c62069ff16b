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
final class BodyGate: Sendable {
    /// How much a second a body must bring beyond its grace.
    private static let bytesPerSecond = 16 << 10

    private let capacity: Int
    private let grace: Duration
    private let held = Atomic<Int>(0)

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
    /// - Throws: ``BodyError``, or what `use` throws.
    func withBody<Value>(
        of request: Request, limit: Int, _ use: (_ body: [UInt8]) async throws -> Value
    ) async throws -> Value {
        if let declared = request.headers[.contentLength].flatMap({ Int($0) }), declared > limit {
            throw BodyError.tooLarge(limit: limit)
        }
        var reserved = 0
        defer { release(reserved) }
        var body: [UInt8] = []
        let start = ContinuousClock.now
        do {
            for try await chunk in request.body {
                let count = chunk.readableBytes
                guard body.count + count <= limit else { throw BodyError.tooLarge(limit: limit) }
                reserved += count
                guard held.add(count, ordering: .relaxed).newValue <= capacity else { throw BodyError.overloaded }
                body.append(contentsOf: chunk.readableBytesView)
                guard start.duration(to: .now) < grace + .seconds(body.count / Self.bytesPerSecond) else {
                    throw BodyError.tooSlow
                }
            }
        } catch let error as BodyError {
            throw error
        } catch {
            throw BodyError.aborted
        }
        return try await use(body)
    }
}
