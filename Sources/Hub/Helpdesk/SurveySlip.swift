package import HubCore

/// What a survey's page carries through its form: which response it will be, and that the page was ours.
///
/// A form that is sent twice names the same response, so that it counts once; and nobody answers without having asked
/// for the page.
package struct SurveySlip: Sendable {
    package let response: ID<SurveyResponse>
    package let text: String

    /// How long a page may lie open.
    private static let lifetime = Duration.seconds(86400)

    fileprivate init(_ response: ID<SurveyResponse>, _ mark: String) {
        self.response = response
        text = "\(response).\(mark)"
    }

    /// When the page was asked for.
    package var startedAt: Timestamp { response.uuid.timestamp }

    fileprivate static func isCurrent(_ response: ID<SurveyResponse>, at now: Timestamp) -> Bool {
        let age = now - response.uuid.timestamp
        return age >= .seconds(-60) && age <= lifetime
    }
}

extension Hub {
    package func slip(for survey: Survey) -> SurveySlip {
        let response = ID<SurveyResponse>.make(at: clock.now())
        return SurveySlip(response, mark(survey, response))
    }

    /// - Returns: nil for what ``slip(for:)`` did not write, or wrote for another survey, or too long ago.
    package func slip(_ text: String, for survey: Survey) -> SurveySlip? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let response = ID<SurveyResponse>(parts[0]),
            SurveySlip.isCurrent(response, at: clock.now())
        else { return nil }
        let slip = SurveySlip(response, mark(survey, response))
        // Hashed once more, so that the time of the comparison tells nothing of the mark.
        return vault.hash(.form, slip.text) == vault.hash(.form, text) ? slip : nil
    }

    private func mark(_ survey: Survey, _ response: ID<SurveyResponse>) -> String {
        Hex.encode(Array(vault.hash(.form, "\(survey.id)/\(response)").prefix(16)))
    }
}
