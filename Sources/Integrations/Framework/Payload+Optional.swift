package import HubCore

/// For payloads whose schema is ours and strict: what is not there is nil, what is there must have its type.
extension Payload {
    package var optionalString: String? {
        get throws(PayloadError) { exists ? try string : nil }
    }

    package var optionalArray: [Payload] {
        get throws(PayloadError) { exists ? try array : [] }
    }

    /// The place itself, once it is sure to hold an object or nothing.
    package var optionalObject: Payload {
        get throws(PayloadError) {
            if exists { _ = try object }
            return self
        }
    }

    /// A string that says something.
    package var filledString: String {
        get throws(PayloadError) {
            let text = try string
            guard !text.trimmed().isEmpty else { throw .invalid(path: path, expected: "a string that is not empty") }
            return text
        }
    }

    package var optionalTimestamp: Timestamp? {
        get throws(PayloadError) {
            guard let text = try optionalString else { return nil }
            guard let time = Timestamp(rfc3339: text) else {
                throw .invalid(path: path, expected: "an RFC 3339 timestamp")
            }
            return time
        }
    }
}
