// Tree hashes (RFC 9420 §7.8) and parent hashes (§7.9).

extension GroupTree {
    /// The tree hash of the root, which the GroupContext carries.
    mutating func treeHash() -> [UInt8] {
        treeHash(of: TreeMath.root(leaves: slots))
    }

    /// The tree hash of a node; only what has changed since the last time is computed, without recursion.
    mutating func treeHash(of top: UInt32) -> [UInt8] {
        var open = [top]
        while let node = open.last {
            if !hashes[Int(node)].isEmpty {
                open.removeLast()
                continue
            }
            guard let (left, right) = TreeMath.children(node) else {
                hashes[Int(node)] = leafHash(LeafIndex(node: node), self[LeafIndex(node: node)])
                open.removeLast()
                continue
            }
            let (leftHash, rightHash) = (hashes[Int(left)], hashes[Int(right)])
            if leftHash.isEmpty || rightHash.isEmpty {
                if rightHash.isEmpty { open.append(right) }
                if leftHash.isEmpty { open.append(left) }
                continue
            }
            hashes[Int(node)] = parentNodeHash(parent(at: node), leftHash, rightHash)
            open.removeLast()
        }
        return hashes[Int(top)]
    }

    private func leafHash(_ index: LeafIndex, _ leaf: LeafNode?) -> [UInt8] {
        var writer = Writer(capacity: leaf == nil ? 8 : 512)
        writer.write(1 as UInt8)
        writer.write(index)
        writer.write(optional: leaf)
        return operations.hash(writer.bytes)
    }

    private func parentNodeHash(_ parent: ParentNode?, _ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var writer = Writer(capacity: 256)
        writer.write(2 as UInt8)
        writer.write(optional: parent)
        writer.write(vector: left)
        writer.write(vector: right)
        return operations.hash(writer.bytes)
    }

    /// The tree hash that a subtree would have without `removed` leaves, also not as unmerged ones (§7.9).
    ///
    /// - Parameter removed: ascending; all must lie below `top`.
    private mutating func treeHash(of top: UInt32, without removed: ArraySlice<LeafIndex>) -> [UInt8] {
        guard !removed.isEmpty else { return treeHash(of: top) }
        _ = treeHash(of: top)
        let gone = Set(removed)
        // Level by level from the removed leaves up; nodes beside their paths have their ordinary hashes.
        var changed: [UInt32: [UInt8]] = [:]
        for leaf in removed { changed[leaf.node] = leafHash(leaf, nil) }
        var level = removed.map(\.node)
        while level != [top], !level.isEmpty {
            var above: [UInt32] = []
            for node in level {
                guard let parent = TreeMath.parent(node, leaves: slots), above.last != parent else { continue }
                above.append(parent)
            }
            for node in above {
                guard let (left, right) = TreeMath.children(node) else { continue }
                var content = parent(at: node)
                content?.unmergedLeaves.removeAll { gone.contains($0) }
                changed[node] = parentNodeHash(
                    content, changed[left] ?? hashes[Int(left)], changed[right] ?? hashes[Int(right)])
            }
            level = above
        }
        return changed[top] ?? []
    }

    /// The parent hash of `parent` towards the side away from `sibling` (§7.9).
    private func parentHash(_ parent: ParentNode, siblingHash: [UInt8]) -> [UInt8] {
        var writer = Writer(capacity: 160)
        writer.write(vector: parent.encryptionKey)
        writer.write(vector: parent.parentHash)
        writer.write(vector: siblingHash)
        return operations.hash(writer.bytes)
    }

    /// Gives the nodes of a new path their keys and parent hashes, from the root down (§7.5).
    ///
    /// - Returns: the parent hash for the leaf at the bottom of the path; empty when nobody else is in the tree.
    mutating func setPath(_ steps: [PathStep], keys: [[UInt8]]) -> [UInt8] {
        var hash: [UInt8] = []
        for (step, key) in zip(steps, keys).reversed() {
            let parent = ParentNode(encryptionKey: key, parentHash: hash)
            setParent(parent, at: step.node)
            hash = parentHash(parent, siblingHash: treeHash(of: step.copathChild))
        }
        return hash
    }

    /// §7.9.2: every parent with a key was set by a member whose leaf is below it.
    mutating func validateParentHashes() throws(MLSError) {
        _ = treeHash()
        for place in parents.indices {
            guard let parent = parents[place] else { continue }
            let node = UInt32(truncatingIfNeeded: 2 * place + 1)
            guard let (left, right) = TreeMath.children(node) else { continue }
            let fromLeft = isParentHashValid(parent, child: left, sibling: right)
            let fromRight = isParentHashValid(parent, child: right, sibling: left)
            guard fromLeft != fromRight else { throw .violates(.parentHashValid) }
        }
    }

    /// Whether exactly one node below `child` was set together with `parent`.
    private mutating func isParentHashValid(_ parent: ParentNode, child: UInt32, sibling: UInt32) -> Bool {
        // The resolution of the child is the node D together with exactly the leaves unmerged at the parent.
        let unmerged = Self.leaves(of: parent.unmergedLeaves, under: child)
        let resolution = resolution(of: child)
        guard resolution.count == unmerged.count + 1 else { return false }
        let unmergedNodes = Set(unmerged.map(\.node))
        let others = resolution.filter { !unmergedNodes.contains($0) }
        guard others.count == 1 else { return false }
        let claimed: [UInt8]
        if TreeMath.isLeaf(others[0]) {
            guard case .commit(let hash)? = self[LeafIndex(node: others[0])]?.source else { return false }
            claimed = hash
        } else {
            guard let below = self.parent(at: others[0]) else { return false }
            claimed = below.parentHash
        }
        let removed = Self.leaves(of: parent.unmergedLeaves, under: sibling)
        return claimed == parentHash(parent, siblingHash: treeHash(of: sibling, without: removed))
    }

    /// The part of an ascending list of leaves that lies below a node.
    private static func leaves(of list: [LeafIndex], under node: UInt32) -> ArraySlice<LeafIndex> {
        let range = TreeMath.leafRange(under: node)
        let start = list.firstIndex { $0.rawValue >= range.lowerBound } ?? list.endIndex
        let end = list[start...].firstIndex { $0.rawValue > range.upperBound } ?? list.endIndex
        return list[start..<end]
    }
}
