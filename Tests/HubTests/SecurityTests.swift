import Hub
import HubCore
import HubStorage
import HubTesting
import Testing

@Suite struct Security {
    private func vault(_ byte: UInt8 = 1) throws -> Vault {
        try Vault(masterKey: Secret([UInt8](repeating: byte, count: 32)))
    }

    @Test func `a sealed secret opens at its place and nowhere else`() throws {
        let vault = try vault()
        let sealed = try vault.seal(Secret("s3cr3t"), at: "a/source/1/secret")
        #expect(try vault.open(sealed, at: "a/source/1/secret").reveal() == "s3cr3t")
        #expect(throws: VaultError.damaged) { try vault.open(sealed, at: "a/source/2/secret") }
    }

    @Test func `another master key is named as such, a changed byte as damage`() throws {
        let sealed = try vault().seal(Secret("s3cr3t"), at: "p")
        #expect(throws: VaultError.unknownKey) { try vault(2).open(sealed, at: "p") }
        var damaged = sealed
        damaged[damaged.count - 1] ^= 1
        let changed = damaged
        #expect(throws: VaultError.damaged) { try vault().open(changed, at: "p") }
        #expect(throws: VaultError.damaged) { try vault().open([1, 2, 3], at: "p") }
    }

    @Test func `keys are read in hexadecimal and base64 and in no other form`() throws {
        let bytes = [UInt8](0..<32)
        #expect(try Vault.key(Hex.encode(bytes) + "\n").reveal() == bytes)
        #expect(try Vault.key(Base64.encode(bytes)).reveal() == bytes)
        for text in ["", "abc", Hex.encode(bytes.dropLast()), Base64.encode(bytes, alphabet: .url) + "x"] {
            #expect(throws: VaultError.malformedKey) { try Vault.key(text) }
        }
    }

    @Test func `hashes of different purposes and keys never meet`() throws {
        let vault = try vault()
        #expect(vault.hash(.credential, "x") == vault.hash(.credential, "x"))
        #expect(vault.hash(.credential, "x") != vault.hash(.idempotency, "x"))
        #expect(try vault.hash(.credential, "x") != self.vault(2).hash(.credential, "x"))
    }

    @Test func `a password matches itself only`() throws {
        let stored = try #require(PasswordHash.make(Secret("correct horse battery")))
        #expect(PasswordHash.matches(Secret("correct horse battery"), stored))
        #expect(!PasswordHash.matches(Secret("correct horse batterz"), stored))
        #expect(!PasswordHash.matches(Secret("correct horse battery"), "scrypt$1$$"))
        #expect(try #require(PasswordHash.make(Secret("correct horse battery"))) != stored)
    }

    @Test func `a secret does not print itself`() {
        let secret = Secret("s3cr3t")
        #expect("\(secret)" == "<redacted>")
        #expect(String(reflecting: secret) == "<redacted>")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("s3cr3t"))
    }

    @Test func `nothing planted in header, query or path is stored`() async throws {
        try await TestHub.with { test in
            let secret = test.first.sourceSecret.reveal()
            var incoming = try test.signed(#"{"type":"t","data":{"text":"x"}}"#)
            incoming = test.incoming(
                "/webhooks/v1/main/inbox", query: "api_key=planted-1&x=\(secret)&token=planted-2",
                headers: Fields(
                    incoming.headers.fields + [
                        .init(name: "Authorization", value: "Bearer planted-3"),
                        .init(name: "X-Whatever", value: "before \(secret) after"),
                        .init(name: "Cookie", value: "planted-4"),
                    ]), body: #"{"type":"t","data":{"text":"x"}}"#)
            let outcome = await test.hub.receive(workspace: "main", source: "inbox", incoming)
            #expect(outcome.refusal == nil)
            let page = try await test.hub.store.requests(of: test.first.workspace, RequestQuery(), PageRequest())
            let arrival = try #require(page.elements.first?.request.arrival)
            let stored = "\(arrival)"
            for planted in [secret, "planted-1", "planted-2", "planted-3", "planted-4"] {
                #expect(!stored.contains(planted))
            }
            #expect(stored.contains("before <redacted:"))
        }
    }

    @Test func `an invitation is good once and for a while`() async throws {
        try await TestHub.with { test in
            let made = try await test.hub.makePerson(
                NewPerson(email: "Bob@Example.test", name: "Bob", role: .member), in: test.first.workspace, by: "test")
            let password = Secret("a long password")
            let session = try await test.hub.acceptInvitation(
                made.invitation.reveal(), name: nil, password: password)
            #expect(try await test.hub.person(session: try #require(session).reveal())?.email == "bob@example.test")
            #expect(
                try await test.hub.acceptInvitation(made.invitation.reveal(), name: nil, password: password) == nil)
            let again = try await test.hub.signIn(email: "BOB@example.test", password: password, to: nil)
            #expect(again != nil)
            #expect(try await test.hub.signIn(email: "bob@example.test", password: Secret("wrong"), to: nil) == nil)
            let late = try await test.hub.invite(made.person.id, in: test.first.workspace, by: "test")
            test.clock.advance(.seconds(8 * 86400))
            #expect(try await test.hub.acceptInvitation(late.reveal(), name: nil, password: password) == nil)
        }
    }

    @Test func `a session ends when it is ended and when its person may not sign in any more`() async throws {
        try await TestHub.with { test in
            let token = test.first.adminToken.reveal()
            let one = try #require(try await test.hub.signIn(token: token)).reveal()
            #expect(try await test.hub.person(session: one) != nil)
            try await test.hub.endSession(one)
            #expect(try await test.hub.person(session: one) == nil)
            #expect(try await test.hub.person(session: token) == nil)
        }
    }

    @Test func `a session is begun by a token that may do all, and ends with it`() async throws {
        try await TestHub.with { test in
            let workspace = test.first.workspace
            let admin = try #require(try await test.hub.configuration(of: workspace).people.first?.id)
            for scopes: Set<Credential.Scope> in [[.read], [.publish], [.endpoints], [.read, .publish, .endpoints]] {
                let weak = try await test.hub.makeToken(
                    NewToken(label: "weak", scopes: scopes, person: admin), in: workspace, by: "test")
                #expect(try await test.hub.signIn(token: weak.secret.reveal()) == nil, "\(scopes)")
            }
            let strong = try await test.hub.makeToken(
                NewToken(label: "strong", scopes: [.admin], person: admin), in: workspace, by: "test")
            let session = try #require(try await test.hub.signIn(token: strong.secret.reveal())).reveal()
            let other = try #require(try await test.hub.signIn(token: test.first.adminToken.reveal())).reveal()
            try await test.hub.revoke(strong.credential.id, in: workspace, by: "test")
            #expect(try await test.hub.person(session: session) == nil)
            #expect(try await test.hub.person(session: other) != nil)
            var short = NewToken(label: "short", scopes: [.admin], person: admin)
            short.lifetime = .seconds(60)
            let brief = try await test.hub.makeToken(short, in: workspace, by: "test").secret.reveal()
            let ending = try #require(try await test.hub.signIn(token: brief)).reveal()
            test.clock.advance(.seconds(61))
            #expect(try await test.hub.person(session: ending) == nil)
        }
    }

    @Test func `a message names each person once, and not too many`() async throws {
        try await TestHub.with { test in
            let person = try #require(try await test.hub.configuration(of: test.first.workspace).people.first)
            func send(_ count: Int) async throws -> [Int64] {
                let people = Array(repeating: person.email, count: count)
                return try await test.hub.send(
                    MessageSubmission(recipient: .people(people), topic: "", content: "x"), from: .person(person),
                    at: test.now)
            }
            #expect(try await send(100).count == 1)
            await #expect(throws: SubmissionError.tooManyPeople(limit: 100)) { try await send(101) }
        }
    }

    @Test func `a workspace keeps an admin`() async throws {
        try await TestHub.with { test in
            let people = try await test.hub.configuration(of: test.first.workspace).people
            let admin = try #require(people.first)
            await #expect(throws: SetupError.self) {
                try await test.hub.update(person: admin.id, in: test.first.workspace, by: "test") { $0.role = .viewer }
            }
        }
    }
}
