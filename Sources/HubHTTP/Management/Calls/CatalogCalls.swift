import HTTPTypes
import Hub
import HubCore
import HubStorage
import Integrations
import WebhookSignatures

/// What the hub knows of itself: integrations, signature schemes, and who changed what.
enum CatalogCalls {
    static let all = [
        Call(
            .get, "/v1/integrations", "Whose webhooks are understood", .instance(.read), .list(of: integrationShape)
        ) { _ in .list(Catalog.all.map { document($0.descriptor) }) },
        Call(
            .get, "/v1/schemes", "How requests can prove where they come from", .instance(.read), .list(of: schemeShape)
        ) { _ in .list(SchemeInfo.all.map(document)) },
        Call(
            .get, "/v1/audit", "Who changed what, newest first", .workspace(.read), .list(of: auditShape),
            query: Shape.Member.paging, answer: audit),
    ]

    private static let integrationShape = Shape.named(
        "Integration",
        [
            .required("slug", .text), .required("name", .text), .required("category", .text),
            .required("summary", .text), .required("default_scheme", .text),
            .required(
                "events",
                .list(
                    of: .object([
                        .required("name", .text), .required("summary", .text), .required("details", .list(of: .text)),
                        .required("quiet", .list(of: .text), "Left out unless include_events asks for them."),
                    ]))),
            .required(
                "options",
                .list(
                    of: .object([.required("name", .text), .required("summary", .text), .required("example", .text)]))),
            .required(
                "setup", .list(of: .object([.required("text", .text, "Markdown."), .required("code", .text.orNull)])),
                "In order; {url} and {secret} stand for the source's own."), .required("documentation", .text.orNull),
        ])
    private static let schemeShape = Shape.named(
        "Scheme",
        [
            .required("name", .text), .required("title", .text), .required("summary", .text),
            .required("secret_form", .text), .required("settings", .list(of: .text)),
            .required("headers", .list(of: .text)), .required("tolerance_seconds", .integer.orNull),
            .required("authenticates", .boolean),
        ])
    private static let auditShape = Shape.named(
        "AuditEntry",
        [
            .required("at", .moment), .required("actor", .text), .required("action", .text),
            .required("subject", .text), .required("detail", .text),
        ])

    private static func document(_ descriptor: IntegrationDescriptor) -> JSON {
        [
            "slug": .string(descriptor.slug), "name": .string(descriptor.name),
            "category": .string(descriptor.category.rawValue), "summary": .string(descriptor.summary),
            "default_scheme": .string(descriptor.defaultScheme),
            "events": .array(
                descriptor.eventTypes.map { event in
                    [
                        "name": .string(event.name), "summary": .string(event.summary),
                        "details": .array(event.details.map(JSON.string)),
                        "quiet": .array(event.quiet.map(JSON.string)),
                    ]
                }),
            "options": .array(
                descriptor.options.map { option in
                    [
                        "name": .string(option.name), "summary": .string(option.summary),
                        "example": .string(option.example),
                    ]
                }),
            "setup": .array(descriptor.setup.map { ["text": .string($0.text), "code": JSON($0.code)] }),
            "documentation": JSON(descriptor.documentation),
        ]
    }

    private static func document(_ scheme: SchemeInfo) -> JSON {
        [
            "name": .string(scheme.name), "title": .string(scheme.title), "summary": .string(scheme.summary),
            "secret_form": .string(scheme.secretForm.rawValue),
            "settings": .array(scheme.settings.map { .string($0.rawValue) }),
            "headers": .array(scheme.headers.map(JSON.string)),
            "tolerance_seconds": scheme.toleranceSeconds.map { JSON($0) } ?? .null,
            "authenticates": .bool(scheme.isAuthenticated),
        ]
    }

    private static func audit(_ call: CallContext) async throws -> CallAnswer {
        let page = try await call.hub.store.auditEntries(of: try call.workspace, try call.page())
        let entries = page.elements.map { entry -> JSON in
            [
                "at": JSON(entry.at), "actor": .string(entry.actor), "action": .string(entry.action),
                "subject": .string(entry.subject), "detail": .string(entry.detail),
            ]
        }
        return .list(entries, next: page.next)
    }
}
