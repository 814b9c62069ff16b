/// One question of a survey.
package struct SurveyQuestion: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case text
        /// One of these.
        case choice([String])
        /// Any of these.
        case choices([String])
        /// 1 to this, 2 to 10.
        case rating(Int)
        /// 0 to 10: how likely somebody is to recommend.
        case nps
        case yesNo

        /// Stable: stands in documents and the store.
        package var name: String {
            switch self {
            case .text: "text"
            case .choice: "choice"
            case .choices: "choices"
            case .rating: "rating"
            case .nps: "nps"
            case .yesNo: "yes_no"
            }
        }

        package static let names = ["text", "choice", "choices", "rating", "nps", "yes_no"]

        package var options: [String] {
            switch self {
            case .choice(let options), .choices(let options): options
            default: []
            }
        }

        /// The numbers that may be chosen.
        package var scale: ClosedRange<Int64>? {
            switch self {
            case .rating(let top): 1...Int64(top)
            case .nps: 0...10
            default: nil
            }
        }
    }

    /// What is asked for as opposed to how: answers hang on it.
    struct Form: Hashable {
        let key: String
        let kind: Kind
    }

    /// By which answers name it: lower-case letters, digits, `_` and `-`.
    package let key: String
    package var label: String
    package var hint: String
    package var kind: Kind
    package var isRequired: Bool

    package init(key: String, label: String, hint: String = "", kind: Kind, isRequired: Bool = false) {
        (self.key, self.label, self.hint, self.kind, self.isRequired) = (key, label, hint, kind, isRequired)
    }

    var form: Form { Form(key: key, kind: kind) }

    package static let keyLimit = 40
    package static let labelLimit = 300
    package static let optionLimit = 200
    package static let optionCountLimit = 50
    package static let scaleLimit = 10
    /// Of an answer, in characters.
    package static let textLimit = 5000

    /// A key that no other question has.
    package static func freeKey(among questions: [SurveyQuestion]) -> String {
        let taken = Set(questions.map(\.key))
        var number = questions.count + 1
        while taken.contains("q_\(number)") { number += 1 }
        return "q_\(number)"
    }

    func checked(at path: String) throws(RecordError) -> SurveyQuestion {
        guard RecordText.isName(key, limit: Self.keyLimit) else {
            throw .invalid(path: "\(path).key", problem: "must be 1 to \(Self.keyLimit) of a-z, 0-9, _ and -")
        }
        var question = self
        question.label = try RecordText.line(label, 1...Self.labelLimit, at: "\(path).label")
        question.hint = try RecordText.line(hint, 0...Self.labelLimit, at: "\(path).hint")
        switch kind {
        case .choice(let options): question.kind = .choice(try Self.checked(options, at: "\(path).options"))
        case .choices(let options): question.kind = .choices(try Self.checked(options, at: "\(path).options"))
        case .rating(let top):
            guard (2...Self.scaleLimit).contains(top) else {
                throw .invalid(path: "\(path).scale", problem: "must be 2 to \(Self.scaleLimit)")
            }
        case .text, .nps, .yesNo: break
        }
        return question
    }

    private static func checked(_ given: [String], at path: String) throws(RecordError) -> [String] {
        guard (2...optionCountLimit).contains(given.count) else {
            throw .invalid(path: path, problem: "must be 2 to \(optionCountLimit)")
        }
        var options: [String] = []
        for (index, option) in given.enumerated() {
            let option = try RecordText.line(option, 1...optionLimit, at: "\(path)[\(index)]")
            guard !options.contains(option) else {
                throw .invalid(path: "\(path)[\(index)]", problem: "is there already")
            }
            options.append(option)
        }
        return options
    }

    // MARK: JSON

    package var document: JSON {
        var object = JSON.Object([
            ("key", .string(key)), ("label", .string(label)), ("hint", .string(hint)), ("kind", .string(kind.name)),
            ("required", .bool(isRequired)),
        ])
        switch kind {
        case .choice(let options), .choices(let options): object["options"] = .array(options.map(JSON.string))
        case .rating(let top): object["scale"] = JSON(top)
        case .text, .nps, .yesNo: break
        }
        return .object(object)
    }

    /// Reads what ``document`` writes; without a key it gets `freeKey`.
    package init(_ document: JSON, at path: String, freeKey: String) throws(RecordError) {
        guard let label = document["label"]?.string else {
            throw .invalid(path: "\(path).label", problem: "is missing")
        }
        let options = (document["options"]?.array ?? []).compactMap(\.string)
        let kind: Kind
        switch document["kind"]?.string {
        case "text": kind = .text
        case "choice": kind = .choice(options)
        case "choices": kind = .choices(options)
        case "rating": kind = .rating(document["scale"]?.int64.flatMap { Int(exactly: $0) } ?? 5)
        case "nps": kind = .nps
        case "yes_no": kind = .yesNo
        default:
            throw .invalid(path: "\(path).kind", problem: "must be one of \(Kind.names.joined(separator: ", "))")
        }
        self.init(
            key: document["key"]?.string ?? freeKey, label: label, hint: document["hint"]?.string ?? "", kind: kind,
            isRequired: document["required"]?.bool ?? false)
    }
}
