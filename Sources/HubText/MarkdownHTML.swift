/// Writes a parsed document as HTML from a fixed list of elements.
struct MarkdownHTML {
    private(set) var html = ""
    /// For every link and image that is open: whether it became an anchor. Anchors cannot lie in each other.
    private var anchors: [Bool] = []
    /// Of the table cell that comes next.
    private var column = 0

    mutating func visit(_ node: MarkdownNode, entering: Bool) {
        switch node.type {
        case "text": html += HTML.escape(node.literal)
        case "softbreak", "linebreak": html += "<br>\n"
        case "code": html += "<code>\(HTML.escape(node.literal))</code>"
        case "html_inline": html += HTML.escape(node.literal)
        case "html_block": html += "<p>\(HTML.escape(node.literal.trimmingNewlines))</p>\n"
        case "code_block": codeBlock(node)
        case "thematic_break": html += "<hr>\n"
        case "emph": tag("em", entering)
        case "strong": tag("strong", entering)
        case "strikethrough": tag("del", entering)
        case "link", "image": link(node, entering)
        case "paragraph": paragraph(node, entering)
        case "heading":
            // A message's headings never stand above those of the page around it.
            tag("h\(min(node.headingLevel + 2, 6))", entering, newline: !entering)
        case "block_quote": tag("blockquote", entering, newline: true)
        case "list": list(node, entering)
        case "item": tag("li", entering, newline: !entering)
        case "tasklist": task(node, entering)
        case "table": table(node, entering)
        case "table_header" where entering, "table_row" where entering:
            column = 0
            html += node.type == "table_header" ? "<thead><tr>" : "<tr>"
        case "table_header": html += "</tr></thead>\n<tbody>\n"
        case "table_row": html += "</tr>\n"
        case "table_cell": cell(node, entering)
        default: break
        }
    }

    private mutating func tag(_ name: String, _ entering: Bool, newline: Bool = false) {
        html += entering ? "<\(name)>" : "</\(name)>"
        if newline { html += "\n" }
    }

    private mutating func paragraph(_ node: MarkdownNode, _ entering: Bool) {
        if node.isTight {
            if !entering, node.hasNext { html += "\n" }
        } else {
            html += entering ? "<p>" : "</p>\n"
        }
    }

    private mutating func codeBlock(_ node: MarkdownNode) {
        let language = node.fenceInfo.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-+#_".contains($0)) }
        html += language.isEmpty ? "<pre><code>" : "<pre><code class=\"language-\(language)\">"
        html += HTML.escape(node.literal) + "</code></pre>\n"
    }

    private mutating func list(_ node: MarkdownNode, _ entering: Bool) {
        guard node.isOrdered else { return tag("ul", entering, newline: true) }
        if entering, node.listStart != 1 {
            html += "<ol start=\"\(node.listStart)\">\n"
        } else {
            tag("ol", entering, newline: true)
        }
    }

    private mutating func task(_ node: MarkdownNode, _ entering: Bool) {
        guard entering else { return tag("li", false, newline: true) }
        let box = node.isChecked ? "checked aria-label=\"done\"" : "aria-label=\"open\""
        html += "<li class=\"task\"><input type=\"checkbox\" disabled \(box)> "
    }

    private mutating func table(_ node: MarkdownNode, _ entering: Bool) {
        html += entering ? "<table>\n" : "</tbody></table>\n"
    }

    private mutating func cell(_ node: MarkdownNode, _ entering: Bool) {
        let name = node.parent?.type == "table_header" ? "th" : "td"
        guard entering else { return tag(name, false) }
        defer { column += 1 }
        switch node.alignment(ofColumn: column) {
        case "c": html += "<\(name) class=\"center\">"
        case "r": html += "<\(name) class=\"right\">"
        default: html += "<\(name)>"
        }
    }

    // MARK: Links

    private mutating func link(_ node: MarkdownNode, _ entering: Bool) {
        guard entering else {
            if anchors.popLast() == true { html += "</a>" }
            return
        }
        let url = node.url
        let isAnchor = !anchors.contains(true) && HTML.isSafeLink(url)
        anchors.append(isAnchor)
        if isAnchor {
            html += "<a href=\"\(HTML.escape(url))\" rel=\"noopener noreferrer nofollow\">"
        }
        if node.type == "image", !node.hasChildren { html += HTML.escape(url.isEmpty ? "image" : url) }
    }
}

/// Writes the words of a parsed document.
struct MarkdownText {
    private var lines = ""

    var text: String { lines.trimmingNewlines }

    mutating func visit(_ node: MarkdownNode, entering: Bool) {
        switch node.type {
        case "text", "code", "html_inline", "code_block", "html_block":
            lines += node.literal
        case "softbreak", "linebreak":
            lines += "\n"
        case "table_cell" where !entering && node.hasNext:
            lines += " "
        case "paragraph", "heading", "table_row", "table_header", "item", "tasklist":
            if !entering { endLine() }
        default:
            break
        }
    }

    private mutating func endLine() {
        if !lines.isEmpty, lines.utf8.last != UInt8(ascii: "\n") { lines += "\n" }
    }
}

/// The little of HTML that is not a template.
package enum HTML {
    /// For text and for attribute values in quotes.
    package static func escape(_ text: String) -> String {
        guard text.utf8.contains(where: { special.contains($0) }) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let special: [UInt8] = Array("&<>\"'".utf8)

    /// Whether people may be sent there: `http`, `https` and `mailto`, written out.
    ///
    /// Relative links are refused too: what a vendor means by them is not what they would mean here.
    package static func isSafeLink(_ url: String) -> Bool {
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return false }
        guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let scheme = url[..<colon].lowercased()
        if scheme == "mailto" { return true }
        return (scheme == "http" || scheme == "https") && url[colon...].hasPrefix("://")
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        var text = self[...]
        while text.utf8.last == UInt8(ascii: "\n") { text.removeLast() }
        while text.utf8.first == UInt8(ascii: "\n") { text.removeFirst() }
        return String(text)
    }
}
