extension StringProtocol {
    /// What follows the prefix; nil when the text does not begin with it, byte for byte.
    func dropping(prefix: some StringProtocol) -> Substring? {
        guard utf8.starts(with: prefix.utf8) else { return nil }
        return Substring(self)[utf8.index(utf8.startIndex, offsetBy: prefix.utf8.count)...]
    }
}

extension Substring {
    /// Without blanks and tabs at both ends.
    var trimmingBlanks: Substring {
        var text = self
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}
