import HubCore

/// What the body of deliveries looks like, as it was filled in.
struct BodyFields {
    /// `envelope`, the name of a preset, or `template`.
    var shape = "envelope"
    var template = ""
    var contentType = "application/json"

    private static let templateLimit = 64 * 1024

    init() {}

    init(_ form: Fields) {
        shape = form["body"]?.trimmed() ?? shape
        // Browsers send lines with CR LF; a template is kept as it would be in a file.
        template = form["template"]?.replacing("\r\n", with: "\n") ?? ""
        contentType = form["template_type"]?.trimmed() ?? contentType
    }

    init(_ body: BodyShape) {
        switch body {
        case .envelope: break
        case .preset(let preset): shape = preset.rawValue
        case .template(let text, let type): (shape, template, contentType) = ("template", text, type)
        }
    }

    /// Nil for a template that nobody has written yet.
    var isBlank: Bool { shape == "template" && template.trimmed().isEmpty }

    /// - Throws: what is wrong, as a sentence.
    func read() throws(FieldFault) -> BodyShape {
        guard shape == "template" else { return try shape(of: .string(shape)) }
        guard !isBlank else { throw FieldFault("Write a template.") }
        guard template.utf8.count <= Self.templateLimit else { throw FieldFault("A template may be 64 KiB.") }
        return try shape(of: ["template": .string(template), "content_type": .string(contentType)])
    }

    private func shape(of document: JSON) throws(FieldFault) -> BodyShape {
        do throws(BodyError) {
            return try BodyShape(document)
        } catch {
            throw FieldFault("\(error)")
        }
    }
}

/// A sentence that stands beside a field.
struct FieldFault: Error, Hashable {
    let sentence: String

    init(_ text: String) {
        sentence = text.sentence
    }
}
