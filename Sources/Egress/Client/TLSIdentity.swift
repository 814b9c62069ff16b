package import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What one endpoint adds to encryption: a certificate of ours, issuers of its own, or both.
package struct TLSIdentity: Sendable {
    /// Tells identities apart: another certificate needs another id.
    package let id: String
    let chain: [NIOSSLCertificateSource]
    let privateKey: NIOSSLPrivateKeySource?
    let issuers: [NIOSSLCertificate]

    /// - Parameters:
    ///   - certificateChain: PEM, the own certificate first; empty for none.
    ///   - privateKey: PEM; for the chain.
    ///   - issuers: PEM of certificates that are trusted beside the usual ones; empty for none.
    /// - Throws: NIOSSL's error for PEM that is none.
    package init(id: String, certificateChain: [UInt8], privateKey: [UInt8], issuers: [UInt8] = []) throws {
        self.id = id
        chain =
            certificateChain.isEmpty
            ? [] : try NIOSSLCertificate.fromPEMBytes(certificateChain).map { .certificate($0) }
        self.privateKey =
            privateKey.isEmpty ? nil : .privateKey(try NIOSSLPrivateKey(bytes: privateKey, format: .pem))
        self.issuers = issuers.isEmpty ? [] : try NIOSSLCertificate.fromPEMBytes(issuers)
    }
}

/// The issuers of certificates that are believed, parsed once for all clients.
package struct TrustRoots: Sendable {
    let source: NIOSSLTrustRoots

    /// The system's bundle; each client would otherwise parse it anew, at 1 MiB and 5 ms.
    package static func system() -> TrustRoots {
        let bundles = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
            "/etc/ssl/ca-bundle.pem",
        ]
        for path in bundles where access(path, R_OK) == 0 {
            if let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty {
                return TrustRoots(source: .certificates(certificates))
            }
        }
        // No bundle that can be read: the library's own search, which says so at the first handshake.
        return TrustRoots(source: .default)
    }

    package static func certificates(_ certificates: [NIOSSLCertificate]) -> TrustRoots {
        TrustRoots(source: .certificates(certificates))
    }
}
