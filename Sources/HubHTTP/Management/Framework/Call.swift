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
