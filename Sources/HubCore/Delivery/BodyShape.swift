/// What the body of a delivery looks like to a receiver.
package enum BodyShape: Sendable, Hashable {
    /// As published: ``EventEnvelope``, or the bytes of raw content.
    case envelope
    /// What a chat system takes.
    case preset(BodyPreset)
    /// The receiver's own shape; see ``BodyTemplate``.
    case template(String, contentType: String)

    /// The body for one event, and its media type.
    ///
    /// - Parameters:
    ///   - id: the event's, as in ``EventEnvelope``.
    ///   - content: as published.
    /// - Throws: ``BodyError``; a delivery then ends as ``AttemptFailure/request``.
    package func body(
        id: String, type: String, timestamp: Timestamp, content: DeliveryContent, templates: TemplateRenderer
    ) throws(BodyError) -> (bytes: [UInt8], contentType: String) {
        switch self {
        case .envelope:
            return (content.body(id: id, type: type, timestamp: timestamp), content.contentType)
        case .preset(let preset):
            let body = preset.body(type: type, data: try Self.data(of: content), timestamp: timestamp)
            return (body.bytes, "application/json")
        case .template(let text, let contentType):
            let template = try BodyTemplate(text, contentType: contentType)
            let event: JSON = [
                "id": .string(id), "type": .string(type), "timestamp": .string(timestamp.rfc3339),
                "data": try Self.data(of: content),
            ]
            return (try template.body(of: event, templates), contentType)
        }
    }

    /// Tries the shape on an event like those it is for; for when an endpoint is saved.
    ///
    /// - Parameter data: a sample of the type's, ``BuiltInEventType/sample`` for one of ours.
    package func check(type: String, data: JSON, templates: TemplateRenderer) throws(BodyError) {
        _ = try body(
            id: "evt_sample", type: type, timestamp: Timestamp(seconds: 0), content: .json(data: data.bytes),
            templates: templates)
    }

    /// What is published raw stands under `data` as a text.
    private static func data(of content: DeliveryContent) throws(BodyError) -> JSON {
        switch content {
        case .json(let data):
            do {
                return try JSON.parse(data)
            } catch {
                throw .notJSON(error)
            }
        case .raw(let bytes, _):
            guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
            return .string(text)
        }
    }
}

/// Chat systems that are sent to without a template.
///
/// The raw values are stable: stored with endpoints. Append, never rename.
package enum BodyPreset: String, Sendable, Hashable, CaseIterable {
    case slack, discord, teams, mattermost

    /// As people write it.
    package var title: String {
        switch self {
        case .slack: "Slack"
        case .discord: "Discord"
        case .teams: "Microsoft Teams"
        case .mattermost: "Mattermost"
        }
    }

    /// What the system's incoming webhook takes: nothing in an event can call for anybody's attention.
    package func body(type: String, data: JSON, timestamp: Timestamp) -> JSON {
        let digest = EventDigest(type: type, data: data)
        return switch self {
        case .slack: SlackBody.json(digest, type: type, timestamp: timestamp)
        case .discord: DiscordBody.json(digest, type: type, timestamp: timestamp)
        case .teams: TeamsBody.json(digest, type: type, timestamp: timestamp)
        case .mattermost: MattermostBody.json(digest, type: type)
        }
    }
}

// MARK: - As people write it

extension BodyShape {
    /// `"envelope"`, a preset's name, or `{"template": …, "content_type": …}`; the content type is JSON unless given.
    package init(_ json: JSON) throws(BodyError) {
        if json == "envelope" {
            self = .envelope
        } else if let preset = json.string.flatMap(BodyPreset.init) {
            self = .preset(preset)
        } else if let text = json["template"]?.string {
            let given = json["content_type"] ?? "application/json"
            guard let contentType = given.string else { throw .invalidContentType }
            _ = try BodyTemplate(text, contentType: contentType)
            self = .template(text, contentType: contentType)
        } else {
            throw .unknownShape
        }
    }

    package var json: JSON {
        switch self {
        case .envelope: "envelope"
        case .preset(let preset): .string(preset.rawValue)
        case .template(let text, let contentType): ["template": .string(text), "content_type": .string(contentType)]
        }
    }
}

/// Why there is no body in the wanted shape.
package enum BodyError: Error, Sendable, Hashable {
    /// Neither `envelope` nor a preset nor a template.
    case unknownShape
    /// No media type that a header can hold.
    case invalidContentType
    case template(TemplateError)
    /// What the template made, or what was published, is not the JSON that it should be.
    case notJSON(JSONError)
    /// Raw content that is no text cannot be put into another shape.
    case notText

    /// Stable.
    package var code: String {
        switch self {
        case .unknownShape: "body.unknown-shape"
        case .invalidContentType: "body.invalid-content-type"
        case .template: "body.template"
        case .notJSON: "body.not-json"
        case .notText: "body.not-text"
        }
    }
}

extension BodyError: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .unknownShape:
            "expected envelope, \(BodyPreset.allCases.map(\.rawValue).joined(separator: ", ")) or a template"
        case .invalidContentType: "the content type must be written like application/json"
        case .template(let error): "template: \(error)"
        case .notJSON(let error): "the result is not JSON: \(error)"
        case .notText: "content that is not text fits no template"
        }
    }
}
