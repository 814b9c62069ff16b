import HubCore
import HubStorage
import HubTesting

/// What a hub has stored, read through a second store over its data directory, newest first.
extension HubProcess {
    func events() async throws -> [EventSummary] {
        try await withStore { store in
            try await all { try await store.events(of: credentials.workspace, EventQuery(), $0) }
        }
    }

    func messages() async throws -> [Message] {
        try await withStore { store in
            try await all { try await store.messages(of: credentials.workspace, MessageQuery(), $0) }
        }
    }

    func requests() async throws -> [RequestSummary] {
        try await withStore { store in
            try await all { try await store.requests(of: credentials.workspace, RequestQuery(), $0) }
        }
    }

    private func all<Element>(_ page: (PageRequest) async throws -> Page<Element>) async throws -> [Element] {
        var elements: [Element] = []
        var cursor: Int64?
        repeat {
            let found = try await page(PageRequest(.before(cursor), limit: 500))
            elements += found.elements
            cursor = found.next
        } while cursor != nil
        return elements
    }
}

extension HubProcess {
    /// Nil for a direct message.
    func streamName(of message: Message) async throws -> String? {
        guard case .stream(let id) = message.place else { return nil }
        return try await withStore { store in
            try await store.configuration(of: credentials.workspace)?.stream(id)?.name
        }
    }
}
