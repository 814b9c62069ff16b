import Hub
import HubCore
import HubStorage

/// An endpoint's form as it was filled in: texts, so that what is wrong comes back as it was written.
struct EndpointFields {
    var name = ""
    var url = ""
    /// Types that are ticked.
    var ticked: Set<String> = []
    /// Types and patterns that are written.
    var patterns = ""
    var channels = ""
    var filter = ""
    var body = BodyFields()
    var authentication = AuthenticationFields()
    var identity = IdentityFields()
    var headers = ""
    var method = "POST"
    var schedule = ScheduleText.text(.standard)
    var timeout = "10"
    var concurrency = "64"
    var rate = ""
    var order = "none"
    var orderKey = ""
    var includesCustomers = false
    var customer = ""
    /// The type whose sample filter and body are tried with; empty: one that the endpoint gets.
    var trialType = ""
    /// An event to try them with instead.
    var trialEvent = ""

    init() {}

    /// As it was sent.
    init(_ form: Fields) {
        func text(_ field: String) -> String { form[field]?.trimmed() ?? "" }
        name = text("name")
        url = text("url")
        ticked = Set(form.all("event"))
        patterns = text("patterns")
        channels = text("channels")
        filter = text("filter")
        body = BodyFields(form)
        authentication = AuthenticationFields(form)
        identity = IdentityFields(form)
        headers = text("headers")
        method = text("method")
        schedule = text("schedule")
        timeout = text("timeout")
        concurrency = text("concurrency")
        rate = text("rate")
        order = text("order")
        orderKey = text("order_key")
        includesCustomers = form["include_customers"] != nil
        customer = text("customer")
        trialType = text("trial_type")
        trialEvent = text("trial_event")
    }

    /// - Parameters:
    ///   - catalogue: types that have a box to tick.
    ///   - showsHeaders: whether their values may be seen; else they stay as they are unless they are written anew.
    init(_ draft: EndpointDraft, catalogue: Set<String>, showsHeaders: Bool) {
        name = draft.name
        url = draft.url
        ticked = catalogue.intersection(draft.events)
        patterns = draft.events.filter { !catalogue.contains($0) }.joined(separator: ", ")
        channels = draft.channels?.joined(separator: ", ") ?? ""
        filter = draft.filter?.prettyText ?? ""
        body = BodyFields(draft.policy.body)
        authentication = AuthenticationFields(draft.authentication)
        headers = draft.headers.fields.map { "\($0.name): \(showsHeaders ? $0.value : SentRequest.hidden)" }
            .joined(separator: "\n")
        let policy = draft.policy
        method = policy.method
        schedule = ScheduleText.text(policy.schedule)
        timeout = Amount.decimal(Double(policy.timeout.milliseconds) / 1000, places: 3)
        concurrency = "\(policy.concurrency)"
        rate = policy.ratePerMinute.map(String.init) ?? ""
        switch policy.order {
        case .none: break
        case .strict: order = "strict"
        case .byKey(let pointer): (order, orderKey) = ("key", "\(pointer)")
        }
        includesCustomers = draft.includesCustomers
    }

    // MARK: Reading

    /// Writes what can be read into a draft.
    ///
    /// - Parameter mayKeep: whether what is sealed and was not written anew stays as it is.
    /// - Returns: what cannot be read, by field.
    func apply(to draft: inout EndpointDraft, mayKeep: Bool) -> FieldFaults {
        var faults = FieldFaults()
        draft.name = name
        draft.url = url
        draft.events = Self.list(patterns) + ticked.sorted()
        let channels = Self.list(channels)
        draft.channels = channels.isEmpty ? nil : channels
        draft.includesCustomers = includesCustomers
        draft.filter = nil
        do throws(JSONError) {
            if !filter.isEmpty { draft.filter = try JSON.parse(filter) }
        } catch {
            faults.filter = "This is not JSON: \(error)".sentence
        }
        do throws(FieldFault) {
            draft.policy.body = try body.read()
        } catch {
            faults.body = error.sentence
        }
        do throws(FieldFault) {
            draft.authentication = try authentication.document(before: draft.authentication, mayKeep: mayKeep)
        } catch {
            faults.authentication = error.sentence
        }
        draft.identity = identity.apply(before: draft.identity, mayKeep: mayKeep, &faults)
        applyHeaders(to: &draft, mayKeep: mayKeep, &faults)
        applyPolicy(to: &draft.policy, &faults)
        return faults
    }

    private func applyHeaders(to draft: inout EndpointDraft, mayKeep: Bool, _ faults: inout FieldFaults) {
        var fields: [Fields.Field] = []
        for line in headers.split(whereSeparator: \.isNewline).map({ $0.trimmed() }) where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else {
                faults.headers = "Each line is a name, a colon and a value."
                return
            }
            let name = line[..<colon].trimmed()
            let value = line[line.index(after: colon)...].trimmed()
            // What was hidden stays.
            let kept = value == SentRequest.hidden ? draft.headers.header(name) : nil
            guard mayKeep || kept == nil else {
                faults.headers = "Write the value of \(name.prefix(80)) anew."
                return
            }
            fields.append(.init(name: name, value: kept ?? value))
        }
        draft.headers = Fields(fields)
    }

    private func applyPolicy(to policy: inout Endpoint.Policy, _ faults: inout FieldFaults) {
        policy.method = method
        do throws(ScheduleText.Problem) {
            policy.schedule = try ScheduleText.schedule(schedule)
        } catch {
            faults.schedule = "\(error)".sentence
        }
        if let seconds = Double(timeout), seconds.isFinite, abs(seconds) < 1e6 {
            policy.timeout = .milliseconds((seconds * 1000).rounded())
        } else {
            faults.timeout = "Seconds, as a number."
        }
        if let number = Int(concurrency) { policy.concurrency = number } else { faults.concurrency = "A whole number." }
        policy.ratePerMinute = Int(rate)
        if !rate.isEmpty, policy.ratePerMinute == nil { faults.rate = "A whole number, or nothing." }
        switch order {
        case "strict": policy.order = .strict
        case "key":
            if orderKey.hasPrefix("/"), let pointer = JSONPointer(orderKey) {
                policy.order = .byKey(pointer)
            } else {
                faults.order = "Write the place as a JSON Pointer, like /ticket/id."
            }
        default: policy.order = .none
        }
    }

    static func list(_ text: String) -> [String] {
        text.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
    }
}
