import ArgumentParser
import Foundation
import Hub
import HubCore
import HubStorage

/// Which part of a log is wanted.
struct LogOptions: ParsableArguments {
    @Option(help: "Name or id of a source.") var source: String?
    @Option(help: "message, transcript, ignored or unreadable.") var status: Outcome?
    @Option(name: .shortAndLong, help: ArgumentHelp("Words to find.", valueName: "words")) var query: String?
    @Option(help: ArgumentHelp("Since when: RFC 3339, or 90s, 15m, 2h, 7d ago.", valueName: "time")) var since: Moment?
    @Option(help: ArgumentHelp("Until when.", valueName: "time")) var until: Moment?

    enum Outcome: String, ExpressibleByArgument, CaseIterable {
        case message, transcript, ignored, unreadable
    }

    func requestQuery(_ session: Session) async throws -> RequestQuery {
        var query = RequestQuery()
        query.source = try await sourceID(session)
        query.outcome = status?.rawValue
        query.text = self.query
        let now = session.hub.clock.now()
        query.since = since?.timestamp(at: now)
        query.until = until?.timestamp(at: now)
        return query
    }

    func eventQuery(_ session: Session) async throws -> EventQuery {
        var query = EventQuery()
        query.source = try await sourceID(session)
        query.outcome = status?.rawValue
        query.text = self.query
        let now = session.hub.clock.now()
        query.since = since?.timestamp(at: now)
        query.until = until?.timestamp(at: now)
        return query
    }

    func sourceID(_ session: Session) async throws -> ID<Source>? {
        guard let source else { return nil }
        return try await session.source(source).id
    }
}

/// A time as people write it: exactly, or how long ago.
enum Moment: ExpressibleByArgument, Equatable {
    case at(Timestamp)
    case ago(Duration)

    init?(argument: String) {
        if let timestamp = Timestamp(rfc3339: argument) {
            self = .at(timestamp)
            return
        }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Int64(argument.dropLast()),
            (0...100_000_000).contains(count)
        else { return nil }
        self = .ago(.seconds(count * unit))
    }

    func timestamp(at now: Timestamp) -> Timestamp {
        switch self {
        case .at(let timestamp): timestamp
        case .ago(let duration): now - duration
        }
    }
}

/// How many, and whether to wait for more.
struct FollowOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How many at most, 1 to 500.") var limit = 50
    @Flag(name: .shortAndLong, help: "Go on with what comes; JSON is then one document a line.") var follow = false

    func validate() throws {
        guard (1...500).contains(limit) else { throw ValidationError("--limit must be 1 to 500") }
    }
}

/// Prints a log: a page, or its end and then what comes.
struct LogPrinter<Element: Sendable> {
    let columns: [String]
    /// For each column but the last.
    let widths: [Int]
    let row: (Element, WorkspaceConfiguration) -> [String]
    let document: (Element, WorkspaceConfiguration) -> JSON
    let seq: (Element) -> Int64
    let read: (PageRequest) async throws -> Page<Element>

    func run(_ session: Session, _ options: FollowOptions) async throws {
        let newest = try await read(PageRequest(.before(nil), limit: options.limit)).elements
        let configuration = try await session.configuration()
        guard options.follow else {
            return session.show(
                newest.map { document($0, configuration) },
                Table(columns: columns, rows: newest.map { row($0, configuration) }))
        }
        // Listen first: what is committed while the first page is printed comes with the next signal.
        let commits = session.hub.store.commits()
        if !session.printsJSON { Output.line(Table.fixed(columns.map { $0.uppercased() }, widths)) }
        newest.reversed().forEach { show($0, configuration, session) }
        var cursor = newest.first.map(seq) ?? 0
        for await _ in commits {
            // Sources may have come since.
            let configuration = try await session.configuration()
            var page: Page<Element>
            repeat {
                page = try await read(PageRequest(.after(cursor), limit: 500))
                for element in page.elements {
                    cursor = seq(element)
                    show(element, configuration, session)
                }
            } while page.elements.count == 500
        }
    }

    private func show(_ element: Element, _ configuration: WorkspaceConfiguration, _ session: Session) {
        Output.line(
            session.printsJSON
                ? document(element, configuration).text : Table.fixed(row(element, configuration), widths))
    }
}
