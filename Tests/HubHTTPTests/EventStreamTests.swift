import AsyncHTTPClient
import Foundation
import Hub
import HubCore
import NIOCore
import NIOHTTP1
import Testing

@testable import HubHTTP

@Suite struct EventStreamTests {
    @Test func `a follower gets what comes, and after a break what it missed`() async throws {
        try await TestServer.run { hub in
            try await hub.receive("before")
            let seen = try await follow(hub, from: nil, until: 2) {
                try await hub.receive("one")
                try await hub.receive("two")
            }
            #expect(seen.map(\.event["external_id"]) == ["one", "two"])
            try await hub.receive("missed")
            let resumed = try await follow(hub, from: seen.first?.id, until: 2) {}
            #expect(resumed.map(\.event["external_id"]) == ["two", "missed"])
        }
    }

    @Test func `a filter holds for followers`() async throws {
        try await TestServer.run { hub in
            let seen = try await follow(hub, "?type=deploy.*", from: nil, until: 1) {
                try await hub.receive("one", type: "build.failed")
                try await hub.receive("two", type: "deploy.done")
            }
            #expect(seen.map(\.event["external_id"]) == ["two"])
        }
    }

    @Test func `another workspace's events are not heard`() async throws {
        try await TestServer.run { hub in
            let (id, token) = try await hub.otherWorkspace()
            let seen = try await follow(hub, token: token, from: nil, until: 1) {
                try await hub.receive("ours")
                _ = try await hub.hub.publish(.init(type: "theirs", content: .json(.null)), in: id)
            }
            #expect(seen.map(\.event["type"]) == ["theirs"])
        }
    }

    @Test func `a follower is let go when the hub stops`() async throws {
        try await TestServer.run { hub in
            // It would wait for a second event; the server ends the answer instead.
            let seen = try await follow(hub, from: nil, until: 2) {
                try await hub.receive("one")
                hub.stop()
            }
            #expect(seen.count <= 1)
        }
    }

    /// Follows until so many events have come, doing `work` once the server listens.
    private func follow(
        _ hub: TestServer, _ query: String = "", token: String? = nil, from lastID: String?, until count: Int,
        _ work: () async throws -> Void
    ) async throws -> [(id: String, event: JSON)] {
        var request = HTTPClientRequest(url: "\(hub.base)/v1/events/stream\(query)")
        request.headers.add(name: "Authorization", value: "Bearer \(token ?? hub.token)")
        if let lastID { request.headers.add(name: "Last-Event-ID", value: lastID) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        #expect(response.status == .ok)
        #expect(response.headers.first(name: "Content-Type") == "text/event-stream")
        var (text, hasBegun) = ("", false)
        for try await chunk in response.body {
            text += String(buffer: chunk)
            if !hasBegun {
                hasBegun = true
                try await work()
            }
            let events = Self.events(in: text)
            if events.count >= count { return events }
        }
        return Self.events(in: text)
    }

    private static func events(in text: String) -> [(id: String, event: JSON)] {
        text.components(separatedBy: "\n\n").dropLast().compactMap { block in
            let lines = block.split(separator: "\n")
            guard let id = lines.first(where: { $0.hasPrefix("id: ") }),
                let data = lines.first(where: { $0.hasPrefix("data: ") }),
                let event = try? JSON.parse(String(data.dropFirst(6)))
            else { return nil }
            return (String(id.dropFirst(4)), event)
        }
    }
}
