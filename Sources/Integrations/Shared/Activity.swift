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
        let notes = notes.filter { !$0.isEmpty }.joined(separator: ", ")
        let sentence = ([actor.markdown, action, object] + clauses + [notes.isEmpty ? "" : "(\(notes))"])
            .filter { !$0.isEmpty }.joined(separator: " ")
        let quote = Markdown.quote(quoted ?? "")
        return quote.isEmpty ? Wording.sentence(sentence) : "\(sentence):\n\n\(quote)"
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
