import HubCore

/// Slack's "mrkdwn" as Markdown.
///
/// <https://docs.slack.dev/messaging/formatting-message-text>: `*bold*`, `_italic_`, `~strike~`, code as in Markdown,
/// `<…>` for links, people, channels and dates, and `&amp;`, `&lt;`, `&gt;` for the three characters themselves.
struct SlackMarkup {
    static func markdown(_ text: String) -> String {
        SlackMarkup(text).render()
    }

    /// How far from its beginning emphasis may end, so that hostile text is read in linear time.
    private static let spanLimit = 1000

    /// What the text is made of: characters, and pieces that are Markdown already (code, links, mentions).
    private enum Piece {
        case character(Character)
        case atom(String)

        var character: Character? {
            guard case .character(let character) = self else { return nil }
            return character
        }

        var isBlank: Bool { character?.isWhitespace ?? false }
        /// Inside words `*`, `_` and `~` are themselves.
        var isWordPart: Bool { character.map { $0.isLetter || $0.isNumber } ?? false }
    }

    private var pieces: [Piece] = []

    private init(_ text: String) {
        let characters = Array(text)
        var position = 0
        while position < characters.count {
            if let (atom, end) = Self.code(characters, position) ?? Self.reference(characters, position) {
                pieces.append(.atom(atom))
                position = end
            } else if let (character, end) = Self.entity(characters, position) {
                append(character, before: end < characters.count ? characters[end] : " ")
                position = end
            } else {
                position += 1
                append(characters[position - 1], before: position < characters.count ? characters[position] : " ")
            }
        }
    }

    /// An angle bracket that is no reference would begin HTML in Markdown.
    private mutating func append(_ character: Character, before next: Character) {
        pieces.append(character == "<" && !next.isWhitespace ? .atom("\\<") : .character(character))
    }

    // MARK: Emphasis

    private func render() -> String {
        render(pieces.indices).trimmed()
    }

    private func render(_ range: Range<Int>) -> String {
        var result = ""
        var position = range.lowerBound
        while position < range.upperBound {
            switch pieces[position] {
            case .atom(let atom):
                result += atom
            case .character(let character):
                if let marker = Self.markers[character], let end = closing(of: character, position, range) {
                    result += marker + render(position + 1..<end) + marker
                    position = end
                } else {
                    if character == "*", isInsideWord(position, range) { result += "\\" }
                    result.append(character)
                }
            }
            position += 1
        }
        return result
    }

    private static let markers: [Character: String] = ["*": "**", "_": "*", "~": "~~"]

    /// Where the emphasis that begins here ends; nil when none begins here.
    private func closing(of delimiter: Character, _ start: Int, _ range: Range<Int>) -> Int? {
        guard start == range.lowerBound || isBoundary(pieces[start - 1], delimiter), start + 2 < range.upperBound,
            !pieces[start + 1].isBlank, pieces[start + 1].character != delimiter
        else { return nil }
        for position in start + 2..<min(range.upperBound, start + Self.spanLimit) {
            guard let character = pieces[position].character else { continue }
            if character.isNewline { return nil }
            if character == delimiter, !pieces[position - 1].isBlank,
                position + 1 == range.upperBound || isBoundary(pieces[position + 1], delimiter)
            {
                return position
            }
        }
        return nil
    }

    private func isBoundary(_ piece: Piece, _ delimiter: Character) -> Bool {
        !piece.isWordPart && piece.character != delimiter
    }

    private func isInsideWord(_ position: Int, _ range: Range<Int>) -> Bool {
        position > range.lowerBound && position + 1 < range.upperBound && pieces[position - 1].isWordPart
            && pieces[position + 1].isWordPart
    }

    // MARK: Code

    /// A code block or span that begins here.
    private static func code(_ text: [Character], _ start: Int) -> (String, Int)? {
        guard text[start] == "`" else { return nil }
        let isBlock = text[start...].starts(with: "```")
        let width = isBlock ? 3 : 1
        var end = start + width
        while end < text.count {
            if text[end] == "`", !isBlock || text[end...].starts(with: "```") { break }
            if !isBlock, text[end].isNewline { return nil }
            end += 1
        }
        guard end < text.count, end > start + width else { return nil }
        let content = decoded(text[(start + width)..<end])
        guard isBlock else { return (Markdown.code(content), end + width) }
        return ("\n\(Markdown.block(content.trimmedNewlines))\n", end + width)
    }

    // MARK: References

    /// What stands in angle brackets here.
    private static func reference(_ text: [Character], _ start: Int) -> (String, Int)? {
        guard text[start] == "<" else { return nil }
        // Longer than any URL that a browser opens.
        let limit = min(text.count, start + 8192)
        guard let end = text[(start + 1)..<limit].firstIndex(where: { $0 == ">" || $0 == "<" || $0.isNewline }),
            text[end] == ">", end > start + 1
        else { return nil }
        let content = text[(start + 1)..<end]
        let bar = content.firstIndex(of: "|")
        let target = decoded(content[..<(bar ?? content.endIndex)])
        let label = bar.map { decoded(content[($0 + 1)...]) }.flatMap { $0.isEmpty ? nil : $0 }
        guard let markdown = reference(target, label) else { return nil }
        return (markdown, end + 1)
    }

    private static func reference(_ target: String, _ label: String?) -> String? {
        switch target.first {
        case "@": return Markdown.escaped("@" + (label ?? String(target.dropFirst())).withoutPrefix("@"))
        case "#": return Markdown.escaped("#" + (label ?? String(target.dropFirst())).withoutPrefix("#"))
        case "!": return special(String(target.dropFirst()), label)
        default: break
        }
        guard let url = Markdown.destination(target) else { return nil }
        guard let label, label != target else {
            return url.hasPrefix("mailto:") ? Markdown.link(String(target.dropFirst(7)), url) : "<\(url)>"
        }
        return Markdown.link(label, url)
    }

    /// `<!here>`, `<!subteam^S1|@ops>`, `<!date^1392734382^{date}^https://…|Feb 18>`.
    private static func special(_ name: String, _ label: String?) -> String {
        let parts = name.split(separator: "^", omittingEmptySubsequences: false).map(String.init)
        switch parts.first {
        case "date":
            let time = parts.count > 1 ? Int64(parts[1]).map { Timestamp(seconds: $0).rfc3339 } : nil
            return Markdown.link(label ?? time ?? "", parts.count > 3 ? parts[3] : nil)
        case "subteam":
            return Markdown.escaped("@" + (label ?? (parts.count > 1 ? parts[1] : "")).withoutPrefix("@"))
        default:
            return Markdown.escaped("@" + (label ?? name).withoutPrefix("@"))
        }
    }

    // MARK: Entities

    private static func entity(_ text: [Character], _ start: Int) -> (Character, Int)? {
        guard text[start] == "&" else { return nil }
        for (entity, character) in [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] as [(String, Character)]
        where text[start...].starts(with: entity) {
            return (character, start + entity.count)
        }
        return nil
    }

    private static func decoded(_ text: ArraySlice<Character>) -> String {
        let characters = Array(text)
        var result = ""
        var position = 0
        while position < characters.count {
            let (character, end) = entity(characters, position) ?? (characters[position], position + 1)
            result.append(character)
            position = end
        }
        return result
    }
}

extension String {
    fileprivate func withoutPrefix(_ prefix: Character) -> String {
        first == prefix ? String(dropFirst()) : self
    }

    fileprivate var trimmedNewlines: String {
        String(drop { $0.isNewline }.reversed().drop { $0.isNewline }.reversed())
    }
}
