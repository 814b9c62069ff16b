import HTTPTypes
import HubCore

/// The description of the API (OpenAPI 3.1), made from the table that serves it.
enum OpenAPI {
    /// - Parameter types: what goes out; those that nothing sends yet are left out.
    static func document(of calls: [Call], webhooks types: [CatalogueEntry]) -> JSON {
        var components = ["Error": error]
        var paths = JSON.Object()
        for call in calls {
            let operation = operation(call, &components)
            paths[call.path] = (paths[call.path] ?? [:]).adding(call.method.rawValue.lowercased(), operation)
        }
        let schemas = components.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Martlet", "version": "1",
                "description": """
                The management API of a Martlet hub. Lists are {"data":[…],"next":null or a cursor}, errors \
                {"error":"code","detail":"…"}. What is not there and what is another workspace's is answered alike.
                """,
            ],
            "servers": [["url": "/"]], "security": [["token": []]], "paths": .object(paths),
            "webhooks": .object(webhooks(types)),
            "components": [
                "schemas": .object(JSON.Object(schemas)), "parameters": .object(webhookHeaders),
                "securitySchemes": [
                    "token": [
                        "type": "http", "scheme": "bearer",
                        "description": "A token of `martlet token create` or `POST /v1/tokens`.",
                    ]
                ],
                "responses": .object(JSON.Object(refusals.map { ($0.name, $0.document) })),
            ],
        ]
    }

    private static let error: JSON = [
        "type": "object",
        "properties": [
            "error": ["type": "string", "description": "Stable."],
            "detail": ["type": "string", "description": "For people."], "limit_bytes": ["type": "integer"],
        ],
        "required": ["error"], "additionalProperties": false,
    ]

    private static let refusals: [(name: String, document: JSON)] = [
        ("Invalid", refusal("What was sent does not have its shape, or says what cannot be.")),
        ("Unauthenticated", refusal("No token, or none that is good.")),
        ("Forbidden", refusal("The token lacks the scope.")),
        ("NotFound", refusal("Not there, or not yours.")),
        ("Conflict", refusal("The name is taken, or what is wanted cannot be done any more.")),
        ("TooLarge", refusal("The body is larger than 1 MiB.")),
        ("Unavailable", refusal("The store does not take it now; try again after Retry-After.")),
    ]

    private static func refusal(_ description: String) -> JSON {
        ["description": .string(description), "content": content(["$ref": "#/components/schemas/Error"])]
    }

    private static func content(_ schema: JSON, _ type: String = "application/json") -> JSON {
        JSON.object(.init()).adding(type, ["schema": schema])
    }

    private static func operation(_ call: Call, _ components: inout [String: JSON]) -> JSON {
        var operation = JSON.Object()
        operation["operationId"] = .string(operationID(call))
        operation["summary"] = .string(call.summary)
        operation["tags"] = [.string(call.subject)]
        let scope = call.access.scope
        operation["description"] = .string("Needs the scope \(scope.rawValue)\(scope == .admin ? "" : " (or admin)").")
        let parameters = parameters(call, &components)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = call.body {
            let isRequired = body.members.contains(where: \.isRequired)
            operation["requestBody"] = [
                "required": .bool(isRequired), "content": content(body.schema(&components)),
            ]
        }
        operation["responses"] = .object(responses(call, &components))
        return .object(operation)
    }

    /// `GET /v1/sources/{source}` is `get_sources_source`.
    private static func operationID(_ call: Call) -> String {
        let words = call.path.split(separator: "/").dropFirst().map { $0.filter { $0 != "{" && $0 != "}" } }
        return ([call.method.rawValue.lowercased()] + words).joined(separator: "_")
    }

    private static func parameters(_ call: Call, _ components: inout [String: JSON]) -> [JSON] {
        var parameters: [JSON] = call.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            [
                "name": .string(String(part.dropFirst().dropLast())), "in": "path", "required": true,
                "schema": ["type": "string"],
            ]
        }
        for (place, members) in [("query", call.query), ("header", call.headers)] {
            for member in members {
                var parameter = JSON.Object([
                    ("name", JSON.string(member.name)), ("in", .string(place)),
                    ("description", .string(member.summary)), ("schema", member.shape.schema(&components)),
                ])
                if member.isRequired { parameter["required"] = true }
                parameters.append(.object(parameter))
            }
        }
        if case .events = call.outcome {
            parameters.append(["name": "Last-Event-ID", "in": "header", "schema": ["type": "string"]])
        }
        parameters.append([
            "name": "Martlet-Workspace", "in": "header", "schema": ["type": "string"],
            "description": "The workspace, for a token that is good for all of them.",
        ])
        return parameters
    }

    /// What answers 200 when the same came before.
    private static let repeatable = ["/v1/events", "/v1/tickets", "/v1/tickets/{ticket}/messages"]

    /// What answers 200, and does nothing, when only a preview is asked for.
    private static let previewable = ["/v1/recoveries", "/v1/endpoints/{endpoint}/recover"]

    private static func responses(_ call: Call, _ components: inout [String: JSON]) -> JSON.Object {
        var responses = JSON.Object()
        switch call.outcome {
        case .nothing: responses["204"] = ["description": "Done."]
        case .events(let shape):
            responses["200"] = [
                "description": "Events without end; the data of each is such a document.",
                "content": content(shape.schema(&components), "text/event-stream"),
            ]
        case .list(let element):
            let page = Shape.object([
                .required("data", .list(of: element, limit: 1_000_000)), .required("next", Shape.text.orNull),
            ])
            responses["200"] = ["description": "One page.", "content": content(page.schema(&components))]
        case .document(let shape, let status):
            responses["\(status)"] = ["description": "Done.", "content": content(shape.schema(&components))]
            if repeatable.contains(call.path), call.method == .post { responses["200"] = responses["201"] }
            if previewable.contains(call.path), call.method == .post { responses["200"] = responses["202"] }
        }
        let codes = [
            ("400", "Invalid"), ("401", "Unauthenticated"), ("403", "Forbidden"), ("404", "NotFound"),
            ("409", "Conflict"), ("413", "TooLarge"), ("503", "Unavailable"),
        ]
        for (code, name) in codes { responses[code] = ["$ref": "#/components/responses/\(name)"] }
        return responses
    }
}
