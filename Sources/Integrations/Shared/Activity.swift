/// One sentence about what someone did, and below it what they wrote.
struct Activity: Sendable {
    var actor: Person
    /// In the past tense: `opened`.
    var action: String
    /// What was acted on, as Markdown.
    var object: String
    /// What else belongs into the sentence, as Markdown: `from `a` to `b``.
    var clauses: [String] = []
    /// What is good to know and stands in parentheses, as Markdown: `assigned to …`.
    var notes: [String] = []
    /// What the person wrote, in their own Markdown.
    var quoted: String?

    /// Makes it another sentence about the same person and thing.
    mutating func tell(_ action: String, _ clauses: String..., notes: [String] = []) {
        (self.action, self.clauses, self.notes) = (action, clauses, notes)
    }

    var markdown: String {
        var notes = ""
        for note in self.notes { notes.join(note, after: ", ") }
        var sentence = actor.markdown
        sentence.join(action, after: " ")
        sentence.join(object, after: " ")
        for clause in clauses { sentence.join(clause, after: " ") }
        if !notes.isEmpty { sentence.join("(\(notes))", after: " ") }
        let quote = quoted.map(Markdown.quote) ?? ""
        return quote.isEmpty ? Wording.sentence(sentence) : sentence + ":\n\n" + quote
    }
}

extension String {
    /// Puts a part behind what is there already, if there is any of either.
    fileprivate mutating func join(_ part: String, after separator: String) {
        if !isEmpty, !part.isEmpty { self += separator }
        self += part
    }
}

/// `Name: value` pairs below a sentence, for what vendors tell beside it; pairs without a value are left out.
struct FactList: Sendable {
    private var items: [String] = []

    /// `value` is Markdown.
    mutating func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        items.append("**\(name)**: \(value)")
    }

    var isEmpty: Bool { items.isEmpty }
    var markdown: String { Markdown.list(items) }
}
