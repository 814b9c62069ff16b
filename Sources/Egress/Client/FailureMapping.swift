import AsyncHTTPClient
import HubCore
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The libraries' errors as the closed set that is shown.
enum FailureMapping {
    /// - Parameter hasConnected: whether the request had a connection when the error came.
    static func failure(_ error: any Error, hasConnected: Bool) -> AttemptFailure {
        switch error {
        case let failure as AttemptFailure: failure
        case is CancellationError: .cancelled
        case let error as HTTPClientError: client(error, hasConnected)
        case let error as NIOConnectionError:
            // Only the last thing that went wrong can be told; there is one address.
            error.connectionErrors.last.map { failure($0.error, hasConnected: hasConnected) } ?? .unreachable
        case let error as IOError: system(error.errnoCode, hasConnected)
        case let error as ChannelError: channel(error)
        case NIOSSLError.uncleanShutdown: .reset
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: .tls
        case let error as HTTPParserError: error == .invalidEOFState ? .reset : .protocolError
        case is NIOHTTP2Errors.StreamClosed, is NIOHTTP2Errors.NoSuchStream, is NIOHTTP2Errors.IOOnClosedConnection:
            .reset
        default: .protocolError
        }
    }

    private static func client(_ error: HTTPClientError, _ hasConnected: Bool) -> AttemptFailure {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout: .timeoutConnect
        case .deadlineExceeded: hasConnected ? .timeoutTotal : .timeoutConnect
        case .readTimeout, .writeTimeout: .timeoutTotal
        case .remoteConnectionClosed, .uncleanShutdown: .reset
        case .cancelled, .alreadyShutdown, .requestStreamCancelled: .cancelled
        case .invalidURL, .emptyHost, .emptyScheme: .blockedURL
        case .bodyLengthMismatch, .traceRequestWithBody, .contentLengthMissing: .request
        default:
            // The rest carry values: names of headers, the protocol that a server chose.
            error.shortDescription.hasPrefix("Invalid header") ? .request : .protocolError
        }
    }

    private static func channel(_ error: ChannelError) -> AttemptFailure {
        switch error {
        case .connectTimeout: .timeoutConnect
        case .eof, .ioOnClosedChannel, .inputClosed, .outputClosed, .alreadyClosed: .reset
        default: .protocolError
        }
    }

    private static func system(_ code: CInt, _ hasConnected: Bool) -> AttemptFailure {
        switch code {
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN: .reset
        case ETIMEDOUT: hasConnected ? .timeoutTotal : .timeoutConnect
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT, EACCES, EPERM, EINVAL:
            .unreachable
        default: hasConnected ? .reset : .unreachable
        }
    }
}
