import Testing

@testable import HubCore

@Suite struct JSONParserTests {
    /// Something inside of a string whose other bytes are plain, at each place of strings of each length: the parser
    /// looks at eight bytes at once where there are as many, and one by one at the end of the text.
    private func forEachPlace(
        of inserted: [UInt8], _ check: (_ text: [UInt8], _ before: String, _ after: String) throws -> Void
    ) rethrows {
        for length in 0...40 {
            for place in 0...length {
                let before = String(repeating: "a", count: place)
                let after = String(repeating: "b", count: length - place)
                for blanks in [0, 9] {
                    let text = "\"\(before)".utf8 + inserted + "\(after)\"".utf8 + Array(repeating: 0x20, count: blanks)
                    try check(Array(text), before, after)
                }
            }
        }
    }

    private func error(of text: [UInt8]) -> JSONError? {
        do throws(JSONError) {
            _ = try JSON.parse(text)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("", ""), (#"\n"#, "\n"), (#"\""#, "\""),
        (#"\ud83d\ude00"#, "😀"), ("é", "é"), ("漢\u{7F}", "漢\u{7F}"),
    ])
    func `a string is read whatever stands where in it`(_ written: String, _ meant: String) throws {
        try forEachPlace(of: Array(written.utf8)) { text, before, after in
            let read = try JSON.parse(text)
            #expect(read == .string(before + meant + after))
        }
    }

    @Test func `a control character is refused where it stands`() {
        for control: UInt8 in [0x00, 0x0A, 0x1F] {
            forEachPlace(of: [control]) { text, before, _ in
                #expect(error(of: text) == JSONError(reason: .controlCharacter, offset: 1 + before.utf8.count))
            }
        }
    }

    @Test func `bytes that are no UTF-8 are refused at the beginning of their string`() {
        for invalid: [UInt8] in [[0x80], [0xFF], [0xC3, 0x20], [0xED, 0xA0, 0x80]] {
            forEachPlace(of: invalid) { text, _, _ in
                #expect(error(of: text) == JSONError(reason: .invalidUTF8, offset: 1))
            }
        }
    }

    @Test func `a quote ends the string`() {
        forEachPlace(of: Array("\"".utf8)) { text, before, after in
            let rest = JSONError(reason: .trailingBytes, offset: 2 + before.utf8.count)
            #expect(error(of: text) == rest, "\(before)|\(after)")
        }
    }

    @Test func `a string that does not end is refused at the end of the text`() {
        for length in 0...40 {
            let text = Array("\"\(String(repeating: "a", count: length))".utf8)
            #expect(error(of: text) == JSONError(reason: .unexpectedEnd, offset: text.count))
        }
    }

    @Test(arguments: [1, 2, 16, 48, 49, 50, 200])
    func `the last of equal keys counts, where the first stood`(_ count: Int) throws {
        let keys = (0..<count).map { "key-\($0)" }
        let members = keys.map { "\"\($0)\":1" } + keys.reversed().map { "\"\($0)\":{\"of\":\"\($0)\"}" }
        let object = try #require(try JSON.parse("{\(members.joined(separator: ","))}").object)
        #expect(object.members.map(\.key) == keys)
        for key in keys { #expect(object[key] == ["of": .string(key)]) }
        #expect(object["key"] == nil)
        #expect(object["key-\(count)"] == nil)
    }

    @Test(arguments: [0, 1, 4, 5, 48, 49, 200])
    func `an object can be changed after it was read`(_ count: Int) throws {
        let members = (0..<count).map { "\"\($0)\":\($0)" }.joined(separator: ",")
        var object = try #require(try JSON.parse("{\(members)}").object)
        object["new"] = "added"
        object["0"] = nil
        #expect(object["new"] == "added")
        #expect(object["0"] == nil)
        #expect(object.count == max(1, count))
        for number in 1..<max(1, count) { #expect(object["\(number)"] == JSON(number)) }
    }

    @Test func `containers stand 512 deep and no deeper`() throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            func nested(_ depth: Int) -> String {
                String(repeating: open, count: depth) + "null" + String(repeating: close, count: depth)
            }
            _ = try JSON.parse(nested(JSON.depthLimit))
            #expect(
                error(of: Array(nested(JSON.depthLimit + 1).utf8))
                    == JSONError(reason: .tooDeep, offset: JSON.depthLimit * open.utf8.count))
        }
    }

    @Test func `keys are the same when their bytes are, in small objects and in large ones`() throws {
        // One letter with its accent, and a letter and an accent.
        let (one, other) = ("\u{E9}", "e\u{301}")
        for others in [0, 100] {
            let more = (0..<others).map { ",\"k\($0)\":0" }.joined()
            let object = try #require(try JSON.parse("{\"\(one)\":1,\"\(other)\":2\(more)}").object)
            #expect(object.count == 2 + others)
            #expect(object[one] == 1 && object[other] == 2)
        }
    }

    @Test func `more values than memory is for are refused`() throws {
        let most = "[" + String(repeating: "0,", count: JSON.valuesLimit - 2) + "0]"
        #expect(try JSON.parse(most).array?.count == JSON.valuesLimit - 1)
        for more in ["[0,\(most)]", "[\(most)" + String(repeating: ",[]", count: 2) + "]"] {
            #expect { try JSON.parse(more) } throws: { ($0 as? JSONError)?.reason == .tooManyValues }
        }
    }
}
