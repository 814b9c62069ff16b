import Foundation

/// A plain connection over loopback, for clients that no library would be. Its calls block: use them by ``onThread(_:)``.
package final class LoopbackSocket: Sendable {
    private let descriptor: Int32

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: the own address; all of 127.0.0.0/8 is ours.
    ///   - patience: after how many seconds a call gives up.
    package init(port: Int, from address: String? = nil, patience: Int = 30) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure("socket") }
        do {
            if let address {
                guard Self.with(Self.address(address, port: 0), { bind(descriptor, $0, $1) }) == 0 else {
                    throw SocketFailure("bind to \(address)")
                }
            }
            var wait = timeval(tv_sec: patience, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
            guard Self.with(Self.address("127.0.0.1", port: port), { connect(descriptor, $0, $1) }) == 0 else {
                throw SocketFailure("connect")
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// - Returns: whether all was taken; false when the peer has closed.
    @discardableResult package func write(_ bytes: some Collection<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                send(descriptor, buffer.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult package func write(_ text: String) -> Bool { write(text.utf8) }

    /// Says that nothing more will be written; what the peer writes can still be read.
    package func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// All that comes until the peer closes, or until there is a whole answer with a length.
    ///
    /// - Returns: what came; ``Reading/isClosed`` tells why it ended.
    package func read(untilClosed: Bool = false) -> Reading {
        var reading = Reading()
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            if !untilClosed, reading.isWhole { return reading }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // A reset ends it as well; only the patience that ran out does not.
            guard count > 0 else {
                reading.isClosed = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)
                return reading
            }
            reading.bytes += buffer[..<count]
        }
    }

    /// Whether the peer has closed, found out without waiting.
    package var isClosedByPeer: Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
    }

    package struct Reading: Sendable {
        package fileprivate(set) var bytes: [UInt8] = []
        package fileprivate(set) var isClosed = false

        package var text: String { String(decoding: bytes, as: UTF8.self) }

        /// Nil: no answer came.
        package var status: Int? {
            let words = text.prefix(40).split(separator: " ")
            return words.first?.hasPrefix("HTTP/1.") == true && words.count > 1 ? Int(words[1].prefix(3)) : nil
        }

        package var body: String {
            text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        }

        fileprivate var isWhole: Bool {
            guard let end = text.range(of: "\r\n\r\n") else { return false }
            let head = text[..<end.lowerBound].lowercased()
            guard let field = head.range(of: "content-length: ") else { return false }
            let length = Int(head[field.upperBound...].prefix { $0.isNumber }) ?? 0
            return text[end.upperBound...].utf8.count >= length
        }
    }

    // MARK: Ports and addresses

    /// One that nobody listens at.
    package static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure("socket") }
        defer { close(descriptor) }
        guard with(address("127.0.0.1", port: 0), { bind(descriptor, $0, $1) }) == 0 else {
            throw SocketFailure("bind")
        }
        var found = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &found) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard status == 0 else { throw SocketFailure("getsockname") }
        return Int(UInt16(bigEndian: found.sin_port))
    }

    /// Allows this process as many open files as it may have.
    package static func raiseFileLimit() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func address(_ text: String, port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr(text)
        address.sin_port = in_port_t(port).bigEndian
        return address
    }

    private static func with(
        _ address: sockaddr_in, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

package struct SocketFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ call: String) {
        description = "\(call): \(String(cString: strerror(errno)))"
    }
}
