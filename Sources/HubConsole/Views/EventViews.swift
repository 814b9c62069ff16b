/// A line in the list of events.
struct EventRowView: TemplatedView {
    static let template = "event-row"
    /// The element's id, by which a live tail knows what it has.
    let rowID: String?
    /// The id of its request when that can be replayed.
    let request: String?
    let outcome: PillView
    let type: String
    let href: String
    let source: LinkView?
    let origin: String
    let detail: String?
    let at: TimeView
}

struct EventsView: TemplatedView {
    static let template = "events"
    let text: String
    let type: String
    let selects: [SelectView]
    let isFiltered: Bool
    let mayReplay: Bool
    let liveURL: String
    let rows: [EventRowView]
    let hasEvents: Bool
    let pager: PagerView
}

/// A line of the log: a request that was taken in, or refused.
struct LogRowView: TemplatedView {
    static let template = "log-row"
    let rowID: String?
    let outcome: PillView
    let status: Int
    let source: LinkView?
    /// Its story; nil where there is none.
    let href: String?
    let what: String
    let detail: String?
    let remote: String?
    let size: String
    let at: TimeView
}

struct LogsView: TemplatedView {
    static let template = "logs"
    let tabs: [SettingsTab]
    let text: String
    let selects: [SelectView]
    let liveURL: String
    let rows: [LogRowView]
    let hasRows: Bool
    let pager: PagerView
}

/// One request from its arrival to what it caused.
struct StoryView: TemplatedView {
    static let template = "story"

    struct Replay: Sendable {
        let href: String
        let isPossible: Bool
        let hint: String
    }

    struct Headers: Sendable {
        let headerSummary: String
        let rows: [HeaderView]
    }

    struct Received: Sendable {
        let at: TimeView
        let facts: [FactView]
        /// Nil for a source that keeps no payloads.
        let headers: Headers?
        let body: BodyView
    }

    struct Outcome: Sendable {
        let id: String
        let type: String
        let outcome: PillView
        let detail: String?
        let externalID: String?
    }

    /// What was done with it next.
    struct Step: Sendable {
        enum Kind: String, Sendable {
            case verified, read, planned, caused, replay
        }

        let icon: String
        let tone: String
        let heading: String
        let sentence: String
        let stepFacts: [FactView]
        let hasFacts: Bool
        let stepEvents: [Outcome]
        let hasEvents: Bool
        let messages: [MessageView]
        let hasMessages: Bool
        let links: [LinkView]

        init(
            _ kind: Kind, _ tone: PillView.Tone, heading: String, sentence: String, facts: [FactView] = [],
            events: [Outcome] = [], messages: [MessageView] = [], links: [LinkView] = []
        ) {
            icon = kind.rawValue
            self.tone = tone.rawValue
            self.heading = heading
            self.sentence = sentence
            stepFacts = facts
            hasFacts = !facts.isEmpty
            stepEvents = events
            hasEvents = !events.isEmpty
            self.messages = messages
            hasMessages = !messages.isEmpty
            self.links = links
        }
    }

    let id: String
    let title: String
    let summary: String
    let replay: Replay?
    let replayOf: LinkView?
    let received: Received
    let steps: [Step]
}

/// An event that no request of ours carried, or one of many.
struct EventView: TemplatedView {
    static let template = "event"
    let id: String
    let type: String
    let summary: String
    let request: LinkView?
    let facts: [FactView]
    let messages: [MessageView]
    let hasMessages: Bool
    /// What it carries; nil for one that no receiver got.
    let body: BodyView?
    /// Who got it.
    let deliveries: [DeliveryRowView]
    let hasDeliveries: Bool
    let isOutgoing: Bool
    let mayResend: Bool
}

/// A request that was turned away.
struct RefusalView: TemplatedView {
    static let template = "refusal"
    let title: String
    let summary: String
    let at: TimeView
    let facts: [FactView]
    let body: BodyView
    /// What the one who runs the sender should do.
    let advice: String
}
