import Foundation

/// Where the server is to listen: tried before anything else begins, so that what is wrong is one sentence.
struct ListeningAddress: Sendable {
    let host: String
    let port: Int

    /// Binds the address and lets it go again.
    ///
    /// - Throws: ``CommandError`` that says what is wrong and which setting changes it.
    func tryOut() throws(CommandError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &found)
        guard status == 0, let address = found?.pointee else {
            throw CommandError(
                "The host \"\(host)\" is not known (\(String(cString: gai_strerror(status)))). Give an address of this "
                    + "machine with --host or MARTLET_HOST.")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { throw refusal(errno) }
        defer { close(descriptor) }
        // As the server does; without it an address stays taken for a minute after a restart.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { throw refusal(errno) }
    }

    private func refusal(_ number: Int32) -> CommandError {
        switch number {
        case EADDRINUSE:
            CommandError("Something else listens at \(shown). Choose another port with --port or MARTLET_PORT.")
        case EADDRNOTAVAIL:
            CommandError("\(host) is no address of this machine. Choose another with --host or MARTLET_HOST.")
        case EACCES:
            CommandError("This user may not listen at \(shown). Choose a port above 1023 with --port or MARTLET_PORT.")
        default:
            CommandError("\(shown) cannot be listened at (\(String(cString: strerror(number)))).")
        }
    }

    private var shown: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
