import NIOCore
import NIOSSL

/// Checks that a certificate is for the name, and not just for the address that it was found at.
///
/// NIOSSL takes a certificate that names the connected address for one that names the host (swift-nio-ssl 2.37,
/// `validIdentityForService`). Certificates for addresses can be had by anyone who holds one; whoever answers for the
/// name's DNS could then stand in for the receiver. RFC 9525 §6: where a host name is meant, only names count.
enum CertificateNames {
    static func include(_ host: String, in certificate: NIOSSLCertificate) -> Bool {
        certificate._subjectAlternativeNames().contains { name in
            name.nameType == .dnsName && matches(String(decoding: name.contents, as: UTF8.self), host)
        }
    }

    /// RFC 9525 §6.3: equal without case, or with `*` for the whole of the first label.
    ///
    /// - Parameter host: lower case.
    static func matches(_ pattern: String, _ host: String) -> Bool {
        var pattern = pattern.lowercased()
        if pattern.hasSuffix(".") { pattern.removeLast() }
        if pattern == host { return true }
        guard pattern.hasPrefix("*."), let dot = host.firstIndex(of: ".") else { return false }
        return host[dot...] == pattern.dropFirst()
    }
}

/// Lets nothing out over a connection whose certificate is not for the name.
///
/// It stands beside the encryption, after the handshake and before the first request.
final class NameGuard: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let error = NIOSSLExtraError.failedToValidateHostname
        promise?.fail(error)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    /// Puts one into the channel when the certificate that was shown is not for the host.
    ///
    /// - Returns: whether it is.
    static func admits(_ channel: any Channel, for host: String) throws -> Bool {
        let pipeline = channel.pipeline.syncOperations
        let encryption = try pipeline.handler(type: NIOSSLClientHandler.self)
        if let certificate = encryption.peerCertificate, CertificateNames.include(host, in: certificate) { return true }
        try pipeline.addHandler(NameGuard(), position: .after(encryption))
        return false
    }
}
