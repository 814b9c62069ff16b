import HTTPTypes
import HubCore
import Hummingbird
import NIOCore

/// An answer with a small body.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var contentType: String
    var body: [UInt8]
    var headers: HTTPFields = [:]
    /// Whether the rest of the request is not worth reading.
    var closesConnection = false

    static let jsonType = "application/json"

    static func json(_ document: JSON, status: Int = 200) -> Answer {
        Answer(status: .init(code: status), contentType: jsonType, body: document.bytes)
    }

    static func text(_ text: String, status: Int = 200) -> Answer {
        Answer(status: .init(code: status), contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    static func error(_ code: String, detail: String? = nil, status: Int) -> Answer {
        var document = JSON.Object()
        document["error"] = .string(code)
        document["detail"] = detail.map(JSON.string)
        return json(.object(document), status: status)
    }

    static func methodNotAllowed(_ allowed: String) -> Answer {
        var answer = error("method_not_allowed", detail: "use \(allowed)", status: 405)
        answer.headers[.allow] = allowed
        // A body may follow that nobody reads.
        answer.closesConnection = true
        return answer
    }

    init(
        status: HTTPResponse.Status, contentType: String, body: [UInt8], headers: HTTPFields = [:],
        closesConnection: Bool = false
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.headers = headers
        self.closesConnection = closesConnection
    }

    init(_ reply: Reply) {
        self.init(status: .init(code: reply.status), contentType: reply.contentType, body: Array(reply.body.utf8))
        // A reply may repeat what the request said (challenges): it must never be taken for a page.
        if let name = HTTPField.Name("X-Content-Type-Options") { headers[name] = "nosniff" }
    }

    func retryAfter(_ seconds: Int?) -> Answer {
        var answer = self
        if let seconds { answer.headers[.retryAfter] = String(seconds) }
        return answer
    }

    func response(in context: HubContext) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        let buffer = ByteBuffer(bytes: body)
        var body = ResponseBody(byteBuffer: buffer)
        if closesConnection {
            headers[.connection] = "close"
            // The peer may still be sending: a close at once would reset the connection before it reads the answer.
            let channel = context.channel
            body = ResponseBody(contentLength: buffer.readableBytes) { writer in
                try await writer.write(buffer)
                try await writer.finish(nil)
                _ = channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
            }
        }
        return Response(status: status, headers: headers, body: body)
    }
}

extension BodyError {
    var answer: Answer {
        var answer =
            switch self {
            case .tooLarge(let limit):
                Answer.json(["error": "payload_too_large", "limit_bytes": JSON(limit)], status: 413)
            case .overloaded: Answer.error("overloaded", status: 503).retryAfter(1)
            case .tooSlow: Answer.error("request_timeout", status: 408)
            case .aborted: Answer.error("invalid_request", detail: "the body did not arrive whole", status: 400)
            }
        answer.closesConnection = true
        return answer
    }
}
