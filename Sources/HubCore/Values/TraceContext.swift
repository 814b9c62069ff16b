/// The place in a trace of its sender's that an event came from: `traceparent` and `tracestate` of W3C Trace Context.
///
/// The hub takes part by passing it on: each attempt of a delivery is a span of its own within the sender's trace.
package struct TraceContext: Sendable, Hashable {
    package static let parentHeader = "traceparent"
    package static let stateHeader = "tracestate"
    /// How many bytes of `tracestate` are passed on; one that is longer is not.
    package static let stateLimit = 512

    /// 32 hexadecimal digits.
    package let traceID: String
    /// The sender's span: 16 hexadecimal digits.
    package let spanID: String
    /// Two hexadecimal digits; the last bit says that the sender records this trace.
    package let flags: String
    /// What systems of tracing tell each other, as it came.
    package let state: String?

    /// - Returns: nil where there is no `traceparent`, or one that is not to be trusted in any part of it.
    package init?(_ headers: Fields) {
        let parents = headers.headers(Self.parentHeader)
        guard parents.count == 1 else { return nil }
        let states = headers.headers(Self.stateHeader)
        self.init(parent: parents[0], state: states.isEmpty ? nil : states.joined(separator: ","))
    }

    private init?(parent: String, state: String?) {
        let parts = parent.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 4 else { return nil }
        let isHex = zip(parts, [2, 32, 16, 2]).allSatisfy { part, count in
            part.utf8.count == count && Hex.decode(part, allowsUpperCase: false) != nil
        }
        // What a later version adds stands behind the part that this one knows.
        guard isHex, parts[0] != "ff", parts[0] != "00" || parts.count == 4 else { return nil }
        guard parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" }) else { return nil }
        (traceID, spanID, flags) = (parts[1], parts[2], parts[3])
        self.state = state.flatMap { Self.isFit($0) ? $0 : nil }
    }

    private static func isFit(_ state: String) -> Bool {
        (1...stateLimit).contains(state.utf8.count)
            && HeaderRules.isSafe(Fields.Field(name: stateHeader, value: state))
    }

    /// The headers of a request that belongs to the trace.
    ///
    /// - Parameter span: the request's own; any number but 0.
    package func headers(span: UInt64) -> [Fields.Field] {
        let id = Hex.encode(withUnsafeBytes(of: span.bigEndian) { Array($0) })
        // The random-id bit of level 2 holds for the trace's own id, so that flags stay as they came.
        let parent = Fields.Field(name: Self.parentHeader, value: "00-\(traceID)-\(id)-\(flags)")
        return [parent] + (state.map { [Fields.Field(name: Self.stateHeader, value: $0)] } ?? [])
    }

    // MARK: As text

    /// One line for each of the two.
    package var text: String {
        let parent = "00-\(traceID)-\(spanID)-\(flags)"
        return state.map { "\(parent)\n\($0)" } ?? parent
    }

    /// What ``text`` gives.
    package init?(text: String) {
        let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(parent: String(lines[0]), state: lines.count > 1 ? String(lines[1]) : nil)
    }
}
