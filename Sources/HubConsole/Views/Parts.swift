import HubCore
import HubText

/// A short word with a colour; the word alone says it too.
struct PillView: Sendable {
    enum Tone: String, Sendable {
        case good, info, warn, bad, mute
    }

    let label: String
    let tone: String

    init(_ label: String, _ tone: Tone) {
        (self.label, self.tone) = (label, tone.rawValue)
    }

    init(_ outcome: Event.Outcome) {
        switch outcome {
        case .message: self.init("message", .good)
        case .transcript: self.init("transcript", .info)
        case .outgoing: self.init("outgoing", .info)
        case .ignored: self.init("ignored", .mute)
        case .unreadable: self.init("unreadable", .bad)
        }
    }
}

struct LinkView: Sendable {
    let label: String
    let href: String
}

/// One choice of a `<select>` or a set of radio buttons.
struct ChoiceView: Sendable {
    let value: String
    let text: String
    let hint: String
    let isSelected: Bool

    init(_ value: String, _ text: String, hint: String = "", isSelected: Bool = false) {
        (self.value, self.text, self.hint, self.isSelected) = (value, text, hint, isSelected)
    }
}

struct ChoicesView: Sendable {
    let choices: [ChoiceView]

    init(_ choices: [ChoiceView]) {
        self.choices = choices
    }
}

/// A `<select>` in a bar of filters.
struct SelectView: Sendable {
    let name: String
    let label: String
    let choices: [ChoiceView]

    /// - Parameter choices: value and text; the first stands for no filter.
    init(_ name: String, _ label: String, _ choices: [(String, String)], selected: String?) {
        self.name = name
        self.label = label
        self.choices = choices.map { ChoiceView($0.0, $0.1, isSelected: $0.0 == selected ?? "") }
    }
}

/// A name and a value of a list of facts.
struct FactView: Sendable {
    let name: String
    let value: String
    let isCode: Bool
    let href: String?
    /// Before the value, or instead of one.
    let at: TimeView?

    init(_ name: String, _ value: String, isCode: Bool = false, href: String? = nil, at: TimeView? = nil) {
        (self.name, self.value, self.isCode, self.href, self.at) = (name, value, isCode, href, at)
    }

    init(_ name: String, _ at: TimeView) {
        self.init(name, "", at: at)
    }
}

/// One figure of a few that tell how something is.
struct TileView: Sendable {
    let label: String
    let figure: String
    /// A figure that is a time.
    let figureAt: TimeView?
    let note: String
    /// Behind the note.
    let at: TimeView?
    let href: String?

    init(label: String, figure: String, note: String, at: TimeView? = nil, href: String? = nil) {
        (self.label, self.figure, self.note, self.at, self.href) = (label, figure, note, at, href)
        figureAt = nil
    }

    init(label: String, at figureAt: TimeView) {
        (self.label, self.figureAt) = (label, figureAt)
        (figure, note, at, href) = ("", "", nil, nil)
    }
}

struct PagerView: Sendable {
    let summary: String
    let newest: String?
    let next: String?
}

/// A secret that is shown this once.
struct OnceView: Sendable {
    let heading: String
    let text: String
    let secret: String
}

/// A message as people read it.
struct MessageView: Sendable {
    let anchor: String?
    /// Names a day before the first message of it.
    let day: String?
    let severity: String
    let initials: String
    let sender: String
    let place: LinkView?
    let flag: PillView?
    let at: TimeView?
    /// Where its event's story is told.
    let story: String?
    let bodyHTML: SafeHTML

    init(
        sender: String, body: String, severity: Severity = .info, place: LinkView? = nil, flag: PillView? = nil,
        at: TimeView? = nil, anchor: String? = nil, day: String? = nil, story: String? = nil
    ) {
        self.anchor = anchor
        self.day = day
        self.severity = severity.rawValue
        initials = Self.initials(of: sender)
        self.sender = sender
        self.place = place
        self.flag = flag
        self.at = at
        self.story = story
        bodyHTML = SafeHTML(made: Markdown.html(body))
    }

    /// One or two letters that stand for a name.
    static func initials(of name: String) -> String {
        let words = name.split(whereSeparator: { !$0.isLetter && !$0.isNumber })
        guard let first = words.first?.first else { return "·" }
        guard words.count > 1, let second = words.dropFirst().first?.first else {
            let capital = name.dropFirst().first { $0.isUppercase }
            return first.uppercased() + (capital.map(String.init) ?? "")
        }
        return first.uppercased() + second.uppercased()
    }
}

/// A body of a request: as a tree, as text, or why it is not there.
struct BodyView: Sendable {
    let bodySummary: String
    let jsonHTML: SafeHTML?
    let text: String?
    let absence: String?

    /// Of what is shown as text, in bytes.
    private static let textLimit = 128 * 1024

    /// - Parameters:
    ///   - bytes: nil when it was not kept.
    ///   - contentType: as declared; a form's fields are shown decoded.
    init(_ bytes: [UInt8]?, size: Int64, contentType: String?, absence reason: String = "It was not kept.") {
        let size = Amount.bytes(size)
        guard let bytes, !bytes.isEmpty else {
            bodySummary = bytes == nil ? size : "empty"
            (jsonHTML, text) = (nil, nil)
            absence = bytes == nil ? reason : "It had none."
            return
        }
        absence = nil
        if let json = Self.json(bytes, contentType), let tree = JSONMarkup.html(json.value) {
            bodySummary = json.isForm ? "form, \(size)" : "JSON, \(size)"
            (jsonHTML, text) = (tree, nil)
        } else if let whole = String(validating: bytes.prefix(Self.textLimit), as: UTF8.self) {
            bodySummary = "text, \(size)"
            (jsonHTML, text) = (nil, whole + (bytes.count > Self.textLimit ? "\n…" : ""))
        } else {
            bodySummary = "binary, \(size)"
            (jsonHTML, text) = (nil, Self.hexLines(bytes.prefix(1024)) + (bytes.count > 1024 ? "…" : ""))
        }
    }

    init(summary: String, jsonHTML: SafeHTML?, text: String?, absence: String?) {
        bodySummary = summary
        (self.jsonHTML, self.text, self.absence) = (jsonHTML, text, absence)
    }

    private static func json(_ bytes: [UInt8], _ contentType: String?) -> (value: JSON, isForm: Bool)? {
        switch ContentReader.withoutXML.read(bytes, contentType: contentType) {
        case .json(let value):
            return (value, false)
        case .form(let fields):
            // A form may carry JSON in a field, as GitHub's and Slack's do.
            let members = fields.fields.map { field -> (String, JSON) in
                let isJSON = field.value.hasPrefix("{") || field.value.hasPrefix("[")
                // What only looks like JSON is shown as the text that it is.
                let value = isJSON ? (try? JSON.parse(field.value)) ?? .string(field.value) : .string(field.value)
                return (field.name, value)
            }
            return (.object(JSON.Object(members)), true)
        default:
            return nil
        }
    }

    private static func hexLines(_ bytes: some Collection<UInt8>) -> String {
        var lines = ""
        for (index, byte) in bytes.enumerated() {
            lines += Hex.encode([byte]) + (index % 16 == 15 ? "\n" : " ")
        }
        return lines
    }
}

/// A header of a request; what was a credential is a mark of it.
struct HeaderView: Sendable {
    let name: String
    let value: String
    let isRedacted: Bool

    init(_ field: Fields.Field) {
        name = field.name
        value = field.value
        isRedacted = field.value.contains("<redacted:")
    }
}
