import GRDB
import GRDBSQLite
import HubCore

/// A value bound to a statement.
enum SQLValue: Sendable {
    case null
    case int(Int64)
    case text(String)
    /// Text that is in UTF-8 already.
    case utf8([UInt8])
    case blob([UInt8])
    case id(UUIDv7)

    init(_ value: Int64?) { self = value.map(SQLValue.int) ?? .null }
    init(_ value: String?) { self = value.map(SQLValue.text) ?? .null }
    init(_ value: [UInt8]?) { self = value.map(SQLValue.blob) ?? .null }
    init(_ value: Timestamp?) { self = value.map { .int($0.milliseconds) } ?? .null }
    init(_ value: Bool) { self = .int(value ? 1 : 0) }
    init(_ uuid: UUIDv7?) { self = uuid.map(SQLValue.id) ?? .null }
    init<Entity>(_ id: ID<Entity>?) { self.init(id?.uuid) }
    init(_ workspace: WorkspaceID?) { self = workspace.map { .text($0.slug) } ?? .null }
}

/// Reads the columns of the row a statement stands on.
///
/// GRDB's own reading stops at the first NUL of a text; text with NUL is legal input here.
struct SQLRow {
    fileprivate let statement: OpaquePointer

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }
    func bool(_ column: Int32) -> Bool { int(column) != 0 }
    func timestamp(_ column: Int32) -> Timestamp { Timestamp(milliseconds: int(column)) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func id<Entity>(_ column: Int32) throws(CorruptRow) -> ID<Entity> {
        let bytes = UnsafeRawBufferPointer(
            start: sqlite3_column_blob(statement, column), count: Int(sqlite3_column_bytes(statement, column)))
        guard let id = ID<Entity>(bytes: bytes) else { throw CorruptRow() }
        return id
    }

    func optionalID<Entity>(_ column: Int32) throws(CorruptRow) -> ID<Entity>? {
        isNull(column) ? nil : try id(column)
    }

    func json(_ column: Int32) -> JSON {
        // What was written here was JSON; an unreadable cell reads as nothing rather than hiding its row.
        (try? JSON.parse(bytes(column))) ?? .null
    }
}

/// A row that this code cannot have written.
struct CorruptRow: Error {}

extension Database {
    /// Runs a statement that returns no rows, from the connection's cache of prepared statements.
    func run(_ sql: String, _ values: SQLValue...) throws {
        try run(sql, values)
    }

    func run(_ sql: String, _ values: [SQLValue]) throws {
        let statement = try bound(sql, values)
        defer { release(statement) }
        let code = sqlite3_step(statement)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code, sql) }
    }

    /// Runs a statement whose second value is large and not empty.
    func run(_ sql: String, _ first: SQLValue, blob: [UInt8]) throws {
        let statement = try bound(sql, [first])
        defer { release(statement) }
        let code = blob.withUnsafeBytes { bytes in
            let code = sqlite3_bind_blob(statement, 2, bytes.baseAddress, Int32(bytes.count), nil)
            return code == SQLITE_OK ? sqlite3_step(statement) : code
        }
        guard code == SQLITE_DONE else { throw failure(code, sql) }
    }

    /// Runs a statement with a row's values, and with those that were not known when it was written out.
    func run(_ sql: String, _ row: RowValues.Row, of values: RowValues, _ rest: SQLValue...) throws {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        defer { release(statement) }
        let code = values.bytes.withUnsafeBytes { bytes -> Int32 in
            var index: Int32 = 0
            for column in values.columns[row] {
                index += 1
                let code = bind(column, in: bytes, at: index, of: statement)
                guard code == SQLITE_OK else { return code }
            }
            for value in rest {
                index += 1
                let code = bind(value, at: index, of: statement)
                guard code == SQLITE_OK else { return code }
            }
            return sqlite3_step(statement)
        }
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code, sql) }
    }

    func rows<Element>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (SQLRow) throws -> Element
    ) throws -> [Element] {
        let statement = try bound(sql, values)
        defer { release(statement) }
        var elements: [Element] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: elements.append(try read(SQLRow(statement: statement)))
            case SQLITE_DONE: return elements
            case let code: throw failure(code, sql)
            }
        }
    }

    func first<Element>(
        _ sql: String, _ values: SQLValue..., read: (SQLRow) throws -> Element
    ) throws -> Element? {
        try rows(sql, values, read).first
    }

    /// Commits what `work` does, all of it or nothing.
    ///
    /// Like GRDB's own, but with statements from the cache.
    func transaction(_ work: () throws -> Void) throws {
        try run("BEGIN IMMEDIATE")
        do {
            try work()
            try run("COMMIT")
        } catch {
            // Some failures have ended it already.
            if isInsideTransaction { try run("ROLLBACK") }
            throw error
        }
    }

    private func bound(_ sql: String, _ values: [SQLValue]) throws -> OpaquePointer {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        for (offset, value) in values.enumerated() {
            let code = bind(value, at: Int32(offset + 1), of: statement)
            guard code == SQLITE_OK else {
                release(statement)
                throw failure(code, sql)
            }
        }
        return statement
    }

    /// The bytes stay where they are until the statement has run: SQLite need not copy them.
    private func bind(
        _ column: RowValues.Column, in bytes: UnsafeRawBufferPointer, at index: Int32, of statement: OpaquePointer
    ) -> Int32 {
        switch column {
        case .null:
            return sqlite3_bind_null(statement, index)
        case .int(let value):
            return sqlite3_bind_int64(statement, index, value)
        case .text(let start, let count):
            // A nil pointer would bind NULL instead of the empty text; so below.
            guard let base = bytes.baseAddress else { return bind(.text(""), at: index, of: statement) }
            let text = (base + start).assumingMemoryBound(to: CChar.self)
            return sqlite3_bind_text(statement, index, text, Int32(count), nil)
        case .blob(let start, let count):
            guard let base = bytes.baseAddress else { return bind(.blob([]), at: index, of: statement) }
            return sqlite3_bind_blob(statement, index, base + start, Int32(count), nil)
        }
    }

    private func bind(_ value: SQLValue, at index: Int32, of statement: OpaquePointer) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(statement, index)
        case .int(let value):
            return sqlite3_bind_int64(statement, index, value)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    // A nil pointer would bind NULL instead of the empty text.
                    guard let start = characters.baseAddress else {
                        return sqlite3_bind_text(statement, index, "", 0, copiedBySQLite)
                    }
                    return sqlite3_bind_text(statement, index, start, Int32(characters.count), copiedBySQLite)
                }
            }
        case .utf8(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_text(statement, index, "", 0, copiedBySQLite) }
            return bytes.withUnsafeBytes {
                sqlite3_bind_text(
                    statement, index, $0.assumingMemoryBound(to: CChar.self).baseAddress, Int32($0.count),
                    copiedBySQLite)
            }
        case .id(let uuid):
            return uuid.withBytes { sqlite3_bind_blob(statement, index, $0.baseAddress, 16, copiedBySQLite) }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
            return bytes.withUnsafeBytes {
                sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), copiedBySQLite)
            }
        }
    }

    private func release(_ statement: OpaquePointer) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    private func failure(_ code: Int32, _ sql: String) -> DatabaseError {
        let message = sqliteConnection.map { String(cString: sqlite3_errmsg($0)) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql)
    }
}

/// SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
private var copiedBySQLite: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
