import HubCore

/// Links, people, channels and dates.
enum SlackReference {
    typealias Scalars = SlackMarkup.Scalars

    /// What stands in angle brackets at the start of this.
    ///
    /// - Parameter allowsLinks: when not, a link is its label alone.
    static func markdown(
        _ text: Scalars, _ mode: SlackMarkup.Mode, allowsLinks: Bool
    ) -> (markdown: String, end: Int)? {
        // Longer than any URL that a browser opens.
        let inside = text.dropFirst().prefix(8192)
        guard let end = inside.firstIndex(where: { $0 == ">" || $0 == "<" }), inside[end] == ">",
            end > inside.startIndex
        else { return nil }
        let content = inside[..<end]
        let bar = content.firstIndex(of: "|")
        let target = SlackEntity.decoded(content[..<(bar ?? end)])
        let label = bar.map { content[($0 + 1)...].trimmingGaps }.flatMap { $0.isEmpty ? nil : $0 }
        return switch target.first {
        case "@", "#", "!": (named(target, label, allowsLinks), end + 1)
        default: link(target, label, mode, allowsLinks).map { ($0, end + 1) }
        }
    }

    /// `<@U123>`, `<#C123|ops>`, `<!here>`, `<!subteam^S1|@ops>`, `<!date^1392734382^{date}^https://…|Feb 18>`.
    private static func named(_ target: String, _ label: Scalars?, _ allowsLinks: Bool) -> String {
        let label = label.map(SlackEntity.decoded)
        let parts = target.dropFirst().split(separator: "^", maxSplits: 4, omittingEmptySubsequences: false)
            .map(String.init)
        if target.first == "!", parts.first == "date" {
            let text = label ?? (parts.count > 1 ? SlackTime.text(parts[1]) : nil) ?? ""
            return SlackMarkup.link(text, allowsLinks && parts.count > 3 ? parts[3] : nil)
        }
        let isGroup = target.first == "!" && parts.first == "subteam" && parts.count > 1
        let sign = target.first == "#" ? "#" : "@"
        let name = label ?? (isGroup ? parts[1] : String(target.dropFirst()))
        return SlackMarkup.line(name.hasPrefix(sign) ? name : sign + name, .plain, .enclosed)
    }

    private static func link(
        _ target: String, _ label: Scalars?, _ mode: SlackMarkup.Mode, _ allowsLinks: Bool
    ) -> String? {
        let text = label.map { SlackInline.markdown($0, mode, .label) }
        guard let url = Markdown.destination(target) else {
            // `<tel:…|call>`: nobody is led there from here, but the label is text.
            return hasScheme(target) ? text : nil
        }
        let isMail = url.hasPrefix("mailto:")
        let address = isMail ? String(target.dropFirst(7)) : target
        guard allowsLinks else { return text ?? SlackMarkup.line(address, .plain, .label) }
        if let text, label.map(SlackEntity.decoded) != target { return "[\(text)](\(url))" }
        return isMail ? SlackMarkup.link(address, url) : "<\(url)>"
    }

    private static func hasScheme(_ target: String) -> Bool {
        let scheme = target.unicodeScalars.prefix { $0.isAlphanumeric || "+.-".unicodeScalars.contains($0) }
        return !scheme.isEmpty && target.unicodeScalars.dropFirst(scheme.count).first == ":"
    }

    // MARK: Markdown's

    /// `[text](url)` or `[text](url "title")` at the start of this.
    static func markdownLink(_ text: Scalars) -> (markdown: String, end: Int)? {
        // Neither part holds what may begin the next one, so that hostile text is read in linear time.
        let isEnd: (Unicode.Scalar) -> Bool = { $0 == "[" || $0 == "]" || $0 == "<" }
        guard let middle = text.dropFirst().firstIndex(where: isEnd), text[middle] == "]", middle + 1 < text.endIndex,
            text[middle + 1] == "("
        else { return nil }
        let start = middle + 2
        var depth = 1
        var urlEnd: Int?
        for position in start..<text.endIndex {
            switch text[position] {
            case "(": depth += 1
            case ")": depth -= 1
            case "[", "<", ">": return nil
            case " " where urlEnd == nil: urlEnd = position
            default: break
            }
            guard depth == 0 else { continue }
            let title = text[(urlEnd ?? position)..<position].trimmingGaps
            let isTitle = title.isEmpty || (title.count > 1 && title.first == "\"" && title.last == "\"")
            let target = SlackEntity.decoded(text[start..<(urlEnd ?? position)])
            guard isTitle, let url = Markdown.destination(target) else { return nil }
            let label = SlackInline.markdown(text[(text.startIndex + 1)..<middle].trimmingGaps, .mrkdwn, .label)
            return (label.isEmpty ? "<\(url)>" : "[\(label)](\(url))", position + 1)
        }
        return nil
    }

    // MARK: Bare URLs

    /// A URL that begins here, written so that nothing in it is markup.
    ///
    /// - Parameter marks: what of `*`, `_` and `~` would end emphasis behind it.
    static func bareURL(
        _ text: Scalars, _ mode: SlackMarkup.Mode, _ place: SlackInline.Place, closing marks: Set<Unicode.Scalar>
    ) -> (markdown: String, end: Int)? {
        guard let scheme = ["https://", "http://", "www."].first(where: { text.starts(with: $0.unicodeScalars) }) else {
            return nil
        }
        var depth = 0
        let limit = text.indices.first { position in
            switch text[position] {
            case "(": depth += 1
            case ")": depth -= 1
            case "<", ">", "\"", "`", "|": return true
            case "&" where mode != .plain:
                return SlackEntity.first(in: text[position...]).map { $0.character != "&" } ?? false
            default: return text[position].isGap
            }
            // This one closes what was opened before the URL.
            return depth < 0
        }
        var url = text[..<(limit ?? text.endIndex)]
        // What ends the sentence or the emphasis is not part of it.
        while let last = url.last, ".,:;!?']".unicodeScalars.contains(last) || marks.contains(last) {
            url = url.dropLast()
        }
        let written = mode == .plain ? String(url) : SlackEntity.decoded(url)
        let target = scheme == "www." ? "http://" + written : written
        guard url.count > scheme.utf8.count, let destination = Markdown.destination(target) else { return nil }
        let isAtEnd = url.endIndex < text.endIndex ? text[url.endIndex].isGap : place == .line
        let isPlain = destination == target && isAtEnd && !url.contains { "_*~[]\\&".unicodeScalars.contains($0) }
        if isPlain { return (written, url.endIndex) }
        return (scheme == "www." ? SlackMarkup.link(written, target) : "<\(destination)>", url.endIndex)
    }
}

/// The three characters that Slack wants to be written as entities.
enum SlackEntity {
    static func first(in text: SlackMarkup.Scalars) -> (character: Unicode.Scalar, end: Int)? {
        guard text.first == "&" else { return nil }
        for (entity, character) in [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] as [(String, Unicode.Scalar)]
        where text.starts(with: entity.unicodeScalars) {
            return (character, text.startIndex + entity.utf8.count)
        }
        return nil
    }

    static func decoded(_ text: SlackMarkup.Scalars) -> String {
        guard text.contains("&") else { return String(text) }
        var result = String.UnicodeScalarView()
        var position = text.startIndex
        while position < text.endIndex {
            let (scalar, end) = first(in: text[position...]) ?? (text[position], position + 1)
            result.append(scalar)
            position = end
        }
        return String(result)
    }
}

/// Seconds since 1970, with or without a fraction, also as text.
enum SlackTime {
    /// `2026-11-21T08:30:00Z`; nil for what is no time of this calendar.
    static func text(_ seconds: String?) -> String? {
        guard let seconds = seconds.flatMap(Double.init), (0..<253_402_300_800).contains(seconds) else { return nil }
        return String(Timestamp(seconds: Int64(seconds)).rfc3339.prefix(19)) + "Z"
    }
}
