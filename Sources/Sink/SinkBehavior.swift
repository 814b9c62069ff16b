package import HubCore

/// What the sink does with one request.
package struct SinkBehavior: Sendable, Hashable {
    package enum Fault: String, Sendable, Hashable, CaseIterable {
        /// Never answers.
        case hang
        /// Resets the connection once the request is there.
        case reset
        /// Closes the connection once the request is there.
        case close
        /// As `close`, but answers the first request of each connection: keep-alive that was ended meanwhile.
        case stale
        /// Promises a body and closes half-way.
        case truncate
        /// Answers with what is no HTTP.
        case garbage
    }

    package var status = 200
    /// Before the answer begins.
    package var delay = Duration.zero
    /// Seconds or a date, as it goes into `Retry-After`.
    package var retryAfter: String?
    /// Where a redirect points.
    package var location: String?
    package var headers: Fields = [:]
    package var body: [UInt8] = Array("ok\n".utf8)
    /// So many bytes of `x` instead of the body; may be larger than memory.
    package var size: Int64?
    /// So many bytes of zeros, gzipped, instead of the body: a thousandth of it on the wire.
    package var gzipBomb: Int64?
    /// One byte of the body after the other, with so much time between.
    package var drip: Duration?
    package var fault: Fault?

    package init() {}

    /// Reads `status=503&delay=0.5&retry_after=5…`, as command line and URLs write it.
    ///
    /// - Throws: ``SinkSettingError`` with the name of the setting.
    package mutating func set(_ name: String, to value: String) throws(SinkSettingError) {
        switch name {
        case "status":
            guard let status = Int(value), (200...599).contains(status) else { throw SinkSettingError(name: name) }
            self.status = status
        case "delay": delay = try Self.seconds(name, value)
        case "drip": drip = try Self.seconds(name, value)
        case "retry_after": retryAfter = value
        case "location": location = value
        case "body": body = Array(value.utf8)
        case "size": size = try Self.count(name, value)
        case "gzip_bomb": gzipBomb = try Self.count(name, value)
        case "fault":
            guard let fault = Fault(rawValue: value) else { throw SinkSettingError(name: name) }
            self.fault = fault
        case "header":
            guard let colon = value.firstIndex(of: ":") else { throw SinkSettingError(name: name) }
            let text = value[value.index(after: colon)...].drop { $0 == " " }
            let field = Fields.Field(name: String(value[..<colon]), value: String(text))
            guard HeaderRules.isSafe(field) else { throw SinkSettingError(name: name) }
            headers.fields.append(field)
        default: throw SinkSettingError(name: name)
        }
    }

    package static let settingNames = [
        "status", "delay", "drip", "retry_after", "location", "body", "size", "gzip_bomb", "fault", "header",
    ]

    private static func seconds(_ name: String, _ text: String) throws(SinkSettingError) -> Duration {
        guard let seconds = Double(text), (0...86400).contains(seconds) else { throw SinkSettingError(name: name) }
        return .milliseconds((seconds * 1000).rounded())
    }

    private static func count(_ name: String, _ text: String) throws(SinkSettingError) -> Int64 {
        guard let count = Int64(text), (0...1 << 40).contains(count) else { throw SinkSettingError(name: name) }
        return count
    }

    /// The same with what the query of a request's URL sets.
    package func adjusted(by query: Fields) throws(SinkSettingError) -> SinkBehavior {
        var behavior = self
        for field in query.fields where Self.settingNames.contains(field.name) {
            try behavior.set(field.name, to: field.value)
        }
        return behavior
    }
}

/// A setting that cannot be read.
package struct SinkSettingError: Error, Sendable, Hashable, CustomStringConvertible {
    package let name: String

    package var description: String { "the value of \(name) cannot be used" }
}

/// What the sink does with the first request, the second, and so on; the last entry stands for all that follow.
package struct SinkScript: Sendable, Hashable {
    private let behaviors: [SinkBehavior]

    package init(_ behaviors: [SinkBehavior] = []) {
        self.behaviors = behaviors.isEmpty ? [SinkBehavior()] : behaviors
    }

    /// - Parameter number: 0-based.
    package func behavior(_ number: Int) -> SinkBehavior {
        behaviors[min(number, behaviors.count - 1)]
    }
}

/// One request that the sink got.
package struct SinkRecord: Sendable {
    /// 0-based, in the order in which the requests were complete.
    package let number: Int
    package let receivedAt: Timestamp
    /// 0-based; counts the connections.
    package let connection: Int
    package let method: String
    /// Path and query.
    package let target: String
    package let version: String
    package let headers: Fields
    /// The first MiB.
    package let body: [UInt8]
    package let bodySize: Int
    /// What it was answered; nil for none.
    package let status: Int?

    package var json: JSON {
        var object = JSON.Object([
            ("number", JSON(number)), ("received_at", .string(receivedAt.rfc3339)), ("connection", JSON(connection)),
            ("method", .string(method)), ("target", .string(target)), ("version", .string(version)),
            ("headers", .array(headers.fields.map { [.string($0.name), .string($0.value)] })),
            ("body_size", JSON(bodySize)), ("status", status.map { JSON($0) } ?? .null),
        ])
        if let text = String(validating: body, as: UTF8.self) {
            object["body"] = .string(text)
        } else {
            object["body_base64"] = .string(Base64.encode(body))
        }
        return .object(object)
    }
}
