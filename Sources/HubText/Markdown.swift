import CCMarkGFM
import Synchronization

/// Markdown (CommonMark with GitHub's tables, strikethrough, autolinks and task lists) made safe to show.
///
/// cmark-gfm parses; what is written comes from a fixed list of elements only. Raw HTML is shown as the text it is.
/// Links lead to `http`, `https` and `mailto` alone. Images become links, so that reading a message tells nobody.
/// Line breaks are kept, as people expect in a chat.
package enum Markdown {
    /// In bytes; what is longer is cut.
    package static let lengthLimit = 64 * 1024
    /// Blocks and emphasis in each other; what nests deeper is shown as it was written.
    static let depthLimit = 48

    /// - Returns: HTML to be placed inside a block element; only elements, attributes and URLs from a fixed list.
    package static func html(_ markdown: String) -> String {
        parse(markdown) { root in
            var renderer = MarkdownHTML()
            walk(root) { renderer.visit($0, entering: $1) }
            return renderer.html
        } ?? "<p>\(HTML.escape(cut(markdown)))</p>\n"
    }

    /// The words alone, for snippets and search: blocks and lines separated by newlines.
    package static func plainText(of markdown: String) -> String {
        parse(markdown) { root in
            var renderer = MarkdownText()
            walk(root) { renderer.visit($0, entering: $1) }
            return renderer.text
        } ?? cut(markdown)
    }

    private static func cut(_ markdown: String) -> String {
        guard markdown.utf8.count > lengthLimit else { return markdown }
        // Repairs a character that the limit cuts in two.
        return String(decoding: markdown.utf8.prefix(lengthLimit), as: UTF8.self)
    }

    // MARK: cmark-gfm

    /// The parser keeps the characters that extensions are interested in in a global table which it changes while it
    /// runs (`cmark_manage_extensions_special_characters`), so only one may run at a time.
    private static let oneAtATime: Mutex<Void> = {
        cmark_gfm_core_extensions_ensure_registered()
        return Mutex(())
    }()

    private static let extensions = ["table", "strikethrough", "autolink", "tasklist"]

    /// - Returns: what `use` returns; nil when the text nests too deep, or would take too long.
    private static func parse<Result>(_ markdown: String, _ use: (OpaquePointer) -> Result) -> Result? {
        let text = cut(markdown)
        guard !MarkdownCost.isTooHigh(for: text) else { return nil }
        let root = oneAtATime.withLock { _ in document(text) }
        guard let root else { return nil }
        defer { cmark_node_free(root) }
        guard depth(of: root) <= depthLimit else { return nil }
        return use(root)
    }

    /// - Returns: a document that the caller frees.
    private static func document(_ text: String) -> OpaquePointer? {
        guard let parser = cmark_parser_new(CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8) else { return nil }
        defer { cmark_parser_free(parser) }
        for name in extensions {
            if let found = cmark_find_syntax_extension(name) { cmark_parser_attach_syntax_extension(parser, found) }
        }
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        }
        return cmark_parser_finish(parser)
    }

    private static func walk(_ root: OpaquePointer, _ visit: (MarkdownNode, _ entering: Bool) -> Void) {
        guard let iterator = cmark_iter_new(root) else { return }
        defer { cmark_iter_free(iterator) }
        while true {
            let event = cmark_iter_next(iterator)
            guard event != CMARK_EVENT_DONE, let node = cmark_iter_get_node(iterator) else { return }
            visit(MarkdownNode(pointer: node), event == CMARK_EVENT_ENTER)
        }
    }

    private static func depth(of root: OpaquePointer) -> Int {
        var (depth, deepest) = (0, 0)
        walk(root) { node, entering in
            guard !node.isLeaf else { return }
            depth += entering ? 1 : -1
            deepest = max(deepest, depth)
        }
        return deepest
    }
}

/// A node of the parsed document; valid while the document is.
struct MarkdownNode {
    let pointer: OpaquePointer

    /// Extensions' types are numbered at run time; their names are fixed.
    var type: String { cmark_node_get_type_string(pointer).map { String(cString: $0) } ?? "" }
    var literal: String { cmark_node_get_literal(pointer).map { String(cString: $0) } ?? "" }
    var url: String { cmark_node_get_url(pointer).map { String(cString: $0) } ?? "" }
    var fenceInfo: String { cmark_node_get_fence_info(pointer).map { String(cString: $0) } ?? "" }
    var headingLevel: Int { Int(cmark_node_get_heading_level(pointer)) }
    var isOrdered: Bool { cmark_node_get_list_type(pointer) == CMARK_ORDERED_LIST }
    var listStart: Int { Int(cmark_node_get_list_start(pointer)) }
    var isChecked: Bool { cmark_gfm_extensions_get_tasklist_item_checked(pointer) }
    var parent: MarkdownNode? { cmark_node_parent(pointer).map(MarkdownNode.init) }
    var hasChildren: Bool { cmark_node_first_child(pointer) != nil }
    var hasNext: Bool { cmark_node_next(pointer) != nil }

    /// Whether this is the paragraph of an item in a list without blank lines, which HTML shows without `<p>`.
    var isTight: Bool {
        guard let list = parent?.parent, list.type == "list" else { return false }
        return cmark_node_get_list_tight(list.pointer) != 0
    }

    /// Visited once, without a second visit when it is left.
    var isLeaf: Bool {
        ["text", "softbreak", "linebreak", "code", "code_block", "html_block", "html_inline", "thematic_break"]
            .contains(type)
    }

    /// How a column of the table that this cell is in is aligned: `l`, `c`, `r` or nil.
    func alignment(ofColumn column: Int) -> Character? {
        guard let row = parent, let table = row.parent,
            let alignments = cmark_gfm_extensions_get_table_alignments(table.pointer),
            column < cmark_gfm_extensions_get_table_columns(table.pointer)
        else { return nil }
        let letter = Character(UnicodeScalar(alignments[column]))
        return letter == "\0" ? nil : letter
    }
}
