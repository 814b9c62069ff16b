import HubCore
import HubTesting
import Testing

/// Random changes to payloads: the reader never traps, and what it takes it took rightly.
@Suite struct PayloadFuzzTests {
    private static let rounds = 4000

    private static let seeds = [
        #"{"event_id":"evt-1","type":"brain.ingest","data":{"messages":[{"role":"user","content":"Hi \u00e9 \ud83d\ude00"}]}}"#,
        #"[0,-1,1.5e10,-0.0,1E+2,123456789012345678901234567890,true,false,null,"",{},[]]"#,
        #"{"a":{"a":{"a":[[[[{"b":"\"\\\/\b\f\n\r\t\u0000"}]]]]}},"a":2," ":" "}"#,
    ]

    @Test(arguments: seeds)
    func `what is read from a changed payload is the same when it is written and read again`(_ seed: String) throws {
        var random = SplitMix(state: UInt64(seed.utf8.count))
        _ = try JSON.parse(seed)
        var taken = 0
        for _ in 0..<Self.rounds {
            let bytes = random.mutation(of: Array(seed.utf8))
            guard let value = try? JSON.parse(bytes) else { continue }
            taken += 1
            let again = try JSON.parse(value.bytes)
            #expect(again == value, "\(String(decoding: bytes, as: UTF8.self))")
        }
        // Else nothing was tried.
        #expect(taken > Self.rounds / 50)
    }

    @Test(arguments: seeds)
    func `a payload that ends early is never taken`(_ seed: String) {
        let bytes = Array(seed.utf8)
        for end in bytes.indices {
            #expect(throws: (any Error).self) { try JSON.parse(bytes[..<end]) }
        }
    }

    @Test func `reading any place of any payload as anything gives a value or names the place`() throws {
        var random = SplitMix(state: 0x7061_796C_6F61_6400)
        for _ in 0..<Self.rounds {
            let seed = Self.seeds.randomElement(using: &random) ?? ""
            guard let value = try? JSON.parse(random.mutation(of: Array(seed.utf8))) else { continue }
            let place = Payload(value)["data"]["messages"][Int.random(in: -1...2, using: &random)]["a"]
            do throws(PayloadError) {
                _ = try place.string
            } catch {
                #expect("\(error)".hasPrefix("$.data.messages["))
            }
            _ = (place.text, place.number, place.list.count, place.members.count, place.isTrue)
        }
    }

    @Test func `noise is refused without a trap`() {
        var random = SplitMix(state: 99)
        for _ in 0..<Self.rounds {
            let noise = random.bytes(upTo: 40)
            guard let value = try? JSON.parse(noise) else { continue }
            // A short run of bytes can be a number, and little else.
            #expect(value.object == nil || noise.contains(UInt8(ascii: "{")))
        }
    }
}
