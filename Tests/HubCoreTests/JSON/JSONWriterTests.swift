import HubCore
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    private static let document: JSON = ["a": [1, "zwei", ["c": nil]], "é": "€\n", "leer": [], "auch": [:]]

    @Test func `the beginning of a pretty text is what the whole text begins with`() {
        let whole = Self.document.prettyText
        for limit in 0...whole.utf8.count + 1 {
            let (text, isWhole) = Self.document.prettyText(upTo: limit)
            #expect(whole.hasPrefix(text) && text.utf8.count <= limit && text.utf8.count > limit - 4 || isWhole)
            #expect(isWhole == (limit >= whole.utf8.count) && (!isWhole || text == whole))
        }
    }

    /// Each of the values stands on a line of its own with a thousand blanks before it.
    @Test(.timeLimit(.minutes(1)))
    func `values that nest deep cost no more than is shown of them`() {
        var document = JSON.array(Array(repeating: 1, count: 4_000_000))
        for _ in 0..<500 { document = .array([document]) }
        let (text, isWhole) = document.prettyText(upTo: 40_000)
        #expect(text.utf8.count == 40_000 && !isWhole)
    }
}
