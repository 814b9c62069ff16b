import Hummingbird
import NIOCore

/// What the server knows of a request besides the request.
struct HubContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The peer of the connection, perhaps a proxy; without a port.
    var peerAddress: String? { channel.remoteAddress?.ipAddress }
}
