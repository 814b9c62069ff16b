import GRDB
import HubCore
import HubStorage

extension Database {
    /// Why a change cannot be kept as things are; nil: it can.
    ///
    /// Asked before anything of a plan is written, so that a plan made from an old version costs the others of its
    /// group nothing.
    func obstacle(to change: RecordChange) throws -> StoreError? {
        switch change {
        case .putTicket(let ticket):
            return try obstacle("ticket", ticket.id.uuid, becoming: ticket.version)
        case .deleteTicket(let id, let version, _):
            return try obstacle("ticket", id.uuid, becoming: version + 1)
        case .putMessage(let message):
            if let obstacle = try obstacle("ticket_message", message.id.uuid, becoming: message.version) {
                return obstacle
            }
            guard message.version == 1, let externalID = message.externalID else { return nil }
            let sql = "SELECT seq FROM ticket_message WHERE workspace = ? AND channel = ? AND external_id = ?"
            let known = try first(sql, SQLValue(message.workspace), .text(message.channel), .text(externalID)) {
                $0.int(0)
            }
            return known == nil ? nil : .conflict(what: "ticket_message")
        case .putSurvey(let survey):
            return try obstacle("survey", survey.id.uuid, becoming: survey.version)
        case .putResponse(let response):
            return try obstacle("survey_response", response.id.uuid, becoming: response.version)
        }
    }

    private func obstacle(_ table: String, _ id: UUIDv7, becoming version: Int64) throws -> StoreError? {
        let known = try first("SELECT version FROM \(table) WHERE id = ?", .id(id)) { $0.int(0) }
        guard let known else { return version == 1 ? nil : .notFound(what: table) }
        return known == version - 1 ? nil : .conflict(what: table)
    }

    func obstacle(to plan: Plan) throws -> StoreError? {
        for case .keep(let change) in plan.effects {
            if let obstacle = try obstacle(to: change) { return obstacle }
        }
        return nil
    }

    /// Writes a change that has no obstacle.
    func keep(_ change: RecordChange) throws {
        switch change {
        case .putTicket(let ticket): try put(ticket)
        case .deleteTicket(let id, _, let entry): try delete(id, entry)
        case .putMessage(let message): try put(message)
        case .putSurvey(let survey): try put(survey)
        case .putResponse(let response): try put(response)
        }
    }

    func insert(_ entry: AuditEntry) throws {
        try run(
            "INSERT INTO audit (at, workspace, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)",
            SQLValue(entry.at), SQLValue(entry.workspace), .text(entry.actor), .text(entry.action),
            .text(entry.subject), .text(entry.detail))
    }

    // MARK: Tickets

    private func put(_ ticket: Ticket) throws {
        let activity = "SELECT coalesce(max(activity), 0) + 1 FROM ticket WHERE workspace = ?"
        let next = try first(activity, SQLValue(ticket.workspace)) { $0.int(0) } ?? 1
        let changing: [SQLValue] = [
            .text(ticket.subject), .text(ticket.status.rawValue), .text(ticket.priority.rawValue),
            SQLValue(ticket.requester.name), SQLValue(ticket.requester.email), SQLValue(ticket.requester.phone),
            SQLValue(ticket.assignee), SQLValue(ticket.customer), .text(JSON.array(ticket.tags.map(JSON.string)).text),
            .text(JSON.object(ticket.fields).text), SQLValue(ticket.updatedAt), SQLValue(ticket.resolvedAt),
            SQLValue(ticket.closedAt), .int(ticket.version), .int(next),
        ]
        if ticket.version == 1 {
            try run(
                """
                INSERT INTO ticket (subject, status, priority, requester_name, requester_email, requester_phone,
                    assignee, customer, tags, fields, updated_at, resolved_at, closed_at, version, activity,
                    id, workspace, number, channel, follow_up_of, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                changing + [
                    SQLValue(ticket.id), SQLValue(ticket.workspace), .int(ticket.number), .text(ticket.channel),
                    SQLValue(ticket.followUpOf), SQLValue(ticket.createdAt),
                ])
        } else {
            try run(
                """
                UPDATE ticket SET subject = ?, status = ?, priority = ?, requester_name = ?, requester_email = ?,
                    requester_phone = ?, assignee = ?, customer = ?, tags = ?, fields = ?, updated_at = ?,
                    resolved_at = ?, closed_at = ?, version = ?, activity = ? WHERE id = ?
                """, changing + [SQLValue(ticket.id)])
        }
        try index(ticket)
    }

    private func index(_ ticket: Ticket) throws {
        guard let seq = try seq(of: ticket.id) else { return }
        if ticket.version > 1 { try run("DELETE FROM ticket_tag WHERE ticket = ?", .int(seq)) }
        for tag in ticket.tags {
            try run(
                "INSERT INTO ticket_tag (workspace, tag, ticket) VALUES (?, ?, ?)", SQLValue(ticket.workspace),
                .text(tag), .int(seq))
        }
        try run("INSERT OR IGNORE INTO search_stale_ticket (seq) VALUES (?)", .int(seq))
    }

    private func seq(of ticket: ID<Ticket>) throws -> Int64? {
        try first("SELECT seq FROM ticket WHERE id = ?", SQLValue(ticket)) { $0.int(0) }
    }

    private func delete(_ id: ID<Ticket>, _ entry: AuditEntry) throws {
        guard let seq = try seq(of: id) else { return }
        try run("DELETE FROM ticket_message WHERE ticket = ?", SQLValue(id))
        try run("DELETE FROM ticket_tag WHERE ticket = ?", .int(seq))
        try run("DELETE FROM ticket_search WHERE rowid = ?", .int(seq))
        try run("DELETE FROM search_stale_ticket WHERE seq = ?", .int(seq))
        try run("DELETE FROM ticket WHERE seq = ?", .int(seq))
        try insert(entry)
    }

    private func put(_ message: TicketMessage) throws {
        guard message.version == 1 else {
            return try run(
                "UPDATE ticket_message SET status = ?, status_detail = ?, version = ? WHERE id = ?",
                .text(message.status.rawValue), SQLValue(message.statusDetail), .int(message.version),
                SQLValue(message.id))
        }
        guard let ticket = try seq(of: message.ticket) else { throw StoreError.notFound(what: "ticket") }
        try run(
            """
            INSERT INTO ticket_message (id, workspace, ticket, direction, channel, sender, recipient, subject, text,
                attachments, author, external_id, status, status_detail, created_at, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            SQLValue(message.id), SQLValue(message.workspace), SQLValue(message.ticket),
            .text(message.direction.rawValue), .text(message.channel), SQLValue(message.from), SQLValue(message.to),
            SQLValue(message.subject), .text(message.text),
            .text(JSON.array(message.attachments.map(\.document)).text), .text(message.author.document.text),
            SQLValue(message.externalID), .text(message.status.rawValue), SQLValue(message.statusDetail),
            SQLValue(message.createdAt), .int(message.version))
        try run("INSERT OR IGNORE INTO search_stale_ticket (seq) VALUES (?)", .int(ticket))
    }

    /// - Returns: whether there may be more.
    func indexStaleTickets(limit: Int) throws -> Bool {
        let stale = try rows("SELECT seq FROM search_stale_ticket LIMIT ?", [.int(Int64(limit))]) { $0.int(0) }
        for seq in stale {
            try run("DELETE FROM ticket_search WHERE rowid = ?", .int(seq))
            try run(
                """
                INSERT INTO ticket_search (rowid, subject, requester, messages)
                SELECT t.seq, t.subject, concat_requester, (SELECT group_concat(text, char(10)) FROM ticket_message
                    WHERE ticket = t.id)
                FROM (SELECT *, coalesce(requester_name, '') || ' ' || coalesce(requester_email, '') || ' '
                    || coalesce(requester_phone, '') AS concat_requester FROM ticket WHERE seq = ?) t
                """, .int(seq))
            try run("DELETE FROM search_stale_ticket WHERE seq = ?", .int(seq))
        }
        return !stale.isEmpty
    }

    // MARK: Surveys

    private func put(_ survey: Survey) throws {
        let changing: [SQLValue] = [
            .text(survey.name), .text(survey.state.rawValue), .text(survey.introduction), .text(survey.thanks),
            .text(JSON.array(survey.questions.map(\.document)).text), SQLValue(survey.updatedAt),
            SQLValue(survey.publishedAt), SQLValue(survey.closedAt), .int(survey.version),
        ]
        if survey.version == 1 {
            try run(
                """
                INSERT INTO survey (name, state, introduction, thanks, questions, updated_at, published_at, closed_at,
                    version, id, workspace, key, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                changing + [
                    SQLValue(survey.id), SQLValue(survey.workspace), .text(survey.key), SQLValue(survey.createdAt),
                ])
        } else {
            try run(
                """
                UPDATE survey SET name = ?, state = ?, introduction = ?, thanks = ?, questions = ?, updated_at = ?,
                    published_at = ?, closed_at = ?, version = ? WHERE id = ?
                """, changing + [SQLValue(survey.id)])
        }
    }

    private func put(_ response: SurveyResponse) throws {
        let changing: [SQLValue] = [
            SQLValue(response.respondent.name), SQLValue(response.respondent.email),
            .text(JSON.object(response.answers).text), SQLValue(response.score), SQLValue(response.language),
            SQLValue(response.updatedAt), SQLValue(response.completedAt), .int(response.version),
        ]
        if response.version == 1 {
            try run(
                """
                INSERT INTO survey_response (respondent_name, respondent_email, answers, score, language, updated_at,
                    completed_at, version, id, workspace, survey, ticket, customer, started_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                changing + [
                    SQLValue(response.id), SQLValue(response.workspace), SQLValue(response.survey),
                    SQLValue(response.ticket), SQLValue(response.customer), SQLValue(response.startedAt),
                ])
        } else {
            try run(
                """
                UPDATE survey_response SET respondent_name = ?, respondent_email = ?, answers = ?, score = ?,
                    language = ?, updated_at = ?, completed_at = ?, version = ? WHERE id = ?
                """, changing + [SQLValue(response.id)])
        }
    }
}
