import GRDB
import HubCore

/// What people type into a search box, as an FTS5 query in which nothing has a special meaning.
struct SearchWords {
    let value: SQLValue

    /// - Returns: nil when there is no word in it.
    init?(_ text: String?) {
        let words = (text ?? "").replacing("\0", with: " ").split(whereSeparator: \.isWhitespace).prefix(16)
        guard !words.isEmpty else { return nil }
        // Whole words, unless a star asks for all that begin so: that has to look at every word there is.
        let quoted = words.map { word in
            let isBeginning = word.hasSuffix("*")
            let text = isBeginning ? word.dropLast() : word
            return "\"" + text.replacing("\"", with: "\"\"") + (isBeginning ? "\"*" : "\"")
        }
        value = .text(quoted.joined(separator: " "))
    }
}

/// The rows that hold certain words, in the order of a list, a piece at a time.
///
/// A common word stands in a million rows, and sorting them all would cost a second: the indexes give the newest (to a
/// follower the oldest) first, and older ones only when they are asked for.
struct WordSearch {
    /// One full-text index, and how its rows lead to those of the list.
    enum Index {
        case events, messages
        /// Messages, and from each to its event.
        case messagesOfEvents
    }

    private struct Cursor {
        let index: Index
        /// In the index's own numbers.
        var position: Int64
        /// The farthest row of the list that it has given; nil before the first.
        var reached: Int64?
        var isExhausted = false
    }

    private let words: SearchWords
    private let range: ListRange
    private var cursors: [Cursor] = []
    /// Found by one index, and too far for the others to be sure of.
    private var pending: Set<Int64> = []
    private var pieceSize: Int64 = 256

    /// - Parameter range: of rows of the list.
    init(_ words: SearchWords, in indexes: [Index], of range: ListRange, _ db: Database) throws {
        self.words = words
        self.range = range
        for index in indexes {
            cursors.append(Cursor(index: index, position: try start(of: index, db)))
        }
    }

    private func start(of index: Index, _ db: Database) throws -> Int64 {
        guard range.hasStart, index == .messagesOfEvents else { return range.start }
        // What one plan writes has consecutive numbers, so that messages stand in the order of their events.
        let sql = """
            SELECT first_message FROM event WHERE seq \(range.isAscending ? ">" : ">=") ? AND message_count > 0
            ORDER BY seq LIMIT 1
            """
        let first = try db.first(sql, .int(range.start)) { $0.int(0) } ?? .max
        return range.isAscending ? first - 1 : first
    }

    /// The next rows of the list, in any order, all of them before those of later calls; nil when there are no more.
    mutating func next(_ db: Database) throws -> [Int64]? {
        guard cursors.contains(where: { !$0.isExhausted }) || !pending.isEmpty else { return nil }
        let slowest = horizon
        // What is left lies beyond it.
        if let slowest, !range.isWithin(slowest) { return nil }
        for index in cursors.indices where !cursors[index].isExhausted && cursors[index].reached == slowest {
            cursors[index] = try advanced(cursors[index], db)
        }
        pieceSize = min(pieceSize * 4, 65_536)
        let horizon = horizon
        guard cursors.contains(where: { !$0.isExhausted }) else {
            defer { pending = [] }
            return Array(pending)
        }
        guard let horizon else { return [] }
        let sure = pending.filter { !range.isBefore(horizon, $0) }
        pending.subtract(sure)
        return Array(sure)
    }

    /// How far every index that may have more has come; nil when one of them has given nothing yet.
    private var horizon: Int64? {
        let reached = cursors.filter { !$0.isExhausted }.map(\.reached)
        guard !reached.contains(nil) else { return nil }
        return reached.compactMap { $0 }.min(by: range.isBefore)
    }

    /// The cursor one piece further; what it found is pending.
    private mutating func advanced(_ cursor: Cursor, _ db: Database) throws -> Cursor {
        var cursor = cursor
        let found = try db.rows(sql(cursor.index), [words.value, .int(cursor.position), .int(pieceSize)]) { row in
            (number: row.int(0), row: row.optionalInt(1))
        }
        cursor.isExhausted = found.count < pieceSize
        guard let last = found.last?.number else { return cursor }
        cursor.position = last
        let rows = found.compactMap(\.row)
        pending.formUnion(rows)
        cursor.reached = rows.max(by: range.isBefore) ?? cursor.reached
        return cursor
    }

    /// Whether one event has the words, itself or in a message: what a row of a short list is asked. They are bound twice.
    static func ofEvent(_ event: String) -> String {
        """
        (EXISTS (SELECT 1 FROM event_search WHERE event_search MATCH ? AND rowid = \(event).seq)
            OR EXISTS (SELECT 1 FROM message_search WHERE message_search MATCH ? AND rowid >= \(event).first_message
                AND rowid < \(event).first_message + \(event).message_count))
        """
    }

    private func sql(_ index: Index) -> String {
        let table = index == .events ? "event_search" : "message_search"
        let numbers = """
            SELECT rowid AS number FROM \(table) WHERE \(table) MATCH ? AND rowid \(range.beyond) ?
            ORDER BY rowid \(range.direction) LIMIT ?
            """
        guard index == .messagesOfEvents else { return "SELECT number, number FROM (\(numbers))" }
        // A message stays when its event's time is over.
        return """
            SELECT number, ev.seq FROM (\(numbers)) JOIN message m ON m.seq = number
            LEFT JOIN event ev ON ev.id = m.event ORDER BY number \(range.direction)
            """
    }
}
