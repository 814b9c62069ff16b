import HubCore
import HubStorage

/// Records between values and columns.
enum RecordRows {
    static let ticketColumns = """
        t.id, t.workspace, t.number, t.subject, t.status, t.priority, t.channel, t.requester_name, t.requester_email,
        t.requester_phone, t.assignee, t.customer, t.tags, t.fields, t.follow_up_of, t.created_at, t.updated_at,
        t.resolved_at, t.closed_at, t.version
        """

    static func ticket(_ row: SQLRow) throws -> Ticket {
        guard let status = Ticket.Status(rawValue: row.text(4)), let priority = Ticket.Priority(rawValue: row.text(5))
        else { throw CorruptRow() }
        return Ticket(
            stored: try row.id(0), workspace: WorkspaceID(stored: row.text(1)), number: row.int(2),
            subject: row.text(3), status: status, priority: priority, channel: row.text(6),
            requester: .init(name: row.optionalText(7), email: row.optionalText(8), phone: row.optionalText(9)),
            assignee: try row.optionalID(10), customer: try row.optionalID(11),
            tags: (row.json(12).array ?? []).compactMap(\.string), fields: row.json(13).object ?? [:],
            followUpOf: try row.optionalID(14), createdAt: row.timestamp(15), updatedAt: row.timestamp(16),
            resolvedAt: row.optionalTime(17), closedAt: row.optionalTime(18), version: row.int(19))
    }

    static let messageColumns = """
        m.id, m.workspace, m.ticket, m.direction, m.channel, m.sender, m.recipient, m.subject, m.text, m.attachments,
        m.author, m.external_id, m.status, m.status_detail, m.created_at, m.version
        """

    static func message(_ row: SQLRow) throws -> TicketMessage {
        guard let direction = TicketMessage.Direction(rawValue: row.text(3)),
            let status = TicketMessage.Status(rawValue: row.text(12)), let author = RecordActor(row.json(10))
        else { throw CorruptRow() }
        return TicketMessage(
            stored: try row.id(0), workspace: WorkspaceID(stored: row.text(1)), ticket: try row.id(2),
            direction: direction, channel: row.text(4), from: row.optionalText(5), to: row.optionalText(6),
            subject: row.optionalText(7), text: row.text(8),
            attachments: (row.json(9).array ?? []).compactMap { TicketMessage.Attachment($0) }, author: author,
            externalID: row.optionalText(11), status: status, statusDetail: row.optionalText(13),
            createdAt: row.timestamp(14), version: row.int(15))
    }

    static let surveyColumns = """
        s.id, s.workspace, s.name, s.state, s.key, s.introduction, s.thanks, s.questions, s.created_at, s.updated_at,
        s.published_at, s.closed_at, s.version
        """

    static func survey(_ row: SQLRow) throws -> Survey {
        guard let state = Survey.State(rawValue: row.text(3)) else { throw CorruptRow() }
        var questions: [SurveyQuestion] = []
        for document in row.json(7).array ?? [] {
            questions.append(try SurveyQuestion(document, at: "", freeKey: ""))
        }
        return Survey(
            stored: try row.id(0), workspace: WorkspaceID(stored: row.text(1)), name: row.text(2),
            introduction: row.text(5), thanks: row.text(6), questions: questions, state: state, key: row.text(4),
            createdAt: row.timestamp(8), updatedAt: row.timestamp(9), publishedAt: row.optionalTime(10),
            closedAt: row.optionalTime(11), version: row.int(12))
    }

    static let responseColumns = """
        r.id, r.workspace, r.survey, r.ticket, r.customer, r.respondent_name, r.respondent_email, r.answers, r.score,
        r.language, r.started_at, r.updated_at, r.completed_at, r.version
        """

    static func response(_ row: SQLRow) throws -> SurveyResponse {
        SurveyResponse(
            stored: try row.id(0), workspace: WorkspaceID(stored: row.text(1)), survey: try row.id(2),
            ticket: try row.optionalID(3), customer: try row.optionalID(4),
            respondent: .init(name: row.optionalText(5), email: row.optionalText(6)),
            answers: row.json(7).object ?? [:], score: row.optionalInt(8), language: row.optionalText(9),
            startedAt: row.timestamp(10), updatedAt: row.timestamp(11), completedAt: row.optionalTime(12),
            version: row.int(13))
    }
}

extension SQLRow {
    fileprivate func optionalTime(_ column: Int32) -> Timestamp? {
        optionalInt(column).map(Timestamp.init(milliseconds:))
    }
}
