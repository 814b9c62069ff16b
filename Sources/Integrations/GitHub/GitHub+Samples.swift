import HubCore

extension GitHub {
    package static let samples =
        codeSamples + pullRequestSamples + issueSamples + checkSamples + repositorySamples + securitySamples

    /// The first part of the type is the event that the header names, and the second the action unless another is given
    /// (an empty one for none); `members` are those beside action, repository and sender.
    private static func sample(
        _ type: String, action: String? = nil, repository: String = repository,
        _ members: String...
    ) -> Sample {
        let parts = type.split(separator: ".").map(String.init)
        let action = (action ?? parts.dropFirst().first ?? "")
        let common = [repository.isEmpty ? nil : "\"repository\": \(repository)", "\"sender\": \(ann)"]
        let members = (action.isEmpty ? [] : ["\"action\": \"\(action)\""]) + members + common.compactMap { $0 }
        return Sample(
            type,
            headers: ["X-GitHub-Event": parts[0], "X-GitHub-Delivery": "6c0a1f0e-1111-4222-8333-444455556666"],
            body: "{" + members.joined(separator: ",\n ") + "}")
    }

    // MARK: Fragments

    private static func account(_ login: String) -> String {
        #"{"login": "\#(login)", "html_url": "https://github.com/\#(login)", "type": "User"}"#
    }

    private static let ann = account("ann")
    private static let bob = account("bob")
    private static let repository = """
        {"id": 7, "name": "hub", "full_name": "acme/hub", "private": false, "html_url": "https://github.com/acme/hub",
         "description": "Webhooks for all", "stargazers_count": 42, "owner": {"login": "acme"}}
        """
    private static let organization = #""organization": {"login": "acme"}"#
    private static let sha = "4f1c2d3e4a5968778695a4b3c2d1e0f9a8b7c6d5"
    private static let pullRequest = pullRequest(#""state": "open", "merged": false"#)
    private static func pullRequest(_ state: String) -> String {
        """
        "pull_request": {"number": 12, "title": "Retry failed deliveries", "draft": false, \(state),
         "html_url": "https://github.com/acme/hub/pull/12", "body": "Waits longer each time.\\n\\nCloses #9.",
         "user": \(ann), "assignees": [\(bob)], "requested_reviewers": [], "labels": [{"name": "delivery"}],
         "head": {"ref": "retries"}, "base": {"ref": "main"}, "additions": 120, "deletions": 8, "changed_files": 3}
        """
    }
    private static let issue = issue(#""state": "open""#)
    private static func issue(_ state: String) -> String {
        """
        "issue": {"number": 9, "title": "A failed delivery is lost", \(state), "user": \(bob),
         "html_url": "https://github.com/acme/hub/issues/9", "body": "Seen after a restart.", "assignees": [],
         "labels": [{"name": "bug"}], "milestone": null}
        """
    }
    private static let discussion = """
        "discussion": {"number": 3, "title": "How long to keep bodies?", "state": "open", "user": \(ann),
         "html_url": "https://github.com/acme/hub/discussions/3", "body": "Thirty days?", "category": {"name": "Ideas"}}
        """
    private static func comment(_ page: String) -> String {
        """
        "comment": {"id": 77, "body": "Looks *good* to me.", "user": \(bob),
         "html_url": "https://github.com/acme/hub/\(page)#comment-77"}
        """
    }
    private static func commit(_ id: String, _ message: String) -> String {
        """
        {"id": "\(id)", "message": "\(message)", "url": "https://github.com/acme/hub/commit/\(id)",
         "author": {"name": "Ann Lee", "email": "ann@example.com", "username": "ann"}}
        """
    }

    // MARK: Samples

    private static let codeSamples = [
        sample(
            "push", #""ref": "refs/heads/main", "created": false, "deleted": false, "forced": false"#,
            #""compare": "https://github.com/acme/hub/compare/a1b2c3d4e5f6...4f1c2d3e4a59", "pusher": {"name": "ann"}"#,
            "\"commits\": [\(commit(sha, "Wait longer after each try\\n\\nSee the table.")), \(commit("0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "Name the queue"))]"
        ),
        sample(
            "push.tag", action: "", #""ref": "refs/tags/v1.4", "created": true, "deleted": false, "forced": false"#,
            "\"commits\": [], \"head_commit\": \(commit(sha, "Release 1.4"))"),
        sample("create.branch", action: "", #""ref": "retries", "ref_type": "branch", "master_branch": "main""#),
        sample("delete.branch", action: "", #""ref": "retries", "ref_type": "branch""#),
        sample(
            "commit_comment.created",
            """
            "comment": {"body": "This waits for ever.", "commit_id": "\(sha)", "path": "Sources/Queue.swift", "line": 4,
             "html_url": "https://github.com/acme/hub/commit/4f1c2d3e#comment-5", "user": \(bob)}
            """),
        sample(
            "release.published",
            """
            "release": {"tag_name": "v1.4", "name": "Patience", "draft": false, "prerelease": false, "author": \(ann),
             "html_url": "https://github.com/acme/hub/releases/tag/v1.4", "target_commitish": "main",
             "body": "* Retries wait longer."}
            """),
    ]

    private static let pullRequestSamples = [
        sample("pull_request.opened", #""number": 12"#, pullRequest),
        sample(
            "pull_request.closed.merged", #""number": 12"#,
            pullRequest("\"state\": \"closed\", \"merged\": true, \"merge_commit_sha\": \"\(sha)\"")),
        sample("pull_request.review_requested", pullRequest, "\"requested_reviewer\": \(bob)"),
        sample(
            "pull_request_review.submitted.approved", pullRequest,
            """
            "review": {"state": "approved", "body": "Ship it.", "user": \(bob),
             "html_url": "https://github.com/acme/hub/pull/12#review-1"}
            """),
        sample(
            "pull_request_review_comment.created", pullRequest,
            """
            "comment": {"body": "A limit here, please.", "path": "Sources/Queue.swift", "line": 31, "user": \(bob),
             "html_url": "https://github.com/acme/hub/pull/12#discussion-8"}
            """),
        sample(
            "pull_request_review_thread.resolved", pullRequest,
            """
            "thread": {"comments": [{"body": "A limit here, please.", "path": "Sources/Queue.swift", "line": 31,
             "html_url": "https://github.com/acme/hub/pull/12#discussion-8"}]}
            """),
    ]

    private static let issueSamples = [
        sample("issues.opened", issue),
        sample("issues.closed", issue(#""state": "closed", "state_reason": "completed""#)),
        sample("sub_issues.sub_issue_added", "\"parent_issue\": \(largeIssue)", "\"sub_issue\": \(smallIssue)"),
        sample(
            "issue_dependencies.blocked_by_added", "\"blocked_issue\": \(largeIssue)",
            "\"blocking_issue\": \(smallIssue)"),
        sample("issue_comment.created", issue, comment("issues/9")),
        sample("discussion.created", discussion),
        sample("discussion_comment.created", discussion, comment("discussions/3")),
    ]

    private static let largeIssue =
        #"{"number": 10, "title": "Lose nothing", "html_url": "https://github.com/acme/hub/issues/10"}"#
    private static let smallIssue =
        #"{"number": 9, "title": "A failed delivery is lost", "html_url": "https://github.com/acme/hub/issues/9"}"#

    private static let checkSamples = [
        sample(
            "check_run.completed.failure",
            """
            "check_run": {"name": "lint", "status": "completed", "conclusion": "failure", "head_sha": "\(sha)",
             "html_url": "https://github.com/acme/hub/runs/5", "check_suite": {"head_branch": "main"},
             "app": {"name": "Lint Bot", "html_url": "https://github.com/apps/lint-bot"},
             "output": {"title": "2 problems", "summary": "Two lines are too long."}}
            """),
        sample(
            "workflow_run.completed.failure",
            """
            "workflow_run": {"name": "CI", "run_number": 318, "status": "completed", "conclusion": "failure",
             "head_branch": "main", "head_sha": "\(sha)", "event": "push", "display_title": "Wait longer after each try",
             "html_url": "https://github.com/acme/hub/actions/runs/900", "run_attempt": 1, "actor": \(ann),
             "triggering_actor": \(ann)}
            """),
        sample(
            "merge_group.destroyed.invalidated", #""reason": "invalidated""#,
            """
            "merge_group": {"head_sha": "\(sha)", "head_ref": "refs/heads/gh-readonly-queue/main/pr-12-0a1b2c3d",
             "base_ref": "refs/heads/main", "head_commit": {"message": "Wait longer after each try"}}
            """),
        sample(
            "status.success", action: "",
            """
            "sha": "\(sha)", "state": "success", "context": "ci/build", "description": "Built in 3 min",
             "target_url": "https://ci.example.com/3", "branches": [{"name": "main"}],
             "commit": {"sha": "\(sha)", "html_url": "https://github.com/acme/hub/commit/\(sha)",
              "commit": {"message": "Wait longer after each try"}}
            """),
        sample("deployment", "\"deployment\": \(deployment)"),
        sample(
            "deployment_status.failure", action: "created", "\"deployment\": \(deployment)",
            """
            "deployment_status": {"state": "failure", "description": "No answer from the new version", "creator": \(ann),
             "environment_url": "https://hub.example.com", "log_url": "https://ci.example.com/4"}
            """),
        sample(
            "deployment_review.requested", #""environment": "production""#, "\"requestor\": \(ann)",
            "\"reviewers\": [{\"type\": \"User\", \"reviewer\": \(bob)}]",
            """
            "workflow_run": {"id": 901, "name": "Deploy", "run_number": 12,
             "html_url": "https://github.com/acme/hub/actions/runs/901"}
            """),
        sample(
            "page_build",
            "\"build\": {\"status\": \"built\", \"error\": {\"message\": null}, \"pusher\": \(ann), \"commit\": \"\(sha)\"}"
        ),
    ]

    private static let deployment = """
        {"id": 71, "ref": "main", "sha": "\(sha)", "task": "deploy", "environment": "production",
         "description": "Friday's release", "creator": \(ann)}
        """

    private static let team = """
        "team": {"name": "Operators", "slug": "operators", "description": "On call", "privacy": "closed",
         "html_url": "https://github.com/orgs/acme/teams/operators"}
        """

    private static let package = """
        {"id": 5, "name": "hub", "package_type": "CONTAINER", "html_url": "https://github.com/acme/hub/pkgs/container/hub",
         "package_version": {"version": "sha256:4f1c2d3e", "container_metadata": {"tag": {"name": "1.4"}},
          "html_url": "https://github.com/acme/hub/pkgs/container/hub/77"}}
        """

    private static let repositorySamples = [
        sample("repository.renamed", #""changes": {"repository": {"name": {"from": "webhooks"}}}"#),
        sample("public"),
        sample("branch_protection_rule.deleted", #""rule": {"id": 3, "name": "release-*"}"#),
        sample(
            "repository_ruleset.edited", #""changes": {"enforcement": {"from": "disabled"}}"#,
            #""repository_ruleset": {"id": 4, "name": "Main", "target": "branch", "enforcement": "active", "_links": {"html": {"href": "https://github.com/acme/hub/rules/4"}}}"#
        ),
        sample("package.published", "\"package\": \(package)"),
        sample("registry_package.published", "\"registry_package\": \(package)"),
        sample(
            "fork",
            #""forkee": {"full_name": "bob/hub", "html_url": "https://github.com/bob/hub", "owner": {"login": "bob"}}"#),
        sample("star.created", #""starred_at": "2026-11-21T08:30:00Z""#),
        sample("watch.started"),
        sample(
            "gollum",
            #""pages": [{"title": "Home", "action": "created", "html_url": "https://github.com/acme/hub/wiki/Home"}, {"title": "Retries", "action": "edited", "html_url": "https://github.com/acme/hub/wiki/Retries"}]"#
        ),
        sample("member.added", "\"member\": \(bob)", #""changes": {"permission": {"to": "write"}}"#),
        sample("membership.added", repository: "", "\"scope\": \"team\", \"member\": \(bob)", team, organization),
        sample(
            "organization.member_added", repository: "", organization,
            "\"membership\": {\"role\": \"member\", \"state\": \"active\", \"user\": \(bob)}"),
        sample(
            "team.edited", repository: "", team, organization,
            #""changes": {"description": {"from": "Operators of all"}}"#),
        sample("team_add", team, organization),
        sample(
            "sponsorship.created", repository: "",
            """
            "sponsorship": {"node_id": "S_1", "sponsor": \(bob), "sponsorable": \(ann), "privacy_level": "public",
             "tier": {"name": "$5 a month", "monthly_price_in_dollars": 5}}
            """),
        sample(
            "ping",
            #""zen": "Design for failure.", "hook_id": 1, "hook": {"type": "Repository", "events": ["push", "issues"]}"#
        ),
    ]

    private static let securitySamples = [
        sample(
            "dependabot_alert.created",
            """
            "alert": {"number": 5, "state": "open", "html_url": "https://github.com/acme/hub/security/dependabot/5",
             "dependency": {"package": {"ecosystem": "npm", "name": "left-pad"}, "manifest_path": "web/package-lock.json"},
             "security_advisory": {"ghsa_id": "GHSA-aaaa-bbbb-cccc", "cve_id": "CVE-2026-1234", "severity": "high",
              "summary": "Padding may never end"},
             "security_vulnerability": {"vulnerable_version_range": "< 1.3.1",
              "first_patched_version": {"identifier": "1.3.1"}}}
            """),
        sample(
            "code_scanning_alert.created", "\"ref\": \"refs/heads/main\", \"commit_oid\": \"\(sha)\"",
            """
            "alert": {"number": 6, "state": "open", "html_url": "https://github.com/acme/hub/security/code-scanning/6",
             "rule": {"id": "js/sql-injection", "severity": "error", "security_severity_level": "critical",
              "description": "SQL built from user input"}, "tool": {"name": "CodeQL"},
             "most_recent_instance": {"location": {"path": "web/search.js", "start_line": 18},
              "message": {"text": "This query depends on a user-provided value."}}}
            """),
        sample(
            "secret_scanning_alert.created",
            """
            "alert": {"number": 8, "state": "open", "secret_type": "slack_api_token", "validity": "active",
             "secret_type_display_name": "Slack API Token",
             "html_url": "https://github.com/acme/hub/security/secret-scanning/8"}
            """),
        sample(
            "secret_scanning_alert_location.created",
            """
            "alert": {"number": 8, "state": "open", "secret_type": "slack_api_token",
             "secret_type_display_name": "Slack API Token",
             "html_url": "https://github.com/acme/hub/security/secret-scanning/8"}
            """,
            """
            "location": {"type": "commit", "details": {"path": "deploy/.env", "start_line": 3, "commit_sha": "\(sha)"}}
            """),
        sample("security_advisory.published", repository: "", "\"security_advisory\": \(advisory)"),
        sample("repository_advisory.published", "\"repository_advisory\": \(advisory)"),
    ]

    private static let advisory = """
        {"ghsa_id": "GHSA-dddd-eeee-ffff", "cve_id": null, "severity": "critical", "summary": "Replay without a signature",
         "description": "Requests could be sent again.", "html_url": "https://github.com/advisories/GHSA-dddd-eeee-ffff",
         "vulnerabilities": [{"package": {"ecosystem": "swift", "name": "hub"}, "vulnerable_version_range": "< 1.4"}]}
        """
}
