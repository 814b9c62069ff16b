/// Tells whether requests come from who holds the secret.
///
/// Made once per sender; parses keys and lists then, and is cheap to call. Reads no clock and keeps no state: whether a
/// request was seen before is for the caller to say, with ``Evidence/idempotencyKey``.
///
///     var settings = SchemeSettings(secrets: [secret])
///     let verifier = try Verifier(scheme: "github", settings: settings)
///     switch verifier.verify(request, nowSeconds: now) {
///     case .accepted(let evidence): …
///     case .rejected(let rejection): …  // answer 401, log rejection.code
///     }
public struct Verifier: Sendable {
    /// The scheme's entry in the table.
    public let info: SchemeInfo
    /// What must not be stored of the requests this verifier is for.
    public let sensitiveParts: SensitiveParts

    private let scheme: any SignatureScheme
    private let allowedAddresses: AddressList

    /// - Parameters:
    ///   - name: a name from ``SchemeInfo/all``.
    ///   - settings: what the scheme does not use is ignored.
    /// - Throws: what is wrong with the settings.
    public init(scheme name: String, settings: SchemeSettings) throws(SchemeError) {
        guard let entry = SchemeEntry.named(name) else { throw .unknownScheme(name) }
        if let tolerance = settings.toleranceSeconds, tolerance < 0 {
            throw .invalidSetting(.toleranceSeconds, reason: "must not be negative")
        }
        info = entry.info
        scheme = try entry.make(settings)
        sensitiveParts = scheme.sensitiveParts
        allowedAddresses = try AddressList(settings.allowedAddresses)
    }

    /// Checks the address, the signature, the timestamp and the idempotency key, in this order.
    ///
    /// A signature that covers a timestamp cannot be checked without it, so a timestamp that is missing or unreadable is
    /// reported before a wrong signature, one outside the window after it.
    ///
    /// - Parameters:
    ///   - request: as it was received.
    ///   - nowSeconds: UNIX time.
    /// - Returns: whether the request is the sender's, with what it proved or why not.
    public func verify(_ request: SignedRequest, nowSeconds: Int64) -> Verdict {
        do throws(Rejection) {
            try allowedAddresses.check(request.remoteAddress)
            return .accepted(try scheme.check(request, nowSeconds: nowSeconds))
        } catch {
            return .rejected(error)
        }
    }
}

/// One way to authenticate a request.
protocol SignatureScheme: Sendable {
    var sensitiveParts: SensitiveParts { get }

    func check(_ request: SignedRequest, nowSeconds: Int64) throws(Rejection) -> Evidence
}
