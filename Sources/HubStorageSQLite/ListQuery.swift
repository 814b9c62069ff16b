import GRDB
import HubCore
import HubStorage

/// A `SELECT` of one page, built from conditions with bound values.
struct ListQuery: Sendable {
    private let columns: String
    private let table: String
    private let order: String
    private let limit: Int
    private let position: PageRequest.Position
    private var conditions: [String] = []
    private var values: [SQLValue] = []
    private var times: Times?
    /// What tells which rows to look at, in the order of the list: the kinds when they are rare, or else the words.
    private var kinds: LogKindFilter?
    private var search: Search?

    /// Where rows of a time are, by the index of their ids.
    private struct Times {
        /// How much later than another one a row may have been committed that was made before it.
        static let slack = Duration.seconds(2)

        let table: String
        let since: Timestamp?
        let until: Timestamp?
    }

    private struct Search {
        let words: SearchWords
        let indexes: [WordSearch.Index]
        /// What the rows of the indexes are compared with.
        let column: String
        /// The list's row that a bound of the list stands for in the indexes.
        let boundSQL: String?
    }

    init(_ columns: String, from table: String, order: String, _ page: PageRequest) {
        self.columns = columns
        self.table = table
        self.order = order
        (limit, position) = (page.limit, page.position)
    }

    /// - Parameter condition: code, never anyone's text; values are bound.
    mutating func require(_ condition: String, _ bound: SQLValue...) {
        conditions.append(condition)
        values += bound
    }

    /// Only rows of a time.
    ///
    /// - Parameters:
    ///   - column: has the time of each row.
    ///   - table: has ids that begin with it.
    mutating func require(since: Timestamp?, until: Timestamp?, of column: String, in table: String) {
        if let since { require("\(column) >= ?", SQLValue(since)) }
        if let until { require("\(column) < ?", SQLValue(until)) }
        times = Times(table: table, since: since, until: until)
    }

    /// Only rows of these kinds; `table` is what the list calls their table. It has an event `e`, if words count.
    mutating func require(_ kinds: LogKindFilter, of table: String) {
        let (condition, values) = kinds.condition
        // The rows are named already: the plus keeps SQLite from finding them anew by their kinds.
        conditions.append("+\(table).kind IN (\(condition))")
        self.values += values
        self.kinds = kinds
    }

    /// Only rows that hold the words.
    ///
    /// - Parameters:
    ///   - column: what the indexes' rows are compared with.
    ///   - boundSQL: from a row's number in the list (`?`) to one in the indexes, where the two differ.
    mutating func require(
        _ words: SearchWords, in indexes: [WordSearch.Index], of column: String, boundSQL: String? = nil
    ) {
        search = Search(words: words, indexes: indexes, column: column, boundSQL: boundSQL)
    }

    /// One element more than the page holds is asked for, to know whether there is a next one.
    func page<Element: Sendable>(
        _ db: Database, seq: (Element) -> Int64, read: (SQLRow) throws -> Element
    ) throws -> Page<Element> {
        let range = try range(db)
        let found: [Element]
        if let kinds, try search == nil || kinds.areRare(db) {
            var pieces = try LogKindMerge(kinds, in: range, pieceSize: limit + 1, db)
            var list = self
            if let search {
                list.require(WordSearch.ofEvent("e"), search.words.value, search.words.value)
            }
            found = try list.rows(db, range, of: order, { try pieces.next(db) }, read)
        } else if let search {
            var pieces = try WordSearch(search.words, in: search.indexes, of: searched(range, search, db), db)
            found = try rows(db, range, of: search.column, { try pieces.next(db) }, read)
        } else {
            found = try rows(db, range, wanted: limit + 1, only: nil, read)
        }
        let elements = Array(found.prefix(limit))
        // A follower always goes on from what it saw last.
        let hasNext = range.isAscending ? !elements.isEmpty : found.count > limit
        return Page(elements, next: hasNext ? elements.last.map(seq) : nil)
    }

    private func range(_ db: Database) throws -> ListRange {
        func bound(_ moment: Timestamp?) throws -> Int64? {
            guard let moment, let table = times?.table else { return nil }
            return try db.first("SELECT \(SQLiteStore.firstSeq(table))", SQLiteStore.idBound(moment)) { $0.int(0) }
        }
        let since = try bound(times?.since.map { $0 - Times.slack })
        let until = try bound(times?.until.map { $0 + Times.slack })
        switch position {
        case .before(let seq):
            return ListRange(
                isAscending: false, start: min(seq ?? .max, until ?? .max), end: since.map { $0 - 1 } ?? .min)
        case .after(let seq):
            return ListRange(isAscending: true, start: max(seq, since.map { $0 - 1 } ?? .min), end: until ?? .max)
        }
    }

    /// A range of the list in the numbers of what is searched.
    private func searched(_ range: ListRange, _ search: Search, _ db: Database) throws -> ListRange {
        guard let sql = search.boundSQL else { return range }
        func row(_ own: Int64) throws -> Int64? { try db.first(sql, .int(own)) { $0.int(0) } }
        if range.isAscending {
            // The row found may be the first that a follower has not seen.
            let start = try row(range.start).map { $0 - 1 }
            return ListRange(
                isAscending: true, start: start ?? .min, end: range.end == .max ? .max : try row(range.end) ?? .max)
        }
        return ListRange(
            isAscending: false, start: range.start == .max ? .max : try row(range.start) ?? .max,
            end: range.end == .min ? .min : try row(range.end + 1).map { $0 - 1 } ?? .max)
    }

    // MARK: Rows

    /// The rows that an index names and that meet the conditions.
    private func rows<Element>(
        _ db: Database, _ range: ListRange, of column: String, _ next: () throws -> [Int64]?,
        _ read: (SQLRow) throws -> Element
    ) throws -> [Element] {
        var found: [Element] = []
        while found.count <= limit, let piece = try next() {
            guard !piece.isEmpty else { continue }
            let list = JSON.array(piece.map { JSON($0) }).text
            found += try rows(
                db, range, wanted: limit + 1 - found.count,
                only: (condition: "\(column) IN (SELECT value FROM json_each(?))", value: .text(list)), read)
        }
        return found
    }

    private func rows<Element>(
        _ db: Database, _ range: ListRange, wanted: Int, only: (condition: String, value: SQLValue)?,
        _ read: (SQLRow) throws -> Element
    ) throws -> [Element] {
        var (conditions, values) = (conditions, values)
        func require(_ condition: String, _ value: SQLValue) {
            conditions.append(condition)
            values.append(value)
        }
        if let only { require(only.condition, only.value) }
        if range.hasStart { require("\(order) \(range.beyond) ?", .int(range.start)) }
        if range.hasEnd { require("\(order) \(range.within) ?", .int(range.end)) }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return try db.rows(
            "SELECT \(columns) FROM \(table)\(filter) ORDER BY \(order) \(range.direction) LIMIT ?",
            values + [.int(Int64(wanted))], read)
    }
}

/// Where a list is read and in which direction, in the numbers of its rows.
struct ListRange {
    let isAscending: Bool
    /// The row before the first one.
    let start: Int64
    /// The row behind the last one.
    let end: Int64

    var hasStart: Bool { start != (isAscending ? .min : .max) }
    var hasEnd: Bool { end != (isAscending ? .max : .min) }
    /// How a row compares with those before it, in SQL.
    var beyond: String { isAscending ? ">" : "<" }
    /// How a row compares with the end.
    var within: String { isAscending ? "<" : ">" }
    var direction: String { isAscending ? "ASC" : "DESC" }

    func isBefore(_ row: Int64, _ other: Int64) -> Bool { isAscending ? row < other : row > other }

    /// Whether a row that is beyond the start is before the end.
    func isWithin(_ row: Int64) -> Bool { isBefore(row, end) }
}
