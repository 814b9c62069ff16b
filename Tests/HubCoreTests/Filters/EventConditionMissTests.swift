import HubCore
import Testing

@Suite struct EventConditionMissTests {
    private static let data: JSON = [
        "total": 50, "country": "DE", "items": [["sku": "A-1"], ["sku": "B-2"]], "a.b": ["c": 1],
    ]

    private func misses(_ filter: String) throws -> [EventCondition.Miss] {
        try EventCondition(JSON.parse(filter)).misses(
            type: "order.placed", data: Self.data, metadata: ["region": "eu"])
    }

    static let examples: [(String, [String])] = [
        ("{}", []), (#"{"data.total": 50}"#, []), (#"{"data.total": 51}"#, ["$.data.total"]),
        (#"{"data.total": {"$gte": 10, "$lt": 20}, "data.country": "AT"}"#, ["$.data.total.$lt", "$.data.country"]),
        (#"{"data": {"country": "DE", "total": {"$gt": 60}}}"#, ["$.data.total.$gt"]),
        (#"{"$and": [{"type": "order.placed"}, {"metadata.region": "us"}]}"#, ["$.$and[1].metadata.region"]),
        (#"{"$or": [{"type": "x"}, {"data.total": 1}]}"#, ["$.$or"]),
        (#"{"$not": {"data.country": "DE"}}"#, ["$.$not"]),
        (#"{"data.total": {"$not": {"$gt": 10}}}"#, ["$.data.total.$not"]),
        (#"{"/data/a.b": {"c": 2}}"#, ["$./data/a.b.c"]),
        (#"{"data.items.sku": "C-3"}"#, ["$.data.items.sku"]),
        (#"{"data.gone": {"$exists": true}}"#, ["$.data.gone.$exists"]),
    ]

    @Test(arguments: examples)
    func `the parts that do not hold are named, and no others`(_ filter: String, _ paths: [String]) throws {
        #expect(try misses(filter).map(\.path) == paths)
    }

    @Test func `a miss tells what was asked and what is there`() throws {
        let misses = try misses(#"{"data.total": {"$gte": 100}, "data.gone": 1, "/data/a.b": {"c": 2}, "type": "x"}"#)
        #expect(misses.map(\.wanted) == [["$gte": 100], 1, 2, "x"])
        #expect(misses.map(\.found) == [50, nil, 1, "order.placed"])
    }

    @Test(arguments: EventConditionTests.examples)
    func `a filter that does not match has a part that does not hold`(_ filter: String, _ matches: Bool) throws {
        let condition = try EventCondition(JSON.parse(filter))
        let (data, metadata) = EventConditionTests.event
        let misses = condition.misses(type: "ticket.created", data: data, metadata: metadata)
        #expect(misses.isEmpty == matches, "\(misses)")
    }
}
