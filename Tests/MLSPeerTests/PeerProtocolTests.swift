import Foundation
import Testing

/// Every operation of `mls-peer` takes and gives the fields of its protocol.
struct PeerProtocolTests {
    private let peer: PeerProcess

    init() throws { peer = try PeerProcess() }

    private func keyPackage(_ identity: String, _ more: [String: Any] = [:]) throws -> PeerProcess.Answer {
        try peer.call("key_package", ["suite": 2, "identity": identity].merging(more) { $1 })
    }

    private func group(_ more: [String: Any] = [:]) throws -> Int {
        try peer.call(
            "create_group", ["suite": 2, "group_id": "aa01", "identity": "f0"].merging(more) { $1 }
        ).number("state")
    }

    private func refused(_ operation: String, _ fields: [String: Any] = [:]) {
        #expect(throws: PeerProcess.Refusal.self, "\(operation) \(fields)") { try peer.call(operation, fields) }
    }

    @Test func `a line is answered by a line with the same id`() throws {
        func answer(_ line: String) throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: peer.exchange(Data(line.utf8))) as? [String: Any])
        }
        let info = try answer(#"{"op": "info", "id": {"any": [1, "value", null]}}"#)
        #expect(info["ok"] as? Bool == true)
        #expect((info["id"] as? [String: Any])?.keys.first == "any")
        #expect(info["name"] is String && info["version"] is String)
        #expect(info["suites"] as? [Int] == [1, 2, 3, 5, 7])
        #expect(info["us"] is Int)
        #expect(try answer(#"{"op":"info"}"#)["id"] == nil)
        for line in ["{", "[]", "7", #"{"op":7,"id":"x"}"#, #"{"id":"x"}"#, #"{"op":"no such thing","id":"x"}"#] {
            let refusal = try answer(line)
            #expect(refusal["ok"] as? Bool == false)
            #expect((refusal["error"] as? String)?.isEmpty == false)
            if line.contains("id") { #expect(refusal["id"] as? String == "x") }
        }
        #expect(try peer.quit() == 0)
    }

    @Test func `a key package is given with its keys and can be brought back`() throws {
        let made = try keyPackage(
            "c1",
            [
                "lifetime_all": true,
                "capabilities": [
                    "versions": [1], "ciphersuites": [2, 0x0A0A], "extensions": [0xF0A0], "proposals": [],
                    "credentials": [1],
                ],
            ])
        let keyPackage = try made.text("key_package")
        // Version 1, wire format mls_key_package.
        #expect(keyPackage.hasPrefix("00010005"))
        // The lifetime from 0 to the end of time.
        #expect(keyPackage.contains("0000000000000000ffffffffffffffff"))
        var fields: [String: Any] = ["suite": 2]
        for field in ["init_priv", "encryption_priv", "signature_priv"] { fields[field] = try made.text(field) }
        _ = try made.text("signature_pub")
        for form in [keyPackage, String(keyPackage.dropFirst(8))] {
            fields["key_package"] = form
            let imported = try peer.call("import_kp", fields).number("kp")
            let state = try group()
            let commit = try peer.call("commit", ["state": state, "add": [form]])
            let joined = try peer.call("join", ["kp": imported, "welcome": try commit.text("welcome")])
            #expect(try joined.text("epoch_authenticator") == (try commit.text("epoch_authenticator")))
            #expect(try joined.number("index") == 1)
            #expect(try joined.number("epoch") == 1)
        }
        fields["init_priv"] = try made.text("encryption_priv")
        refused("import_kp", fields)
        refused("key_package", ["suite": 4, "identity": "00"])
        refused("key_package", ["suite": 2, "identity": "not hex"])
        refused("key_package", ["suite": 2])
        try peer.quit()
    }

    @Test func `a commit covers by value what it is asked to, and the old state stays valid`() throws {
        let state = try group()
        try peer.call("store_psk", ["state": state, "psk_id": "0a", "psk": "0b0b"])
        let (one, two) = (try keyPackage("01"), try keyPackage("02"))
        let first = try peer.call(
            "commit",
            [
                "state": state, "add": [try one.text("key_package"), try two.text("key_package")], "psk": ["0a"],
                "inline_tree": false,
            ])
        // Version 1, wire format mls_public_message.
        #expect(try first.text("commit").hasPrefix("00010001"))
        let welcome = try first.text("welcome")
        #expect(welcome.hasPrefix("00010003"))
        refused(
            "join", ["kp": try one.number("kp"), "welcome": welcome, "ratchet_tree": try first.text("ratchet_tree")])
        let keys: [[String: Any]] = [["psk_id": "0a", "psk": "0b0b"]]
        refused("join", ["kp": try one.number("kp"), "welcome": welcome, "psks": keys])
        let joined = try peer.call(
            "join",
            [
                "kp": try one.number("kp"), "welcome": String(welcome.dropFirst(8)), "psks": keys,
                "ratchet_tree": try first.text("ratchet_tree"),
            ])
        #expect(try joined.text("epoch_authenticator") == (try first.text("epoch_authenticator")))
        let second = try peer.call(
            "commit",
            [
                "state": try joined.number("state"), "remove": [2], "gce": [["type": 5, "data": "00"]],
                "force_path": true, "encrypt": true,
            ])
        #expect(try second.text("commit").hasPrefix("00010002"))
        #expect(second.optionalText("welcome") == nil && second.optionalText("ratchet_tree") == nil)
        let followed = try peer.call(
            "handle", ["state": try first.number("state"), "message": try second.text("commit")])
        #expect(try followed.text("epoch_authenticator") == (try second.text("epoch_authenticator")))
        let view = try peer.call("describe", ["state": try followed.number("new_state")])
        #expect(try view.members() == [0: "f0", 1: "01"])
        #expect(try view.text("group_context").contains(try view.text("tree_hash")))
        #expect(try view.text("group_context").contains(try view.text("confirmed_transcript_hash")))
        #expect(try view.text("resumption_psk").count == 64)
        // The states before are still there.
        for number in [state, try first.number("state"), try joined.number("state")] {
            try peer.call("describe", ["state": number])
            #expect(try peer.call("free", ["state": number]).fields["freed"] != nil)
            refused("describe", ["state": number])
        }
        try peer.quit()
    }

    @Test func `proposals of each type are cached by their sender and by others`() throws {
        let new = try keyPackage("01")
        let state = try group()
        let added = try peer.call("commit", ["state": state, "add": [try new.text("key_package")]])
        let sender = try added.number("state")
        let receiver = try peer.call("join", ["kp": try new.number("kp"), "welcome": try added.text("welcome")])
            .number("state")
        for number in [sender, receiver] {
            try peer.call("store_psk", ["state": number, "psk_id": "0a", "psk": "0b"])
        }
        let proposals: [[String: Any]] = [
            ["type": "add", "key_package": try keyPackage("02").text("key_package")], ["type": "update"],
            ["type": "gce", "extensions": []], ["type": "psk", "psk_id": "0a"], ["type": "resumption", "epoch": 1],
        ]
        for (number, proposal) in proposals.enumerated() {
            var fields = proposal
            fields["state"] = sender
            fields["encrypt"] = !number.isMultiple(of: 2)
            let message = try peer.call("propose", fields).text("message")
            #expect(message.hasPrefix(number.isMultiple(of: 2) ? "00010001" : "00010002"))
            let cached = try peer.call("handle", ["state": receiver, "message": message])
            #expect(cached.fields["cached"] as? Bool == true && cached.fields["new_state"] == nil)
        }
        refused("propose", ["state": sender, "type": "reinit", "group_id": "bb", "suite": 2])
        refused("propose", ["state": sender, "type": "remove", "index": 9])
        refused("propose", ["state": sender, "type": "no such type"])
        let commit = try peer.call("commit", ["state": receiver])
        #expect(commit.optionalText("welcome") != nil)
        let followed = try peer.call("handle", ["state": sender, "message": try commit.text("commit")])
        #expect(try followed.text("epoch_authenticator") == (try commit.text("epoch_authenticator")))
        try peer.quit()
    }

    @Test func `application messages are read once, with their authenticated data`() throws {
        let new = try keyPackage("01")
        let added = try peer.call("commit", ["state": try group(), "add": [try new.text("key_package")]])
        let sender = try added.number("state")
        let receiver = try peer.call("join", ["kp": try new.number("kp"), "welcome": try added.text("welcome")])
            .number("state")
        let short = try peer.call("protect", ["state": sender, "plaintext": "0102", "padding": 0]).text("message")
        let long = try peer.call(
            "protect", ["state": sender, "plaintext": "0102", "aad": "0304", "padding": 300]
        ).text("message")
        #expect(long.count >= short.count + 600)
        let read = try peer.call("unprotect", ["state": receiver, "message": long])
        #expect(try read.text("plaintext") == "0102" && read.text("aad") == "0304")
        refused("unprotect", ["state": receiver, "message": long])
        refused("handle", ["state": receiver, "message": short])
        let other = try peer.call("unprotect", ["state": receiver, "message": short])
        #expect(try other.text("plaintext") == "0102" && other.text("aad").isEmpty)
        let secrets = try [sender, receiver].map { number in
            try peer.call("export", ["state": number, "label": "test", "context": "00", "length": 33]).text("secret")
        }
        #expect(secrets[0] == secrets[1] && secrets[0].count == 66)
        // Others send while something is pending; so can this.
        _ = try peer.call("propose", ["state": sender, "type": "update"])
        _ = try peer.call("protect", ["state": sender, "plaintext": "05"])
        try peer.quit()
    }

    @Test func `outsiders propose, and join by an external commit`() throws {
        let signer = try peer.call("external_signer", ["suite": 2, "identity": "5e"])
        _ = try (signer.text("signature_pub"), signer.text("signature_priv"))
        let extensions: [[String: Any]] = [["type": 5, "data": try signer.text("external_senders")]]
        let new = try keyPackage("01")
        let added = try peer.call(
            "commit", ["state": try group(["extensions": extensions]), "add": [try new.text("key_package")]])
        var host = try added.number("state")
        func take(_ message: String) throws {
            #expect(try peer.call("handle", ["state": host, "message": message]).fields["cached"] as? Bool == true)
        }
        let address: [String: Any] = ["suite": 2, "group_id": "aa01", "epoch": 1]
        var outside = address
        outside["signer"] = try signer.number("signer")
        outside["sender_index"] = 0
        try take(
            peer.call("external_proposal", outside.merging(["type": "remove", "index": 1]) { $1 }).text("message"))
        try take(
            peer.call(
                "external_proposal",
                outside.merging(["type": "add", "key_package": try keyPackage("02").text("key_package")]) { $1 }
            ).text("message"))
        try take(peer.call("new_member_add", address).text("message"))
        let asking = try keyPackage("03")
        try take(
            peer.call("new_member_add", ["kp": try asking.number("kp"), "group_id": "aa01", "epoch": 1]).text("message")
        )
        let commit = try peer.call("commit", ["state": host])
        host = try commit.number("state")
        try peer.call("join", ["kp": try asking.number("kp"), "welcome": try commit.text("welcome")])

        for inline in [true, false] {
            let info = try peer.call("group_info", ["state": host, "inline_tree": inline])
            let text = try info.text("group_info")
            #expect(text.hasPrefix("00010004"))
            var fields: [String: Any] = ["group_info": inline ? text : String(text.dropFirst(8)), "identity": "04"]
            if !inline {
                refused("external_join", fields)
                fields["ratchet_tree"] = try info.text("ratchet_tree")
                fields["remove_prior"] = 1
            }
            let joined = try peer.call("external_join", fields)
            let followed = try peer.call("handle", ["state": host, "message": try joined.text("commit")])
            #expect(try followed.text("epoch_authenticator") == (try joined.text("epoch_authenticator")))
            host = try followed.number("new_state")
            _ = try joined.number("state")
        }
        try peer.quit()
    }

    @Test func `an operation that fails changes nothing`() throws {
        let state = try group()
        let before = try peer.call("describe", ["state": state]).fields["epoch_authenticator"] as? String
        refused("commit", ["state": state, "remove": [7]])
        refused("commit", ["state": state, "add": ["00"]])
        refused("handle", ["state": state, "message": "00010001"])
        refused("unprotect", ["state": state, "message": ""])
        refused("export", ["state": state, "label": "x", "context": "", "length": 1_000_000])
        refused("protect", ["state": state, "plaintext": "00", "padding": -1])
        refused("describe", ["state": 99])
        refused("join", ["kp": 99, "welcome": ""])
        #expect(try peer.call("describe", ["state": state]).fields["epoch_authenticator"] as? String == before)
        #expect(try peer.call("commit", ["state": state, "force_path": true]).number("epoch") == 1)
        try peer.quit()
    }
}
