/// A chat system's markup: how texts of others become a part of it without saying more than they are.
struct ChatMarkup: Sendable {
    /// One character of a text that is no markup.
    let plain: @Sendable (_ character: Character, _ place: Place) -> String
    /// One character of Markdown, or of what stands within a code block: mentions are taken out of it, nothing else.
    let verbatim: @Sendable (_ character: Character, _ place: Place) -> String

    /// Where a character stands.
    struct Place: Sendable {
        let previous: Character?
        let next: Character?

        var isLineStart: Bool { previous?.isNewline ?? true }
    }

    /// Breaks what would be a name, and is not seen.
    static let invisible: Character = "\u{200B}"

    /// As much of a text as fits, with `…` where something is left out.
    ///
    /// - Parameter limit: of the result, in UTF-16 units, which no system counts fewer of than characters.
    func plain(_ text: String, limit: Int) -> String {
        Self.joined(Self.pieces(text, limit, plain), limit: limit)
    }

    func markdown(_ text: String, limit: Int) -> String {
        Self.joined(Self.pieces(text, limit, verbatim), limit: limit)
    }

    /// A block of one width.
    func code(_ text: String, limit: Int) -> String {
        let pieces = Self.pieces(text, limit) { character, place in
            // Three of them would end the block.
            let isFence = character == "`" && place.previous == "`"
            return (isFence ? String(Self.invisible) : "") + verbatim(character, place)
        }
        return "```\n" + Self.joined(pieces, limit: limit - 8) + "\n```"
    }

    func text(_ text: EventDigest.Text, limit: Int) -> String {
        switch text {
        case .plain(let text): plain(text, limit: limit)
        case .markdown(let text): markdown(text, limit: limit)
        case .code(let text): code(text, limit: limit)
        }
    }

    private static func pieces(_ text: String, _ limit: Int, _ escape: (Character, Place) -> String) -> [String] {
        // No character becomes nothing, so that the rest cannot fit.
        let characters = Array(text.prefix(limit + 1))
        return characters.indices.map { index in
            escape(
                characters[index],
                Place(
                    previous: index > 0 ? characters[index - 1] : nil,
                    next: index + 1 < characters.count ? characters[index + 1] : nil))
        }
    }

    /// Pieces are never cut, so that no escape is halved.
    static func joined(_ pieces: [String], limit: Int) -> String {
        var (result, length, fitting) = ("", 0, "")
        for piece in pieces {
            let added = piece.utf16.count
            guard length + added <= limit else { return fitting + "…" }
            result += piece
            length += added
            if length < limit { fitting = result }
        }
        return result
    }

    /// `@all`, `<@U1>`, `<!channel>`, `<#1>`, `<:name:1>` and `<at>` with something unseen in it, which keeps them from
    /// calling anybody; addresses of mail stay as they are.
    static func withoutMention(_ character: Character, _ place: Place) -> String? {
        switch character {
        case "@" where place.previous.map({ $0.isLetter || $0.isNumber }) != true: "@\(invisible)"
        case "<" where place.next.map({ "!@#:aA".contains($0) }) == true: "<\(invisible)"
        default: nil
        }
    }

    /// Backslashes before what Markdown would take for its own.
    static func escapedMarkdown(_ character: Character, _ place: Place) -> String? {
        if #"\`*_~|[]"#.contains(character) { return "\\\(character)" }
        if place.isLineStart, "#-+>=".contains(character) { return "\\\(character)" }
        return nil
    }
}
