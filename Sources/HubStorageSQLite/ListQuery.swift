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
    private var conditions: [String] = []
    private var values: [SQLValue] = []

    init(_ columns: String, from table: String, order: String, _ page: PageRequest) {
        self.columns = columns
        self.table = table
        self.order = order
        limit = page.limit
        switch page.position {
        case .before(let seq):
            isAscending = false
            if let seq { require("\(order) < ?", .int(seq)) }
        case .after(let seq):
            isAscending = true
            require("\(order) > ?", .int(seq))
        }
    }

    /// - Parameter condition: code, never anyone's text; values are bound.
    mutating func require(_ condition: String, _ bound: SQLValue...) {
        conditions.append(condition)
        values += bound
    }

    var sql: String {
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return "SELECT \(columns) FROM \(table)\(filter) ORDER BY \(order) \(isAscending ? "ASC" : "DESC") LIMIT ?"
    }

    /// One element more than the page holds is asked for, to know whether there is a next one.
    func page<Element: Sendable>(
        _ db: Database, seq: (Element) -> Int64, read: (SQLRow) throws -> Element
    ) throws -> Page<Element> {
        let found = try db.rows(sql, values + [.int(Int64(limit + 1))], read)
        let elements = Array(found.prefix(limit))
        // A follower always goes on from what it saw last.
        let hasNext = isAscending ? !elements.isEmpty : found.count > limit
        return Page(elements, next: hasNext ? elements.last.map(seq) : nil)
    }
}

/// What people type into a search box, as an FTS5 query in which nothing has a special meaning.
struct SearchWords {
    let value: SQLValue

    /// - Returns: nil when there is no word in it.
    init?(_ text: String?) {
        let words = (text ?? "").replacing("\0", with: " ").split(whereSeparator: \.isWhitespace).prefix(16)
        guard !words.isEmpty else { return nil }
        // The last word also finds what it begins.
        let quoted = words.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: " ")
        value = .text(quoted + "*")
    }
}
