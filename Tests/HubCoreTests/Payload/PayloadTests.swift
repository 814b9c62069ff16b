import HubCore
import Testing

@Suite struct PayloadTests {
    private let payload = Payload(["a": ["b": ["c": ["d": [["e": ["f": 1]]]]]]])

    @Test func `a place is named from the root, however deep it is`() {
        #expect(payload.path == "$")
        #expect(payload["a"].path == "$.a")
        #expect(payload["a"]["b"].path == "$.a.b")
        #expect(payload["a"]["b"]["c"].path == "$.a.b.c")
        let deep = payload["a"]["b"]["c"]["d"][0]["e"]
        #expect(deep.path == "$.a.b.c.d[0].e")
        #expect(deep["f"].number == 1)
        #expect(payload["x"][2]["y"]["z"].path == "$.x[2].y.z")
        #expect(payload["a"].members.map(\.value.path) == ["$.a.b"])
    }

    @Test func `what is missing is named`() {
        #expect(throws: PayloadError.missing(path: "$.a.b.x")) { try payload["a"]["b"]["x"].string }
        #expect(throws: PayloadError.wrongType(path: "$.a", expected: "string")) { try payload["a"].string }
    }
}
