import Hub
import HubCore
import HubStorage

/// Which deliveries of an endpoint go out again.
struct RecoverPage {
    let visit: OutgoingVisit
    let endpoint: Endpoint

    private static let states: [(DeliveryState, String, String)] = [
        (.exhausted, "Exhausted", "their schedule is used up"),
        (.discarded, "Given up", "by hand, or with an endpoint"),
        (.succeeded, "Delivered", "so that the receiver gets them twice"),
    ]

    private var chosen: Set<DeliveryState> {
        let fields = visit.request.method == "POST" ? visit.form : visit.query
        let given = Set(fields.all("state").compactMap(DeliveryState.init)).intersection(Self.states.map(\.0))
        return given.isEmpty ? [.exhausted] : given
    }

    var selection: DeliverySelection {
        var selection = DeliverySelection(workspace: visit.workspace, states: chosen)
        selection.endpoint = endpoint.id
        selection.type = visit.text("type")
        selection.failure = visit.text("error").flatMap(AttemptFailure.init(rawValue:))
        selection.since = visit.since(visit.text("since"))
        return selection
    }

    func rate() throws(SetupError) -> Int? {
        guard let text = visit.text("rate") else { return nil }
        guard let rate = Int(text) else { throw .invalid(field: "rate", reason: "must be a whole number") }
        return rate
    }

    func response(fault: String?) async throws -> ConsoleResponse {
        let isAsked = visit.text("count") != nil
        let count = isAsked ? try await visit.hub.count(selection) : nil
        let title = endpoint.title
        let view = RecoverView(
            path: EndpointRoutes.path(of: endpoint, visit), name: title,
            states: Self.states.map { ChoiceView($0.0.rawValue, $0.1, hint: $0.2, isSelected: chosen.contains($0.0)) },
            since: ChoicesView(
                OutgoingVisit.sinceChoices.map {
                    ChoiceView($0.0, $0.1, isSelected: $0.0 == visit.text("since") ?? "")
                }), type: visit.text("type") ?? "",
            errors: ChoicesView(
                DeliveryList.errorChoices.map {
                    ChoiceView($0.0, $0.1, isSelected: $0.0 == visit.text("error") ?? "")
                }), rate: visit.text("rate") ?? "", fault: fault, count: count.map { Amount.count($0) },
            isNone: count == 0,
            sentence: count.map { count in
                count == 0
                    ? "No delivery fits. Choose more states, or a longer time."
                    : count == 1 ? "delivery enters its schedule anew." : "deliveries enter their schedule anew."
            } ?? "")
        return visit.page(view, .endpoints, title: "Recover \(title)", status: fault == nil ? 200 : 422)
    }
}
