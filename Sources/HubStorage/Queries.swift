package import HubCore

/// One page of a list, and where the next begins.
package struct Page<Element: Sendable>: Sendable {
    package let elements: [Element]
    /// Nil: there is no more.
    package let next: Int64?

    package init(_ elements: [Element], next: Int64?) {
        (self.elements, self.next) = (elements, next)
    }
}

/// From where and in which direction a list is read. Cursors are `seq` numbers, so that a follower misses nothing.
package struct PageRequest: Sendable {
    package enum Position: Sendable {
        /// Newest first, those committed before `seq`; nil: from the newest.
        case before(Int64?)
        /// Oldest first, those committed after `seq`: what a follower asks.
        case after(Int64)
    }

    package let position: Position
    /// 1 to 500.
    package let limit: Int

    package init(_ position: Position = .before(nil), limit: Int = 50) {
        self.position = position
        self.limit = min(max(limit, 1), 500)
    }
}

package struct RequestQuery: Sendable {
    package var source: ID<Source>?
    package var door: Request.Door?
    package var outcome: String?
    package var since: Timestamp?
    package var until: Timestamp?
    /// Words to find in what its events are called and say.
    package var text: String?

    package init() {}
}

package struct EventQuery: Sendable {
    package var origin: Event.Origin?
    package var source: ID<Source>?
    /// A type, or a glob over types.
    package var type: String?
    package var outcome: String?
    package var since: Timestamp?
    package var until: Timestamp?
    package var text: String?

    package init() {}
}

package struct MessageQuery: Sendable {
    package var audience = MessageAudience.all
    package var stream: ID<Stream>?
    package var topic: String?
    /// Direct messages to this person.
    package var direct: ID<Person>?
    package var event: ID<Event>?
    package var since: Timestamp?
    package var text: String?

    package init() {}
}

package struct TranscriptQuery: Sendable {
    package var source: ID<Source>?
    package var origin: String?
    package var label: String?
    package var since: Timestamp?
    package var text: String?

    package init() {}
}

/// A request in the log.
package struct RequestSummary: Sendable {
    package let seq: Int64
    package let request: Request
    package let eventCount: Int
    /// Type and outcome of its first event.
    package let firstEvent: Event?
    /// How often it came again, and how often with another body.
    package let duplicates: Int
    package let differingDuplicates: Int

    package init(
        seq: Int64, request: Request, eventCount: Int, firstEvent: Event?, duplicates: Int, differingDuplicates: Int
    ) {
        self.seq = seq
        self.request = request
        self.eventCount = eventCount
        self.firstEvent = firstEvent
        self.duplicates = duplicates
        self.differingDuplicates = differingDuplicates
    }
}

/// A request's whole story.
package struct RequestStory: Sendable {
    package let summary: RequestSummary
    /// Nil when it was not kept, or not kept any more.
    package let body: [UInt8]?
    package let events: [Event]
    package let messages: [Message]
    package let transcripts: [ID<Transcript>]
    /// Requests made by replaying this one.
    package let replays: [ID<Request>]

    package init(
        summary: RequestSummary, body: [UInt8]?, events: [Event], messages: [Message], transcripts: [ID<Transcript>],
        replays: [ID<Request>]
    ) {
        self.summary = summary
        self.body = body
        self.events = events
        self.messages = messages
        self.transcripts = transcripts
        self.replays = replays
    }
}

package struct EventSummary: Sendable {
    package let seq: Int64
    package let event: Event

    package init(seq: Int64, event: Event) {
        (self.seq, self.event) = (seq, event)
    }
}

package struct TopicSummary: Sendable {
    package let topic: String
    package let messages: Int
    package let lastMessageSeq: Int64
    package let lastMessageAt: Timestamp

    package init(topic: String, messages: Int, lastMessageSeq: Int64, lastMessageAt: Timestamp) {
        self.topic = topic
        self.messages = messages
        self.lastMessageSeq = lastMessageSeq
        self.lastMessageAt = lastMessageAt
    }
}

/// How many events there were in one stretch of time, by outcome name.
package struct EventCount: Sendable {
    package let from: Timestamp
    package let outcome: String
    package let count: Int

    package init(from: Timestamp, outcome: String, count: Int) {
        (self.from, self.outcome, self.count) = (from, outcome, count)
    }
}

package struct EventTypeCount: Sendable {
    package let type: String
    package let count: Int
    package let lastAt: Timestamp

    package init(type: String, count: Int, lastAt: Timestamp) {
        (self.type, self.count, self.lastAt) = (type, count, lastAt)
    }
}

/// A request that was turned away: kept in a bounded ring, so that strangers cannot fill the disk.
package struct Refusal: Sendable {
    /// Its place in the log; 0 before it is stored.
    package let seq: Int64
    package let workspace: WorkspaceID?
    package let source: ID<Source>?
    package let at: Timestamp
    package let status: Int
    package let code: String
    /// Why exactly: `signature.mismatch`, …
    package let detail: String
    package let method: String
    /// Without the query; credentials in it are replaced.
    package let path: String
    package let remoteAddress: String?
    package let headerNames: [String]
    /// At most 4 KiB; nil where the source keeps no payloads.
    package let body: [UInt8]?
    package let bodySize: Int64

    package static let bodyLimit = 4096
    /// How many are kept for one source, and for all requests to unknown ones.
    package static let ringSize = 200

    package init(
        seq: Int64 = 0, workspace: WorkspaceID?, source: ID<Source>?, at: Timestamp, status: Int, code: String,
        detail: String, method: String, path: String, remoteAddress: String?, headerNames: [String], body: [UInt8]?,
        bodySize: Int64
    ) {
        self.seq = seq
        self.workspace = workspace
        self.source = source
        self.at = at
        self.status = status
        self.code = code
        self.detail = detail
        self.method = method
        self.path = path
        self.remoteAddress = remoteAddress
        self.headerNames = headerNames
        self.body = body
        self.bodySize = bodySize
    }
}
