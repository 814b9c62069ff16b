import HTTPTypes
import Hub
import HubCore
import Hummingbird

/// One call of the management API: the router serves it, and `/openapi.json` tells it, from this one value.
struct Call: Sendable {
    enum Access: Sendable {
        /// A token with this scope, for the one workspace that the call is about.
        case workspace(Credential.Scope)
        /// A token with this scope; the call is about the instance, or finds its workspace in the path.
        case instance(Credential.Scope)

        var scope: Credential.Scope {
            switch self {
            case .workspace(let scope), .instance(let scope): scope
            }
        }
    }

    /// What comes back when all is well.
    enum Outcome: Sendable {
        case document(Shape, status: Int = 200)
        /// `{"data":[…],"next":…}`
        case list(of: Shape)
        case nothing
        /// Server-sent events, each with such a document.
        case events(Shape)
    }

    let method: HTTPRequest.Method
    /// `/v1/sources/{source}`
    let path: String
    let summary: String
    let access: Access
    var query: [Shape.Member] = []
    /// Headers of its own.
    var headers: [Shape.Member] = []
    /// Nil: the call takes no body.
    var body: Shape?
    let outcome: Outcome
    let answer: @Sendable (CallContext) async throws -> CallAnswer

    init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, _ access: Access, _ outcome: Outcome,
        query: [Shape.Member] = [], headers: [Shape.Member] = [], body: Shape? = nil,
        answer: @escaping @Sendable (CallContext) async throws -> CallAnswer
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.access = access
        self.outcome = outcome
        self.query = query
        self.headers = headers
        self.body = body
        self.answer = answer
    }

    /// The tag under which documents show it: `sources`.
    var subject: String { String(path.split(separator: "/").dropFirst().first ?? "") }
}

/// What a call answers with; the status stands in its ``Call/outcome``, unless it is another one this time.
enum CallAnswer: Sendable {
    case document(JSON, status: Int? = nil)
    case list([JSON], next: Int64? = nil)
    case nothing
    case events(EventFeed)
}

/// All calls, and finding one.
struct CallTable: Sendable {
    enum Match: Sendable {
        case call(Call, parameters: [String: String])
        case wrongMethod(allowed: [HTTPRequest.Method])
        case unknown
    }

    static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace,
    ]

    let calls: [Call]
    private let parts: [[Substring]]

    init(_ calls: [Call]) {
        self.calls = calls
        parts = calls.map { $0.path.split(separator: "/") }
    }

    /// - Parameter path: percent-encoded, without the query. Words win over parameters: `/v1/events/stream` is no id.
    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        let given = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var found: [(call: Call, parameters: [String: String])] = []
        for (call, parts) in zip(calls, parts) {
            guard let parameters = Self.parameters(of: parts, in: Array(given)) else { continue }
            found.append((call, parameters))
        }
        guard let fewest = found.map(\.parameters.count).min() else { return .unknown }
        let candidates = found.filter { $0.parameters.count == fewest }
        // HEAD is GET without its body (RFC 9110 §9.3.2).
        let wanted = method == .head ? .get : method
        if let match = candidates.first(where: { $0.call.method == wanted }) {
            return .call(match.call, parameters: match.parameters)
        }
        let allowed = candidates.map(\.call.method)
        return .wrongMethod(allowed: allowed.contains(.get) ? allowed + [.head] : allowed)
    }

    private static func parameters(of parts: [Substring], in given: [Substring]) -> [String: String]? {
        guard parts.count == given.count else { return nil }
        var parameters: [String: String] = [:]
        for (part, given) in zip(parts, given) {
            if part.hasPrefix("{") {
                guard !given.isEmpty else { return nil }
                parameters[String(part.dropFirst().dropLast())] = FormDecoder.percentDecode(
                    Array(given.utf8), plusIsBlank: false)
            } else if part != given {
                return nil
            }
        }
        return parameters
    }
}
