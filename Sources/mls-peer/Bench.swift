import MLS

/// The table of benchmarks: what the operations of a group cost, in microseconds and as multiples of primitives that were
/// measured in the same run.
///
/// `mls-peer bench [--suites 1,2] [--sizes 2,10,100,1000] [--merged-up-to 1000]`. Wall-clock of one machine says little;
/// the ratios to one HPKE seal and one signature verification of plain swift-crypto are what can be compared.
enum Bench {
    struct Options {
        var suites: [CipherSuite] = [.x25519AES128SHA256Ed25519, .p256AES128SHA256P256]
        var sizes = [2, 10, 100, 1000]
        /// Larger groups are measured fresh only: merging a tree takes a commit of every member.
        var mergedUpTo = 1000

        init(_ arguments: [String]) throws {
            var rest = arguments[...]
            while let name = rest.popFirst() {
                guard let value = rest.popFirst() else { throw RequestError.missing(name) }
                let numbers = value.split(separator: ",").compactMap { Int($0) }
                guard let first = numbers.first else { throw RequestError.wrongType(name, expected: "number") }
                switch name {
                case "--suites": suites = numbers.map { CipherSuite(rawValue: UInt16(clamping: $0)) }
                case "--sizes": sizes = numbers.filter { $0 >= 2 }
                case "--merged-up-to": mergedUpTo = first
                default: throw RequestError.unknownOperation(name)
                }
            }
        }
    }

    static func run(_ arguments: [String]) throws {
        let options = try Options(arguments)
        for suite in options.suites {
            print("suite \(suite.rawValue)")
            print(row(["operation", "members", "tree", "µs", "× seal", "× verify", "bytes"]))
            for size in options.sizes {
                // Anew for each size, since a shared machine is not equally fast all the time.
                let costs = try PrimitiveCosts(suite)
                print(row(["HPKE seal", "", "", format(costs.seal)]))
                print(row(["verify a signature", "", "", format(costs.verify)]))
                for line in try fresh(suite, size) { print(line.row(costs)) }
                if size <= options.mergedUpTo {
                    for line in try merged(suite, size) { print(line.row(costs)) }
                }
            }
            print("")
        }
    }

    struct Line {
        let operation: String
        let members: Int
        let tree: String
        let microseconds: Double
        var bytes: Int?

        func row(_ costs: PrimitiveCosts) -> String {
            Bench.row([
                operation, "\(members)", tree, format(microseconds), format(microseconds / costs.seal),
                format(microseconds / costs.verify), bytes.map { "\($0)" } ?? "",
            ])
        }
    }

    static func row(_ cells: [String]) -> String {
        let widths = [22, 8, 7, 12, 10, 10, 9]
        return zip(cells, widths).enumerated().map { column, entry in
            let (cell, width) = entry
            let padding = String(repeating: " ", count: max(0, width - cell.count))
            return column == 0 ? cell + padding : padding + cell
        }.joined(separator: " ")
    }

    static func format(_ value: Double) -> String {
        guard value.isFinite, value < 1e12 else { return "?" }
        let tenths = Int((value * 10).rounded())
        return value < 1000 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
    }

    /// The median time of one call, in microseconds.
    static func median(of rounds: Int, _ work: () throws -> Void) rethrows -> Double {
        var times: [Double] = []
        for _ in 0..<max(1, rounds) {
            let start = ContinuousClock.now
            try work()
            let parts = (ContinuousClock.now - start).components
            times.append(Double(parts.seconds) * 1e6 + Double(parts.attoseconds) / 1e12)
        }
        return times.sorted()[times.count / 2]
    }
}

// MARK: - Groups

extension Bench {
    private static let policy = GroupPolicy(
        acceptsCredential: { _ in true }, currentTime: { Session.now }, preSharedKey: { _ in nil })

    private static func identity(_ suite: CipherSuite, _ number: Int) throws -> ClientIdentity {
        ClientIdentity(
            credential: .basic(identity: Array("client \(number)".utf8)),
            signer: try SignatureKeyPair(generatingFor: suite))
    }

    private static func keyPackage(_ suite: CipherSuite, _ number: Int) throws -> OwnedKeyPackage {
        try OwnedKeyPackage(
            for: identity(suite, number),
            lifetime: Lifetime(notBefore: Session.now - 60, notAfter: Session.now + 86_400))
    }

    /// Everything that is measured in a group in which only its creator has committed.
    private static func fresh(_ suite: CipherSuite, _ size: Int) throws -> [Line] {
        let rounds = size >= 1000 ? 5 : size >= 100 ? 15 : 40
        let founder = try Group.create(
            id: Array("bench".utf8), with: keyPackage(suite, 0), policy: policy)
        let others = try (1..<size).map { try keyPackage(suite, $0) }
        var options = CommitOptions()
        options.proposals = others.map { .add($0.keyPackage) }
        var staged = try founder.commit(options)
        let adding = try median(of: max(3, rounds / 3)) { staged = try founder.commit(options) }
        guard case .welcome(let welcome)? = staged.welcome else { throw RequestError.wrongMessage("welcome") }
        let welcomeBytes = welcome.encoded()
        var member = try Group.join(welcome: welcome, with: others[0], policy: policy)
        let joining = try median(of: rounds) {
            member = try Group.join(welcome: Welcome(decoding: welcomeBytes), with: others[0], policy: policy)
        }
        func line(_ operation: String, _ microseconds: Double, _ bytes: Int? = nil) -> Line {
            Line(operation: operation, members: size, tree: "fresh", microseconds: microseconds, bytes: bytes)
        }
        return [
            line("first commit, adds all", adding, staged.message.encoded().count),
            line("join by Welcome", joining, welcomeBytes.count),
        ] + (try paths(member, staged.group, size, "fresh", rounds)) + (try messages(staged.group, member, size))
    }

    /// The same for a tree without blank nodes: everybody came in by an external commit, which fills its path.
    private static func merged(_ suite: CipherSuite, _ size: Int) throws -> [Line] {
        var founder = try Group.create(
            id: Array("bench".utf8), with: keyPackage(suite, 0), policy: policy)
        var newest = founder
        for number in 1..<size {
            guard case .groupInfo(let info) = try founder.groupInfo() else {
                throw RequestError.wrongMessage("group_info")
            }
            let staged = try Group.joinExternally(groupInfo: info, as: identity(suite, number), policy: policy)
            founder = try founder.process(staged.message).group
            newest = staged.group
        }
        return try paths(newest, founder, size, "merged", size >= 1000 ? 10 : 40)
    }

    /// A commit that renews the committer's path, and its processing by another member.
    private static func paths(
        _ committer: Group, _ receiver: Group, _ size: Int, _ tree: String, _ rounds: Int
    ) throws -> [Line] {
        var options = CommitOptions()
        options.forcesPath = true
        var staged = try committer.commit(options)
        let committing = try median(of: rounds) { staged = try committer.commit(options) }
        let bytes = staged.message.encoded()
        let processing = try median(of: rounds) { _ = try receiver.process(MLSMessage(decoding: bytes)) }
        return [
            Line(operation: "path commit", members: size, tree: tree, microseconds: committing, bytes: bytes.count),
            Line(operation: "process it", members: size, tree: tree, microseconds: processing),
        ]
    }

    /// Application messages of 200 bytes.
    private static func messages(_ sender: Group, _ receiver: Group, _ size: Int) throws -> [Line] {
        let plaintext = [UInt8](repeating: 0x61, count: 200)
        var (sender, receiver) = (sender, receiver)
        var sent: [[UInt8]] = []
        let protecting = try median(of: 200) { sent.append(try sender.protect(plaintext).encoded()) }
        var next = sent.makeIterator()
        let unprotecting = try median(of: sent.count) {
            guard let bytes = next.next() else { return }
            receiver = try receiver.process(MLSMessage(decoding: bytes)).group
        }
        return [
            Line(
                operation: "protect 200 B", members: size, tree: "", microseconds: protecting, bytes: sent.first?.count),
            Line(operation: "unprotect", members: size, tree: "", microseconds: unprotecting),
        ]
    }
}
