import Foundation
import HubCore
import HubTesting
import Testing

@Suite struct EventConditionTests {
    private static let half = JSON.Number(1.5).map(JSON.number) ?? nil

    private static let data: JSON = [
        "ticket": [
            "number": 17, "priority": "high", "subject": "Drucker brennt 🔥", "score": half,
            "assignee": nil, "open": true, "tags": ["vip", "print"],
            "messages": [["from": "a@x.example", "size": 10], ["from": "b@y.example", "size": 2000]],
        ],
        "a.b": ["c": 1], "empty": [], "at": "2026-11-21T08:00:00Z",
    ]
    private static let metadata: JSON = ["region": "eu", "retries": 3]

    static var event: (data: JSON, metadata: JSON) { (data, metadata) }

    private func matches(_ filter: String) throws -> Bool {
        try EventCondition(JSON.parse(filter)).matches(
            type: "ticket.created", data: Self.data, metadata: Self.metadata)
    }

    static let examples: [(String, Bool)] = [
        ("{}", true),
        // The three fields.
        (#"{"type": "ticket.created"}"#, true), (#"{"type": "ticket.updated"}"#, false),
        (#"{"type": {"$startsWith": "ticket."}}"#, true), (#"{"metadata": {"region": "eu"}}"#, true),
        (#"{"metadata.region": "us"}"#, false), (#"{"type.x": {"$exists": true}}"#, false),
        // Ways to write a place.
        (#"{"data.ticket.priority": "high"}"#, true), (#"{"data": {"ticket": {"priority": "high"}}}"#, true),
        (#"{"data": {"ticket.priority": "high"}}"#, true), (#"{"data.ticket": {"priority": {"$eq": "high"}}}"#, true),
        (#"{"/data/a.b/c": 1}"#, true), (#"{"data": {"/a.b/c": 1}}"#, true), (#"{"data.a.b.c": 1}"#, false),
        (#"{"data.ticket.nothing.at.all": 1}"#, false), (#"{"data.ticket.number.deeper": 1}"#, false),
        // $eq, $ne.
        (#"{"data.ticket.number": 17}"#, true), (#"{"data.ticket.number": 17.0}"#, true),
        (#"{"data.ticket.number": 1.7e1}"#, true), (#"{"data.ticket.number": "17"}"#, false),
        (#"{"data.ticket.open": true}"#, true), (#"{"data.ticket.open": 1}"#, false),
        (#"{"data.ticket.assignee": null}"#, true), (#"{"data.ticket.nobody": null}"#, false),
        (#"{"data.ticket.number": {"$ne": 17}}"#, false), (#"{"data.ticket.number": {"$ne": 18}}"#, true),
        (#"{"data.ticket.nobody": {"$ne": 18}}"#, true), (#"{"data.ticket.tags": ["vip", "print"]}"#, true),
        (#"{"data.ticket.tags": ["print", "vip"]}"#, false), (#"{"data.ticket.tags": "vip"}"#, true),
        (#"{"data.ticket.tags": {"$ne": "vip"}}"#, false), (#"{"data.ticket.tags": {"$ne": "new"}}"#, true),
        (#"{"data.empty": []}"#, true), (#"{"data.empty": "x"}"#, false),
        (#"{"data.a": {"$eq": {"b": 1}}}"#, false), (#"{"data": {"/a.b": {"$eq": {"c": 1.0}}}}"#, true),
        // Order.
        (#"{"data.ticket.number": {"$gt": 16}}"#, true), (#"{"data.ticket.number": {"$gt": 17}}"#, false),
        (#"{"data.ticket.number": {"$gte": 17}}"#, true), (#"{"data.ticket.number": {"$lt": 17}}"#, false),
        (#"{"data.ticket.number": {"$lt": 17.0001}}"#, true), (#"{"data.ticket.number": {"$lte": 17}}"#, true),
        (#"{"data.ticket.number": {"$gt": 10, "$lt": 20}}"#, true),
        (#"{"data.ticket.number": {"$gt": 10, "$lt": 15}}"#, false), (#"{"data.ticket.score": {"$gt": 1}}"#, true),
        (#"{"data.ticket.number": {"$gt": "1"}}"#, false), (#"{"data.ticket.priority": {"$gt": 1}}"#, false),
        (#"{"data.at": {"$gte": "2026-11-01"}}"#, true), (#"{"data.at": {"$lt": "2026-11-21T08:00:00Z"}}"#, false),
        (#"{"data.ticket.open": {"$gt": 0}}"#, false), (#"{"data.ticket.nobody": {"$lt": 5}}"#, false),
        // $in, $nin.
        (#"{"data.ticket.priority": {"$in": ["urgent", "high"]}}"#, true),
        (#"{"data.ticket.priority": {"$in": []}}"#, false), (#"{"data.ticket.priority": {"$nin": []}}"#, true),
        (#"{"data.ticket.number": {"$in": [1, 17.0]}}"#, true), (#"{"data.ticket.tags": {"$in": ["x", "vip"]}}"#, true),
        (#"{"data.ticket.tags": {"$nin": ["x", "vip"]}}"#, false), (#"{"data.ticket.nobody": {"$nin": [1]}}"#, true),
        (#"{"data.ticket.tags": {"$in": [["vip", "print"]]}}"#, true),
        // $exists.
        (#"{"data.ticket.assignee": {"$exists": true}}"#, true),
        (#"{"data.ticket.nobody": {"$exists": true}}"#, false),
        (#"{"data.ticket.nobody": {"$exists": false}}"#, true), (#"{"data.empty": {"$exists": true}}"#, true),
        // Text.
        (#"{"data.ticket.subject": {"$startsWith": "Drucker"}}"#, true),
        (#"{"data.ticket.subject": {"$startsWith": "drucker"}}"#, false),
        (#"{"data.ticket.subject": {"$endsWith": "🔥"}}"#, true),
        (#"{"data.ticket.subject": {"$endsWith": "x🔥"}}"#, false),
        (#"{"data.ticket.subject": {"$contains": "r bre"}}"#, true),
        (#"{"data.ticket.subject": {"$contains": ""}}"#, true), (#"{"data.ticket.number": {"$contains": "1"}}"#, false),
        (#"{"data.ticket.tags": {"$contains": "vip"}}"#, true), (#"{"data.ticket.tags": {"$contains": "vi"}}"#, true),
        (#"{"data.ticket.tags": {"$contains": "new"}}"#, false),
        (#"{"data.ticket.tags": {"$startsWith": "pri"}}"#, true),
        // Into arrays.
        (#"{"data.ticket.messages.from": "b@y.example"}"#, true),
        (#"{"data.ticket.messages.from": {"$endsWith": "@z.example"}}"#, false),
        (#"{"data.ticket.messages.0.from": "b@y.example"}"#, false),
        (#"{"data.ticket.messages.1.from": "b@y.example"}"#, true), (#"{"data.ticket.messages.2.from": "x"}"#, false),
        (#"{"data.ticket.messages.size": {"$gt": 1000}}"#, true), (#"{"data.ticket.tags.0": "vip"}"#, true),
        (#"{"data.ticket.tags.00": "vip"}"#, false),
        // Logic.
        (#"{"$and": [{"type": "ticket.created"}, {"data.ticket.number": 17}]}"#, true),
        (#"{"$and": [{"type": "ticket.created"}, {"data.ticket.number": 18}]}"#, false),
        (#"{"$or": [{"type": "x"}, {"data.ticket.number": 17}]}"#, true), (#"{"$or": [{"type": "x"}]}"#, false),
        (#"{"$not": {"type": "x"}}"#, true), (#"{"$not": {"type": "ticket.created"}}"#, false),
        (#"{"data.ticket.number": {"$or": [1, {"$gt": 16}]}}"#, true),
        (#"{"data.ticket.number": {"$not": {"$gt": 16}}}"#, false), (#"{"data.ticket.number": {"$not": 17}}"#, false),
        (#"{"data.ticket": {"$and": [{"number": 17}, {"priority": "high"}]}}"#, true),
        (#"{"type": "ticket.created", "data.ticket.number": 18}"#, false),
    ]

    @Test(arguments: examples)
    func `a filter lets through what it says`(_ filter: String, _ holds: Bool) throws {
        #expect(try matches(filter) == holds)
    }

    static let faults: [(String, String, String)] = [
        ("[]", "$: expected object", "filter.wrong-type"), ("null", "$: expected object", "filter.wrong-type"),
        (#"{"kind": 1}"#, #"$.kind: "kind" is not type, data or metadata"#, "filter.unknown-field"),
        (#"{"Data.x": 1}"#, #"$.Data.x: "Data" is not type, data or metadata"#, "filter.unknown-field"),
        (#"{"$xor": []}"#, "$.$xor: there is no operator $xor", "filter.unknown-operator"),
        (#"{"$eq": 1}"#, "$.$eq: there is no operator $eq", "filter.unknown-operator"),
        (#"{"data.x": {"$regex": "a"}}"#, "$.data.x.$regex: there is no operator $regex", "filter.unknown-operator"),
        (#"{"data": {"x": {"$gt": true}}}"#, "$.data.x.$gt: expected number or string", "filter.wrong-type"),
        (#"{"data.x": {"$in": "a"}}"#, "$.data.x.$in: expected array", "filter.wrong-type"),
        (#"{"data.x": {"$exists": 1}}"#, "$.data.x.$exists: expected boolean", "filter.wrong-type"),
        (#"{"data.x": {"$startsWith": 1}}"#, "$.data.x.$startsWith: expected string", "filter.wrong-type"),
        (#"{"$or": []}"#, "$.$or: expected array with at least one element", "filter.wrong-type"),
        (#"{"$or": [{"type": "a"}, 5]}"#, "$.$or[1]: expected object", "filter.wrong-type"),
        (#"{"$not": [1]}"#, "$.$not: expected object", "filter.wrong-type"),
        (
            #"{"data.x": {"$gt": 1, "y": 2}}"#, "$.data.x: operators and names cannot stand beside each other",
            "filter.mixed"
        ),
        (#"{"data.x": {}}"#, "$.data.x: expected an operator or a name", "filter.wrong-type"),
        (#"{"data..x": 1}"#, "$.data..x: a name is empty", "filter.empty-name"),
        (#"{"": 1}"#, "$.: a name is empty", "filter.empty-name"),
        (
            #"{"data.x": {"$and": [{"$gt": 1}, {"$lt": []}]}}"#, "$.data.x.$and[1].$lt: expected number or string",
            "filter.wrong-type"
        ),
    ]

    @Test(arguments: faults)
    func `what is no filter is refused at its place`(_ filter: String, _ message: String, _ code: String) throws {
        let filter = try JSON.parse(filter)
        let error = #expect(throws: EventConditionError.self) { try EventCondition(filter) }
        #expect(error?.description == message)
        #expect(error?.code == code)
    }

    @Test func `a filter has a size`() throws {
        func code(_ filter: JSON) -> String? {
            do throws(EventConditionError) {
                _ = try EventCondition(filter)
                return nil
            } catch {
                return error.code
            }
        }
        func nested(_ depth: Int) -> JSON {
            (0..<depth).reduce(["type": "a"]) { inner, _ in ["$not": inner] }
        }
        #expect(code(nested(15)) == nil)
        #expect(code(nested(17)) == "filter.too-deep")
        #expect(code(nested(400)) == "filter.too-deep")
        #expect(code(["data.x": ["$in": .array((0..<1000).map { JSON($0) })]]) == nil)
        #expect(code(["data.x": ["$in": .array((0..<1001).map { JSON($0) })]]) == "filter.too-large")
        #expect(code(["$or": .array([JSON](repeating: ["type": "a"], count: 100))]) == nil)
        #expect(code(["$or": .array([JSON](repeating: ["type": "a"], count: 200))]) == "filter.too-large")
        #expect(code(["type": .string(String(repeating: "a", count: 5000))]) == "filter.too-long")
        #expect(code(["type": ["$contains": .string(String(repeating: "a", count: 5000))]]) == "filter.too-long")
        let long = JSON.string(String(repeating: "a", count: 4000))
        #expect(code(["data.x": ["$eq": .array([JSON](repeating: long, count: 20))]]) == "filter.too-large")
        let deep = "data.\(String(repeating: "a.", count: 80))b"
        #expect(code(.object(JSON.Object([(deep, JSON(1))]))) == "filter.too-deep")
    }

    // MARK: Properties

    @Test func `not is not, and is and, or is or, for any filter and event`() throws {
        var random = SplitMix(state: 99)
        var held = 0
        for _ in 0..<3000 {
            let (left, right) = (Self.filter(&random, 3), Self.filter(&random, 3))
            let event = Self.value(&random, 3)
            func holds(_ filter: JSON) throws -> Bool {
                try EventCondition(filter).matches(type: "a", data: event, metadata: nil)
            }
            let (l, r) = (try holds(left), try holds(right))
            if l { held += 1 }
            #expect(try holds(["$not": left]) == !l)
            #expect(try holds(["$and": [left, right]]) == (l && r))
            #expect(try holds(["$or": [left, right]]) == (l || r))
            #expect(try holds(["$not": ["$or": [["$not": left], ["$not": right]]]]) == (l && r))
            // Reading what was written changes nothing.
            #expect(try EventCondition(JSON.parse(EventCondition(left).json.text)) == EventCondition(left))
        }
        #expect((300...2700).contains(held))
    }

    @Test func `opposites are opposite and one of one is equal`() throws {
        var random = SplitMix(state: 7)
        for _ in 0..<3000 {
            let (place, wanted, event) = (Self.place(&random), Self.value(&random, 1), Self.value(&random, 3))
            func holds(_ asked: JSON) throws -> Bool {
                try EventCondition(.object(JSON.Object([(place, asked)]))).matches(type: "a", data: event)
            }
            #expect(try holds(["$ne": wanted]) != holds(["$eq": wanted]))
            #expect(try holds(["$nin": [wanted]]) != holds(["$in": [wanted]]))
            #expect(try holds(["$in": [wanted]]) == holds(["$eq": wanted]))
            #expect(try holds(["$exists": true]) != holds(["$exists": false]))
            if try holds(["$eq": wanted]) { #expect(try holds(["$exists": true])) }
        }
    }

    /// Comparing each value with each element took 44 seconds for one event.
    @Test func `a value in a long list is not looked for one by one`() throws {
        let wanted: JSON = .array([JSON](repeating: [1], count: 999) + [["a": [2, "b"]]])
        let elements = [JSON](repeating: [3], count: 50_000)
        let conditions = [JSON](repeating: ["data.x": ["$in": wanted]], count: 8)
        let condition = try EventCondition(["$or": .array(conditions)])
        let start = Self.threadTime()
        #expect(!condition.matches(type: "a", data: ["x": .array(elements)]))
        #expect(Self.threadTime() - start < .seconds(15))
        #expect(condition.matches(type: "a", data: ["x": .array(elements + [[1]])]))
        #expect(condition.matches(type: "a", data: ["x": .array(elements + [["a": [2, "b"]]])]))
        #expect(!condition.matches(type: "a", data: ["x": .array(elements + [["a": ["b", 2]]])]))
    }

    private static func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    @Test func `a text is found wherever it is`() {
        var random = SplitMix(state: 5)
        let letters = Array("aab")
        for _ in 0..<4000 {
            let text = String(
                (0..<Int.random(in: 0...30, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
            let wanted = String(
                (0..<Int.random(in: 0...6, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
            let condition = try? EventCondition(["type": ["$contains": .string(wanted)]])
            #expect(
                condition?.matches(type: text, data: nil) == (wanted.isEmpty || text.contains(wanted)),
                "\(wanted) in \(text)")
        }
    }

    @Test func `no bytes that are JSON are more than refused`() {
        var random = SplitMix(state: 21)
        for (seed, _) in Self.examples {
            for _ in 0..<60 {
                guard let json = try? JSON.parse(random.mutation(of: Array(seed.utf8))) else { continue }
                let condition = try? EventCondition(json)
                _ = condition?.matches(type: "ticket.created", data: Self.data, metadata: Self.metadata)
            }
        }
    }

    private static func place(_ random: inout SplitMix) -> String {
        "data"
            + (0..<Int.random(in: 0...3, using: &random)).map { _ in
                ".\(["a", "b", "0", "1"].randomElement(using: &random) ?? "a")"
            }.joined()
    }

    private static func value(_ random: inout SplitMix, _ depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return nil
        case 1: return .bool(.random(using: &random))
        case 2: return JSON(Int.random(in: 0...3, using: &random))
        case 3, 4: return .string(["", "a", "ab"].randomElement(using: &random) ?? "")
        case 5: return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(&random, depth - 1) })
        default:
            return .object(JSON.Object(["a", "b"].map { ($0, value(&random, depth - 1)) }))
        }
    }

    private static func filter(_ random: inout SplitMix, _ depth: Int) -> JSON {
        if depth > 0, Bool.random(using: &random) {
            let inner = (0..<2).map { _ in filter(&random, depth - 1) }
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return ["$and": .array(inner)]
            case 1: return ["$or": .array(inner)]
            default: return ["$not": inner[0]]
            }
        }
        let asked: JSON =
            switch Int.random(in: 0..<7, using: &random) {
            case 0: ["$eq": value(&random, 1)]
            case 1: ["$ne": value(&random, 1)]
            case 2: ["$in": [value(&random, 0), value(&random, 0)]]
            case 3: ["$gte": JSON(Int.random(in: 0...3, using: &random))]
            case 4: ["$exists": .bool(.random(using: &random))]
            case 5: ["$contains": "a"]
            default: ["$startsWith": "a"]
            }
        return .object(JSON.Object([(place(&random), asked)]))
    }
}
