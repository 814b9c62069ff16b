/// What a pattern says, before it is a program.
indirect enum PatternTree: Sendable {
    case one(ScalarSet)
    case start
    case end
    case boundary(Bool)
    case sequence([PatternTree])
    case choice([PatternTree])
    case repeated(PatternTree, minimum: Int, maximum: Int?)
}

/// Reads the syntax of ECMA 262 §22.2.1.
struct PatternParser {
    private static let depthLimit = 32

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    mutating func parse() throws(PatternError) -> PatternTree {
        let tree = try choice()
        guard position == scalars.count else { throw .syntax(offset: position, "unmatched )") }
        return tree
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    // MARK: Structure

    private mutating func choice() throws(PatternError) -> PatternTree {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw .tooLarge }
        var options = [try sequence()]
        while take("|") { options.append(try sequence()) }
        return options.count == 1 ? options[0] : .choice(options)
    }

    private mutating func sequence() throws(PatternError) -> PatternTree {
        var terms: [PatternTree] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let begin = position
            let (term, isAssertion) = try term()
            guard let (minimum, maximum) = try quantifier() else {
                terms.append(term)
                continue
            }
            guard !isAssertion else { throw .syntax(offset: begin, "nothing to repeat") }
            // Whether as much or as little as possible is taken first does not change whether there is a match.
            _ = take("?")
            terms.append(.repeated(term, minimum: minimum, maximum: maximum))
        }
        return .sequence(terms)
    }

    private mutating func term() throws(PatternError) -> (PatternTree, isAssertion: Bool) {
        let begin = position
        guard let scalar = next else { throw .syntax(offset: begin, "unexpected end") }
        position += 1
        switch scalar {
        case "^": return (.start, true)
        case "$": return (.end, true)
        case ".": return (.one(ScalarSet.lineEnd.inverted), false)
        case "(": return (try group(begin), false)
        case "[": return (.one(try set(begin)), false)
        case "*", "+", "?": throw .syntax(offset: begin, "nothing to repeat")
        case "\\":
            if take("b") { return (.boundary(true), true) }
            if take("B") { return (.boundary(false), true) }
            return (.one(try escape(begin)), false)
        default: return (.one(.one(scalar.value)), false)
        }
    }

    private mutating func group(_ begin: Int) throws(PatternError) -> PatternTree {
        if take("?") {
            let isLookbehind = take("<=") || take("<!")
            if isLookbehind || take("=") || take("!") {
                throw .unsupported(offset: begin, isLookbehind ? "lookbehind" : "lookahead")
            }
            if take("<") {
                while let scalar = next, scalar != ">" {
                    guard ScalarSet.isWord(scalar) || scalar == "$" else {
                        throw .syntax(offset: position, "invalid group name")
                    }
                    position += 1
                }
                guard take(">") else { throw .syntax(offset: begin, "unfinished group name") }
            } else if !take(":") {
                throw .syntax(offset: begin, "unknown kind of group")
            }
        }
        let tree = try choice()
        guard take(")") else { throw .syntax(offset: begin, "unmatched (") }
        return tree
    }

    /// - Returns: nil when none stands here; a brace that begins none is a character of its own.
    private mutating func quantifier() throws(PatternError) -> (Int, Int?)? {
        let begin = position
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard take("{"), let minimum = number() else {
            position = begin
            return nil
        }
        var maximum: Int? = minimum
        if take(",") { maximum = number() }
        guard take("}") else {
            position = begin
            return nil
        }
        if let maximum, maximum < minimum { throw .syntax(offset: begin, "numbers out of order") }
        guard max(minimum, maximum ?? 0) <= SchemaPattern.programLimit else { throw .tooLarge }
        return (minimum, maximum)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, (0x30...0x39).contains(scalar.value) {
            value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
            position += 1
        }
        return value
    }

    // MARK: Sets and escapes

    private mutating func set(_ begin: Int) throws(PatternError) -> ScalarSet {
        var result = ScalarSet()
        result.isNegated = take("^")
        while !take("]") {
            let place = position
            let first = try member(begin)
            guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                result.add(first)
                continue
            }
            position += 1
            let last = try member(begin)
            guard let low = first.single, let high = last.single else {
                throw .syntax(offset: place, "a range between more than single characters")
            }
            guard low <= high else { throw .syntax(offset: place, "range out of order") }
            result.ranges.append(low...high)
        }
        return result
    }

    private mutating func member(_ begin: Int) throws(PatternError) -> ScalarSet {
        guard let scalar = next else { throw .syntax(offset: begin, "unmatched [") }
        let place = position
        position += 1
        guard scalar == "\\" else { return .one(scalar.value) }
        if take("b") { return .one(0x08) }
        if take("-") { return .one(0x2D) }
        return try escape(place)
    }

    /// What follows a backslash.
    private mutating func escape(_ begin: Int) throws(PatternError) -> ScalarSet {
        guard let scalar = next else { throw .syntax(offset: begin, "unfinished escape") }
        position += 1
        switch scalar {
        case "d": return .digit
        case "D": return ScalarSet.digit.inverted
        case "w": return .word
        case "W": return ScalarSet.word.inverted
        case "s": return .blank
        case "S": return ScalarSet.blank.inverted
        case "t": return .one(0x09)
        case "n": return .one(0x0A)
        case "v": return .one(0x0B)
        case "f": return .one(0x0C)
        case "r": return .one(0x0D)
        case "0" where next.map({ !(0x30...0x39).contains($0.value) }) ?? true: return .one(0)
        case "x": return .one(try hexadecimal(2, begin))
        case "u": return .one(try codePoint(begin))
        case "p", "P": return try property(isNegated: scalar == "P", begin)
        case "c":
            guard let letter = next, letter.properties.isAlphabetic, letter.isASCII else {
                throw .syntax(offset: begin, "unknown escape")
            }
            position += 1
            return .one(letter.value & 0x1F)
        case "1"..."9", "k": throw .unsupported(offset: begin, "a reference to a group")
        default:
            guard !ScalarSet.isWord(scalar) else { throw .syntax(offset: begin, "unknown escape") }
            return .one(scalar.value)
        }
    }

    private mutating func hexadecimal(_ count: Int, _ begin: Int) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let scalar = next, let digit = scalar.hexDigit else { throw .syntax(offset: begin, "unknown escape") }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    /// `\uD83D\uDD25`, two halves, are one code point.
    private mutating func codePoint(_ begin: Int) throws(PatternError) -> UInt32 {
        if take("{") {
            var value: UInt32 = 0
            while let digit = next?.hexDigit, value <= 0x10_FFFF {
                value = value << 4 | digit
                position += 1
            }
            guard take("}"), value <= 0x10_FFFF else {
                throw .syntax(offset: begin, "unknown escape")
            }
            return value
        }
        let high = try hexadecimal(4, begin)
        guard (0xD800...0xDBFF).contains(high), take(#"\u"#) else { return high }
        let low = try hexadecimal(4, begin)
        guard (0xDC00...0xDFFF).contains(low) else { throw .syntax(offset: begin, "half a character") }
        return 0x1_0000 + (high - 0xD800) << 10 + (low - 0xDC00)
    }

    private mutating func property(isNegated: Bool, _ begin: Int) throws(PatternError) -> ScalarSet {
        var name = ""
        guard take("{") else { throw .syntax(offset: begin, "unknown escape") }
        while let scalar = next, scalar != "}" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard take("}"), ScalarSet.categoryNames.contains(name) else {
            throw .syntax(offset: begin, "only general categories (L, Lu, Nd, …) can be named")
        }
        return ScalarSet(categories: [.init(prefix: name, isNegated: isNegated)])
    }
}

extension ScalarSet {
    fileprivate var single: UInt32? {
        guard categories.isEmpty, ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}

extension Unicode.Scalar {
    fileprivate var hexDigit: UInt32? {
        switch value {
        case 0x30...0x39: value - 0x30
        case 0x41...0x46: value - 0x41 + 10
        case 0x61...0x66: value - 0x61 + 10
        default: nil
        }
    }
}

/// Writes a pattern as a program.
struct PatternEmitter {
    var program: [SchemaPattern.Instruction] = []
    /// What repeats nothing writes nothing, but takes its time.
    private var calls = 0

    mutating func emit(_ tree: PatternTree) throws(PatternError) {
        calls += 1
        guard calls <= 10 * SchemaPattern.programLimit else { throw .tooLarge }
        switch tree {
        case .one(let set): try append(.one(set))
        case .start: try append(.start)
        case .end: try append(.end)
        case .boundary(let wanted): try append(.boundary(wanted))
        case .sequence(let trees): for tree in trees { try emit(tree) }
        case .choice(let options): try emit(options[...])
        case .repeated(let tree, let minimum, let maximum):
            for _ in 0..<minimum { try emit(tree) }
            if let maximum {
                var splits: [Int] = []
                for _ in minimum..<maximum {
                    splits.append(program.count)
                    try append(.split(program.count + 1, 0))
                    try emit(tree)
                }
                for index in splits { program[index] = .split(index + 1, program.count) }
            } else {
                let begin = program.count
                try append(.split(begin + 1, 0))
                try emit(tree)
                try append(.jump(begin))
                program[begin] = .split(begin + 1, program.count)
            }
        }
    }

    private mutating func emit(_ options: ArraySlice<PatternTree>) throws(PatternError) {
        var jumps: [Int] = []
        for (index, option) in zip(options.indices, options) {
            guard index + 1 < options.endIndex else {
                try emit(option)
                break
            }
            let split = program.count
            try append(.split(split + 1, 0))
            try emit(option)
            jumps.append(program.count)
            try append(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        for index in jumps { program[index] = .jump(program.count) }
    }

    private mutating func append(_ instruction: SchemaPattern.Instruction) throws(PatternError) {
        guard program.count < SchemaPattern.programLimit else { throw .tooLarge }
        program.append(instruction)
    }
}
