import HubCore

/// Verifies requests that are written as JSON, one to a line, each with its scheme and settings.
///
/// A line is an object with `id`, `scheme`, `method`, `url`, `headers` (name to text, or to a list of texts),
/// `body_base64`, `config` and `now` (UNIX seconds); the answer has `id`, `verdict` and `reason`.
package enum BatchVerification {
    package enum Outcome: String, Sendable {
        case accept, reject, unsupported
    }

    /// - Returns: the answer as JSON without a line break. A line that cannot be read is rejected, with a null `id`
    ///   when even that is missing.
    package static func answer(to line: String) -> String {
        let document: JSON
        do throws(JSONError) {
            document = try JSON.parse(line)
        } catch {
            return answer(.null, .reject, "line.malformed: \(error)")
        }
        do throws(LineError) {
            let (outcome, reason) = judge(try BatchLine(document))
            return answer(document["id"] ?? .null, outcome, reason)
        } catch {
            return answer(document["id"] ?? .null, .reject, "line.malformed: \(error.field) is missing or wrong")
        }
    }

    private static func answer(_ id: JSON, _ outcome: Outcome, _ reason: String) -> String {
        (["id": id, "verdict": JSON(outcome.rawValue), "reason": JSON(reason)] as JSON).text
    }

    private static func judge(_ line: BatchLine) -> (Outcome, String) {
        do throws(SchemeError) {
            let verifier = try Verifier(scheme: line.scheme, settings: try line.settings())
            switch verifier.verify(line.request, nowSeconds: line.nowSeconds) {
            case .accepted: return (.accept, "verified")
            case .rejected(let rejection): return (.reject, "\(rejection.code): \(rejection)")
            }
        } catch {
            if case .unknownScheme = error { return (.unsupported, "\(error.code): \(error)") }
            return (.reject, "\(error.code): \(error)")
        }
    }
}

/// A member of a line that is missing or has the wrong type.
struct LineError: Error {
    let field: String
}
