import Mustache

/// The pages' templates, compiled once; values are escaped unless they are ``SafeHTML``.
struct PageTemplates: Sendable {
    private let library: MustacheLibrary

    static let shared = PageTemplates()

    init() {
        var templates: [String: MustacheTemplate] = [:]
        for (name, bytes) in Self.sources {
            do {
                templates[name] = try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self))
            } catch {
                preconditionFailure("the template \(name) is broken: \(error)")
            }
        }
        library = MustacheLibrary(templates: templates)
    }

    func render(_ name: String, _ context: some Sendable) -> String {
        guard let text = library.render(context, withTemplate: name) else {
            preconditionFailure("there is no template \(name)")
        }
        return text
    }

    /// By name; a test compares this with the folder.
    static let sources: KeyValuePairs<String, [UInt8]> = [
        "attempt": PackageResources.attempt_mustache,
        "audit": PackageResources.audit_mustache,
        "body-content": PackageResources.body_content_mustache,
        "bots": PackageResources.bots_mustache,
        "choices": PackageResources.choices_mustache,
        "conversations": PackageResources.conversations_mustache,
        "copy": PackageResources.copy_mustache,
        "customer": PackageResources.customer_mustache,
        "customers": PackageResources.customers_mustache,
        "deliveries": PackageResources.deliveries_mustache,
        "delivery": PackageResources.delivery_mustache,
        "delivery-row": PackageResources.delivery_row_mustache,
        "door": PackageResources.door_mustache,
        "door-note": PackageResources.door_note_mustache,
        "endpoint": PackageResources.endpoint_mustache,
        "endpoint-authentication": PackageResources.endpoint_authentication_mustache,
        "endpoint-body": PackageResources.endpoint_body_mustache,
        "endpoint-filter": PackageResources.endpoint_filter_mustache,
        "endpoint-form": PackageResources.endpoint_form_mustache,
        "endpoint-tls": PackageResources.endpoint_tls_mustache,
        "endpoints": PackageResources.endpoints_mustache,
        "event": PackageResources.event_mustache,
        "event-row": PackageResources.event_row_mustache,
        "event-type": PackageResources.event_type_mustache,
        "event-type-form": PackageResources.event_type_form_mustache,
        "event-types": PackageResources.event_types_mustache,
        "events": PackageResources.events_mustache,
        "fact": PackageResources.fact_mustache,
        "form-key": PackageResources.form_key_mustache,
        "headers": PackageResources.headers_mustache,
        "integration": PackageResources.integration_mustache,
        "invitation": PackageResources.invitation_mustache,
        "layout": PackageResources.layout_mustache,
        "log-row": PackageResources.log_row_mustache,
        "logs": PackageResources.logs_mustache,
        "message": PackageResources.message_mustache,
        "note": PackageResources.note_mustache,
        "once": PackageResources.once_mustache,
        "overview": PackageResources.overview_mustache,
        "pager": PackageResources.pager_mustache,
        "people": PackageResources.people_mustache,
        "person-menu": PackageResources.person_menu_mustache,
        "pill": PackageResources.pill_mustache,
        "portal-door": PackageResources.portal_door_mustache,
        "recover": PackageResources.recover_mustache,
        "recoveries": PackageResources.recoveries_mustache,
        "recovery": PackageResources.recovery_mustache,
        "refusal": PackageResources.refusal_mustache,
        "retention": PackageResources.retention_mustache,
        "select": PackageResources.select_mustache,
        "sent-request": PackageResources.sent_request_mustache,
        "settings": PackageResources.settings_mustache,
        "signin": PackageResources.signin_mustache,
        "source": PackageResources.source_mustache,
        "source-new": PackageResources.source_new_mustache,
        "source-pick": PackageResources.source_pick_mustache,
        "sources": PackageResources.sources_mustache,
        "story": PackageResources.story_mustache,
        "streams": PackageResources.streams_mustache,
        "survey": PackageResources.survey_mustache,
        "survey-form": PackageResources.survey_form_mustache,
        "survey-head": PackageResources.survey_head_mustache,
        "survey-response": PackageResources.survey_response_mustache,
        "survey-responses": PackageResources.survey_responses_mustache,
        "survey-results": PackageResources.survey_results_mustache,
        "survey-thanks": PackageResources.survey_thanks_mustache,
        "surveys": PackageResources.surveys_mustache,
        "test-result": PackageResources.test_result_mustache,
        "ticket": PackageResources.ticket_mustache,
        "ticket-message": PackageResources.ticket_message_mustache,
        "ticket-new": PackageResources.ticket_new_mustache,
        "tickets": PackageResources.tickets_mustache,
        "tile": PackageResources.tile_mustache,
        "time": PackageResources.time_mustache,
        "tokens": PackageResources.tokens_mustache,
        "transcript": PackageResources.transcript_mustache,
        "transcripts": PackageResources.transcripts_mustache,
        "url-builder": PackageResources.url_builder_mustache,
        "verify": PackageResources.verify_mustache,
        "webhooks": PackageResources.webhooks_mustache,
    ]
}

/// Markup that was made here from escaped parts; the only thing that templates may show with three braces.
struct SafeHTML: Sendable, Hashable, MustacheCustomRenderable {
    let html: String

    /// - Parameter html: must be well-formed and hold nothing from outside that is not escaped.
    init(made html: String) {
        self.html = html
    }

    var renderText: String { html }
    var isNull: Bool { false }
}
