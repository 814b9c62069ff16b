/// The events that the hub itself sends; people's own types stand beside them.
///
/// Append, never rename: receivers compare the raw values.
package enum BuiltInEventType: String, Sendable, Hashable, CaseIterable {
    case ticketCreated = "ticket.created"
    case ticketUpdated = "ticket.updated"
    case ticketResolved = "ticket.resolved"
    case ticketReopened = "ticket.reopened"
    case ticketClosed = "ticket.closed"
    case ticketDeleted = "ticket.deleted"
    case ticketMessageCreated = "ticket.message.created"
    case ticketMessageStatus = "ticket.message.status"
    case surveyResponseCompleted = "survey.response.completed"
    case approvalRequested = "approval.requested"
    case approvalDecided = "approval.decided"
    case approvalExpired = "approval.expired"
    case approvalCancelled = "approval.cancelled"
    case conversationCreated = "conversation.created"
    case conversationArchived = "conversation.archived"
    case messageCreated = "message.created"
    case messageButtonClicked = "message.button.clicked"
    case transcriptIngested = "transcript.ingested"
    case sourceEventReceived = "source.event.received"
    case endpointDisabled = "endpoint.disabled"
    case endpointRecovered = "endpoint.recovered"
    case deliveryExhausted = "delivery.exhausted"

    /// What happened, for whoever decides what to subscribe to.
    package var summary: String {
        switch self {
        case .ticketCreated:
            "A ticket was opened, by a customer's message, by hand or through the API."
        case .ticketUpdated:
            "Something about a ticket changed: subject, status, priority, assignee, tags or fields. `previous` holds what was there before, of what changed only."
        case .ticketResolved:
            "A ticket was answered for good; a further message of the customer opens it again."
        case .ticketReopened:
            "A resolved or closed ticket is open again."
        case .ticketClosed:
            "A ticket was closed; a further message of the customer opens a new one."
        case .ticketDeleted:
            "A ticket was deleted with all its messages; the sample shows it as it was last."
        case .ticketMessageCreated:
            "A message came in or went out on a ticket."
        case .ticketMessageStatus:
            "The delivery of an outgoing message came further: sent, delivered, read, failed."
        case .surveyResponseCompleted:
            "Somebody answered a survey to its end."
        case .approvalRequested:
            "A decision is asked for."
        case .approvalDecided:
            "Enough people decided; the state is the key of the button that won."
        case .approvalExpired:
            "Nobody decided in time."
        case .approvalCancelled:
            "Whoever asked for the decision took it back."
        case .conversationCreated:
            "A stream was made, by hand or because a bot wrote to it."
        case .conversationArchived:
            "A stream was archived; what was said stays readable."
        case .messageCreated:
            "A message was posted to a stream; what is said to one person is told to nobody else."
        case .messageButtonClicked:
            "Somebody pressed a button under a message."
        case .transcriptIngested:
            "A conversation with an AI was stored, or changed; its messages are read through the API."
        case .sourceEventReceived:
            "A source received an event; `data` is the sender's own, unless the source keeps no payloads."
        case .endpointDisabled:
            "An endpoint gets nothing any more until it is enabled again: it failed ten times in a row, answered 410, or somebody disabled it."
        case .endpointRecovered:
            "A disabled endpoint is enabled again, by hand or because a probe went through."
        case .deliveryExhausted:
            "A delivery used up its schedule; it can be recovered."
        }
    }

    /// Whether it belongs to a part of the hub that does not exist yet: its name is taken, and nothing sends it.
    package var isPlanned: Bool {
        switch self {
        case .approvalRequested, .approvalDecided, .approvalExpired, .approvalCancelled, .messageButtonClicked: true
        default: false
        }
    }

    /// What stands under `data`, for a plausible event.
    ///
    /// Events about a change carry `previous`: of what changed, what was there before.
    package var sample: JSON {
        // The tests read every sample, so that none is ever empty here.
        (try? JSON.parse(sampleText)) ?? nil
    }

    /// The group that it belongs to: what stands before the last full stop.
    package var family: String {
        rawValue.lastIndex(of: ".").map { String(rawValue[..<$0]) } ?? rawValue
    }
}
