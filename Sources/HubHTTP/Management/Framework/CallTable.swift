import HTTPTypes
import HubCore

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
    private var tree = Node()

    /// What may follow one part of a path.
    private struct Node: Sendable {
        var words: [Substring: Node] = [:]
        /// What follows a parameter: no, one.
        var parameter: [Node] = []
        /// Positions among all calls, of those whose path ends here.
        var ends: [(method: HTTPRequest.Method, call: Int)] = []

        mutating func add(_ call: Int, _ method: HTTPRequest.Method, at path: ArraySlice<Substring>) {
            guard let part = path.first else { return ends.append((method, call)) }
            if CallTable.parameterName(part) == nil {
                words[part, default: Node()].add(call, method, at: path.dropFirst())
            } else {
                if parameter.isEmpty { parameter = [Node()] }
                parameter[0].add(call, method, at: path.dropFirst())
            }
        }

        /// - Returns: where the path ends. Words win over parameters: `/v1/events/stream` is no id.
        func find(_ path: ArraySlice<Substring>) -> [(method: HTTPRequest.Method, call: Int)]? {
            guard let part = path.first else { return ends.isEmpty ? nil : ends }
            if let found = words[part]?.find(path.dropFirst()) { return found }
            return part.isEmpty ? nil : parameter.first?.find(path.dropFirst())
        }
    }

    init(_ calls: [Call]) {
        self.calls = calls
        for (position, call) in calls.enumerated() {
            tree.add(position, call.method, at: call.path.split(separator: "/")[...])
        }
    }

    /// - Parameter path: percent-encoded, without the query.
    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        let given = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard let candidates = tree.find(given) else { return .unknown }
        // HEAD is GET without its body (RFC 9110 §9.3.2).
        let wanted = method == .head ? .get : method
        guard let position = candidates.first(where: { $0.method == wanted })?.call else {
            let allowed = candidates.map(\.method)
            return .wrongMethod(allowed: allowed.contains(.get) ? allowed + [.head] : allowed)
        }
        var parameters: [String: String] = [:]
        for (part, given) in zip(calls[position].path.split(separator: "/"), given) {
            guard let name = Self.parameterName(part) else { continue }
            parameters[String(name)] = FormDecoder.percentDecode(Array(given.utf8), plusIsBlank: false)
        }
        return .call(calls[position], parameters: parameters)
    }

    /// `source` for `{source}`; nil for a word.
    private static func parameterName(_ part: Substring) -> Substring? {
        part.first == "{" ? part.dropFirst().dropLast() : nil
    }
}
