package import HubCore

/// GitHub's repository, organization and GitHub Sponsors webhooks.
///
/// <https://docs.github.com/en/webhooks/webhook-events-and-payloads>
package enum GitHub: Integration {
    package static let descriptor = IntegrationDescriptor(
        slug: "github",
        name: "GitHub",
        category: .code,
        summary: "Pushes, pull requests, reviews, issues, releases, workflow runs, deployments and security alerts.",
        eventTypes: Event.catalogue,
        defaultScheme: "github",
        options: [
            .init(
                "branches", "Pushes to these branches only; a comma between them, `*` for any text.",
                example: "main,release-*"),
            .init("ignore_private_repositories", "Leaves out what happens in private repositories.", example: "true"),
            .init("include_repository_name", "Begins each message with the repository.", example: "true"),
        ],
        setup: [
            .init(
                "Open the repository (or the organization) on GitHub, then **Settings**, **Webhooks**, **Add webhook**."
            ),
            .init("Enter as **Payload URL**:", code: "{url}"),
            .init("Choose `application/json` as **Content type**."),
            .init("Enter as **Secret**:", code: "{secret}"),
            .init("Choose the events, and **Add webhook**. A message says that it works."),
        ],
        documentation: "https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks")

    package static func read(
        _ request: WebhookRequest, _ context: ReadingContext
    ) throws(PayloadError) -> [Occurrence] {
        let name = String(try request.header("X-GitHub-Event").prefix(bytes: 100))
        let payload = try request.document()
        _ = try payload.object
        // GitHub gives a redelivery the same id.
        var provenance = Provenance(
            externalID: request.headers.header("X-GitHub-Delivery"), actorID: payload["sender"]["login"].filledText)
        provenance.isIDInHeader = true
        guard let event = Event(header: name, payload) else {
            let reason: IgnoreReason =
                silentEvents[name].map { .quiet("\(name): \($0)") } ?? .unsupported(event: name)
            return [Occurrence(openType: name, provenance: provenance) { .ignored(reason) }]
        }
        let report = GitHubReport(event: event, payload: payload, context: context)
        var occurrence = Occurrence(
            event, report.details, aliases: event.chatNames(report.details), provenance: provenance,
            tell: report.meaning)
        occurrence.isSetUp = event == .ping
        return [occurrence]
    }
}

/// One delivery of GitHub's, with what all its events have in common. One file per event family extends it.
struct GitHubReport: Sendable {
    let event: GitHub.Event
    let payload: Payload
    let context: ReadingContext
    let action: String
    /// Who did it.
    let sender: Person
    /// For sponsorships and organization events a stand-in with the organization's name.
    let repository: Repository
    let organization: String

    init(event: GitHub.Event, payload: Payload, context: ReadingContext) {
        self.event = event
        self.payload = payload
        self.context = context
        action = payload["action"].keyword ?? ""
        sender = Person(github: payload["sender"]) ?? .unknown
        organization = payload["organization"]["login"].name ?? "GitHub"
        let repository = payload["repository"]
        self.repository = Repository(
            name: repository["name"].name,
            fullName: repository["full_name"].name ?? repository.name,
            url: repository["html_url"].filledText, fallback: organization)
    }

    /// A thread key, which is unique over all repositories that one source may serve.
    func thread(_ kind: String, _ id: String?) -> String? {
        id.map { "\(kind):\(repository.fullName)#\($0)" }
    }

    func message(
        _ topic: String, _ body: String, severity: Severity = .info, thread: String? = nil, resolves: Bool = false
    ) -> Meaning {
        let namesRepository = context.flag("include_repository_name") && payload["repository"].exists
        return .message(
            MessageDraft(
                topic: topic, body: namesRepository ? "\(repository.markdown): \(body)" : body, severity: severity,
                threadKey: thread, resolvesThread: resolves && thread != nil))
    }

    /// A commit of this repository as a link; payloads name many commits by their id alone.
    func commitLink(_ sha: String?) -> String? {
        guard let sha else { return nil }
        return Markdown.link(Wording.shortSHA(sha), repository.url.map { "\($0)/commit/\(sha)" })
    }

    func branchURL(_ branch: String) -> String? {
        repository.url.map { Repository.url($0, "tree", branch) }
    }

    // MARK: Dispatch

    func meaning() throws(PayloadError) -> Meaning {
        // Without all of these it is no payload of GitHub's; with any of them there is something to tell.
        let isGitHubs = ["repository", "organization", "sender", "enterprise", "hook", event.subject].contains {
            payload[$0].exists
        }
        guard isGitHubs else { throw .missing(path: payload["sender"].path) }
        if context.flag("ignore_private_repositories"), payload["repository"]["private"].isTrue {
            return .ignored(.filtered(by: "ignore_private_repositories", event: event.rawValue))
        }
        return switch event {
        case .push: push()
        case .create, .delete: reference()
        case .commitComment: commitComment()
        case .pullRequest: pullRequest()
        case .review: review()
        case .reviewComment: reviewComment()
        case .reviewThread: reviewThread()
        case .issue: issue()
        case .issueComment: issueComment()
        case .subIssues: subIssue()
        case .issueDependencies: issueDependency()
        case .discussion: discussion()
        case .discussionComment: discussionComment()
        case .release: release()
        case .checkRun: checkRun()
        case .mergeGroup: mergeGroup()
        case .workflowRun: workflowRun()
        case .status: status()
        case .deployment: deployment()
        case .deploymentStatus: deploymentStatus()
        case .deploymentReview: deploymentReview()
        case .pageBuild: pageBuild()
        case .package, .registryPackage: package()
        case .repository: repositoryChange()
        case .branchProtectionRule: branchProtectionRule()
        case .ruleset: ruleset()
        case .publicized: publicized()
        case .fork: fork()
        case .star, .watch: star()
        case .wiki: wiki()
        case .member: member()
        case .membership: membership()
        case .organization: organizationChange()
        case .team: team()
        case .teamAdd: teamAdd()
        case .dependabotAlert: dependabotAlert()
        case .codeScanningAlert: codeScanningAlert()
        case .secretScanningAlert: secretScanningAlert()
        case .secretScanningAlertLocation: secretScanningAlertLocation()
        case .securityAdvisory, .repositoryAdvisory: advisory()
        case .sponsorship: sponsorship()
        case .ping: ping()
        }
    }
}

extension Payload {
    /// A word of GitHub's own, such as an action or a state; nil for what is none. It stands in types and sentences as
    /// it is.
    var keyword: String? {
        filledText.flatMap { text in
            let isWord =
                text.utf8.count <= 64
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
            return isWord ? text : nil
        }
    }

    /// A name that people gave: of a branch, a tag, an environment. Cut where none is as long: to compare two texts
    /// takes time in proportion to the square of the marks that stand on one letter.
    var name: String? { filledText.map { String($0.prefix(bytes: 1000)) } }

    /// What someone wrote, as GitHub shows it.
    var prose: String? { text.map(Markdown.withoutComments) }
}

extension Person {
    /// An account, or its name alone where that is all there is.
    init?(github account: Payload) {
        guard let name = account["login"].filledText ?? account["name"].filledText ?? account.filledText else {
            return nil
        }
        self.init(name, url: account["html_url"].filledText)
    }
}
