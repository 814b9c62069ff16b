extension String {
    /// How many marks may stand on one letter: Unicode's Stream-Safe Text Format (UAX #15 §13).
    package static let marksLimit = 30

    /// The text without the combining marks that stand behind the thirtieth on a letter.
    ///
    /// Two texts are the same when their letters carry the same marks, in whatever order, so that comparing and hashing
    /// sort them: in time proportional to the square of their number. All text of strangers that is looked at as text
    /// comes through here; signatures are computed of the bytes as they came.
    package var streamSafe: String {
        guard utf8.count > 2 * Self.marksLimit, hasLongRunOfMarks else { return self }
        var text = UnicodeScalarView()
        var marks = 0
        for scalar in unicodeScalars {
            marks = scalar.isCombiningMark ? marks + 1 : 0
            if marks <= Self.marksLimit { text.append(scalar) }
        }
        return String(text)
    }

    private var hasLongRunOfMarks: Bool {
        // No mark is written with smaller bytes than these, so that most text is done with here.
        guard utf8.contains(where: { $0 >= 0xCC }) else { return false }
        var marks = 0
        for scalar in unicodeScalars {
            marks = scalar.isCombiningMark ? marks + 1 : 0
            if marks > Self.marksLimit { return true }
        }
        return false
    }

    /// Whether both are written with the same bytes. Names in protocols and documents are compared so, not as people
    /// read them.
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let isSame = utf8.withContiguousStorageIfAvailable { mine in
            other.utf8.withContiguousStorageIfAvailable { mine.elementsEqual($0) }
        }
        return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}

extension Unicode.Scalar {
    fileprivate var isCombiningMark: Bool {
        value >= 0x300 && properties.canonicalCombiningClass != .notReordered
    }
}
