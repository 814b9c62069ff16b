import HubCore
import Testing

@Suite struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"
    private static let valid = "00-\(trace)-\(span)-01"

    private func context(_ parent: String, state: [String] = []) -> TraceContext? {
        TraceContext(Fields([("Content-Type", "x"), ("TraceParent", parent)] + state.map { ("tracestate", $0) }))
    }

    @Test func `a trace is read from its headers`() throws {
        let found = try #require(context(Self.valid, state: ["rojo=00f067aa0ba902b7", "congo=t61rcWkgMzE"]))
        #expect(found.traceID == Self.trace && found.spanID == Self.span && found.flags == "01")
        #expect(found.state == "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
        #expect(context(Self.valid)?.state == nil)
        #expect(TraceContext([:]) == nil)
        #expect(TraceContext(["tracestate": "a=b"]) == nil)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-01-more",
        "ff-\(trace)-\(span)-01",
        "0-\(trace)-\(span)-01", "00-\(trace.dropLast())-\(span)-01", "00-\(trace)0-\(span)-01",
        "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span)-0g",
        "00-00000000000000000000000000000000-\(span)-01",
        "00-\(trace)-0000000000000000-01", " 00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01\r\nX: y",
        "é0-\(trace)-\(span)-01",
    ])
    func `what is no traceparent is none`(_ parent: String) {
        #expect(context(parent) == nil)
    }

    @Test func `two of them are none, and a later version is read as far as it is known`() {
        #expect(TraceContext(Fields([("traceparent", Self.valid), ("traceparent", Self.valid)])) == nil)
        #expect(context("cc-\(Self.trace)-\(Self.span)-01-what-the-future-brings")?.traceID == Self.trace)
        #expect(context("cc-\(Self.trace)-\(Self.span)-01")?.traceID == Self.trace)
    }

    @Test(arguments: ["a=b\r\nEvil: 1", "", String(repeating: "a=b,", count: 129), "naïve=1"])
    func `a state that could do harm is dropped, and the trace goes on`(_ state: String) throws {
        let found = try #require(context(Self.valid, state: [state]))
        #expect(found.state == nil)
    }

    @Test func `it goes on with another span, the flags and the state as they came`() throws {
        let found = try #require(context("cc-\(Self.trace)-\(Self.span)-03-more", state: ["a=1"]))
        let fields = found.headers(span: 0xABC)
        #expect(fields.map(\.name) == ["traceparent", "tracestate"])
        #expect(fields.map(\.value) == ["00-\(Self.trace)-0000000000000abc-03", "a=1"])
        #expect(
            try #require(context(Self.valid)).headers(span: .max).map(\.value) == [
                "00-\(Self.trace)-ffffffffffffffff-01"
            ])
    }

    @Test func `as text and back it is the same`() throws {
        for state in [[], ["a=1,b=2"]] {
            let found = try #require(context(Self.valid, state: state))
            #expect(TraceContext(text: found.text) == found)
        }
        #expect(TraceContext(text: "nothing") == nil)
    }
}
