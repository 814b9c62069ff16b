package import HubCore
import HubStorage

/// A message as a person or bot wants it sent.
package struct MessageSubmission: Sendable {
    package enum Recipient: Sendable {
        /// Name, number or id.
        case stream(String)
        /// By e-mail address.
        case people([String])
    }

    package let recipient: Recipient
    package let topic: String
    package let content: String

    package init(recipient: Recipient, topic: String, content: String) {
        (self.recipient, self.topic, self.content) = (recipient, topic, content)
    }
}

/// Why a message was not sent.
package enum SubmissionError: Error, Sendable, Equatable {
    case emptyMessage
    case unknownStream(String)
    case unknownPerson(String)
    case tooManyPeople(limit: Int)
    case unavailable(retryAfterSeconds: Int)
}

extension Hub {
    /// Who sends a message by hand or by the message API.
    package enum Author: Sendable {
        case bot(Bot)
        case person(Person)

        var workspace: WorkspaceID {
            switch self {
            case .bot(let bot): bot.workspace
            case .person(let person): person.workspace
            }
        }

        var sender: Planner.Sender {
            switch self {
            case .bot(let bot):
                Planner.Sender(
                    message: .bot(bot.id), owner: bot.owner, mayCreateStreams: bot.mayCreateStreams, source: nil)
            case .person(let person):
                Planner.Sender(message: .person(person.id), owner: person.id, mayCreateStreams: false, source: nil)
            }
        }
    }

    /// Sends a message; it travels the road of every other event.
    ///
    /// - Returns: the numbers of the messages: one for a stream, one for each person.
    package func send(
        _ submission: MessageSubmission, from author: Author, at now: Timestamp
    ) async throws(SubmissionError) -> [Int64] {
        guard submission.content.contains(where: { !$0.isWhitespace }) else { throw .emptyMessage }
        do {
            var runtime = try await runtimes.refreshed(author.workspace)
            for _ in 0..<3 {
                guard let current = runtime else { break }
                let plan = try plan(submission, author, current.configuration, at: now)
                if case .committed(let seqs) = try await commit(plan) {
                    metrics.count(.accepted, Request.Door.messages.rawValue)
                    return seqs
                }
                runtime = try await runtimes.refreshed(author.workspace)
            }
        } catch let error as SubmissionError {
            throw error
        } catch {
            ignoring("a message could not be stored; its sender was told to try again", error)
        }
        throw .unavailable(retryAfterSeconds: 5)
    }

    private func plan(
        _ submission: MessageSubmission, _ author: Author, _ configuration: WorkspaceConfiguration, at now: Timestamp
    ) throws(SubmissionError) -> Plan {
        var events: [Event] = []
        var effects: [Effect] = []
        var contents: [ID<Event>: EventContent] = [:]
        let planner = Planner(configuration: configuration, sender: author.sender)
        for place in try places(of: submission.recipient, author, configuration) {
            let draft = MessageDraft(topic: submission.topic, body: submission.content)
            let planned = planner.plan(
                Planner.Input(
                    origin: .published, request: nil,
                    findings: [Finding(type: "message.created", meaning: .message(draft))],
                    destination: DestinationWish(fixed: place), mayNotify: false, now: now))
            events += planned.events
            effects += planned.effects
            contents.merge(planned.contents) { first, _ in first }
        }
        var plan = Plan(
            workspace: author.workspace, configurationVersion: configuration.version, request: nil, body: nil,
            claims: [], events: events, effects: effects, answer: "")
        plan.contents = contents
        return plan
    }

    /// How many people one message may name: each gets one of their own, and all are committed at once.
    private static let peopleLimit = 100

    private func places(
        of recipient: MessageSubmission.Recipient, _ author: Author, _ configuration: WorkspaceConfiguration
    ) throws(SubmissionError) -> [Effect.Post.Place] {
        switch recipient {
        case .stream(let name):
            if let stream = configuration.stream(matching: name) { return [.stream(stream.id)] }
            guard author.sender.mayCreateStreams, Int64(name) == nil, !name.trimmed().isEmpty else {
                throw .unknownStream(name)
            }
            return [.streamNamed(name)]
        case .people(let emails):
            guard emails.count <= Self.peopleLimit else { throw .tooManyPeople(limit: Self.peopleLimit) }
            var people: [ID<Person>] = []
            for email in emails {
                guard let person = configuration.person(email: email) else { throw .unknownPerson(email) }
                if !people.contains(person.id) { people.append(person.id) }
            }
            guard !people.isEmpty else { throw .unknownPerson("") }
            return people.map { .direct($0) }
        }
    }
}
