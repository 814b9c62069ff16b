import HubCore
import HubText

/// A JSON value as a tree that folds without a script.
struct JSONMarkup {
    /// Values; beyond that the text is shown as it is.
    private static let nodeLimit = 3000
    private static let depthLimit = 40
    /// What stays open at first.
    private static let openDepth = 3

    private var html = ""
    private var nodes = 0

    /// - Returns: nil when there is too much of it to be shown so.
    static func html(_ value: JSON) -> SafeHTML? {
        var markup = JSONMarkup()
        return markup.write(value, key: "", depth: 0) ? SafeHTML(made: markup.html) : nil
    }

    /// - Parameter key: markup that stands before the value; with a value that folds, it stays when that is folded.
    private mutating func write(_ value: JSON, key: String, depth: Int) -> Bool {
        nodes += 1
        guard nodes <= Self.nodeLimit, depth <= Self.depthLimit else { return false }
        if value.array == nil, value.object == nil { html += key }
        switch value {
        case .null: html += "<span class=\"w\">null</span>"
        case .bool(let value): html += "<span class=\"w\">\(value)</span>"
        case .number(let number): html += "<span class=\"n\">\(HTML.escape(number.literal))</span>"
        case .string: html += "<span class=\"s\">\(HTML.escape(value.text))</span>"
        case .array(let elements):
            let frame = Frame(
                key: key, open: "[", close: "]", size: Amount.things(elements.count, "element"), depth: depth)
            return block(frame, elements) { markup, element in markup.write(element, key: "", depth: depth + 1) }
        case .object(let object):
            let frame = Frame(
                key: key, open: "{", close: "}", size: Amount.things(object.count, "member"), depth: depth)
            return block(frame, object.members) { markup, member in
                let key = "<span class=\"k\">\(HTML.escape(JSON.string(member.key).text)):</span> "
                return markup.write(member.value, key: key, depth: depth + 1)
            }
        }
        return true
    }

    private struct Frame {
        let key: String
        let open: String
        let close: String
        let size: String
        let depth: Int
    }

    private mutating func block<Element>(
        _ frame: Frame, _ elements: [Element], _ each: (inout JSONMarkup, Element) -> Bool
    ) -> Bool {
        guard !elements.isEmpty else {
            html += "\(frame.key)<span class=\"o\">\(frame.open)\(frame.close)</span>"
            return true
        }
        html += "<details\(frame.depth < Self.openDepth ? " open" : "")><summary>\(frame.key)<span class=\"o\">"
        html += "\(frame.open) \(frame.size)</span></summary><ul>"
        for element in elements {
            html += "<li>"
            guard each(&self, element) else { return false }
            html += "</li>"
        }
        html += "</ul><span class=\"o\">\(frame.close)</span></details>"
        return true
    }
}
