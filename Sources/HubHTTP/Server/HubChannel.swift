import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// The pipeline of a connection: HTTP/1, the express lane for webhooks, and the router for everything else.
struct HubChannel: HTTPChannelHandler {
    let responder: Responder
    let idleTimeout: TimeAmount
    let expressDoor: ExpressDoor

    private static let maxHeaderBytes = 32 << 10
    private static let maxHeaderCount = 200

    func setup(
        channel: any Channel, logger: Logger
    ) -> EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>> {
        channel.eventLoop.makeCompletedFuture {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = Self.maxHeaderBytes
            limits.maxHeaderListSize = Self.maxHeaderBytes
            limits.maxHeaderFieldCount = Self.maxHeaderCount
            let pipeline = channel.pipeline.syncOperations
            // Errors are the router's to answer, and its answers are checked where they are made.
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
            let keeper = ConnectionKeeper(idleTimeout: idleTimeout)
            try pipeline.addHandlers([
                keeper, ExpressLane(expressDoor, keeper), HTTP1ToHTTPServerCodec(secure: false),
            ])
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
