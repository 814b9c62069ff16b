import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// A certificate for the sink, made on the spot, with an issuer of its own.
package struct SinkCertificate: Sendable {
    /// PEM of the issuer, for those who are to believe it.
    package let issuerPEM: String
    package let certificatePEM: String
    package let keyPEM: String

    /// - Parameter names: host names and addresses (IPv4) that it is for.
    /// - Throws: the certificate library's error for names that no certificate can hold.
    package init(names: [String]) throws {
        let issuerKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let issuerName = try DistinguishedName { CommonName("martlet sink") }
        let (begin, end) = (Date(timeIntervalSinceNow: -3600), Date(timeIntervalSinceNow: 30 * 86400))
        let issuer = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: issuerKey.publicKey, notValidBefore: begin,
            notValidAfter: end, issuer: issuerName, subject: issuerName,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: issuerKey)
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: begin, notValidAfter: end,
            issuer: issuerName, subject: try DistinguishedName { CommonName(names.first ?? "sink") },
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames(names.map(Self.generalName))
            }, issuerPrivateKey: issuerKey)
        issuerPEM = try issuer.serializeAsPEM().pemString
        certificatePEM = try certificate.serializeAsPEM().pemString
        keyPEM = try key.serializeAsPEM().pemString
    }

    private static func generalName(_ name: String) -> GeneralName {
        let numbers = name.split(separator: ".").compactMap { UInt8($0) }
        return numbers.count == 4 ? .ipAddress(ASN1OctetString(contentBytes: numbers[...])) : .dnsName(name)
    }

    func serverConfiguration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem)))
        configuration.applicationProtocols = ["h2", "http/1.1"]
        return configuration
    }
}
