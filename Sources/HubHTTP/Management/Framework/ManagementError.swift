import HTTPTypes
import Hub
import HubCore
import HubStorage

/// Why a call of the management API was refused.
enum ManagementError: Error, Equatable {
    /// No token, or none that is known.
    case unauthenticated
    /// The token may not do this.
    case forbidden(reason: String)
    /// The token is good for all workspaces and the call names none.
    case workspaceRequired
    /// Not there, or not yours: nobody is told which.
    case notFound(what: String)
    case invalid(detail: String)
    case conflict(detail: String)
    /// A record is not in a state for that.
    case wrongState(detail: String)
    case unavailable(detail: String)
    /// It has happened, but there is nothing to repeat: `body_not_kept`, `source_gone`.
    case notReplayable(ReplayError)
    case tooManyFollowers

    /// Stable. Append, never rename.
    var code: String {
        switch self {
        case .unauthenticated: "unauthenticated"
        case .forbidden: "forbidden"
        case .workspaceRequired: "workspace_required"
        case .notFound: "not_found"
        case .invalid: "invalid_request"
        case .conflict: "conflict"
        case .wrongState: "wrong_state"
        case .unavailable: "unavailable"
        case .notReplayable(let error): error.code
        case .tooManyFollowers: "too_many_followers"
        }
    }

    var status: Int {
        switch self {
        case .unauthenticated: 401
        case .forbidden: 403
        case .workspaceRequired, .invalid: 400
        case .notFound: 404
        case .conflict, .wrongState, .notReplayable: 409
        case .unavailable, .tooManyFollowers: 503
        }
    }

    private var detail: String {
        switch self {
        case .unauthenticated: "send a token: Authorization: Bearer mlt_…"
        case .forbidden(let reason): reason
        case .workspaceRequired: "this token is good for all workspaces: name one in the header Martlet-Workspace"
        case .notFound(let what): "there is no such \(what)"
        case .invalid(let detail), .conflict(let detail), .wrongState(let detail): detail
        case .unavailable(let detail): "the store did not take it (\(detail)); try again"
        case .notReplayable(.bodyNotKept): "its body was not kept, or is not kept any more"
        case .notReplayable: "its source is gone, or its integration is not known here"
        case .tooManyFollowers: "too many follow already"
        }
    }

    var answer: Answer {
        var answer = Answer.error(code, detail: detail, status: status)
        switch self {
        case .unauthenticated: answer.headers[.wwwAuthenticate] = "Bearer realm=\"martlet\""
        case .unavailable, .tooManyFollowers: answer = answer.retryAfter(5)
        default: break
        }
        return answer
    }
}

extension ManagementError {
    /// Every error that a call may meet, in the API's words.
    init(_ error: any Error) {
        switch error {
        case let error as ManagementError: self = error
        case let error as ShapeError: self = .invalid(detail: "\(error)")
        case let error as PayloadError: self = .invalid(detail: "\(error)")
        case let error as SetupError: self.init(error)
        case let error as HelpdeskError: self.init(error)
        case let error as StoreError: self = .unavailable(detail: error.code)
        case let error as ReplayError: self.init(error)
        case let error as SubmissionError: self.init(error)
        case ListenError.renderOnly: self = .conflict(detail: "a render_only source shows its requests to nobody")
        default: self = .unavailable(detail: "\(type(of: error))")
        }
    }

    private init(_ error: SetupError) {
        switch error {
        case .invalid: self = .invalid(detail: "$.\(error)")
        case .conflict: self = .conflict(detail: "\(error)")
        case .notFound(let what): self = .notFound(what: what)
        case .unavailable(let detail): self = .unavailable(detail: detail)
        }
    }

    private init(_ error: HelpdeskError) {
        switch error {
        case .refused(.invalid): self = .invalid(detail: "$.\(error)")
        case .refused: self = .wrongState(detail: "\(error)")
        case .notFound(let what): self = .notFound(what: what)
        case .changed: self = .conflict(detail: "\(error)")
        case .unavailable(let detail): self = .unavailable(detail: detail)
        }
    }

    private init(_ error: ReplayError) {
        switch error {
        case .notFound: self = .notFound(what: "request")
        case .bodyNotKept, .sourceGone: self = .notReplayable(error)
        case .unavailable(let detail): self = .unavailable(detail: detail)
        }
    }

    private init(_ error: SubmissionError) {
        switch error {
        case .emptyMessage: self = .invalid(detail: "$.body: must not be empty")
        case .unknownStream(let name): self = .invalid(detail: "$.stream: there is no stream \"\(name)\"")
        case .unknownPerson(let email): self = .invalid(detail: "$.people: there is no person \"\(email)\"")
        case .tooManyPeople(let limit): self = .invalid(detail: "$.people: may be \(limit) at most")
        case .unavailable: self = .unavailable(detail: "storage")
        }
    }
}
