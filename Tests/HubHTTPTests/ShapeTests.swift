import HTTPTypes
import HubCore
import Testing

@testable import HubHTTP

@Suite struct ShapeTests {
    private static let shape = Shape.object([
        .required("name", .text(1...5)), .optional("role", .choice(["admin", "member"])),
        .optional("days", .integer(1...30)), .optional("tags", .list(of: .text, limit: 2)),
        .optional("since", .moment), .optional("secret", .either(.text, .object([.required("env", .text)]))),
        .optional("note", Shape.text.orNull),
    ])

    @Test(arguments: [
        (#"{"name":"Ada"}"#, nil), (#"{"name":"Ada","note":null,"secret":{"env":"A"},"tags":["x"]}"#, nil),
        ("[]", "$: expected object"), ("{}", "$.name: missing"),
        (#"{"name":""}"#, "$.name: expected string of 1 to 5 characters"),
        (#"{"name":"Ada","role":"owner"}"#, "$.role: expected one of admin, member"),
        (#"{"name":"Ada","days":0}"#, "$.days: expected integer from 1 to 30"),
        (#"{"name":"Ada","days":1.5}"#, "$.days: expected integer from 1 to 30"),
        (#"{"name":"Ada","tags":["x",1]}"#, "$.tags[1]: expected string"),
        (#"{"name":"Ada","tags":["x","y","z"]}"#, "$.tags: expected at most 2 elements"),
        (#"{"name":"Ada","since":"yesterday"}"#, "$.since: expected RFC 3339 time like 2026-11-21T08:30:00Z"),
        (#"{"name":"Ada","secret":1}"#, "$.secret: expected string or object"),
        (#"{"name":"Ada","secret":{"env":1}}"#, "$.secret.env: expected string"),
        (
            #"{"name":"Ada","nmae":1}"#,
            "$.nmae: there is no such field; known are name, role, days, tags, since, secret, note"
        ),
    ])
    func `a value that does not have its shape is told where and why`(_ text: String, _ problem: String?) throws {
        let payload = Payload(try JSON.parse(text))
        guard let problem else { return try Self.shape.check(payload) }
        let error = #expect(throws: ShapeError.self) { try Self.shape.check(payload) }
        #expect(error.map { "\($0)" } == problem)
    }

    @Test func `words in a path win over parameters`() {
        guard case .call(let call, let parameters) = ManagementRoutes.table.match(.get, "/v1/events/stream") else {
            Issue.record("no such call")
            return
        }
        #expect(call.path == "/v1/events/stream")
        #expect(parameters.isEmpty)
    }

    @Test func `a parameter is decoded once`() {
        guard case .call(_, let parameters) = ManagementRoutes.table.match(.get, "/v1/streams/a%20b%252F") else {
            Issue.record("no such call")
            return
        }
        #expect(parameters == ["stream": "a b%2F"])
    }

    @Test(arguments: [0, 1, 42, Int64.max])
    func `a cursor is read as it was written`(_ seq: Int64) {
        #expect(Cursor.seq(Cursor.text(seq)) == seq)
    }

    @Test(arguments: ["", "1", "seq:1", "c2VxOi0x", "c2VxOg"])
    func `text that is no cursor is refused`(_ text: String) {
        #expect(Cursor.seq(text) == nil)
    }
}
