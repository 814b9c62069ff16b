/// A regular expression that takes time proportional to the text, whatever both are.
///
/// The dialect is that of ECMA 262 with the `u` flag, as JSON Schema wants it, without what needs backtracking: no
/// lookaround, no back references. It finds anywhere in a text unless anchored, counts in code points, and captures
/// nothing. All ways through the pattern are followed side by side (Thompson 1968, Pike's machine without captures).
struct SchemaPattern: Sendable, Hashable {
    let text: String
    private let program: [Instruction]

    static let lengthLimit = 1000
    /// Repetitions are written out: `a{3}` is three steps.
    static let programLimit = 2000

    enum Instruction: Sendable, Hashable {
        case one(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case start
        case end
        case boundary(Bool)
        case match
    }

    init(_ text: String) throws(PatternError) {
        guard text.unicodeScalars.count <= Self.lengthLimit else { throw .tooLarge }
        var parser = PatternParser(text)
        var emitter = PatternEmitter()
        try emitter.emit(try parser.parse())
        emitter.program.append(.match)
        (self.text, program) = (text, emitter.program)
    }

    /// Whether it is found in the text.
    ///
    /// - Parameter work: what it may cost; less when it returns.
    /// - Returns: nil when the work ran out.
    func isFound(in text: String, _ work: inout Int) -> Bool? {
        var current = Threads(program.count)
        var next = Threads(program.count)
        var previous: Unicode.Scalar?
        var rest = text.unicodeScalars.makeIterator()
        var scalar = rest.next()
        while true {
            // It may begin at each place.
            work -= 1 + follow(0, &current, previous, scalar)
            if current.hasMatch { return true }
            guard work >= 0 else { return nil }
            guard let here = scalar else { return false }
            scalar = rest.next()
            for index in current.order {
                guard case .one(let set) = program[index], set.contains(here) else { continue }
                work -= follow(index + 1, &next, here, scalar)
            }
            work -= current.order.count
            if next.hasMatch { return true }
            previous = here
            swap(&current, &next)
            next.removeAll()
        }
    }

    /// The instructions that wait for a scalar, each once.
    private struct Threads {
        var order: [Int] = []
        var hasMatch = false
        private var marks: [UInt32]
        private var round: UInt32 = 1

        init(_ count: Int) {
            marks = [UInt32](repeating: 0, count: count)
        }

        /// - Returns: whether it is new.
        mutating func mark(_ index: Int) -> Bool {
            defer { marks[index] = round }
            return marks[index] != round
        }

        mutating func removeAll() {
            order.removeAll(keepingCapacity: true)
            round &+= 1
            hasMatch = false
        }
    }

    /// Goes from an instruction to all that can be reached without a scalar.
    ///
    /// - Returns: how many were looked at.
    private func follow(
        _ first: Int, _ threads: inout Threads, _ previous: Unicode.Scalar?, _ next: Unicode.Scalar?
    ) -> Int {
        var stack = [first]
        var count = 0
        while let index = stack.popLast() {
            guard threads.mark(index) else { continue }
            count += 1
            switch program[index] {
            case .one: threads.order.append(index)
            case .split(let left, let right): stack += [right, left]
            case .jump(let target): stack.append(target)
            case .start: if previous == nil { stack.append(index + 1) }
            case .end: if next == nil { stack.append(index + 1) }
            case .boundary(let wanted):
                let isBoundary = ScalarSet.isWord(previous) != ScalarSet.isWord(next)
                if isBoundary == wanted { stack.append(index + 1) }
            case .match: threads.hasMatch = true
            }
        }
        return count
    }
}

/// Why a text is no pattern that can be matched in bounded time.
package enum PatternError: Error, Sendable, Hashable {
    /// 0-based, in code points.
    case syntax(offset: Int, String)
    case unsupported(offset: Int, String)
    case tooLarge
}

extension PatternError: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .syntax(let offset, let what): "\(what) at character \(offset + 1)"
        case .unsupported(let offset, let what): "\(what) at character \(offset + 1) cannot be matched in bounded time"
        case .tooLarge:
            "longer than \(SchemaPattern.lengthLimit) characters, or its repetitions make more than \(SchemaPattern.programLimit) steps"
        }
    }
}

/// A set of code points.
struct ScalarSet: Sendable, Hashable {
    var ranges: [ClosedRange<UInt32>] = []
    /// General categories (UAX 44): those of an entry, or all but those.
    var categories: [Category] = []
    var isNegated = false

    struct Category: Sendable, Hashable {
        let prefix: String
        let isNegated: Bool
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        let isIn = ranges.contains { $0.contains(scalar.value) } || categories.contains { Self.isIn(scalar, $0) }
        return isIn != isNegated
    }

    mutating func add(_ other: ScalarSet) {
        ranges += other.ranges
        categories += other.categories
    }

    static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { word.contains($0) } ?? false
    }

    static func one(_ scalar: UInt32) -> ScalarSet { ScalarSet(ranges: [scalar...scalar]) }

    static let digit = ScalarSet(ranges: [0x30...0x39])
    static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let lineEnd = ScalarSet(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
    /// White space and line terminators of ECMA 262.
    static let blank = ScalarSet(
        ranges: [
            0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
            0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
        ])

    /// All but a set, as ranges, so that it can be part of another one. Only for sets without categories.
    var inverted: ScalarSet {
        var result = ScalarSet()
        var begin: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > begin { result.ranges.append(begin...(range.lowerBound - 1)) }
            begin = max(begin, range.upperBound + 1)
        }
        if begin <= 0x10_FFFF { result.ranges.append(begin...0x10_FFFF) }
        return result
    }

    private static func isIn(_ scalar: Unicode.Scalar, _ category: Category) -> Bool {
        shortName(scalar.properties.generalCategory).hasPrefix(category.prefix) != category.isNegated
    }

    static let categoryNames: Set<String> = [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    private static func shortName(_ category: Unicode.GeneralCategory) -> String {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }
}
