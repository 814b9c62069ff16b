/// Streams and topics on one side, messages on the other.
struct ConversationsView: TemplatedView {
    static let template = "conversations"

    /// Behind an address: where the newest message ends.
    static let newest = "#newest"

    struct Topic: Sendable {
        let label: String
        let href: String
        let note: String?
        let isCurrent: Bool
    }

    struct Stream: Sendable {
        let label: String
        let href: String
        let note: String?
        let isCurrent: Bool
        let topics: [Topic]
        let hasTopics: Bool
    }

    struct Composer: Sendable {
        let stream: String
        let topic: String
        /// As it was written, where something was wrong with it.
        let content: String
        let faults: [String: String]
    }

    let crumbs: [LinkView]
    let heading: String
    let lede: String?
    let text: String
    let streams: [Stream]
    let messages: [MessageView]
    let hasMessages: Bool
    let older: String?
    let newer: String?
    let emptyHeading: String
    let emptyText: String
    /// Nil where one cannot write.
    let composer: Composer?
}

struct TranscriptsView: TemplatedView {
    static let template = "transcripts"

    struct Row: Sendable {
        let href: String
        let title: String
        let origin: String
        let actor: String
        let labels: [String]
        let at: TimeView
    }

    let text: String
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView
}

struct TranscriptView: TemplatedView {
    static let template = "transcript"
    let title: String
    let lede: String
    let messages: [MessageView]
    let facts: [FactView]
}
