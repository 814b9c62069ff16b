import Crypto
import Foundation
import Hub
import HubCore

/// What a start prints: where to look, and after the first run, what to copy.
struct Greeting {
    let base: String
    let first: FirstSetup?
    /// What to do where the first start's token is lost.
    let cure: String?
    let now: Timestamp

    func print() {
        // Not print(): what goes to a pipe or file would lie in a buffer until the process ends.
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    private var text: String {
        guard let first else { return "Martlet listens. Console: \(base)/" + (cure.map { "\n\($0)" } ?? "") }
        return """
            Martlet listens.

              Console        \(base)/
              Sign-in token  \(first.adminToken.reveal())   (shown once)
              Workspace      \(first.workspace), source \(first.source.name), bot \(first.bot.email)

            Three lines to copy

            1. A signed test event:
            \(testEvent(first))

            2. GitHub: Settings → Webhooks → Add webhook, content type application/json, payload URL
               \(base)/api/v1/external/github?api_key=\(first.botKey.reveal())&stream=github

            3. Anything that can post to Slack (without ?stream= it goes to you directly):
               \(base)/hooks/slack/\(first.botKey.reveal())?stream=general

            """
    }

    /// The signature is over the body; a time of the shell's own would not change it, but must be near.
    private func testEvent(_ first: FirstSetup) -> String {
        let id = "first-\(now.milliseconds)"
        let body = #"{"event_id":"\#(id)","source":"shell","type":"hello","data":{"text":"It works."}}"#
        let key = SymmetricKey(data: Array(first.sourceSecret.reveal().utf8))
        let signature = Hex.encode(HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: key))
        return """
            curl -sS \(base)\(first.source.urlPath) -H 'Content-Type: application/json' \\
              -H 'X-IW-Signature: sha256=\(signature)' -H "X-IW-Timestamp: $(date +%s)" \\
              -H 'X-IW-Idempotency-Key: \(id)' -d '\(body)'
            """
    }
}
