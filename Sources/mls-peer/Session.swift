import MLS
import Synchronization

/// The fields of a successful reply.
typealias Reply = [String: JSON]

/// Pre-shared keys of one client in one group and its later states.
final class KnownKeys: Sendable {
    private let table = Mutex<[[UInt8]: Secret]>([:])

    func store(_ id: [UInt8], _ key: Secret) {
        table.withLock { $0[id] = key }
    }

    func key(_ id: PreSharedKeyID) -> Secret? {
        guard case .external(let name) = id.kind else { return nil }
        return table.withLock { $0[name] }
    }
}

/// Everything that this process has handed out numbers for, and the dispatch of requests to it.
///
/// An operation that fails changes nothing: tables are written last.
struct Session {
    struct State {
        var group: Group
        let keys: KnownKeys
    }

    struct Signer {
        let suite: CipherSuite
        let keyPair: SignatureKeyPair
    }

    private(set) var states: [UInt64: State] = [:]
    private(set) var keyPackages: [UInt64: OwnedKeyPackage] = [:]
    private(set) var signers: [UInt64: Signer] = [:]
    private var lastNumber: UInt64 = 0
    private(set) var elapsed = Duration.zero
    /// True after `quit`.
    private(set) var isOver = false

    /// Answers one request.
    mutating func reply(to json: JSON) -> JSON {
        var answer: Reply = [:]
        if case .object(let fields) = json, let id = fields["id"] { answer["id"] = id }
        do {
            elapsed = .zero
            let result = try perform(Request(json))
            answer.merge(result) { $1 }
            answer["ok"] = .bool(true)
            answer["us"] = .count(
                elapsed.components.seconds * 1_000_000 + elapsed.components.attoseconds / 1_000_000_000_000)
        } catch {
            answer["ok"] = .bool(false)
            answer["error"] = .text("\(error)")
        }
        return .object(answer)
    }

    private mutating func perform(_ request: Request) throws -> Reply {
        switch try request.text("op") {
        case "info": return info()
        case "key_package": return try makeKeyPackage(request)
        case "import_kp": return try importKeyPackage(request)
        case "create_group": return try createGroup(request)
        case "join": return try join(request)
        case "external_join": return try joinExternally(request)
        case "propose": return try propose(request)
        case "commit": return try commit(request)
        case "handle": return try handle(request)
        case "protect": return try protect(request)
        case "unprotect": return try unprotect(request)
        case "group_info": return try groupInfo(request)
        case "export": return try export(request)
        case "describe": return try describe(request)
        case "external_signer": return try makeExternalSigner(request)
        case "external_proposal": return try externalProposal(request)
        case "new_member_add": return try newMemberAdd(request)
        case "store_psk": return try storeKey(request)
        case "free": return try free(request)
        case "quit":
            isOver = true
            return [:]
        case let name: throw RequestError.unknownOperation(name)
        }
    }

    private func info() -> Reply {
        [
            "name": .text("martlet"), "version": .text("0.1.0"),
            "suites": .list(CipherSuite.supported.map { .count($0.rawValue) }),
        ]
    }

    // MARK: Tables

    /// Runs the part of an operation that counts for `us`.
    mutating func timed<Result>(_ work: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        defer { elapsed += ContinuousClock.now - start }
        return try work()
    }

    func state(_ request: Request) throws -> State {
        let number = try request.number("state")
        guard let state = states[number] else { throw RequestError.unknown("state", number: number) }
        return state
    }

    func keyPackage(_ request: Request) throws -> OwnedKeyPackage {
        let number = try request.number("kp")
        guard let keyPackage = keyPackages[number] else { throw RequestError.unknown("kp", number: number) }
        return keyPackage
    }

    func signer(_ request: Request) throws -> Signer {
        let number = try request.number("signer")
        guard let signer = signers[number] else { throw RequestError.unknown("signer", number: number) }
        return signer
    }

    private mutating func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    mutating func add(_ state: State) -> JSON {
        let number = nextNumber()
        states[number] = state
        return .count(number)
    }

    mutating func add(_ keyPackage: OwnedKeyPackage) -> JSON {
        let number = nextNumber()
        keyPackages[number] = keyPackage
        return .count(number)
    }

    mutating func add(_ signer: Signer) -> JSON {
        let number = nextNumber()
        signers[number] = signer
        return .count(number)
    }

    /// Puts the next state in the place of the one that the request names.
    mutating func replace(_ request: Request, by state: State) throws {
        states[try request.number("state")] = state
    }

    private mutating func free(_ request: Request) throws -> Reply {
        let number = try request.number("state")
        guard states.removeValue(forKey: number) != nil else { throw RequestError.unknown("state", number: number) }
        return ["freed": .bool(true)]
    }

    private func storeKey(_ request: Request) throws -> Reply {
        try state(request).keys.store(request.bytes("psk_id"), Secret(request.bytes("psk")))
        return [:]
    }
}
