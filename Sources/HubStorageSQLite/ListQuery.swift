import GRDB
import HubCore
import HubStorage

/// A `SELECT` of one page, built from conditions with bound values.
struct ListQuery: Sendable {
    private let columns: String
    private let table: String
    private let order: String
    private let limit: Int
    private let isAscending: Bool
    private let bound: Int64?
    private var conditions: [String] = []
    private var values: [SQLValue] = []
    private var search: Search?

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
        limit = page.limit
        switch page.position {
        case .before(let seq):
            isAscending = false
            bound = seq
            if let seq { require("\(order) < ?", .int(seq)) }
        case .after(let seq):
            isAscending = true
            bound = seq
            require("\(order) > ?", .int(seq))
        }
    }

    /// - Parameter condition: code, never anyone's text; values are bound.
    mutating func require(_ condition: String, _ bound: SQLValue...) {
        conditions.append(condition)
        values += bound
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

    private func sql(_ more: String? = nil) -> String {
        let all = conditions + (more.map { [$0] } ?? [])
        let filter = all.isEmpty ? "" : " WHERE " + all.joined(separator: " AND ")
        return "SELECT \(columns) FROM \(table)\(filter) ORDER BY \(order) \(isAscending ? "ASC" : "DESC") LIMIT ?"
    }

    /// One element more than the page holds is asked for, to know whether there is a next one.
    func page<Element: Sendable>(
        _ db: Database, seq: (Element) -> Int64, read: (SQLRow) throws -> Element
    ) throws -> Page<Element> {
        let found: [Element]
        if let search {
            found = try self.found(search, db, read: read)
        } else {
            found = try db.rows(sql(), values + [.int(Int64(limit + 1))], read)
        }
        let elements = Array(found.prefix(limit))
        // A follower always goes on from what it saw last.
        let hasNext = isAscending ? !elements.isEmpty : found.count > limit
        return Page(elements, next: hasNext ? elements.last.map(seq) : nil)
    }

    private func found<Element>(
        _ search: Search, _ db: Database, read: (SQLRow) throws -> Element
    ) throws -> [Element] {
        var bound = bound
        if let own = bound, let sql = search.boundSQL {
            // The row found may be the first that a follower has not seen.
            bound = try db.first(sql, .int(own)) { isAscending ? $0.int(0) - 1 : $0.int(0) }
        }
        var pieces = try WordSearch(
            search.words, in: search.indexes, beyond: bound, isAscending: isAscending, db)
        var found: [Element] = []
        while found.count <= limit, let rows = try pieces.next(db) {
            guard !rows.isEmpty else { continue }
            let list = JSON.array(rows.map { JSON($0) }).text
            found += try db.rows(
                sql("\(search.column) IN (SELECT value FROM json_each(?))"),
                values + [.text(list), .int(Int64(limit + 1 - found.count))], read)
        }
        return found
    }
}
