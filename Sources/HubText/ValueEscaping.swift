import HubCore
import Mustache

/// How the template library is told to escape what `{{x}}` puts in.
enum ValueEscaping {
    /// What a template's first line calls it.
    static func name(of escaping: TemplateEscaping) -> String {
        switch escaping {
        case .none: return "TEXT"
        case .markup: return "HTML"
        case .json, .form:
            _ = registration
            return escaping == .json ? JSONStringContent.name : PercentEncoding.name
        }
    }

    /// The library keeps its list for the whole process; the names are ours alone.
    private static let registration: Void = {
        MustacheContentTypes.register(JSONStringContent(), named: JSONStringContent.name)
        MustacheContentTypes.register(PercentEncoding(), named: PercentEncoding.name)
    }()
}

/// Takes JSON text, makes of it what stands between the quotes of a string that holds it.
private struct JSONStringContent: MustacheContentType {
    static let name = "MARTLET-JSON"

    func escapeText(_ text: String) -> String {
        if text == "null" { return "" }
        let isString = text.utf8.first == UInt8(ascii: "\"")
        return String((isString ? text : JSON.string(text).text).dropFirst().dropLast())
    }
}

/// `application/x-www-form-urlencoded`, with `%20` for blanks.
private struct PercentEncoding: MustacheContentType {
    static let name = "MARTLET-FORM"

    func escapeText(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                encoded.append(UInt8(ascii: "%"))
                encoded.append(contentsOf: Hex.encode([byte]).uppercased().utf8)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
