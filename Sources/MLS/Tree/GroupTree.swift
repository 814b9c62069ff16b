/// The ratchet tree of a group, with everything that its rules are checked against kept up to date (RFC 9420 §4, §7).
///
/// A value: a copy shares its storage until one of the two changes. The number of leaves is always a power of two; leaf
/// `L` is node `2 L`. Tree hashes are kept for each node and forgotten along the changed paths only; counts of the keys
/// and credential types in use make the uniqueness rules of §7.3 cost the same in any group.
package struct GroupTree: Sendable {
    /// A leaf that is copied by reference, since a tree holds many.
    final class Leaf: Sendable {
        let node: LeafNode

        init(_ node: LeafNode) { self.node = node }
    }

    let operations: SuiteOperations
    private(set) var leaves: [Leaf?]
    /// The parent at node index `2 i + 1`.
    private(set) var parents: [ParentNode?]
    /// The tree hash of each node; empty where it has to be computed anew. Above such a node all are empty.
    var hashes: [[UInt8]]
    private(set) var census: Census
    /// No leaf to the left of this is blank.
    private var leftmostFree = 0

    /// A tree with one member.
    init(_ leaf: LeafNode, operations: SuiteOperations) {
        self.operations = operations
        leaves = [Leaf(leaf)]
        parents = []
        hashes = [[]]
        census = Census()
        census.add(leaf)
        leftmostFree = 1
    }

    /// Builds the tree that was sent; nothing but its size and shape is checked.
    init(_ tree: RatchetTree, operations: SuiteOperations, limits: Limits) throws(MLSError) {
        try limits.admit(leafCount: tree.nodes.count / 2 + 1)
        var leafCount = 1
        while 2 * leafCount - 1 < tree.nodes.count { leafCount *= 2 }
        try limits.admit(leafCount: leafCount)
        self.operations = operations
        leaves = Array(repeating: nil, count: leafCount)
        parents = Array(repeating: nil, count: leafCount - 1)
        hashes = Array(repeating: [], count: 2 * leafCount - 1)
        census = Census()
        for (index, node) in tree.nodes.enumerated() {
            switch node {
            case nil: continue
            case .leaf(let leaf):
                guard index % 2 == 0 else { throw .violates(.treeNodeKind) }
                leaves[index / 2] = Leaf(leaf)
                census.add(leaf)
            case .parent(let parent):
                guard index % 2 == 1 else { throw .violates(.treeNodeKind) }
                parents[index / 2] = parent
                census.add(parent)
            }
        }
    }

    /// The tree as it travels.
    var ratchetTree: RatchetTree {
        var nodes: [RatchetTree.Node?] = []
        nodes.reserveCapacity(2 * leafCount)
        for index in leaves.indices {
            nodes.append(leaves[index].map { .leaf($0.node) })
            if index < parents.count { nodes.append(parents[index].map { .parent($0) }) }
        }
        while case .some(.none) = nodes.last { nodes.removeLast() }
        return RatchetTree(nodes: nodes)
    }

    var leafCount: Int { leaves.count }
    var nodeCount: Int { 2 * leaves.count - 1 }
    /// ``leafCount`` in the form that ``TreeMath`` takes; ``Limits`` keep it small.
    var slots: UInt32 { UInt32(truncatingIfNeeded: leaves.count) }
    var memberCount: Int { census.members }

    /// The member at a place, nil when it is blank or outside of the tree.
    subscript(_ index: LeafIndex) -> LeafNode? {
        let index = Int(index.rawValue)
        return index < leaves.count ? leaves[index]?.node : nil
    }

    func parent(at node: UInt32) -> ParentNode? {
        let index = Int(node / 2)
        return index < parents.count ? parents[index] : nil
    }

    /// The key of a leaf or parent, nil when it is blank.
    func encryptionKey(at node: UInt32) -> [UInt8]? {
        TreeMath.isLeaf(node) ? self[LeafIndex(node: node)]?.encryptionKey : parent(at: node)?.encryptionKey
    }

    func isBlank(_ node: UInt32) -> Bool {
        let index = Int(node / 2)
        if TreeMath.isLeaf(node) { return index >= leaves.count || leaves[index] == nil }
        return index >= parents.count || parents[index] == nil
    }

    /// All members from left to right.
    var members: some Sequence<(index: LeafIndex, leaf: LeafNode)> {
        leaves.lazy.enumerated().compactMap { index, leaf in
            leaf.map { (index: LeafIndex(rawValue: UInt32(truncatingIfNeeded: index)), leaf: $0.node) }
        }
    }
}

// MARK: - Changing the tree (§7.7, §12.1)

extension GroupTree {
    /// Replaces a leaf, or blanks it; the nodes above stay as they are.
    mutating func setLeaf(_ leaf: LeafNode?, at index: LeafIndex) {
        let place = Int(index.rawValue)
        if let old = leaves[place] { census.remove(old.node) }
        if let leaf { census.add(leaf) }
        leaves[place] = leaf.map(Leaf.init)
        if leaf == nil { leftmostFree = min(leftmostFree, place) }
        forgetHashes(from: index.node)
    }

    /// Replaces a parent, or blanks it.
    mutating func setParent(_ parent: ParentNode?, at node: UInt32) {
        let place = Int(node / 2)
        if let old = parents[place] { census.remove(old) }
        if let parent { census.add(parent) }
        parents[place] = parent
        forgetHashes(from: node)
    }

    mutating func blankDirectPath(of leaf: LeafIndex) {
        for node in TreeMath.directPath(leaf.node, leaves: slots) where !isBlank(node) {
            setParent(nil, at: node)
        }
    }

    /// §12.1.1: the leftmost blank leaf; the tree grows when there is none.
    mutating func takeFreeLeaf(limits: Limits) throws(MLSError) -> LeafIndex {
        while leftmostFree < leaves.count, leaves[leftmostFree] != nil { leftmostFree += 1 }
        if leftmostFree == leaves.count {
            try limits.admit(leafCount: leafCount * 2)
            parents += Array(repeating: nil, count: leafCount)
            leaves += Array(repeating: nil, count: leafCount)
            hashes += Array(repeating: [], count: nodeCount - hashes.count)
        }
        return LeafIndex(rawValue: UInt32(truncatingIfNeeded: leftmostFree))
    }

    /// §12.1.1: puts a new member into the leftmost free leaf, unmerged at every node above that has a key.
    mutating func add(_ leaf: LeafNode, limits: Limits) throws(MLSError) -> LeafIndex {
        let index = try takeFreeLeaf(limits: limits)
        for node in TreeMath.directPath(index.node, leaves: slots) {
            // In place, for the list of a large group is long; new members mostly come last in it.
            let below = parents[Int(node / 2)]?.unmergedLeaves.lastIndex { $0 < index }
            parents[Int(node / 2)]?.unmergedLeaves.insert(index, at: below.map { $0 + 1 } ?? 0)
        }
        setLeaf(leaf, at: index)
        return index
    }

    /// §12.1.2.
    mutating func update(_ index: LeafIndex, to leaf: LeafNode) {
        setLeaf(leaf, at: index)
        blankDirectPath(of: index)
    }

    /// §12.1.3, but for ``truncate()``, which comes after all removals.
    mutating func remove(_ index: LeafIndex) {
        setLeaf(nil, at: index)
        blankDirectPath(of: index)
    }

    /// §7.7: halves the tree until there is a member in its right half.
    mutating func truncate() {
        var keep = leafCount
        let last = leaves.lastIndex { $0 != nil } ?? 0
        while keep > 1, last < keep / 2 { keep /= 2 }
        guard keep < leafCount else { return }
        for parent in parents[(keep - 1)...] {
            if let parent { census.remove(parent) }
        }
        leaves.removeSubrange(keep...)
        parents.removeSubrange((keep - 1)...)
        hashes.removeSubrange((2 * keep - 1)...)
        leftmostFree = min(leftmostFree, keep)
    }

    private mutating func forgetHashes(from node: UInt32) {
        var current: UInt32? = node
        while let node = current, !hashes[Int(node)].isEmpty {
            hashes[Int(node)] = []
            current = TreeMath.parent(node, leaves: slots)
        }
    }
}

// MARK: - Resolution (§4.1.1, §4.1.2)

extension GroupTree {
    /// The non-blank nodes that cover everybody below `node`, from left to right, without `excluded` leaves.
    func resolution(of node: UInt32, excluding excluded: Set<LeafIndex> = []) -> [UInt32] {
        var found: [UInt32] = []
        var open = [node]
        while let node = open.popLast() {
            if TreeMath.isLeaf(node) {
                if !isBlank(node), !excluded.contains(LeafIndex(node: node)) { found.append(node) }
            } else if let parent = parent(at: node) {
                found.append(node)
                for leaf in parent.unmergedLeaves where !excluded.contains(leaf) { found.append(leaf.node) }
            } else if let children = TreeMath.children(node) {
                open.append(children.right)
                open.append(children.left)
            }
        }
        return found
    }

    /// Whether the resolution of a node is empty, which is whether all nodes below are blank.
    private func resolutionIsEmpty(_ node: UInt32) -> Bool {
        var open = [node]
        while let node = open.popLast() {
            guard isBlank(node) else { return false }
            if let children = TreeMath.children(node) {
                open.append(children.right)
                open.append(children.left)
            }
        }
        return true
    }

    /// A node of a filtered direct path with its child off the path.
    struct PathStep {
        var node: UInt32
        var copathChild: UInt32
    }

    /// The direct path without the nodes whose other child has nobody below it, from the leaf up (§4.1.2).
    func filteredDirectPath(of leaf: LeafIndex) -> [PathStep] {
        var steps: [PathStep] = []
        var child = leaf.node
        for node in TreeMath.directPath(leaf.node, leaves: slots) {
            guard let other = TreeMath.sibling(child, leaves: slots) else { break }
            if !resolutionIsEmpty(other) { steps.append(PathStep(node: node, copathChild: other)) }
            child = node
        }
        return steps
    }
}
