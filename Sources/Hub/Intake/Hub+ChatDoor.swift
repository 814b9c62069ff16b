package import HubCore
import HubStorage
package import Integrations

extension Hub {
    /// Takes a request in at the chat-compatible door: the key in the URL (or HTTP Basic) names a bot, the path an
    /// integration. The source of that pair is made the first time.
    ///
    /// - Parameters:
    ///   - key: as presented; nil when there was none.
    ///   - answer: what the sender is told, kept for repetitions.
    package func receiveChat(
        integration: any Integration.Type, key: String?, through door: Request.Door, _ incoming: IncomingRequest,
        answer: @escaping @Sendable (Acceptance) -> String
    ) async -> IntakeOutcome {
        let bot: Bot
        do throws(IntakeRefusal) {
            bot = try await self.bot(key: key, at: incoming.receivedAt)
        } catch {
            return refuse(error, incoming, nil, nil, key.map { [$0] } ?? [])
        }
        var admission = Admission(door: door, incoming: incoming, workspace: bot.workspace, answer: answer)
        admission.bot = bot
        admission.presentedSecrets = key.map { [$0] } ?? []
        let slug = integration.descriptor.slug
        return await admit(admission) { [self] runtime in
            if let known = runtime.configuration.sources.first(where: { $0.bot == bot.id && $0.integration == slug }) {
                return known
            }
            try await makeSource(for: bot, integration, at: incoming.receivedAt)
            return nil
        }
    }

    /// The bot whose key this is.
    ///
    /// - Throws: ``IntakeRefusal`` in the terms of the chat-compatible door.
    package func bot(key: String?, at now: Timestamp) async throws(IntakeRefusal) -> Bot {
        guard let key = key?.trimmed(), !key.isEmpty else { throw .missingKey }
        guard key.utf8.count == BotKey.length, key.utf8.allSatisfy(BotKey.isLetterOrDigit) else { throw .malformedKey }
        do {
            guard let credential = try await credential(key, at: now), credential.kind == .botKey,
                let id = credential.bot, let workspace = credential.workspace
            else { throw IntakeRefusal.invalidKey }
            var runtime = try await runtimes.runtime(of: workspace)
            if runtime?.configuration.bot(id) == nil { runtime = try await runtimes.refreshed(workspace) }
            guard let bot = runtime?.configuration.bot(id), !bot.isDisabled else { throw IntakeRefusal.invalidKey }
            return bot
        } catch let refusal as IntakeRefusal {
            throw refusal
        } catch {
            throw .unavailable(retryAfterSeconds: 5, detail: troubleCode(error))
        }
    }

    private func makeSource(for bot: Bot, _ integration: any Integration.Type, at now: Timestamp) async throws {
        let descriptor = integration.descriptor
        let name = BotKey.sourceName(bot: bot, integration: descriptor.slug)
        let id = ID<Source>.make(at: now)
        var verification = Source.Verification(
            scheme: bot.signatureSecret == nil ? "url_key" : descriptor.defaultScheme)
        if let secret = bot.signatureSecret {
            let place = SealingPlace.botSecret(bot.id, in: bot.workspace)
            let opened = try vault.open(secret, at: place)
            let sealed = try vault.seal(opened, at: SealingPlace.sourceSecret(id, in: bot.workspace))
            verification.secrets = [StoredSecret(secret: .sealed(sealed), createdAt: now)]
        }
        let source = Source(
            id: id, workspace: bot.workspace, name: name, integration: descriptor.slug, verification: verification,
            bot: bot.id, createdAt: now)
        do throws(StoreError) {
            try await store.apply(
                [.putSource(source)],
                AuditEntry(
                    at: now, workspace: bot.workspace, actor: "\(bot.id)", action: "source.create",
                    subject: "\(source.id)", detail: "made by the chat-compatible door for \(bot.email)"))
        } catch {
            // Another request made it at the same moment: it is found when this one looks again.
            guard case .conflict = error else { throw error }
        }
    }
}

/// The form of a bot's key.
package enum BotKey {
    package static let length = 32
    private static let letters = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)

    /// 32 letters and digits: about 186 bits.
    package static func make() -> Secret<String> {
        var generator = SystemRandomNumberGenerator()
        let key = (0..<length).map { _ in letters[Int.random(in: letters.indices, using: &generator)] }
        return Secret(String(decoding: key, as: UTF8.self))
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// What the source of a bot and an integration is called: unique, since the bot's address is.
    static func sourceName(bot: Bot, integration: String) -> String {
        let local = bot.email.prefix { $0 != "@" }.utf8.map { byte in
            isLetterOrDigit(byte) ? Character(UnicodeScalar(byte | (byte < 0x3A ? 0 : 0x20))) : "-"
        }
        return String((String(local) + "-" + integration).drop { $0 == "-" || $0 == "_" }.prefix(40))
    }
}
