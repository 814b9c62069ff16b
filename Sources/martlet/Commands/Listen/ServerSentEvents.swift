/// Reads a stream of server-sent events (HTML, §9.2) as the hub writes them: lines end with LF or CRLF.
struct ServerSentEvents {
    /// A request of 25 MiB is 34 MiB of base64, with its headers beside it.
    static let lineLimit = 48 << 20

    /// Where one goes on after a break: the id of the newest event, also of one without data.
    private(set) var lastID: String?
    private var line: [UInt8] = []
    private var data: [UInt8]?
    private var id: String?

    private let lineLimit: Int

    init(lastID: String? = nil, lineLimit: Int = ServerSentEvents.lineLimit) {
        (self.lastID, id, self.lineLimit) = (lastID, lastID, lineLimit)
    }

    /// - Returns: the data of each event that is complete now.
    /// - Throws: ``StreamError/lineTooLong``.
    mutating func take(_ bytes: some Collection<UInt8>) throws(StreamError) -> [[UInt8]] {
        var complete: [[UInt8]] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line.append(contentsOf: rest[..<end])
            rest = rest[rest.index(after: end)...]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if let event = lineEnded() { complete.append(event) }
            line.removeAll(keepingCapacity: line.count < 1 << 20)
        }
        line.append(contentsOf: rest)
        guard line.count <= lineLimit else { throw .lineTooLong }
        return complete
    }

    /// - Returns: the data of the event that this line ends.
    private mutating func lineEnded() -> [UInt8]? {
        guard !line.isEmpty else {
            defer { data = nil }
            lastID = id
            return data
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
        var value = line[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if line[..<colon].elementsEqual("data".utf8) {
            data = data.map { $0 + [UInt8(ascii: "\n")] + value } ?? Array(value)
        } else if line[..<colon].elementsEqual("id".utf8) {
            id = String(decoding: value, as: UTF8.self)
        }
        return nil
    }
}

enum StreamError: Error, Equatable {
    case lineTooLong
    /// The hub cannot answer at the moment.
    case unavailable
    /// Nothing came for longer than between two heartbeats.
    case silent
}

/// How long to wait before the next try to connect. Pure.
struct Backoff {
    private static let first = 0.5
    private static let last = 15.0

    private var next = first

    /// - Returns: 0.5 s, then twice as long each time, to 15 s.
    mutating func failed() -> Duration {
        defer { next = min(next * 2, Self.last) }
        return .milliseconds(next * 1000)
    }

    mutating func succeeded() { next = Self.first }
}
