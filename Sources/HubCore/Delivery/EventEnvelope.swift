/// What a receiver gets as JSON: `{"id":…,"type":…,"timestamp":…,"data":…}`.
package enum EventEnvelope {
    /// - Parameters:
    ///   - id: the event's, the same for every endpoint and attempt.
    ///   - data: JSON text; it is sent as it is, so that numbers and the order of names stay as they were written.
    package static func bytes(id: String, type: String, timestamp: Timestamp, data: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + id.utf8.count + type.utf8.count + 80)
        bytes.append(contentsOf: #"{"id":"#.utf8)
        bytes.append(contentsOf: JSON.string(id).bytes)
        bytes.append(contentsOf: #","type":"#.utf8)
        bytes.append(contentsOf: JSON.string(type).bytes)
        bytes.append(contentsOf: #","timestamp":""#.utf8)
        bytes.append(contentsOf: timestamp.rfc3339.utf8)
        bytes.append(contentsOf: #"","data":"#.utf8)
        bytes.append(contentsOf: data)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}

/// What stands in the body of a delivery.
package enum DeliveryContent: Sendable, Hashable {
    /// The envelope around JSON text.
    case json(data: [UInt8])
    /// Text, XML, anything: sent byte for byte.
    case raw([UInt8], contentType: String)

    package func body(id: String, type: String, timestamp: Timestamp) -> [UInt8] {
        switch self {
        case .json(let data): EventEnvelope.bytes(id: id, type: type, timestamp: timestamp, data: data)
        case .raw(let bytes, _): bytes
        }
    }

    /// As it is stored: without the envelope.
    package var stored: [UInt8] {
        switch self {
        case .json(let bytes), .raw(let bytes, _): bytes
        }
    }

    /// In bytes, as stored.
    package var size: Int { stored.count }

    package var contentType: String {
        switch self {
        case .json: "application/json"
        case .raw(_, let contentType): contentType
        }
    }
}

/// The names of event types: `ticket.created`.
package enum EventTypeName {
    package static let lengthLimit = 256

    /// Letters, digits, `_` and `-`, in parts that are joined by single full stops.
    ///
    /// It stands in a header and in globs, so that nothing else may be part of it.
    package static func isValid(_ name: String) -> Bool {
        guard (1...lengthLimit).contains(name.utf8.count) else { return false }
        return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
                    default: false
                    }
                }
        }
    }
}
