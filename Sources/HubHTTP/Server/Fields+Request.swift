import HTTPTypes
import HubCore
import Hummingbird
import NIOHTTP1

extension Fields {
    /// The headers of a request as they were sent.
    init(_ request: Request) {
        var fields: [Field] = []
        fields.reserveCapacity(request.headers.count + 1)
        // The HTTP library takes Host out of the headers; senders signed it there, and people look for it there.
        if let host = request.head.authority { fields.append(Field(name: "Host", value: host)) }
        for header in request.headers {
            fields.append(Field(name: header.name.rawName, value: header.value.streamSafe))
        }
        self.init(fields)
    }
}

extension Fields {
    init(_ headers: HTTPHeaders) {
        self.init(headers.map { Field(name: $0.name.streamSafe, value: $0.value.streamSafe) })
    }
}
