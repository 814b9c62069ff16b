// What holds private keys says who it is when it is printed, and nothing else.

extension Group: CustomStringConvertible, CustomReflectable {
    public var description: String {
        "group of \(tree.memberCount) in epoch \(epoch), leaf \(ownLeafIndex.rawValue)\(isMember ? "" : ", removed")"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SignatureKeyPair: CustomStringConvertible, CustomReflectable {
    public var description: String { "signature key of \(cipherSuite)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension OwnedKeyPackage: CustomStringConvertible, CustomReflectable {
    public var description: String { "own key package of \(keyPackage.cipherSuite)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
