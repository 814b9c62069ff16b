import Hub
import HubCore
import HubStorage
import HubText
import Integrations
import WebhookSignatures

/// What Martlet understands: guides, previews and URLs.
enum CatalogueRoutes {
    static let all: [Route<Visit>] = [.get("/integrations", list), .get("/integrations/:slug", show)]

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        let lede = "What Martlet understands: the steps for each, and how its messages look."
        let view = catalogue(heading: "Integrations", lede: lede) { "/integrations/\($0)" }
        return visit.page(view, .integrations, title: "Integrations")
    }

    static func catalogue(heading: String, lede: String, href: (_ slug: String) -> String) -> CatalogueView {
        let groups = IntegrationDescriptor.Category.allCases.compactMap { category -> CatalogueView.Group? in
            let cards = Catalog.all.map { $0.descriptor }.filter { $0.category == category }.sorted {
                $0.name < $1.name
            }.map {
                CatalogueView.Card(
                    name: $0.name, summary: $0.summary, initials: MessageView.initials(of: $0.name), href: href($0.slug)
                )
            }
            return cards.isEmpty ? nil : CatalogueView.Group(name: category.rawValue, cards: cards)
        }
        return CatalogueView(heading: heading, lede: lede, groups: groups)
    }

    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        guard let integration = visit.parameters["slug"].flatMap({ Catalog.integration(slug: $0) }) else {
            return visit.notFound
        }
        let descriptor = integration.descriptor
        let previews = previews(of: integration, visit.hub.templates)
        let view = IntegrationView(
            category: descriptor.category.rawValue, name: descriptor.name, summary: descriptor.summary,
            documentation: descriptor.documentation,
            addURL: visit.isAdmin ? "/sources/new?integration=\(descriptor.slug)" : nil,
            setup: SetupSteps.views(descriptor.setup, url: nil, secret: nil),
            previews: previews, hasPreviews: !previews.isEmpty,
            facts: [
                FactView("In URLs", descriptor.slug, isCode: true),
                FactView("Verification", SchemeInfo.named(descriptor.defaultScheme)?.title ?? descriptor.defaultScheme),
            ],
            eventTypes: descriptor.eventTypes.map {
                EventTypeView(name: $0.name, summary: $0.summary, isTicked: false)
            },
            hasEventTypes: !descriptor.eventTypes.isEmpty,
            integrationOptions: descriptor.options.map {
                OptionFieldView(name: $0.name, summary: $0.summary, example: $0.example, value: "")
            }, hasOptions: !descriptor.options.isEmpty)
        return visit.page(view, .integrations, title: descriptor.name)
    }

    /// Every kind of message, rendered from the integration's own samples.
    private static func previews(of integration: any Integration.Type, _ templates: TemplateRenderer) -> [MessageView] {
        let name = integration.descriptor.name
        return integration.samples.enumerated().flatMap { index, sample -> [MessageView] in
            // A sample that shows what is refused has no message to look at.
            guard case .success(let findings) = read(sample, integration, ReadingParameters(), templates) else {
                return []
            }
            return findings.enumerated().compactMap { position, finding in
                guard case .message(let draft) = finding.meaning else { return nil }
                let anchor = "preview-\(index)-\(position)"
                let place = LinkView(label: draft.topic, href: "#\(anchor)")
                return MessageView(
                    sender: name, body: draft.truncated().body, severity: draft.severity, place: place,
                    flag: PillView(sample.name, .mute), anchor: anchor)
            }
        }
    }

    /// What an integration makes of one of its samples.
    static func read<Vendor: Integration>(
        _ sample: Sample, _ integration: Vendor.Type, _ parameters: ReadingParameters, _ templates: TemplateRenderer
    ) -> Result<[Finding], PayloadError> {
        let request = sample.request()
        do throws(PayloadError) {
            return .success(try integration.interpret(request, parameters, templates: templates).findings)
        } catch {
            return .failure(error)
        }
    }

    // MARK: URLs of the chat-compatible door

    private static let placeholder = "YOUR_BOT_KEY"

    @Sendable static func urlBuilder(_ visit: Visit) async throws -> ConsoleResponse {
        let all = Catalog.all.map { $0.descriptor }.sorted { $0.name < $1.name }
        let chosen =
            all.first { $0.slug == visit.text("integration") } ?? all.first { $0.slug == "github" } ?? all.first
        guard let chosen else { return visit.notFound }
        let ticked = visit.query.all("only_events").filter { name in chosen.eventTypes.contains { $0.name == name } }
        let bots = visit.configuration.bots.filter { !$0.isDisabled }
        let view = URLBuilderView(
            integrations: ChoicesView(all.map { ChoiceView($0.slug, $0.name, isSelected: $0.slug == chosen.slug) }),
            bots: ChoicesView(
                bots.map { ChoiceView("\($0.id)", $0.name, isSelected: "\($0.id)" == visit.text("bot")) }),
            streams: visit.streamChoices(selected: visit.text("stream"), none: "To the bot’s owner"),
            topic: visit.text("topic") ?? "",
            eventTypes: chosen.eventTypes.map {
                EventTypeView(name: $0.name, summary: $0.summary, isTicked: ticked.contains($0.name))
            }, hasEventTypes: !chosen.eventTypes.isEmpty, url: url(visit, chosen, ticked), placeholder: placeholder)
        return visit.page(view, .sources, title: "Build a URL")
    }

    private static func url(_ visit: Visit, _ descriptor: IntegrationDescriptor, _ ticked: [String]) -> String {
        let only = ticked.isEmpty ? nil : JSON.array(ticked.map(JSON.string)).text
        let path = "\(visit.request.publicBase)/api/v1/external/\(descriptor.slug)"
        let key = descriptor.chatDoor.credentials == .apiKey ? placeholder : nil
        return URLQuery.link(
            path,
            ["api_key": key, "stream": visit.text("stream"), "topic": visit.text("topic"), "only_events": only])
    }
}
