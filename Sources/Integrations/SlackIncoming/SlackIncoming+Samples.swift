extension SlackIncoming {
    package static let samples = [
        Sample(
            "message",
            body: """
                {"channel": "#ops", "username": "Backup", "text": "*Done* in 4 min, see <https://backup.example.com/7|run 7>"}
                """),
        Sample(
            "message", "attachment",
            body: """
                {"channel": "#ops", "attachments": [{"color": "danger", "title": "db1 is down",
                 "title_link": "https://status.example.com/db1", "text": "No answer since 08:30",
                 "fields": [{"title": "Host", "value": "db1", "short": true}], "footer": "Probe 3", "ts": 1795249800}]}
                """),
        Sample(
            "message", "blocks",
            body: """
                {"text": "Deploy finished", "blocks": [
                 {"type": "header", "text": {"type": "plain_text", "text": "Deploy finished"}},
                 {"type": "section", "text": {"type": "mrkdwn", "text": "`shop` 1.4 is *live*"},
                  "fields": [{"type": "mrkdwn", "text": "*By:* <@U123|ann>"}]},
                 {"type": "divider"},
                 {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Open"},
                  "url": "https://shop.example.com"}]}]}
                """),
    ]
}
