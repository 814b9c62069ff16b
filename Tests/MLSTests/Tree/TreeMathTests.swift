import Testing

@testable import MLS

/// RFC 9420 appendix C, beyond what the official arrays cover.
struct TreeMathTests {
    @Test(arguments: [1, 2, 4, 8, 64] as [UInt32])
    func `the relations between nodes fit each other`(_ leaves: UInt32) {
        for node in 0..<TreeMath.nodeCount(leaves: leaves) {
            if let left = TreeMath.left(node), let right = TreeMath.right(node) {
                #expect(TreeMath.parent(left, leaves: leaves) == node)
                #expect(TreeMath.parent(right, leaves: leaves) == node)
                #expect(TreeMath.sibling(left, leaves: leaves) == right)
                #expect(TreeMath.sibling(right, leaves: leaves) == left)
            } else {
                #expect(node.isMultiple(of: 2))
            }
            let path = TreeMath.directPath(node, leaves: leaves)
            #expect(path.last == (node == leaves - 1 ? nil : leaves - 1))
            #expect(TreeMath.copath(node, leaves: leaves).count == path.count)
        }
    }

    @Test func `the common ancestor is the lowest that both paths share`() {
        let leaves: UInt32 = 16
        for one in 0..<TreeMath.nodeCount(leaves: leaves) {
            let pathOne = [one] + TreeMath.directPath(one, leaves: leaves)
            for other in 0..<TreeMath.nodeCount(leaves: leaves) {
                let pathOther = Set([other] + TreeMath.directPath(other, leaves: leaves))
                #expect(TreeMath.commonAncestor(one, other) == pathOne.first { pathOther.contains($0) })
            }
        }
    }

    @Test func `leaf slots are the next power of two`() {
        #expect([0, 1, 2, 3, 4, 5, 8, 9, 1000].map { TreeMath.leafSlots(for: $0) } == [1, 1, 2, 4, 4, 8, 8, 16, 1024])
        #expect(TreeMath.leafSlots(for: 1 << 31) == 1 << 31)
    }

    @Test func `nothing traps outside of a tree`() {
        for node in [0, 1, .max, .max - 1, 1 << 31] as [UInt32] {
            for leaves in [0, 1, 2, 1 << 31, .max] as [UInt32] {
                _ = TreeMath.nodeCount(leaves: leaves)
                _ = TreeMath.leafSlots(for: leaves)
                _ = TreeMath.sibling(node, leaves: leaves)
                #expect(TreeMath.directPath(node, leaves: leaves).count <= 32)
                #expect(TreeMath.copath(node, leaves: leaves).count <= 33)
                _ = TreeMath.commonAncestor(node, leaves)
            }
        }
    }
}
