import HubTesting
import Testing

@testable import HubCore

/// Each keyword with values that it lets pass and values that it does not.
@Suite struct JSONSchemaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: String
        let valid: [String]
        let invalid: [String]

        init(_ schema: String, valid: [String] = [], invalid: [String] = []) {
            (self.schema, self.valid, self.invalid) = (schema, valid, invalid)
        }

        var testDescription: String { schema }
    }

    private func violations(_ schema: String, _ value: String) throws -> [JSONSchema.Violation] {
        try JSONSchema(JSON.parse(schema)).validate(JSON.parse(value))
    }

    private func error(_ schema: String) throws -> JSONSchemaError? {
        let json = try JSON.parse(schema)
        do {
            _ = try JSONSchema(json)
            return nil
        } catch {
            return error
        }
    }

    static let cases: [Case] = [
        // Whole schemas.
        Case("true", valid: ["1", "null", "{}"]), Case("false", invalid: ["1", "null", "{}"]),
        Case("{}", valid: ["[]"]),
        // type
        Case(#"{"type":"string"}"#, valid: [#""""#], invalid: ["1", "null", "[]"]),
        Case(
            #"{"type":"integer"}"#, valid: ["1", "1.0", "-3e2", "123456789012345678901234567890"],
            invalid: ["1.5", #""1""#, "1e-1"]),
        Case(#"{"type":"number"}"#, valid: ["1", "1.5"], invalid: [#""1""#]),
        Case(#"{"type":["boolean","null"]}"#, valid: ["true", "false", "null"], invalid: ["0", "{}"]),
        Case(#"{"type":"object"}"#, valid: ["{}"], invalid: ["[]"]),
        Case(#"{"type":"array"}"#, valid: ["[]"], invalid: ["{}"]),
        // enum, const
        Case(
            #"{"enum":["a",1,null,{"x":[1,2]}]}"#, valid: [#""a""#, "1.0", "null", #"{"x":[1.0,2e0]}"#],
            invalid: ["2", #""A""#, #"{"x":[2,1]}"#, #""1""#]),
        Case(
            #"{"const":{"a":1,"b":2}}"#, valid: [#"{"b":2,"a":1.00}"#], invalid: [#"{"a":1}"#, #"{"a":1,"b":2,"c":3}"#]),
        Case(#"{"const":false}"#, valid: ["false"], invalid: ["0", "null", "[]"]),
        Case(#"{"const":0}"#, valid: ["-0.0"], invalid: ["false"]),
        // Letters that look the same are others.
        Case(#"{"const":"\u00e9"}"#, valid: [#""é""#], invalid: [#""e\u0301""#]),
        // Numbers
        Case(#"{"minimum":1.1}"#, valid: ["1.1", "1.10", "2", #""x""#], invalid: ["1.0999999999999999999999", "-5"]),
        Case(#"{"maximum":1e400}"#, valid: ["1e400", "9e399", "-1e401"], invalid: ["1e401", "1.0001e400"]),
        Case(#"{"exclusiveMinimum":0}"#, valid: ["1e-400"], invalid: ["0", "-0", "-1"]),
        Case(#"{"exclusiveMaximum":-2}"#, valid: ["-2.5", "-30"], invalid: ["-2", "-1.5", "0"]),
        Case(#"{"multipleOf":0.01}"#, valid: ["0", "0.07", "19.99", "1e300", "4.35"], invalid: ["0.075", "0.001"]),
        Case(#"{"multipleOf":2.5}"#, valid: ["5", "-7.5", "1e1"], invalid: ["6", "0.5"]),
        Case(#"{"multipleOf":1000}"#, valid: ["3000", "1e3"], invalid: ["1500", "1"]),
        Case(
            #"{"multipleOf":123456789012345678}"#, valid: ["246913578024691356", "123456789012345678e5"],
            invalid: ["246913578024691357"]),
        // Strings
        Case(
            #"{"minLength":2,"maxLength":3}"#, valid: [#""ab""#, #""é🔥""#, #""👩‍🚀""#, "1"],
            invalid: [#""🔥""#, #""abcd""#]),
        Case(#"{"pattern":"^a+$"}"#, valid: [#""aaa""#, "1"], invalid: [#""""#, #""ab""#]),
        Case(#"{"pattern":"b"}"#, valid: [#""abc""#], invalid: [#""ac""#]),
        Case(#"{"format":"email","contentEncoding":"base64"}"#, valid: [#""no address""#]),
        // Arrays
        Case(#"{"items":{"type":"integer"}}"#, valid: ["[]", "[1,2]", "{}"], invalid: ["[1,\"x\"]"]),
        Case(
            #"{"prefixItems":[{"type":"string"},{"type":"integer"}]}"#, valid: ["[]", #"["a"]"#, #"["a",1,null]"#],
            invalid: ["[1]", #"["a","b"]"#]),
        Case(#"{"items":false,"prefixItems":[true,true]}"#, valid: ["[1,2]", "[1]"], invalid: ["[1,2,3]"]),
        Case(#"{"minItems":1,"maxItems":2}"#, valid: ["[1]", "[1,2]", "\"\""], invalid: ["[]", "[1,2,3]"]),
        Case(
            #"{"uniqueItems":true}"#, valid: ["[]", "[1,2]", "[1,\"1\",true]", "[[1],[2]]"],
            invalid: ["[1,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1}]"#]),
        Case(#"{"uniqueItems":false}"#, valid: ["[1,1]"]),
        Case(#"{"contains":{"minimum":5}}"#, valid: ["[1,5]", "{}"], invalid: ["[]", "[1,2]"]),
        Case(
            #"{"contains":{"const":1},"minContains":2,"maxContains":3}"#, valid: ["[1,1]", "[1,2,1,1]"],
            invalid: ["[1]", "[1,1,1,1]"]),
        Case(#"{"minContains":0,"contains":false}"#, valid: ["[]", "[1]"]), Case(#"{"minContains":5}"#, valid: ["[1]"]),
        // Objects
        Case(
            #"{"properties":{"a":{"type":"string"},"b":false}}"#, valid: ["{}", #"{"a":"x","c":1}"#, "[]"],
            invalid: [#"{"a":1}"#, #"{"b":1}"#]),
        Case(#"{"required":["a","b"]}"#, valid: [#"{"a":1,"b":null}"#, "[]"], invalid: ["{}", #"{"a":1}"#]),
        Case(
            #"{"additionalProperties":false,"properties":{"a":{}},"patternProperties":{"^x_":{"type":"integer"}}}"#,
            valid: ["{}", #"{"a":1,"x_y":2}"#], invalid: [#"{"b":1}"#, #"{"x_y":"2"}"#]),
        Case(#"{"additionalProperties":{"type":"boolean"}}"#, valid: [#"{"z":true}"#], invalid: [#"{"z":1}"#]),
        // Both that fit a name count.
        Case(
            #"{"properties":{"ab":{"type":"integer"}},"patternProperties":{"a":{"minimum":3},"b":{"maximum":5}}}"#,
            valid: [#"{"ab":4}"#], invalid: [#"{"ab":2}"#, #"{"ab":6}"#, #"{"ab":"x"}"#]),
        Case(#"{"propertyNames":{"maxLength":2}}"#, valid: [#"{"ab":1}"#], invalid: [#"{"abc":1}"#]),
        Case(
            #"{"minProperties":1,"maxProperties":2}"#, valid: [#"{"a":1}"#, "1"],
            invalid: ["{}", #"{"a":1,"b":2,"c":3}"#]),
        Case(
            #"{"dependentRequired":{"a":["b","c"]}}"#, valid: ["{}", #"{"b":1}"#, #"{"a":1,"b":2,"c":3}"#],
            invalid: [#"{"a":1,"b":2}"#]),
        Case(
            #"{"dependentSchemas":{"a":{"required":["b"]}}}"#, valid: ["{}", #"{"a":1,"b":2}"#, "1"],
            invalid: [#"{"a":1}"#]),
        // Combinations
        Case(#"{"allOf":[{"minimum":1},{"maximum":3}]}"#, valid: ["2"], invalid: ["0", "4"]),
        Case(#"{"anyOf":[{"type":"string"},{"minimum":2}]}"#, valid: [#""x""#, "3", "null"], invalid: ["1"]),
        Case(#"{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}"#, valid: ["2", "9"], invalid: ["6", "1"]),
        Case(#"{"not":{"type":["string","null"]}}"#, valid: ["1"], invalid: [#""x""#, "null"]),
        Case(#"{"not":{"not":{"const":1}}}"#, valid: ["1"], invalid: ["2"]),
        Case(
            #"{"if":{"properties":{"kind":{"const":"a"}},"required":["kind"]},"then":{"required":["x"]},"else":{"required":["y"]}}"#,
            valid: [#"{"kind":"a","x":1}"#, #"{"y":1}"#], invalid: [#"{"kind":"a","y":1}"#, #"{"x":1}"#]),
        Case(#"{"if":{"const":1},"else":{"type":"string"}}"#, valid: ["1", #""x""#], invalid: ["2"]),
        Case(#"{"then":false,"else":false}"#, valid: ["1"]),
        // References
        Case(
            ##"{"$defs":{"id":{"type":"integer"}},"properties":{"a":{"$ref":"#/$defs/id"}}}"##, valid: [#"{"a":1}"#],
            invalid: [#"{"a":"1"}"#]),
        Case(
            ##"{"$ref":"#/definitions/a~1b%20c","definitions":{"a/b c":{"const":1}},"minimum":0}"##, valid: ["1"],
            invalid: ["2"]),
        Case(##"{"$ref":"#positive","$defs":{"x":{"$anchor":"positive","minimum":1}}}"##, valid: ["1"], invalid: ["0"]),
        Case(
            ##"{"type":"object","properties":{"next":{"$ref":"#"},"n":{"type":"integer"}},"required":["n"]}"##,
            valid: [#"{"n":1,"next":{"n":2}}"#], invalid: [#"{"n":1,"next":{"n":2,"next":{}}}"#]),
        Case(
            ##"{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"type":"null"}}}"##,
            valid: ["null"], invalid: ["1"]),
        Case(
            ##"{"properties":{"a":{"maximum":1},"b":{"$ref":"#/properties/a"}}}"##, valid: [#"{"b":1}"#],
            invalid: [#"{"b":2}"#]),
        // What says nothing.
        Case(
            #"{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://x.example/s","title":"t","description":"d","$comment":"c","default":1,"examples":[1],"deprecated":true,"readOnly":true,"writeOnly":false,"x-own":{"any":"thing"}}"#,
            valid: ["1"]),
    ]

    @Test(arguments: cases)
    func `a keyword holds for what it allows and for nothing else`(_ one: Case) throws {
        for value in one.valid { #expect(try violations(one.schema, value) == [], "\(one.schema) \(value)") }
        for value in one.invalid { #expect(try !violations(one.schema, value).isEmpty, "\(one.schema) \(value)") }
    }

    // MARK: What is said about values

    static let told: [(String, String, String)] = [
        (
            #"{"properties":{"a":{"items":{"type":["string","null"]}}}}"#, #"{"a":["x",1]}"#,
            "$.a[1]: expected null or string"
        ),
        (#"{"required":["id"]}"#, "{}", "$.id: is missing"),
        (#"{"additionalProperties":false}"#, #"{"a b":1}"#, #"$["a b"]: is not known"#),
        (#"{"minLength":3}"#, #""ab""#, "$: expected at least 3 characters"),
        (#"{"maximum":1.50}"#, "2", "$: expected at most 1.50"),
        (#"{"enum":["a","b"]}"#, #""c""#, #"$: expected one of "a", "b""#),
        (#"{"pattern":"^x"}"#, #""y""#, "$: does not match ^x"),
        (#"{"oneOf":[true,true]}"#, "1", "$: fits more than one alternative"),
        (#"{"anyOf":[false,false]}"#, "1", "$: fits none of 2 alternatives"),
        (#"{"uniqueItems":true}"#, "[1,2,1]", "$[2]: is there already"),
        (#"{"propertyNames":{"pattern":"^[a-z]+$"}}"#, #"{"A":1}"#, "$.A: the name is not allowed"),
        (#"{"dependentRequired":{"a":["b"]}}"#, #"{"a":1}"#, "$.b: is missing where a is there"),
        (#"{"multipleOf":5}"#, "3", "$: expected a multiple of 5"), ("false", "1", "$: not allowed"),
    ]

    @Test(arguments: told)
    func `a violation names the place and what was expected`(_ schema: String, _ value: String, _ text: String) throws {
        #expect(try violations(schema, value).map(\.description) == [text])
    }

    @Test func `all that is wrong is told, up to twenty`() throws {
        let schema = #"{"properties":{"a":{"type":"string"},"b":{"minimum":1,"type":"string"}},"required":["c"]}"#
        #expect(try violations(schema, #"{"a":1,"b":0}"#).map(\.rule) == ["type", "minimum", "type", "required"])
        let many = "[" + Array(repeating: "1", count: 100).joined(separator: ",") + "]"
        #expect(try violations(#"{"items":{"type":"string"}}"#, many).count == 20)
        #expect(try violations(#"{"anyOf":[{"items":{"type":"string"}}]}"#, many).map(\.rule) == ["anyOf"])
    }

    // MARK: What is said about schemas

    static let wrong: [(String, String, String)] = [
        ("1", "#", "schema.wrong-type"), (#"{"properties":{"a":1}}"#, "#/properties/a", "schema.wrong-type"),
        (#"{"typ":"string"}"#, "#", "schema.unknown-keyword"),
        (#"{"items":{"Type":1}}"#, "#/items", "schema.unknown-keyword"),
        (#"{"type":"text"}"#, "#/type", "schema.wrong-type"), (#"{"type":[]}"#, "#/type", "schema.wrong-type"),
        (#"{"type":["string","string"]}"#, "#/type", "schema.wrong-type"),
        (#"{"enum":1}"#, "#/enum", "schema.wrong-type"),
        (#"{"required":"a"}"#, "#/required", "schema.wrong-type"),
        (#"{"required":["a","a"]}"#, "#/required", "schema.wrong-type"),
        (#"{"required":[1]}"#, "#/required", "schema.wrong-type"),
        (#"{"minimum":"1"}"#, "#/minimum", "schema.wrong-type"),
        (#"{"minLength":-1}"#, "#/minLength", "schema.wrong-type"),
        (#"{"maxItems":1.5}"#, "#/maxItems", "schema.wrong-type"),
        (#"{"multipleOf":0}"#, "#/multipleOf", "schema.wrong-type"),
        (#"{"multipleOf":-1}"#, "#/multipleOf", "schema.wrong-type"),
        (#"{"multipleOf":1234567890123456789}"#, "#/multipleOf", "schema.wrong-type"),
        (#"{"allOf":[]}"#, "#/allOf", "schema.wrong-type"), (#"{"anyOf":{}}"#, "#/anyOf", "schema.wrong-type"),
        (#"{"oneOf":[true,3]}"#, "#/oneOf/1", "schema.wrong-type"),
        (#"{"uniqueItems":1}"#, "#/uniqueItems", "schema.wrong-type"),
        (#"{"contains":true,"minContains":"1"}"#, "#/minContains", "schema.wrong-type"),
        (#"{"dependentRequired":{"a/b":"c"}}"#, "#/dependentRequired/a~1b", "schema.wrong-type"),
        (#"{"dependentSchemas":[]}"#, "#/dependentSchemas", "schema.wrong-type"),
        (#"{"title":1}"#, "#/title", "schema.wrong-type"),
        (#"{"then":1}"#, "#/then", "schema.wrong-type"), (#"{"if":1}"#, "#/if", "schema.wrong-type"),
        (#"{"$anchor":"1a"}"#, "#/$anchor", "schema.wrong-type"),
        (#"{"readOnly":1}"#, "#/readOnly", "schema.wrong-type"),
        (#"{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}"#, "#/$defs/b", "schema.wrong-type"),
        (#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#, "#/$schema", "schema.unsupported"),
        (#"{"items":{"$id":"x"}}"#, "#/items/$id", "schema.unsupported"),
        (#"{"unevaluatedProperties":false}"#, "#", "schema.unsupported"),
        (##"{"$dynamicRef":"#x"}"##, "#", "schema.unsupported"),
        (##"{"$ref":"#/$defs/none"}"##, "#/$ref", "schema.unknown-reference"),
        (#"{"$ref":"https://x.example/s"}"#, "#/$ref", "schema.unknown-reference"),
        (##"{"$ref":"#none"}"##, "#/$ref", "schema.unknown-reference"),
        (##"{"x-a":{},"$ref":"#/x-a"}"##, "#/$ref", "schema.unknown-reference"),
        (##"{"$ref":"#"}"##, "#", "schema.endless-reference"),
        (##"{"not":{"$ref":"#"}}"##, "#", "schema.endless-reference"),
        (
            ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"anyOf":[{"$ref":"#/$defs/a"}]}}}"##, "#/$defs/a",
            "schema.endless-reference"
        ),
        (##"{"dependentSchemas":{"a":{"$ref":"#"}}}"##, "#", "schema.endless-reference"),
        (#"{"pattern":"(a"}"#, "#/pattern", "schema.pattern"), (#"{"pattern":"(?=a)"}"#, "#/pattern", "schema.pattern"),
        (#"{"patternProperties":{"[":{}}}"#, "#/patternProperties/[", "schema.pattern"),
    ]

    @Test(arguments: wrong)
    func `a schema that is none names the place`(_ schema: String, _ place: String, _ code: String) throws {
        let error = try error(schema)
        #expect(error?.place == place)
        #expect(error?.code == code)
        #expect(error?.description.isEmpty == false)
    }

    // MARK: Hostile schemas

    @Test func `a schema may be neither deep, nor many, nor long`() throws {
        let deep = String(repeating: #"{"items":"#, count: 200) + "true" + String(repeating: "}", count: 200)
        #expect(try error(deep)?.code == "schema.too-deep")
        let many = "[" + Array(repeating: "true", count: 999).joined(separator: ",") + "]"
        #expect(try error(#"{"allOf":\#(many),"anyOf":\#(many),"oneOf":\#(many)}"#)?.code == "schema.too-large")
        let list = "[" + Array(repeating: "1", count: 1001).joined(separator: ",") + "]"
        #expect(try error(#"{"enum":\#(list)}"#)?.code == "schema.too-large")
        let long = String(repeating: "x", count: 300_000)
        #expect(try error(#"{"title":"\#(long)"}"#)?.code == "schema.too-large")
    }

    @Test func `alternatives that multiply with each level end at the limit of work`() throws {
        let schema =
            ##"{"anyOf":[{"required":["x"],"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}},"required":["y"]},{"properties":{"a":{"allOf":[{"$ref":"#"},{"$ref":"#"}]}},"required":["a"]}]}"##
        let value = String(repeating: #"{"a":"#, count: 60) + "1" + String(repeating: "}", count: 60)
        let begin = ContinuousClock.now
        let found = try violations(schema, value)
        #expect(found.map(\.rule) == ["work"])
        #expect(ContinuousClock.now - begin < .seconds(30))
    }

    @Test func `a value deeper than can be followed is not valid`() throws {
        let schema = ##"{"items":{"$ref":"#"}}"##
        let deep = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
        #expect(try violations(schema, deep).map(\.rule) == ["work"])
        #expect(try violations(#"{"not":\#(schema.replacing("#", with: "#/not"))}"#, deep).map(\.rule) == ["work"])
        let fine = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(try violations(schema, fine) == [])
    }

    @Test func `a pattern that others backtrack over is matched at once, or costs the limit of work`() throws {
        let text = String(repeating: "a", count: 20_000)
        #expect(try violations(#"{"pattern":"^(a+)+$"}"#, #""\#(text)!""#).map(\.rule) == ["pattern"])
        let costly = try violations(#"{"pattern":"(a?){500}b"}"#, #""\#(text)""#)
        #expect(costly.map(\.rule) == ["work"])
    }

    @Test func `many equal things are compared in time`() throws {
        let items = (0..<20_000).map { "{\"id\":\($0)}" }.joined(separator: ",")
        #expect(try violations(#"{"uniqueItems":true}"#, "[\(items)]") == [])
    }

    @Test(arguments: 0..<20)
    func `damaged schemas and values never do more than be refused`(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        for one in Self.cases {
            let bytes = random.mutation(of: Array(one.schema.utf8))
            guard let json = try? JSON.parse(bytes), let schema = try? JSONSchema(json) else { continue }
            for value in one.valid + one.invalid { _ = schema.validate(try JSON.parse(value)) }
        }
    }

    @Test func `a schema is what was written`() throws {
        let json = try JSON.parse(#"{"type":"string"}"#)
        #expect(try JSONSchema(json).json == json)
        #expect(try JSONSchema(json) == JSONSchema(json))
        #expect(try JSONSchema(json) != JSONSchema(true))
    }

    @Test(arguments: BuiltInEventType.allCases)
    func `a sample of ours fits a schema made for it`(_ type: BuiltInEventType) throws {
        let object = try #require(type.sample.object)
        let schema: JSON = [
            "type": "object", "required": .array(object.members.map { .string($0.key) }),
            "properties": .object(.init(object.members.map { ($0.key, ["type": .string($0.value.kind)]) })),
            "additionalProperties": false,
        ]
        #expect(try JSONSchema(schema).validate(type.sample) == [])
        #expect(try !JSONSchema(schema).validate([:]).isEmpty)
    }
}
