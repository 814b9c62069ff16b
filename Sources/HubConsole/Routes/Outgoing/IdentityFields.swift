import HubCore
import HubStorage

/// The certificate that the hub shows, and whose it believes, as it was filled in.
struct IdentityFields {
    enum Choice: String {
        case keep, replace, remove
    }

    typealias Identity = EndpointConnection.ClientIdentity

    /// What comes of what is kept; nothing else is there to do while nothing is.
    var choice = Choice.keep
    /// PEM, as everybody may see it who speaks to the hub.
    var certificate = ""
    var issuers = ""
    private var key = Secret("")

    init() {}

    init(_ form: Fields) {
        func text(_ field: String) -> String { form[field]?.replacing("\r\n", with: "\n").trimmed() ?? "" }
        choice = form["tls"].flatMap(Choice.init) ?? .replace
        certificate = text("tls_certificate")
        issuers = text("tls_issuers")
        key = Secret(text("tls_key"))
    }

    /// Whether a key was written that a page made anew does not have any more.
    var wroteKey: Bool { !key.reveal().isEmpty }
    var isBlank: Bool { certificate.isEmpty && issuers.isEmpty && !wroteKey }

    /// Reads the choice.
    ///
    /// - Parameters:
    ///   - before: what is kept now.
    ///   - mayKeep: whether it may stay.
    func apply(before: Identity?, mayKeep: Bool, _ faults: inout FieldFaults) -> Identity? {
        switch choice {
        case .remove: return nil
        case .keep:
            if before != nil, !mayKeep { faults.certificate = "Paste it again, or remove it." }
            return before
        case .replace:
            guard !isBlank else {
                if before != nil { faults.certificate = "Paste a certificate or issuers, or choose “Remove”." }
                return before
            }
            if !certificate.isEmpty, !wroteKey { faults.key = "A certificate goes together with its key." }
            if certificate.isEmpty, wroteKey { faults.certificate = "A key goes together with its certificate." }
            return Identity(certificates: Self.lines(certificate), key: Self.lines(key.reveal()), issuers: issuers)
        }
    }

    /// With an end of its last line, so that one PEM may follow another.
    private static func lines(_ pem: String) -> String { pem.isEmpty ? "" : pem + "\n" }
}
