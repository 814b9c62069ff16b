import Foundation
import FoundationXML
package import HubCore

package import struct HubCore.XMLNode

/// Reads XML without a document type: no declarations, no entities but the five, nothing loaded from anywhere.
package enum XMLReader {
    /// Elements in each other.
    package static let depthLimit = 100
    /// Elements in all.
    package static let nodeLimit = 50_000
    /// Attributes of one element: the parser compares each with all before it.
    package static let attributeLimit = 1000

    /// For ``WebhookRequest``s.
    package static let contentReader = ContentReader { node($0) }

    /// - Returns: the root element; nil when the bytes are not well-formed, beyond the limits, in an encoding that does
    ///   not contain ASCII as it is, or declare a document type.
    package static func node(_ bytes: [UInt8]) -> XMLNode? {
        guard XMLOutline(bytes).isAcceptable else { return nil }
        let parser = XMLParser(data: Data(bytes))
        parser.shouldProcessNamespaces = false
        parser.shouldResolveExternalEntities = false
        let builder = XMLTreeBuilder()
        parser.delegate = builder
        guard parser.parse(), !builder.hasFailed else { return nil }
        return builder.root
    }
}

/// A document before it is parsed: what stands before the root element (a document type can stand nowhere else, XML 1.0
/// §2.8), and how many attributes the elements have.
private struct XMLOutline {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    }

    var isAcceptable: Bool {
        var outline = self
        return outline.readProlog() && outline.readElements()
    }

    private mutating func readProlog() -> Bool {
        // UTF-16 and UTF-32 have NULs here; in them the scan below would see nothing.
        guard !rest.prefix(256).contains(0) else { return false }
        while true {
            rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            if rest.starts(with: "<?".utf8) {
                guard let instruction = skip("<?", past: "?>"), Self.hasPlainEncoding(instruction) else { return false }
            } else if rest.starts(with: "<!--".utf8) {
                guard skip("<!--", past: "-->") != nil else { return false }
            } else {
                return rest.starts(with: "<".utf8) && !rest.starts(with: "<!".utf8)
            }
        }
    }

    /// - Returns: false when an element has too many. What is not well-formed is for the parser to refuse.
    private mutating func readElements() -> Bool {
        let markup = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[start...]
            if let (start, end) = markup.first(where: { rest.starts(with: $0.0.utf8) }) {
                guard skip(start, past: end) != nil else { return true }
            } else {
                guard readTag() <= XMLReader.attributeLimit else { return false }
            }
        }
        return true
    }

    /// - Returns: the number of attributes.
    private mutating func readTag() -> Int {
        var attributes = 0
        var quote: UInt8?
        for position in rest.indices {
            switch rest[position] {
            case let byte where quote != nil: if byte == quote { quote = nil }
            case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = rest[position]
            case UInt8(ascii: "="): attributes += 1
            case UInt8(ascii: ">"):
                rest = rest[(position + 1)...]
                return attributes
            default: break
            }
        }
        rest = []
        return attributes
    }

    /// - Returns: from the start, which stands here, to the end, which is not part of it; nil when there is no end.
    private mutating func skip(_ start: String, past end: String) -> ArraySlice<UInt8>? {
        let end = Array(end.utf8)
        var position = rest.startIndex + start.utf8.count
        while position + end.count <= rest.endIndex {
            if rest[position] == end[0], rest[position..<position + end.count].elementsEqual(end) {
                defer { rest = rest[(position + end.count)...] }
                return rest[..<position]
            }
            position += 1
        }
        return nil
    }

    /// Encodings in which no ASCII text can hide, so that this scan and the parser see the same.
    private static let plainEncodings: Set<String> = ["utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"]

    private static func hasPlainEncoding(_ instruction: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: instruction, as: UTF8.self)
        guard text.hasPrefix("<?xml "), let name = text.firstMatch(of: /encoding\s*=\s*["']([^"']*)["']/)?.output.1
        else { return true }
        return plainEncodings.contains(name.lowercased())
    }
}

private final class XMLTreeBuilder: NSObject, XMLParserDelegate {
    private struct Element {
        let name: String
        let attributes: Fields
        var children: [XMLNode] = []
        var text = ""
    }

    private var open: [Element] = []
    private var count = 0
    private(set) var root: XMLNode?
    private(set) var hasFailed = false

    private func fail(_ parser: XMLParser) {
        hasFailed = true
        parser.abortParsing()
    }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName qName: String?,
        attributes attributeDict: [String: String] = [:]
    ) {
        count += 1
        guard !hasFailed, open.count < XMLReader.depthLimit, count <= XMLReader.nodeLimit else { return fail(parser) }
        let attributes = attributeDict.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        open.append(Element(name: elementName, attributes: Fields(attributes)))
    }

    func parser(
        _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName qName: String?
    ) {
        guard !hasFailed, let element = open.popLast() else { return }
        let node = XMLNode(
            name: element.name, attributes: element.attributes, children: element.children, text: element.text)
        if open.isEmpty {
            root = node
        } else {
            open[open.count - 1].children.append(node)
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard !hasFailed, !open.isEmpty else { return }
        open[open.count - 1].text += string
    }

    func parser(_ parser: XMLParser, foundCDATA CDATABlock: Data) {
        self.parser(parser, foundCharacters: String(decoding: CDATABlock, as: UTF8.self))
    }

    func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) {
        if !Self.namespaceErrors.contains((parseError as NSError).code) { hasFailed = true }
    }

    /// libxml2's `XML_NS_ERR_…`: a prefix that is not declared costs nothing here, names are kept as written.
    private static let namespaceErrors = 200...205
}
