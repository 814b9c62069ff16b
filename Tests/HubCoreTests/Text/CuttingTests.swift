import HubCore
import Testing

@Suite("Cutting text")
struct CuttingTests {
    @Test(arguments: [
        ("abc", 2, "ab"), ("abc", 3, "abc"), ("abc", 9, "abc"), ("é", 1, ""), ("aé€😀", 5, "aé"), ("", 0, ""),
    ])
    func `a beginning has no more bytes than asked for and no half of a scalar`(
        _ text: String, _ limit: Int, _ expected: String
    ) {
        #expect(text.prefix(bytes: limit) == expected)
        #expect("x\(text)".dropFirst().prefix(bytes: limit) == expected)
    }
}
