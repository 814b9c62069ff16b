extension LeafIndex {
    /// The node of the leaf.
    var node: UInt32 { rawValue &* 2 }

    init(node: UInt32) { self.init(rawValue: node / 2) }
}

extension TreeMath {
    static func isLeaf(_ node: UInt32) -> Bool { node % 2 == 0 }

    /// Both children of a parent, nil for a leaf.
    static func children(_ node: UInt32) -> (left: UInt32, right: UInt32)? {
        guard let left = left(node), let right = right(node) else { return nil }
        return (left, right)
    }

    /// The indexes of the leaves below a node, or of the leaf that it is.
    static func leafRange(under node: UInt32) -> ClosedRange<UInt32> {
        // A node of level k stands in the middle of 2^(k+1) - 1 nodes.
        let reach = (UInt32(1) << level(node)) &- 1
        return (node &- reach) / 2...max(node &- reach, node &+ reach) / 2
    }
}
