/// The public state of a ratchet tree as it travels (RFC 9420 §12.4.3.3): nodes from left to right, no blank at the end.
///
/// Nothing about it is verified until a group is joined with it.
public struct RatchetTree: Hashable, Sendable {
    /// Indirect, so that a blank node of one byte on the wire does not take the room of a leaf.
    package indirect enum Node: Hashable, Sendable {
        case leaf(LeafNode)
        case parent(ParentNode)
    }

    package var nodes: [Node?]

    package init(nodes: [Node?]) { self.nodes = nodes }

    /// Reads the content of a `ratchet_tree` extension.
    ///
    /// - Throws: ``MLSError/malformed(_:)``; ``MLSError/violates(_:)`` when the last node is blank or a leaf stands
    ///   where a parent belongs.
    public init(decoding bytes: [UInt8], limits: Limits = Limits()) throws(MLSError) {
        try limits.admit(bytes)
        try self.init(wholeOf: bytes)
    }

    /// The content of a `ratchet_tree` extension.
    public func encoded() -> [UInt8] { encoding }
}

extension RatchetTree: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        nodes = []
        var inner = try reader.nested()
        while !inner.isAtEnd {
            guard nodes.count < 2 * Limits.mostLeaves else { throw .exceeds(.treeLeaves) }
            switch try inner.uint8() {
            case 0: nodes.append(nil)
            case 1: nodes.append(try Self.node(from: &inner, at: nodes.count))
            default: throw .malformed(.presenceByte)
            }
        }
        guard case .some(.some) = nodes.last else { throw .violates(.treeEndsInBlank) }
    }

    private static func node(from reader: inout Reader, at index: Int) throws(MLSError) -> Node {
        switch try reader.uint8() {
        case 1:
            guard index % 2 == 0 else { throw .violates(.treeNodeKind) }
            return .leaf(try reader.read())
        case 2:
            guard index % 2 == 1 else { throw .violates(.treeNodeKind) }
            return .parent(try reader.read())
        default: throw .malformed(.enumValue)
        }
    }

    package func encode(to writer: inout Writer) {
        writer.writeVector { writer in
            for node in nodes {
                switch node {
                case nil: writer.write(0 as UInt8)
                case .leaf(let leaf):
                    writer.write(1 as UInt8)
                    writer.write(1 as UInt8)
                    writer.write(leaf)
                case .parent(let parent):
                    writer.write(1 as UInt8)
                    writer.write(2 as UInt8)
                    writer.write(parent)
                }
            }
        }
    }
}
