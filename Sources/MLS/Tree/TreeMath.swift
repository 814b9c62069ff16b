/// Relations between the nodes of a full binary tree in an array (RFC 9420 §4.1 and appendix C).
///
/// Leaf `i` is node `2 * i`. `leaves` is the number of leaf slots, a power of two; node indices are below
/// ``nodeCount(leaves:)``. For other input the results mean nothing, but nothing traps.
enum TreeMath {
    /// The number of nodes of a tree, at least 1.
    static func nodeCount(leaves: UInt32) -> UInt32 {
        leaves == 0 ? 0 : 2 &* (leaves &- 1) &+ 1
    }

    static func root(leaves: UInt32) -> UInt32 {
        leaves == 0 ? 0 : leaves &- 1
    }

    /// The smallest number of leaf slots, a power of two, that holds `count` leaves.
    static func leafSlots(for count: UInt32) -> UInt32 {
        guard count > 1 else { return 1 }
        // Above 2^31 there is no such number; trees are far smaller, and a shift by 32 gives 0 instead of a trap.
        return 1 << UInt32(32 - (count - 1).leadingZeroBitCount)
    }

    /// The height of a node above the leaves.
    static func level(_ node: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: (~node).trailingZeroBitCount)
    }

    /// The left child, or nil for a leaf.
    static func left(_ node: UInt32) -> UInt32? {
        let level = level(node)
        return level == 0 ? nil : node ^ (1 << (level - 1))
    }

    /// The right child, or nil for a leaf.
    static func right(_ node: UInt32) -> UInt32? {
        let level = level(node)
        return level == 0 ? nil : node ^ (3 << (level - 1))
    }

    /// The parent, or nil for the root.
    static func parent(_ node: UInt32, leaves: UInt32) -> UInt32? {
        guard node != root(leaves: leaves) else { return nil }
        let level = level(node)
        let side = (node >> (level + 1)) & 1
        return (node | (1 << level)) ^ (side << (level + 1))
    }

    /// The other child of the parent, or nil for the root.
    static func sibling(_ node: UInt32, leaves: UInt32) -> UInt32? {
        guard let parent = parent(node, leaves: leaves) else { return nil }
        return node < parent ? right(parent) : left(parent)
    }

    /// The ancestors of a node, from its parent to the root.
    static func directPath(_ node: UInt32, leaves: UInt32) -> [UInt32] {
        var path: [UInt32] = []
        var current = node
        // A tree of 2^31 leaves is 31 levels high; the bound holds for nodes outside of the tree too.
        while path.count < 32, let parent = parent(current, leaves: leaves) {
            path.append(parent)
            current = parent
        }
        return path
    }

    /// The siblings of a node and of its ancestors below the root, from the bottom up.
    static func copath(_ node: UInt32, leaves: UInt32) -> [UInt32] {
        ([node] + directPath(node, leaves: leaves)).compactMap { sibling($0, leaves: leaves) }
    }

    /// The lowest node that has both nodes in its subtree, itself included.
    static func commonAncestor(_ one: UInt32, _ other: UInt32) -> UInt32 {
        let (levelOne, levelOther) = (level(one) + 1, level(other) + 1)
        if levelOne <= levelOther, one >> levelOther == other >> levelOther { return other }
        if levelOther <= levelOne, one >> levelOne == other >> levelOne { return one }
        let differing = 32 - UInt32(truncatingIfNeeded: (one ^ other).leadingZeroBitCount)
        guard differing > 0 else { return one }
        return ((one >> differing) << differing) &+ (1 << (differing - 1)) &- 1
    }
}
