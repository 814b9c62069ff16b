import Hub
import HubCore

/// What is wrong with a form: beside the fields that it is about, and what is about none of them above it.
struct FormFaults: Sendable {
    /// By the name of the form's field.
    private(set) var beside: [String: String] = [:]
    private var other: String?

    init() {}

    init(_ field: String, _ text: String) {
        beside[field] = text
    }

    /// - Parameter fields: the form's fields by the paths that the engine names, where they differ.
    init(_ error: SetupError, fields: [String: String] = [:], known: Set<String>) {
        switch error {
        case .invalid(let path, let reason): add(path, reason, fields, known)
        case .conflict where fields["conflict"] != nil: beside[fields["conflict"] ?? ""] = error.shown
        case .conflict, .notFound, .unavailable: other = error.shown
        }
    }

    init(_ error: HelpdeskError, fields: [String: String] = [:], known: Set<String>) {
        if case .refused(.invalid(let path, let problem)) = error {
            add(path, problem, fields, known)
        } else {
            other = error.shown
        }
    }

    private mutating func add(_ path: String, _ reason: String, _ fields: [String: String], _ known: Set<String>) {
        let plain = String(path.prefix { $0 != "[" })
        let field = fields[plain] ?? plain
        if known.contains(field) {
            beside[field] = reason.sentence
        } else {
            other = "\(FieldName.shown(path)): \(reason)".sentence
        }
    }

    var isEmpty: Bool { beside.isEmpty && other == nil }
    var status: Int { isEmpty ? 200 : 422 }

    /// Above the form.
    var above: String? {
        other ?? (beside.isEmpty ? nil : "Something is not right yet; it stands beside its field.")
    }
}

/// How people call what the engine names by its path.
enum FieldName {
    /// `requester.email` is the e-mail, `tags[1]` the tags.
    static func shown(_ path: String) -> String {
        let last = path.prefix { $0 != "[" }.split(separator: ".").last.map(String.init) ?? path
        return last == "email" ? "E-mail" : last.replacing("_", with: " ").capitalizedFirst
    }
}

extension SetupError {
    /// As a sentence for people.
    var shown: String {
        guard case .invalid(let path, let reason) = self else { return "\(self)".sentence }
        return "\(FieldName.shown(path)): \(reason)".sentence
    }
}

extension HelpdeskError {
    /// As a sentence beside the field that it is about.
    var problem: String {
        if case .refused(.invalid(_, let problem)) = self { problem.sentence } else { shown }
    }

    /// As a sentence for people.
    var shown: String {
        guard case .refused(.invalid(let path, let problem)) = self else { return "\(self)".sentence }
        return "\(FieldName.shown(path)): \(problem)".sentence
    }
}

extension PageVisit {
    /// What was filled in, by field, to be shown once more; never what is secret.
    func entered(_ fields: String...) -> [String: String] {
        guard request.method == "POST" else { return [:] }
        return Dictionary(uniqueKeysWithValues: fields.compactMap { name in form[name].map { (name, $0) } })
    }
}
