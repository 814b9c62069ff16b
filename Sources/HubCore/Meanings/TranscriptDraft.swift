/// An AI conversation, or a piece of one, to be merged into the stored transcript of the same session.
package struct TranscriptDraft: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        /// The sender's id of it; entries with the same id are one. Nil: the position in the session counts.
        package let externalID: String?
        /// `user`, `assistant`, `system`, `tool`, or what the sender calls it.
        package let role: String
        package let content: String
        package let at: Timestamp?
        /// Whatever else came with it (model, tags, …), as JSON.
        package let metadata: JSON

        package init(externalID: String?, role: String, content: String, at: Timestamp?, metadata: JSON = .null) {
            self.externalID = externalID
            self.role = role
            self.content = content
            self.at = at
            self.metadata = metadata
        }
    }

    /// A link or attachment: content by reference.
    package struct Reference: Sendable, Hashable {
        package let url: String
        package let title: String?
        package let contentType: String?

        package init(url: String, title: String?, contentType: String?) {
            (self.url, self.title, self.contentType) = (url, title, contentType)
        }
    }

    /// The sender's id of the conversation; unique within the source.
    package let session: String
    package let title: String?
    /// Where it came from: `chatgpt`, `claude`, `gemini`, …; the payload's own `source`.
    package let origin: String?
    package let actorID: String?
    package let actorEmail: String?
    package let entries: [Entry]
    /// Whether ``entries`` is the conversation from its start (then positions are stable) or an addition to its end.
    package let isWhole: Bool
    package let labels: [String]
    package let links: [Reference]
    package let attachments: [Reference]

    package init(
        session: String, title: String?, origin: String?, actorID: String?, actorEmail: String?, entries: [Entry],
        isWhole: Bool, labels: [String], links: [Reference], attachments: [Reference]
    ) {
        self.session = session
        self.title = title
        self.origin = origin
        self.actorID = actorID
        self.actorEmail = actorEmail
        self.entries = entries
        self.isWhole = isWhole
        self.labels = labels
        self.links = links
        self.attachments = attachments
    }
}

extension TranscriptDraft {
    /// What is known of the conversation beside what was said in it.
    package var withoutEntries: TranscriptDraft {
        TranscriptDraft(
            session: session, title: title, origin: origin, actorID: actorID, actorEmail: actorEmail, entries: [],
            isWhole: true, labels: Self.union([], labels), links: Self.union([], links),
            attachments: Self.union([], attachments))
    }

    /// The same with what another piece of it knows: what it names counts, and lists grow. Entries are left out.
    package func merging(_ piece: TranscriptDraft) -> TranscriptDraft {
        TranscriptDraft(
            session: session, title: piece.title ?? title, origin: piece.origin ?? origin,
            actorID: piece.actorID ?? actorID, actorEmail: piece.actorEmail ?? actorEmail, entries: [], isWhole: true,
            labels: Self.union(labels, piece.labels), links: Self.union(links, piece.links),
            attachments: Self.union(attachments, piece.attachments))
    }

    private static func union<Element: Hashable>(_ old: [Element], _ new: [Element]) -> [Element] {
        var seen = Set(old)
        return old + new.filter { seen.insert($0).inserted }
    }
}
