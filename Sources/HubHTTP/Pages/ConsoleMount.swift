import HTTPTypes
import Hub
import HubConsole
import HubCore
import Hummingbird
import NIOCore

/// Gives the console what its paths are asked for.
struct ConsoleMount: Sendable {
    let console: Console
    let forwarding: Forwarding
    let bodies: BodyGate

    /// Everything that no other route took.
    func add(to router: Router<HubContext>) {
        for method: HTTPRequest.Method in [.get, .head, .post, .put, .delete, .patch, .options] {
            for path in ["/", "/**"] {
                router.on(RouterPath(path), method: method) { request, context in
                    try await respond(to: request, context)
                }
            }
        }
    }

    private func respond(to request: Request, _ context: HubContext) async throws -> Response {
        guard Console.owns(path: request.uri.path) else {
            guard request.method == .get, request.headers[.accept]?.contains("text/html") == true else {
                return Answer.error("not_found", status: 404).response(in: context)
            }
            return response(await console.stray(consoleRequest(request, [], context)), isHead: false)
        }
        do {
            let sender = forwarding.client(of: Fields(request), peer: context.peerAddress)
            return try await bodies.withBody(of: request, from: sender, limit: ConsoleRequest.formLimit) { body in
                let answer = await console.respond(to: consoleRequest(request, body, context))
                return response(answer, isHead: request.method == .head)
            }
        } catch let error as BodyError {
            return error.answer.response(in: context)
        }
    }

    private func consoleRequest(_ request: Request, _ body: [UInt8], _ context: HubContext) -> ConsoleRequest {
        let headers = Fields(request)
        let peer = context.peerAddress
        return ConsoleRequest(
            method: request.method.rawValue,
            path: FormDecoder.percentDecode(Array(request.uri.path.utf8), plusIsBlank: false),
            query: request.uri.query.map { FormDecoder.fields($0) } ?? Fields(), form: form(headers, body),
            headers: headers, clientAddress: forwarding.client(of: headers, peer: peer),
            publicBase: forwarding.base(of: headers, peer: peer))
    }

    private func form(_ headers: Fields, _ body: [UInt8]) -> Fields {
        let type = HeaderValue(headers.header("Content-Type") ?? "").value
        return type == "application/x-www-form-urlencoded" ? FormDecoder.fields(body) : Fields()
    }

    private func response(_ answer: ConsoleResponse, isHead: Bool) -> Response {
        var headers = HTTPFields()
        for field in answer.headers.fields {
            if let name = HTTPField.Name(field.name) { headers.append(HTTPField(name: name, value: field.value)) }
        }
        let body: ResponseBody
        switch answer.body {
        case .bytes(let bytes):
            body = ResponseBody(byteBuffer: ByteBuffer(bytes: isHead ? [] : bytes))
        case .events(let events):
            body = ResponseBody { writer in
                for await event in events { try await writer.write(ByteBuffer(bytes: event.bytes)) }
                try await writer.finish(nil)
            }
        }
        return Response(status: .init(code: answer.status), headers: headers, body: body)
    }
}
