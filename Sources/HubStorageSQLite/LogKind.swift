import GRDB
import HubCore
import Synchronization

/// What rows of a log have in common: all that its lists are narrowed by, but for time and words.
///
/// Each row holds the number of its kind, and one index tells the rows of a kind. There are few kinds, so that a page
/// of a list, however it is narrowed, is one look for each kind and one for each row: among a million events the three
/// that were unreadable cost no more than the newest. One small number is also all that a row adds to the index.
struct LogKind: Hashable, Sendable {
    enum Log: String {
        case request, event
    }

    let log: Log
    let workspace: WorkspaceID
    let source: ID<Source>?
    /// How it came: a request's door, an event's origin.
    let way: String
    /// What became of the event; of the first one of a request, and empty when there was none.
    let outcome: String
    /// An event's type; empty for requests, and for whatever came in after a workspace had ``limit`` types.
    var type: String

    /// The numbers of the workspace that is bound as `?1`.
    static func ofWorkspace(_ log: Log) -> String {
        "SELECT number FROM log_kind WHERE log = '\(log.rawValue)' AND workspace = ?1"
    }

    /// How many kinds with a type of their own a workspace may have: senders choose types as they like.
    static let limit = 1000

    init(_ request: Request, first event: Event?) {
        (log, workspace, source, way) = (.request, request.workspace, request.source, request.door.rawValue)
        (outcome, type) = (event?.outcome.name ?? "", "")
    }

    init(_ event: Event) {
        (log, workspace, source, way) = (.event, event.workspace, event.source, event.origin.rawValue)
        (outcome, type) = (event.outcome.name, event.type)
    }

    fileprivate var values: [SQLValue] {
        [
            .text(log.rawValue), .text(workspace.slug), source.map { .id($0.uuid) } ?? .blob([]), .text(way),
            .text(outcome), .text(type),
        ]
    }
}

/// The numbers of kinds, as far as the writer has met them.
///
/// A kind is never removed: another process may be giving its number to rows.
final class LogKinds: Sendable {
    private struct State {
        var numbers: [LogKind: Int64] = [:]
        /// Met in the transaction that is under way: it may fail, and their numbers with it.
        var fresh: [LogKind: Int64] = [:]
    }

    /// How many are kept in memory.
    private static let memory = 10_000

    private let state = Mutex(State())

    /// Must precede each transaction.
    func begin() {
        state.withLock { $0.fresh.removeAll(keepingCapacity: true) }
    }

    /// Must follow a commit.
    func committed() {
        state.withLock { state in
            guard !state.fresh.isEmpty else { return }
            if state.numbers.count > Self.memory { state.numbers = [:] }
            state.numbers.merge(state.fresh) { $1 }
        }
    }

    /// The number of a kind, which is entered when it is new.
    func number(of kind: LogKind, _ db: Database) throws -> Int64 {
        if let known = state.withLock({ $0.numbers[kind] ?? $0.fresh[kind] }) { return known }
        let number = try known(kind, db) ?? enter(kind, db)
        state.withLock { $0.fresh[kind] = number }
        return number
    }

    private func known(_ kind: LogKind, _ db: Database) throws -> Int64? {
        try db.rows(
            """
            SELECT number FROM log_kind
            WHERE log = ? AND workspace = ? AND source = ? AND way = ? AND outcome = ? AND type = ?
            """, kind.values
        ) { $0.int(0) }.first
    }

    private func enter(_ kind: LogKind, _ db: Database) throws -> Int64 {
        var kind = kind
        if !kind.type.isEmpty {
            let count = "SELECT count(*) FROM log_kind WHERE log = ? AND workspace = ? AND type <> ''"
            let sofar = try db.first(count, .text(kind.log.rawValue), .text(kind.workspace.slug)) { $0.int(0) } ?? 0
            if sofar >= LogKind.limit {
                kind.type = ""
                if let number = try known(kind, db) { return number }
            }
        }
        try db.run(
            "INSERT INTO log_kind (log, workspace, source, way, outcome, type) VALUES (?, ?, ?, ?, ?, ?)", kind.values)
        return db.lastInsertedRowID
    }
}

/// Which kinds a list shows.
struct LogKindFilter: Sendable {
    let log: LogKind.Log
    private let fewRows: Int
    private var conditions = ["log = ?", "workspace = ?"]
    private var values: [SQLValue]

    /// - Parameter fewRows: up to how many rows one may look at each.
    init(_ log: LogKind.Log, of workspace: WorkspaceID, fewRows: Int) {
        (self.log, self.fewRows) = (log, fewRows)
        values = [.text(log.rawValue), .text(workspace.slug)]
    }

    mutating func require(source: ID<Source>?) {
        guard let source else { return }
        conditions.append("source = ?")
        values.append(SQLValue(source))
    }

    mutating func require(way: String?) {
        guard let way else { return }
        conditions.append("way = ?")
        values.append(.text(way))
    }

    mutating func require(outcome: String?) {
        guard let outcome else { return }
        conditions.append("outcome = ?")
        values.append(.text(outcome))
    }

    /// - Parameter pattern: for GLOB; rows whose kind does not tell their type remain to be compared.
    mutating func require(type pattern: String?) {
        guard let pattern else { return }
        conditions.append("(type = '' OR type GLOB ?)")
        values.append(.text(pattern))
    }

    /// A `SELECT` of their numbers, and its values.
    var condition: (sql: String, values: [SQLValue]) {
        ("SELECT number FROM log_kind WHERE \(conditions.joined(separator: " AND "))", values)
    }

    /// Whether so few rows are of these kinds that one may look at each.
    func areRare(_ db: Database) throws -> Bool {
        let (numbers, values) = condition
        let sql = "SELECT count(*) FROM (SELECT 1 FROM \(log.rawValue) WHERE kind IN (\(numbers)) LIMIT ?)"
        return try db.rows(sql, values + [.int(Int64(fewRows + 1))]) { $0.int(0) }.first ?? 0 <= fewRows
    }

    func numbers(_ db: Database) throws -> [Int64] { try db.rows(condition.sql, condition.values) { $0.int(0) } }
}

/// The rows of some kinds in the order of their list, a piece at a time.
struct LogKindMerge {
    private let table: String
    private let kinds: String
    private let range: ListRange
    private var position: Int64
    private var pieceSize: Int64

    /// - Parameter pieceSize: how many rows are wanted at first.
    init(_ filter: LogKindFilter, in range: ListRange, pieceSize: Int, _ db: Database) throws {
        table = filter.log.rawValue
        kinds = JSON.array(try filter.numbers(db).map { JSON($0) }).text
        self.range = range
        position = range.start
        self.pieceSize = Int64(pieceSize)
    }

    /// The next rows of the list; nil when there are no more.
    mutating func next(_ db: Database) throws -> [Int64]? {
        var piece: [Int64] = []
        for head in try heads(db) {
            // The rows of a kind that begins behind a whole piece belong to later ones.
            if piece.count == pieceSize, let last = piece.last, !range.isBefore(head.row, last) { break }
            let rows = try db.rows(
                """
                SELECT seq FROM \(table) WHERE kind = ? AND seq \(range.beyond) ? ORDER BY seq \(range.direction)
                LIMIT ?
                """, [.int(head.kind), .int(position), .int(pieceSize)]
            ) { $0.int(0) }
            piece = Array((piece + rows).sorted(by: range.isBefore).prefix(Int(pieceSize)))
        }
        guard let last = piece.last else { return nil }
        position = last
        pieceSize = min(pieceSize * 4, 16_384)
        return piece.filter(range.isWithin)
    }

    /// The kinds that have more, each with its next row, in the order of these.
    private func heads(_ db: Database) throws -> [(kind: Int64, row: Int64)] {
        try db.rows(
            """
            SELECT value, (SELECT seq FROM \(table) WHERE kind = value AND seq \(range.beyond) ?2
                ORDER BY seq \(range.direction) LIMIT 1) FROM json_each(?1)
            """, [.text(kinds), .int(position)]
        ) { (kind: $0.int(0), row: $0.optionalInt(1)) }
        .compactMap { head in head.row.map { (head.kind, $0) } }
        .filter { range.isWithin($0.row) }
        .sorted { range.isBefore($0.row, $1.row) }
    }
}
