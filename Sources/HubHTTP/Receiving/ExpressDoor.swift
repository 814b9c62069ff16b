import HTTPTypes
import Hub
import HubCore
import NIOCore
import NIOHTTP1
import Synchronization

/// The doors whose URL names the source, for requests that are there whole: no task, no router, nothing to wait for but
/// the commit.
struct ExpressDoor: Sendable {
    let hub: Hub
    let forwarding: Forwarding
    let bodies: BodyGate
    private let date = DateHeader()

    init(hub: Hub, forwarding: Forwarding, bodies: BodyGate) {
        (self.hub, self.forwarding, self.bodies) = (hub, forwarding, bodies)
    }

    /// Which source a request goes to.
    struct Place {
        let door: HubCore.Request.Door
        let workspace: String
        let source: String
        let path: String
        let query: String?

        /// - Returns: nil for anything but a plain POST to a source, which is the router's.
        init?(_ head: HTTPRequestHead) {
            guard head.method == .POST, head.version == .http1_1, head.isKeepAlive,
                head.headers.contains(name: "content-length"), !head.headers.contains(name: "expect"),
                !head.headers.contains(name: "upgrade")
            else { return nil }
            let uri = head.uri
            let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) ?? uri.endIndex
            path = String(uri[..<mark])
            query = mark == uri.endIndex ? nil : String(uri[uri.utf8.index(after: mark)...])
            let names: Substring.UTF8View
            if let general = path.utf8.after("/webhooks/v1/") {
                (door, names) = (.general, general)
            } else if let callback = path.utf8.after("/callbacks/") {
                (door, names) = (.callback, callback)
            } else {
                return nil
            }
            guard let slash = names.firstIndex(of: UInt8(ascii: "/")), slash != names.startIndex else { return nil }
            let last = names[names.index(after: slash)...]
            // A name that is escaped, or that has more behind it, is not for here.
            guard !last.isEmpty, !last.contains(UInt8(ascii: "/")), !names.contains(UInt8(ascii: "%")) else {
                return nil
            }
            (workspace, source) = (String(Substring(names[..<slash])), String(Substring(last)))
        }
    }

    /// - Parameter finish: called once with the answer, on any thread.
    /// - Returns: false: nothing has happened, the request is the router's.
    func take(
        _ head: HTTPRequestHead, _ place: Place, _ body: ByteBuffer?, from peer: String?, on loop: any EventLoop,
        _ finish: @escaping @Sendable (Answer) -> Void
    ) -> Bool {
        let size = body?.readableBytes ?? 0
        guard bodies.hold(size) else { return false }
        let headers = Fields(head.headers)
        let incoming = IncomingRequest(
            method: "POST", path: place.path, rawQuery: place.query, headers: headers,
            body: body.map { Array($0.readableBytesView) } ?? [],
            remoteAddress: forwarding.client(of: headers, peer: peer),
            publicBase: forwarding.base(of: headers, peer: peer), receivedAt: hub.clock.now())
        let isTaken = hub.receiveAtOnce(
            workspace: place.workspace, source: place.source, through: place.door, incoming,
            resume: { loop.execute($0) },
            finish: { [bodies] outcome in
                bodies.release(size)
                finish(GeneralAnswers.answer(outcome))
            })
        if !isTaken { bodies.release(size) }
        return isTaken
    }

    /// Writes an answer as it goes over a connection that stays open.
    func write(_ answer: Answer, to bytes: inout ByteBuffer) {
        let status = HTTPResponseStatus(statusCode: answer.status.code)
        bytes.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        func write(_ name: String, _ value: String) {
            bytes.writeString(name)
            bytes.writeStaticString(": ")
            bytes.writeString(value)
            bytes.writeStaticString("\r\n")
        }
        for field in answer.headers { write(field.name.rawName, field.value) }
        write("Content-Type", answer.contentType)
        write("Content-Length", String(answer.body.count))
        write("Date", date.text(at: hub.clock.now()))
        write("Server", HubServer.name)
        bytes.writeStaticString("\r\n")
        bytes.writeBytes(answer.body)
    }
}

extension String.UTF8View {
    /// What stands after a beginning; nil when it begins otherwise.
    fileprivate func after(_ beginning: StaticString) -> Substring.UTF8View? {
        beginning.withUTF8Buffer { starts(with: $0) ? dropFirst($0.count) : nil }
    }
}

/// The `Date` of answers, written once a second.
private final class DateHeader: Sendable {
    private let last = Mutex<(second: Int64, text: String)>((-1, ""))

    func text(at now: Timestamp) -> String {
        last.withLock { last in
            if last.second != now.seconds { last = (now.seconds, "\(now.internetDate) GMT") }
            return last.text
        }
    }
}
