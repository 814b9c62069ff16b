import HubCore

extension GitHub {
    /// The events that messages are made of, by the names of GitHub's header.
    enum Event: String, VendorEvent {
        case push, create, delete
        case commitComment = "commit_comment"
        case pullRequest = "pull_request"
        case review = "pull_request_review"
        case reviewComment = "pull_request_review_comment"
        case reviewThread = "pull_request_review_thread"
        case issue = "issues"
        case issueComment = "issue_comment"
        case subIssues = "sub_issues"
        case issueDependencies = "issue_dependencies"
        case discussion
        case discussionComment = "discussion_comment"
        case release
        case checkRun = "check_run"
        case workflowRun = "workflow_run"
        case mergeGroup = "merge_group"
        case status
        case deployment
        case deploymentStatus = "deployment_status"
        case deploymentReview = "deployment_review"
        case pageBuild = "page_build"
        case package
        case registryPackage = "registry_package"
        case repository
        case branchProtectionRule = "branch_protection_rule"
        case ruleset = "repository_ruleset"
        case publicized = "public"
        case fork, star, watch
        case wiki = "gollum"
        case member, membership, organization, team
        case teamAdd = "team_add"
        case dependabotAlert = "dependabot_alert"
        case codeScanningAlert = "code_scanning_alert"
        case secretScanningAlert = "secret_scanning_alert"
        case secretScanningAlertLocation = "secret_scanning_alert_location"
        case securityAdvisory = "security_advisory"
        case repositoryAdvisory = "repository_advisory"
        case sponsorship, ping

        /// `name` is the header's value. What tells about a sponsorship is one, also under the name of its action.
        init?(header name: String, _ payload: Payload) {
            if let event = Event(rawValue: name.lowercased()) {
                // One that says neither what happened nor where is left to GitHub's own notices.
                if event == .organization, !payload["action"].exists, !payload["organization"].exists { return nil }
                self = event
            } else if payload["sponsorship"].exists || Event.sponsorship.details.contains(name) {
                self = .sponsorship
            } else {
                return nil
            }
        }

        var summary: String {
            switch self {
            case .push: "commits or tags pushed; a branch created, deleted or force-pushed"
            case .create: "a branch or tag created"
            case .delete: "a branch or tag deleted"
            case .commitComment: "a comment on a commit"
            case .pullRequest: "a pull request opened, updated, assigned, closed, merged"
            case .review: "a pull request approved, changes requested, a review dismissed"
            case .reviewComment: "a comment on a line of a pull request"
            case .reviewThread: "a review thread resolved or not any more"
            case .issue: "an issue opened, edited, labelled, assigned, closed"
            case .issueComment: "a comment on an issue or pull request"
            case .subIssues: "an issue made a part of another, or no longer"
            case .issueDependencies: "an issue made to wait for another, or no longer"
            case .discussion: "a discussion created, answered, edited, closed"
            case .discussionComment: "a comment on a discussion"
            case .release: "a release published, edited, deleted"
            case .checkRun: "a check completed, and how"
            case .workflowRun: "a workflow of GitHub Actions completed, and how"
            case .mergeGroup: "a group of the merge queue to be checked, merged or given up"
            case .status: "the status of a commit changed"
            case .deployment: "a deployment begun"
            case .deploymentStatus: "a deployment succeeded, failed, …"
            case .deploymentReview: "a deployment that waits for people, and what they decide"
            case .pageBuild: "a GitHub Pages site built"
            case .package: "a package published or updated"
            case .registryPackage: "a package published or updated (an older name of it)"
            case .repository: "a repository created, renamed, archived, transferred"
            case .branchProtectionRule: "a rule that protects branches added, changed, removed"
            case .ruleset: "a ruleset added, changed, removed"
            case .publicized: "a repository made public"
            case .fork: "a repository forked"
            case .star: "a star given or taken back"
            case .watch: "a star given (an older name of it)"
            case .wiki: "wiki pages created or edited"
            case .member: "a collaborator added, removed or with other rights"
            case .membership: "someone added to a team, or removed"
            case .organization: "a member added, removed or invited; the organization renamed"
            case .team: "a team's name, description, visibility or rights changed"
            case .teamAdd: "a team given access to a repository"
            case .dependabotAlert: "a vulnerable dependency found, fixed, dismissed"
            case .codeScanningAlert: "a problem in the code found, fixed, closed"
            case .secretScanningAlert: "a leaked secret found, resolved"
            case .secretScanningAlertLocation: "a leaked secret found in one place more"
            case .securityAdvisory: "a security advisory of GitHub's database"
            case .repositoryAdvisory: "a security advisory of a repository"
            case .sponsorship: "a sponsorship begun, changed, cancelled"
            case .ping: "the webhook set up"
            }
        }

        var details: [String] {
            switch self {
            case .push: ["tag", "created", "deleted", "forced"]
            case .create, .delete: ["branch", "tag"]
            case .pullRequest:
                [
                    "opened", "edited", "synchronize", "closed", "closed.merged", "reopened", "assigned", "unassigned",
                    "review_requested", "review_request_removed", "ready_for_review", "converted_to_draft", "labeled",
                    "unlabeled", "milestoned", "demilestoned", "locked", "unlocked", "auto_merge_enabled",
                    "auto_merge_disabled", "enqueued", "dequeued",
                ]
            case .review:
                ["submitted.approved", "submitted.changes_requested", "submitted.commented", "edited", "dismissed"]
            case .reviewComment, .issueComment, .discussionComment: ["created", "edited", "deleted"]
            case .reviewThread: ["resolved", "unresolved"]
            case .issue:
                [
                    "opened", "edited", "closed", "reopened", "assigned", "unassigned", "labeled", "unlabeled",
                    "milestoned", "demilestoned", "locked", "unlocked", "pinned", "unpinned", "transferred", "deleted",
                    "typed", "untyped",
                ]
            case .subIssues: ["sub_issue_added", "sub_issue_removed", "parent_issue_added", "parent_issue_removed"]
            case .issueDependencies: ["blocked_by_added", "blocked_by_removed", "blocking_added", "blocking_removed"]
            case .discussion:
                [
                    "created", "edited", "deleted", "answered", "unanswered", "category_changed", "labeled",
                    "unlabeled", "locked", "unlocked", "pinned", "unpinned", "closed", "reopened", "transferred",
                ]
            case .release:
                ["published", "edited", "deleted", "unpublished", "created", "released", "prereleased", "promoted"]
            case .checkRun:
                Self.runStates + ["rerequested", "requested_action"] + Self.conclusions.map { "completed.\($0)" }
            case .workflowRun: ["requested", "in_progress"] + Self.conclusions.map { "completed.\($0)" }
            case .mergeGroup:
                ["checks_requested", "destroyed.merged", "destroyed.invalidated", "destroyed.dequeued"]
            case .status: ["success", "failure", "error", "pending"]
            case .deploymentStatus:
                ["success", "failure", "error", "inactive", "pending", "queued", "in_progress", "waiting"]
            case .deploymentReview: ["requested", "approved", "rejected"]
            case .package, .registryPackage: ["published", "updated"]
            case .branchProtectionRule, .ruleset: ["created", "edited", "deleted"]
            case .repository:
                [
                    "created", "deleted", "archived", "unarchived", "edited", "renamed", "transferred", "publicized",
                    "privatized",
                ]
            case .star: ["created", "deleted"]
            case .watch: ["started"]
            case .member: ["added", "removed", "edited"]
            case .membership: ["added", "removed"]
            case .organization: ["member_added", "member_removed", "member_invited", "renamed", "deleted"]
            case .team: ["edited", "created", "deleted", "added_to_repository", "removed_from_repository"]
            case .dependabotAlert:
                [
                    "created", "fixed", "dismissed", "reopened", "reintroduced", "auto_dismissed", "auto_reopened",
                    "assignees_changed",
                ]
            case .codeScanningAlert:
                [
                    "created", "appeared_in_branch", "fixed", "closed_by_user", "reopened", "reopened_by_user",
                    "updated_assignment",
                ]
            case .secretScanningAlert:
                ["created", "resolved", "reopened", "publicly_leaked", "validated", "assigned", "unassigned"]
            case .secretScanningAlertLocation: ["created"]
            case .securityAdvisory: ["published", "updated", "withdrawn"]
            case .repositoryAdvisory: ["published", "reported"]
            case .sponsorship:
                ["created", "edited", "cancelled", "tier_changed", "pending_cancellation", "pending_tier_change"]
            case .commitComment, .deployment, .pageBuild, .publicized, .fork, .wiki, .teamAdd, .ping: []
            }
        }

        var quietDetails: [String] {
            switch self {
            case .pullRequest: ["approved", "converted_to_draft", "labeled", "unlabeled", "review_request_removed"]
            case .checkRun: Self.runStates + ["completed.skipped"]
            case .workflowRun: ["requested", "in_progress", "completed.skipped"]
            case .mergeGroup: ["checks_requested", "destroyed.merged"]
            // GitHub sends these together with `published`.
            case .release: ["created", "released", "prereleased"]
            // … with `sub_issue_added` and so on, for the other of the two issues.
            case .subIssues: ["parent_issue_added", "parent_issue_removed"]
            case .issueDependencies: ["blocking_added", "blocking_removed"]
            // … with `public`, and with `star`.
            case .repository: ["publicized"]
            case .watch: ["started"]
            case .team: ["created", "deleted", "added_to_repository", "removed_from_repository"]
            case .codeScanningAlert: ["appeared_in_branch"]
            default: []
            }
        }

        private static let runStates = ["queued", "in_progress", "requested", "waiting", "pending"]
        private static let conclusions = [
            "success", "failure", "cancelled", "timed_out", "action_required", "neutral", "stale", "startup_failure",
            "skipped",
        ]

        /// The member of the payload that the event is about.
        var subject: String {
            switch self {
            case .push: "ref"
            case .create, .delete: "ref_type"
            case .review, .reviewComment, .reviewThread, .pullRequest: "pull_request"
            case .issue, .issueComment: "issue"
            case .subIssues: "sub_issue"
            case .issueDependencies: "blocked_issue"
            case .commitComment: "comment"
            case .discussion, .discussionComment: "discussion"
            case .status: "sha"
            case .pageBuild: "build"
            case .publicized, .star, .watch: "repository"
            case .fork: "forkee"
            case .wiki: "pages"
            case .membership, .teamAdd: "team"
            case .deploymentReview: "workflow_run"
            case .branchProtectionRule: "rule"
            case .dependabotAlert, .codeScanningAlert, .secretScanningAlert, .secretScanningAlertLocation: "alert"
            case .ping: "hook"
            case .release, .checkRun, .workflowRun, .mergeGroup, .package, .registryPackage, .ruleset, .organization,
                .deployment, .deploymentStatus, .repository, .member, .team,
                .securityAdvisory, .repositoryAdvisory, .sponsorship:
                rawValue
            }
        }

        /// The names that people filter by who come from Zulip, or know GitHub's own.
        func chatNames(_ details: [String]) -> [String] {
            switch (self, details.first) {
            case (.push, "tag"): ["push_tags"]
            case (.push, _): ["push_commits"]
            case (.pullRequest, "opened"), (.pullRequest, "edited"), (.pullRequest, "synchronize"),
                (.pullRequest, "reopened"):
                ["opened_or_update_pull_request"]
            case (.pullRequest, "closed"): ["closed_pull_request"]
            case (.pullRequest, "assigned"), (.pullRequest, "unassigned"): ["assigned_or_unassigned_pull_request"]
            case (.pullRequest, "review_requested"): ["pull_request_review_requested"]
            case (.pullRequest, "ready_for_review"): ["pull_request_ready_for_review"]
            case (.pullRequest, "locked"), (.pullRequest, "unlocked"): ["locked_or_unlocked_pull_request"]
            case (.pullRequest, "auto_merge_enabled"), (.pullRequest, "auto_merge_disabled"):
                ["pull_request_auto_merge"]
            case (.sponsorship, let action?): [action]
            case (.release, "promoted"): ["release.released"]
            default: []
            }
        }
    }

    /// Events that say nothing to people, and why.
    static let silentEvents = [
        "check_suite": "its check runs tell",
        "label": "labels are told where they are put",
        "meta": "the webhook itself was removed",
        "milestone": "milestones are told where they are set",
        "organization": "left to GitHub's own notices",
        "project_card": "project boards are too busy for people",
        "repository_vulnerability_alert": "dependabot_alert tells",
        "workflow_job": "its workflow run tells",
    ]
}

extension GitHubReport {
    /// What makes the event's type finer: the action, and where teams filter by it the outcome.
    var details: [String] {
        switch event {
        case .push:
            if isTagPush { return ["tag"] }
            return ["created", "deleted", "forced"].filter { payload[$0].isTrue }.prefix(1).map { $0 }
        case .create, .delete: return [payload["ref_type"].keyword ?? ""]
        case .pullRequest:
            return [action, action == "closed" && payload["pull_request"]["merged"].isTrue ? "merged" : ""]
        case .review:
            return [action, action == "submitted" ? payload["review"]["state"].keyword?.lowercased() ?? "" : ""]
        case .checkRun:
            if action == "rerequested" || action == "requested_action" { return [action] }
            let run = payload["check_run"]
            return [run["status"].keyword ?? action, run["conclusion"].keyword ?? ""]
        case .workflowRun: return [action, payload["workflow_run"]["conclusion"].keyword ?? ""]
        case .mergeGroup: return [action, payload["reason"].keyword ?? ""]
        case .release: return [isPromotion ? "promoted" : action]
        case .status: return [payload["state"].keyword ?? ""]
        case .deploymentStatus: return [payload["deployment_status"]["state"].keyword ?? ""]
        case .publicized, .ping: return []
        default: return [action]
        }
    }
}
