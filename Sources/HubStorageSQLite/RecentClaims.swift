import GRDB
import HubCore
import Synchronization

/// The idempotency keys that are taken, so far as their index does not hold them yet.
///
/// Keys are hashes. Entered as they come, each would write a page of its own of an index that soon has thousands of
/// them. So the newest gather here, and go into the index in the order of keys, many to a page: one part of them at a
/// time, when there are too many or when the writer has time. What is here can be lost at any moment: it is read again
/// from the table of claims, which every part of the index tells how far it has been entered.
///
/// Other processes may write to the same file. Each transaction first learns what they have claimed since the last one.
final class RecentClaims: Sendable {
    /// Into how many parts the keys fall, by their first byte.
    static let partCount = 256
    /// How many keys may be here before each transaction enters a part.
    static let limit = 32_768

    private struct State {
        /// The number of the last claim that is known; nil before the first transaction.
        var lastSeq: Int64?
        var parts: [[ClaimKey: Int64]] = Array(repeating: [:], count: RecentClaims.partCount)
        var count = 0
        /// Taken in the transaction that is under way.
        var fresh: [ClaimKey: Int64] = [:]
        /// Entered into the index by it.
        var entered: [Int] = []
        var nextPart = 0

        mutating func add(_ key: ClaimKey, _ seq: Int64) {
            if parts[key.part].updateValue(seq, forKey: key) == nil { count += 1 }
        }

        /// The part to be entered next; nil: nothing is left.
        mutating func takeTurn() -> Int? {
            for _ in 0..<RecentClaims.partCount {
                let part = nextPart
                nextPart = (part + 1) % RecentClaims.partCount
                if !parts[part].isEmpty, !entered.contains(part) { return part }
            }
            return nil
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    // MARK: In a transaction

    /// Must be the first thing in each transaction of the writer.
    func begin(_ db: Database) throws {
        let lastSeq = state.withLock { state in
            // What is left of a transaction that failed.
            state.fresh.removeAll(keepingCapacity: true)
            state.entered.removeAll(keepingCapacity: true)
            return state.lastSeq
        }
        if let lastSeq { try learn(db, after: lastSeq) } else { try load(db) }
        if state.withLock({ $0.count > limit }) { try enterPart(db) }
    }

    /// Must follow a commit.
    func committed() {
        state.withLock { state in
            for part in state.entered {
                state.count -= state.parts[part].count
                state.parts[part] = [:]
            }
            for (key, seq) in state.fresh {
                state.add(key, seq)
                state.lastSeq = max(state.lastSeq ?? 0, seq)
            }
        }
    }

    /// The number of the claim that has this key or had it last; nil: the index may know.
    func seq(of key: ClaimKey) -> Int64? {
        state.withLock { $0.fresh[key] ?? $0.parts[key.part][key] }
    }

    func take(_ key: ClaimKey, _ seq: Int64) {
        state.withLock { $0.fresh[key] = seq }
    }

    /// Enters parts that hold something into the index.
    ///
    /// - Parameter keys: about how many at most.
    /// - Returns: whether there may be more.
    func enter(_ db: Database, keys: Int) throws -> Bool {
        var left = keys
        while left > 0 {
            let entered = try enterPart(db)
            if entered == 0 { return false }
            left -= entered
        }
        return true
    }

    // MARK: The index

    /// Enters the next part that holds something.
    ///
    /// - Returns: how many keys it held; 0: there is none.
    @discardableResult
    private func enterPart(_ db: Database) throws -> Int {
        let (part, claims, lastSeq) = state.withLock { state in
            let part = state.takeTurn()
            return (part, part.map { state.parts[$0] } ?? [:], state.lastSeq ?? 0)
        }
        guard let part else { return 0 }
        for (key, seq) in claims.sorted(by: { $0.key < $1.key }) {
            try db.run("INSERT OR REPLACE INTO claim_key (key, claim) VALUES (?, ?)", .blob(key.bytes), .int(seq))
        }
        try db.run("UPDATE claim_part SET entered = ? WHERE part = ?", .int(lastSeq), .int(Int64(part)))
        state.withLock { $0.entered.append(part) }
        return claims.count
    }

    /// Reads what the index does not hold, for the first transaction of the process.
    private func load(_ db: Database) throws {
        let entered = try db.rows("SELECT entered FROM claim_part ORDER BY part") { $0.int(0) }
        let start = entered.min() ?? 0
        state.withLock { state in
            state.lastSeq = start
            state.parts = Array(repeating: [:], count: Self.partCount)
            state.count = 0
        }
        try learn(db, after: start) { entered[$0.part] }
    }

    /// Reads the claims behind a number.
    ///
    /// - Parameter entered: up to which number the index holds the part that a key belongs to.
    private func learn(_ db: Database, after last: Int64, entered: (ClaimKey) -> Int64 = { _ in 0 }) throws {
        let news = try db.rows("SELECT seq, key FROM claim WHERE seq > ?", [.int(last)]) { row in
            (seq: row.int(0), key: ClaimKey(row.bytes(1)))
        }
        state.withLock { state in
            for (seq, key) in news {
                state.lastSeq = seq
                if seq > entered(key) { state.add(key, seq) }
            }
        }
    }
}

/// The 16 bytes of a claim's key, in the order in which the index has them.
struct ClaimKey: Hashable, Comparable {
    private let high: UInt64
    private let low: UInt64

    /// - Parameter bytes: 16; zeros are added to fewer, and more do not count.
    init(_ bytes: [UInt8]) {
        func number(_ start: Int) -> UInt64 {
            (start..<start + 8).reduce(0) { $0 << 8 | ($1 < bytes.count ? UInt64(bytes[$1]) : 0) }
        }
        (high, low) = (number(0), number(8))
    }

    var bytes: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }

    /// Which of ``RecentClaims/partCount`` parts it falls into.
    var part: Int { Int(high >> 56) }

    static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}
