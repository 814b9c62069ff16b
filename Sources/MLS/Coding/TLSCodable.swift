/// A structure that has one encoding in the TLS presentation language.
package protocol TLSEncodable {
    func encode(to writer: inout Writer)
}

/// A structure that can be read back; reading accepts nothing that encoding would not give.
package protocol TLSDecodable {
    init(from reader: inout Reader) throws(MLSError)
}

package typealias TLSCodable = TLSEncodable & TLSDecodable

extension TLSEncodable {
    /// The encoding of this value alone.
    package var encoding: [UInt8] {
        var writer = Writer()
        encode(to: &writer)
        return writer.bytes
    }
}

extension TLSDecodable {
    /// Reads one value that takes up all of `bytes`.
    package init(wholeOf bytes: [UInt8]) throws(MLSError) {
        var reader = Reader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }
}

extension UInt8: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) { self = try reader.uint8() }
    package func encode(to writer: inout Writer) { writer.write(self) }
}

extension UInt16: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) { self = try reader.uint16() }
    package func encode(to writer: inout Writer) { writer.write(self) }
}

extension UInt32: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) { self = try reader.uint32() }
    package func encode(to writer: inout Writer) { writer.write(self) }
}

extension UInt64: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) { self = try reader.uint64() }
    package func encode(to writer: inout Writer) { writer.write(self) }
}
