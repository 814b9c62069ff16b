import HubCore

/// The values of rows, laid one behind the other: bound without being copied, and let go of at once.
///
/// Rows are written out by whoever brings them, so that the thread that writes for all has only to insert them.
struct RowValues: Sendable {
    /// Where a row's columns stand in ``columns``.
    typealias Row = Range<Int>

    enum Column: Sendable {
        case null
        case int(Int64)
        /// Where it stands in ``bytes``.
        case text(start: Int, count: Int)
        case blob(start: Int, count: Int)
    }

    private(set) var columns: [Column] = []
    private(set) var bytes: [UInt8] = []

    init(columns: Int, bytes: Int) {
        self.columns.reserveCapacity(columns)
        self.bytes.reserveCapacity(bytes)
    }

    /// Appends what `write` appends, as one row.
    mutating func row(_ write: (inout RowValues) -> Void) -> Row {
        let start = columns.count
        write(&self)
        return start..<columns.count
    }

    mutating func append(_ number: Int64) { columns.append(.int(number)) }

    mutating func append(_ time: Timestamp) { append(time.milliseconds) }

    mutating func append(_ time: Timestamp?) {
        if let time { append(time) } else { columns.append(.null) }
    }

    mutating func append(_ text: String) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        columns.append(.text(start: start, count: bytes.count - start))
    }

    mutating func append(_ text: String?) {
        if let text { append(text) } else { columns.append(.null) }
    }

    mutating func append(blob: [UInt8]) {
        columns.append(.blob(start: bytes.count, count: blob.count))
        bytes.append(contentsOf: blob)
    }

    mutating func append<Entity>(_ id: ID<Entity>?) { append(id?.uuid) }

    mutating func append(_ uuid: UUIDv7?) {
        guard let uuid else { return columns.append(.null) }
        columns.append(.blob(start: bytes.count, count: 16))
        uuid.withBytes { bytes.append(contentsOf: $0) }
    }

    /// JSON text.
    mutating func append(_ write: (inout JSONWriter) -> Void) {
        let start = bytes.count
        var writer = JSONWriter(continuing: bytes)
        bytes = []
        write(&writer)
        bytes = writer.output
        columns.append(.text(start: start, count: bytes.count - start))
    }
}
