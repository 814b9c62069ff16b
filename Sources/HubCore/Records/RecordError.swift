/// Why a ticket, survey or response was not changed as somebody asked.
package enum RecordError: Error, Sendable, Hashable {
    /// Something that was given is not what it must be; `path` names it (`requester.email`, `answers.q_score`).
    case invalid(path: String, problem: String)
    case ticketCannotBecome(Ticket.Status, from: Ticket.Status)
    /// Nothing goes out on a closed ticket.
    case ticketIsClosed
    /// What came in, and notes, are on no way that could be told of.
    case messageIsNotOutbound
    case surveyCannotBecome(Survey.State, from: Survey.State)
    case surveyHasNoQuestions
    /// Published questions keep their keys, kinds and options: there may be answers to them.
    case questionsAreFixed
    case surveyTakesNoAnswers(Survey.State)
    case responseIsComplete

    /// Stable: returned by the API. Append, never rename.
    package var code: String {
        if case .invalid = self { "invalid_request" } else { "wrong_state" }
    }
}

extension RecordError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalid(let path, let problem): "\(path): \(problem)"
        case .ticketCannotBecome(let next, let status):
            "a ticket that is \(status.rawValue) cannot become \(next.rawValue)"
                + (status == .resolved || status == .closed ? "; reopen it first" : "")
        case .ticketIsClosed: "the ticket is closed; reopen it first"
        case .messageIsNotOutbound: "only outgoing messages are delivered"
        case .surveyCannotBecome(let next, let state):
            "a survey that is \(state.rawValue) cannot become \(next.rawValue)"
        case .surveyHasNoQuestions: "a survey without questions cannot be published"
        case .questionsAreFixed:
            "the survey was published: wording may change, but questions keep their keys, kinds and options"
        case .surveyTakesNoAnswers(let state): "the survey is \(state == .draft ? "not published" : "closed")"
        case .responseIsComplete: "the response is complete"
        }
    }
}

/// Checks of the texts that records are made of.
enum RecordText {
    /// One line: blanks at its ends and control characters go.
    ///
    /// - Parameter length: in characters.
    static func line(_ text: String, _ length: ClosedRange<Int>, at path: String) throws(RecordError) -> String {
        // A line break in a subject or name would be one in a mail's header.
        let hasControls = text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        let plain =
            hasControls
            ? String(
                String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
            : text
        let line = plain.trimmed()
        try check(line, length, at: path)
        return line
    }

    /// As ``line(_:_:at:)``; nil for what is empty.
    static func optionalLine(_ text: String?, upTo limit: Int, at path: String) throws(RecordError) -> String? {
        guard let text else { return nil }
        let line = try line(text, 0...limit, at: path)
        return line.isEmpty ? nil : line
    }

    static func check(_ text: String, _ length: ClosedRange<Int>, at path: String) throws(RecordError) {
        // Bytes are counted at once, characters one by one: most texts that are too long are told by their bytes.
        guard text.utf8.count <= length.upperBound * 32, length.contains(text.count) else {
            let problem =
                length.lowerBound == 0
                ? "must have at most \(length.upperBound) characters"
                : "must have \(length.lowerBound) to \(length.upperBound) characters"
            throw .invalid(path: path, problem: problem)
        }
    }

    /// Lower-case letters, digits, `_` and `-`: what a program compares.
    static func isName(_ text: String, limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
