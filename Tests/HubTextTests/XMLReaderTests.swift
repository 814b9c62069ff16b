import HubCore
import HubText
import Testing

@Suite struct XMLReaderTests {
    private func read(_ text: String) -> XMLNode? {
        XMLReader.node(Array(text.utf8))
    }

    @Test func `elements, attributes and text are read`() throws {
        let root = try #require(
            read("<?xml version=\"1.0\"?><n:a x='1' b=\"2\">t<c>u &amp; v</c><![CDATA[<w>]]></n:a>"))
        #expect(root.name == "n:a")
        #expect(root.localName == "a")
        #expect(root.attributes == ["b": "2", "x": "1"])
        #expect(root.text == "t<w>")
        #expect(root["c"]?.text == "u & v")
    }

    @Test func `a comment may stand before the root`() {
        #expect(read("\u{FEFF}<!-- <!DOCTYPE a> -->\n<a/>")?.name == "a")
    }

    @Test(arguments: [
        "<!DOCTYPE a><a/>", "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<!-- c --><!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><a>&x;</a>", "<a>&x;</a>", "<a><!DOCTYPE b></a>",
    ])
    func `declarations and unknown entities are refused`(_ text: String) {
        #expect(read(text) == nil)
    }

    @Test func `encodings that could hide a declaration are refused`() {
        #expect(read("<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>") == nil)
        #expect(XMLReader.node(Array("<a/>".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) == nil)
        #expect(read("<?xml version=\"1.0\" encoding=\"utf-8\"?><a>é</a>")?.text == "é")
    }

    @Test(arguments: ["", " ", "a", "<a>", "<a></b>", "<a/><b/>", "<", "<a", "<a b></a>", "<?xml", "<!-- "])
    func `what is not well-formed is refused`(_ text: String) {
        #expect(read(text) == nil)
    }

    @Test func `depth and number of elements are bounded`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(read(nested(XMLReader.depthLimit)) != nil)
        #expect(read(nested(XMLReader.depthLimit + 1)) == nil)
        #expect(read(nested(5000)) == nil)
        #expect(read("<a>" + String(repeating: "<b/>", count: XMLReader.nodeLimit) + "</a>") == nil)
    }

    /// A megabyte of attributes of one element took nine seconds.
    @Test func `the attributes of one element are bounded, whatever stands around it`() {
        func element(_ count: Int) -> String {
            "<b" + (0..<count).map { " a\($0)='>'" }.joined() + "/>"
        }
        let (most, tooMany) = (element(XMLReader.attributeLimit), element(XMLReader.attributeLimit + 1))
        #expect(read(most) != nil)
        #expect(read("<a>" + most + most + "</a>") != nil)
        for before in ["", "x='", "<!--><c x=\"-->", "<![CDATA[<c x=\"]]>", "<?p <c x=\"?>", "<c x='\"'/>"] {
            #expect(read("<a>" + before + tooMany + "</a>") == nil)
        }
        let signs = String(repeating: "=", count: 5000)
        #expect(read("<a b='\(signs)'>\(signs)<!-- <b \(signs) --><![CDATA[<b \(signs)]]></a>") != nil)
    }

    @Test func `a document cut at any byte is refused without a crash`() {
        let whole = Array("<?xml version=\"1.0\"?><!-- c --><a b='1'><c>&lt;<![CDATA[d]]></c></a>".utf8)
        for length in whole.indices { #expect(XMLReader.node(Array(whole[..<length])) == nil) }
        #expect(XMLReader.node(whole) != nil)
    }

    @Test func `the reader of contents uses it`() {
        guard case .xml(let node) = XMLReader.contentReader.read(Array("<a/>".utf8), contentType: "text/xml") else {
            Issue.record("not read as XML")
            return
        }
        #expect(node.name == "a")
    }
}
