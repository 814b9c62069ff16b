import HubCore

/// One answer of a mail server, of one or more lines (RFC 5321 §4.2).
struct SMTPReply: Sendable, Hashable {
    let status: Int
    /// Without status, in the order of the lines.
    let lines: [String]

    var isPositive: Bool { (200..<300).contains(status) }
}

/// Puts answers together from bytes as they come.
struct SMTPReplyReader: Sendable {
    private static let lineLimit = 2048
    private static let countLimit = 100

    /// What came of a line that has not ended.
    private var pending: [UInt8] = []
    private var complete: [[UInt8]] = []
    private var status: Int?
    private var lines: [String] = []

    /// Whether something has come that no answer was made of yet.
    var isEmpty: Bool { pending.isEmpty && complete.isEmpty && status == nil }

    /// - Throws: ``AttemptFailure/protocolError`` for a line without end.
    mutating func append(_ bytes: some Sequence<UInt8>) throws(MailFailure) {
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                pending.append(byte)
                guard pending.count <= Self.lineLimit else { throw .connection(.protocolError) }
                continue
            }
            if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
            complete.append(pending)
            pending = []
            guard complete.count <= Self.countLimit else { throw .connection(.protocolError) }
        }
    }

    /// - Returns: nil until an answer is whole.
    mutating func next() throws(MailFailure) -> SMTPReply? {
        while !complete.isEmpty {
            let line = complete.removeFirst()
            guard line.count >= 3, line.prefix(3).allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(String(decoding: line.prefix(3), as: UTF8.self)), (200..<600).contains(number),
                status == nil || status == number, lines.count < Self.countLimit
            else { throw .connection(.protocolError) }
            let mark = line.dropFirst(3).first ?? UInt8(ascii: " ")
            guard mark == UInt8(ascii: " ") || mark == UInt8(ascii: "-") else { throw .connection(.protocolError) }
            status = number
            lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
            if mark == UInt8(ascii: " ") {
                defer { (status, lines) = (nil, []) }
                return SMTPReply(status: number, lines: lines)
            }
        }
        return nil
    }
}
