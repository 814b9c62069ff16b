package import HubCore

/// Tickets, surveys and what people said and answered there.
///
/// They are written by ``Effect/keep(_:)`` of a plan, surveys by ``ConfigurationChange/keep(_:)`` with their audit
/// entry; retention leaves them alone.
package protocol RecordStore: Sendable {
    /// The next number of a ticket, for ever taken by this call.
    func takeTicketNumber(of workspace: WorkspaceID) async throws(StoreError) -> Int64

    /// - Parameter page: its cursors are numbers of the query's order.
    func tickets(
        of workspace: WorkspaceID, _ query: TicketQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<TicketSummary>

    func ticket(_ id: ID<Ticket>, in workspace: WorkspaceID) async throws(StoreError) -> Ticket?

    func ticket(number: Int64, in workspace: WorkspaceID) async throws(StoreError) -> Ticket?

    /// How many tickets there are in each state; states without any are left out.
    ///
    /// - Parameter query: its status, order and words do not count.
    func ticketCounts(
        of workspace: WorkspaceID, _ query: TicketQuery
    ) async throws(StoreError) -> [Ticket.Status: Int]

    func messages(
        of ticket: ID<Ticket>, in workspace: WorkspaceID, _ page: PageRequest
    ) async throws(StoreError) -> Page<TicketMessageSummary>

    func message(_ id: ID<TicketMessage>, in workspace: WorkspaceID) async throws(StoreError) -> TicketMessage?

    /// The message of a channel that the provider calls so.
    func message(
        externalID: String, channel: String, in workspace: WorkspaceID
    ) async throws(StoreError) -> TicketMessage?

    func surveys(of workspace: WorkspaceID, _ page: PageRequest) async throws(StoreError) -> Page<SurveySummary>

    func survey(_ id: ID<Survey>, in workspace: WorkspaceID) async throws(StoreError) -> Survey?

    /// The survey of a link, in whatever workspace.
    func survey(key: String) async throws(StoreError) -> Survey?

    func responses(
        to survey: ID<Survey>, in workspace: WorkspaceID, _ query: ResponseQuery, _ page: PageRequest
    ) async throws(StoreError) -> Page<SurveyResponseSummary>

    func response(_ id: ID<SurveyResponse>, in workspace: WorkspaceID) async throws(StoreError) -> SurveyResponse?

    /// Counts the answers of complete responses.
    func tally(of survey: Survey) async throws(StoreError) -> SurveyTally
}

/// One change of a record.
///
/// A record of version n replaces that of version n - 1, and one of version 1 is new: when another version is there,
/// the commit throws ``StoreError/conflict(what:)``, when none is, ``StoreError/notFound(what:)``.
package enum RecordChange: Sendable {
    case putTicket(Ticket)
    /// With its messages; `version` is that of the ticket as it was last.
    case deleteTicket(ID<Ticket>, version: Int64, AuditEntry)
    case putMessage(TicketMessage)
    case putSurvey(Survey)
    case putResponse(SurveyResponse)
}

package struct TicketQuery: Sendable {
    package enum Order: Sendable {
        /// By the time they were made.
        case created
        /// By the last thing that happened to them.
        case activity
    }

    package enum Assignment: Sendable, Hashable {
        case nobody
        case person(ID<Person>)
    }

    package var status: Ticket.Status?
    package var assignment: Assignment?
    package var priority: Ticket.Priority?
    package var tag: String?
    package var customer: ID<Customer>?
    /// Changed at or after.
    package var since: Timestamp?
    /// Words to find in subject, requester and messages.
    package var text: String?
    package var order = Order.created

    package init() {}
}

package struct TicketSummary: Sendable {
    /// Its place in the query's order.
    package let seq: Int64
    package let ticket: Ticket

    package init(seq: Int64, ticket: Ticket) {
        (self.seq, self.ticket) = (seq, ticket)
    }
}

package struct TicketMessageSummary: Sendable {
    package let seq: Int64
    package let message: TicketMessage

    package init(seq: Int64, message: TicketMessage) {
        (self.seq, self.message) = (seq, message)
    }
}

package struct SurveySummary: Sendable {
    package let seq: Int64
    package let survey: Survey
    /// Complete ones.
    package let responses: Int

    package init(seq: Int64, survey: Survey, responses: Int) {
        (self.seq, self.survey, self.responses) = (seq, survey, responses)
    }
}

package struct ResponseQuery: Sendable {
    /// Nil: complete ones and those that were only begun.
    package var isComplete: Bool?
    package var customer: ID<Customer>?
    package var since: Timestamp?

    package init() {}
}

package struct SurveyResponseSummary: Sendable {
    package let seq: Int64
    package let response: SurveyResponse

    package init(seq: Int64, response: SurveyResponse) {
        (self.seq, self.response) = (seq, response)
    }
}
