import Hub
import HubCore
import HubStorage

/// What would come of an event: whether the filter lets it through, and what its body would be.
struct EndpointTrial {
    let fields: EndpointFields
    let configuration: WorkspaceConfiguration
    let templates: TemplateRenderer
    let now: Timestamp

    private struct Sample {
        let type: String
        let data: JSON
        let metadata: JSON?
    }

    /// Types that have a sample; what the endpoint gets stands first.
    static func types(_ fields: EndpointFields, _ configuration: WorkspaceConfiguration) -> [String] {
        let globs = EndpointFields.list(fields.patterns).map(Glob.init)
        func isWanted(_ type: String) -> Bool {
            fields.ticked.contains(type) || globs.contains { $0.matches(type) }
        }
        // The hub's own in their order: a ticket is created before it is closed.
        let all = configuration.eventTypes.keys.sorted() + BuiltInEventType.allCases.map(\.rawValue)
        return all.filter(isWanted) + all.filter { !isWanted($0) }
    }

    /// The chosen type; else the first that the endpoint gets, or what people know best.
    private var type: String {
        if !fields.trialType.isEmpty { return fields.trialType }
        if fields.ticked.isEmpty, fields.patterns.isEmpty { return BuiltInEventType.ticketCreated.rawValue }
        return Self.types(fields, configuration).first ?? BuiltInEventType.ticketCreated.rawValue
    }

    /// - Returns: nil when what was pasted is no event, or the type is not there (any more).
    private var sample: Sample? {
        guard !fields.trialEvent.isEmpty else {
            return configuration.sample(of: type).map { Sample(type: type, data: $0, metadata: nil) }
        }
        // What is no JSON is no event either, which the page says.
        guard let pasted = try? JSON.parse(fields.trialEvent), pasted.object != nil else { return nil }
        // Without its envelope it is the data of the chosen type.
        return Sample(
            type: pasted["type"]?.string ?? type, data: pasted["data"] ?? pasted, metadata: pasted["metadata"])
    }

    // MARK: Filter

    /// Whether the filter lets the event through; nil while there is none, or it cannot be read.
    var filtered: EndpointFormView.Trial? {
        guard let sample else {
            return .init(.bad, "Not an event", "Paste JSON: {\"type\": …, \"data\": …}, or what stands under data.")
        }
        // What is wrong with a filter is said beside its field.
        guard !fields.filter.isEmpty, let document = try? JSON.parse(fields.filter),
            let condition = try? EventCondition(document)
        else { return nil }
        let (type, data, metadata) = (sample.type, sample.data, sample.metadata)
        guard !condition.matches(type: type, data: data, metadata: metadata) else {
            return .init(.good, "It matches", "\(type) would go out.")
        }
        let misses = condition.misses(type: type, data: data, metadata: metadata)
        return .init(
            .warn, "It does not match",
            "\(type) would not go out: \(Amount.things(misses.count, "condition")) of the filter "
                + "\(misses.count == 1 ? "does" : "do") not hold.",
            misses.map {
                .init(path: $0.path, wanted: $0.wanted.text, found: $0.found?.text ?? "nothing is there")
            })
    }

    // MARK: Body

    /// The body that the receiver would get; nil while there is nothing to show.
    ///
    /// - Throws: what is wrong with the template.
    func body() throws(FieldFault) -> EndpointFormView.Preview? {
        guard let sample, !fields.body.isBlank else { return nil }
        let shape = try fields.body.read()
        let made: (bytes: [UInt8], contentType: String)
        do throws(BodyError) {
            made = try shape.body(
                id: "evt_sample", type: sample.type, timestamp: now, content: .json(data: sample.data.bytes),
                templates: templates)
        } catch {
            throw FieldFault("\(error)")
        }
        return .init(
            type: sample.type, contentType: made.contentType,
            body: BodyView(made.bytes, size: Int64(made.bytes.count), contentType: made.contentType))
    }
}
