import HubCore
import Testing

@Suite struct StreamSafeTests {
    private static let marks = "\u{301}\u{316}"

    private func marked(_ count: Int) -> String { "a" + String(repeating: Self.marks, count: count / 2) + "b" }

    @Test func `thirty marks on a letter stay, those beyond go, on each letter anew`() {
        #expect(marked(30).streamSafe.unicodeScalars.count == 32)
        #expect(marked(32).streamSafe.unicodeScalars.count == 32)
        #expect((marked(4000) + marked(4000) + "c").streamSafe.unicodeScalars.count == 65)
    }

    @Test(arguments: ["", "plain", "naïve café", "日本語のテキスト", "🇦🇹👩‍👩‍👧", "שָׁלוֹם", "Z̃á̈l̂g̃ö"])
    func `what people write stays as it is`(_ text: String) {
        let long = String(repeating: text, count: 200)
        #expect(long.streamSafe.utf8.elementsEqual(long.utf8))
    }

    /// In square time each of these would take minutes.
    @Test func `what comes in as text can be compared and hashed at once`() throws {
        let (one, other) = ("a" + Self.marks, "a" + String(Self.marks.unicodeScalars.reversed().map(Character.init)))
        let run = String(repeating: Self.marks, count: 250_000)
        let object = try #require(try JSON.parse("{\"\(one)\(run)\":\"\(run)\",\"\(other)\(run)\":\"\(run)\"}").object)
        #expect(object.count == 2)
        #expect(Set(object.members.map(\.value)).count == 1)
        let escaped = try JSON.parse("[\"\\u0061\(run)\"]").array?.first?.string
        #expect(escaped?.unicodeScalars.count == 31)

        let form = FormDecoder.fields(Array("api_ke\(run)=\(run)&b=1".utf8))
        #expect(form["api_key"] == nil && form["b"] == "1")
        #expect(form.fields.allSatisfy { $0.name.unicodeScalars.count < 40 && $0.value.unicodeScalars.count < 40 })
        let part = Multipart.parts(
            Array("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\(run)\r\n--b--".utf8),
            contentType: "multipart/form-data; boundary=b")
        #expect(part?.first?.text.unicodeScalars.count == 30)
        guard case .text(let text) = ContentReader.withoutXML.read(Array("a \(run)".utf8), contentType: "text/plain")
        else {
            Issue.record("it is text")
            return
        }
        #expect(text.unicodeScalars.count == 32)
    }

    @Test func `for signatures a form stays as it came`() {
        let run = String(repeating: Self.marks, count: 100)
        #expect(FormDecoder.fields(Array("a=\(run)".utf8), isExact: true)["a"]?.unicodeScalars.count == 200)
    }

    @Test func `a form has so many fields and no more`() {
        let fields = FormDecoder.fields([UInt8](repeating: UInt8(ascii: "&"), count: 4)).fields
        #expect(fields.isEmpty)
        let many = Array((0..<FormDecoder.limit + 5).map { "a\($0)=1" }.joined(separator: "&").utf8)
        let read = FormDecoder.fields(many).fields
        #expect(read.count == FormDecoder.limit)
        #expect(read.last?.name == "a\(FormDecoder.limit - 1)" && read.last?.value == "1")
    }
}
