// What holds private keys says who it is when it is printed, and nothing else.

extension Group: CustomStringConvertible, CustomReflectable {
    /// Says nothing of what the group holds.
    public var description: String {
        "group of \(tree.memberCount) in epoch \(epoch), leaf \(ownLeafIndex.rawValue)\(isMember ? "" : ", removed")"
    }

    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SignatureKeyPair: CustomStringConvertible, CustomReflectable {
    /// Does not show the key.
    public var description: String { "signature key of \(cipherSuite)" }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension OwnedKeyPackage: CustomStringConvertible, CustomReflectable {
    /// Does not show the keys.
    public var description: String { "own key package of \(keyPackage.cipherSuite)" }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
