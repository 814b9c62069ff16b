import Hub
import HubCore
import Synchronization

/// What forms were answered with, for some minutes: a second click, and a reload of the answer, get the first one's
/// answer and do nothing again.
///
/// Pages put a random key into their forms. A form is the same one when session, address, key and all that was filled in
/// are the same. Answers may hold a secret that is shown once: they are kept in memory alone, and found only by the
/// session that got them.
final class FormReplies: Sendable {
    /// The field with the key.
    static let field = "form_key"

    private static let lifetime = Duration.seconds(300)
    /// Forms at once; beyond that the oldest go.
    private static let capacity = 256
    private static let sessionCapacity = 16
    /// A longer answer is not kept.
    private static let byteLimit = 256 * 1024
    /// How many wait for one answer.
    private static let waiterLimit = 8

    private struct Entry {
        let session: [UInt8]
        let since: Timestamp
        /// Later ones have higher numbers.
        let number: UInt64
        /// Nil while the work is under way.
        var answer: ConsoleResponse?
        var waiters: [CheckedContinuation<ConsoleResponse?, Never>] = []
    }

    private enum Turn {
        case first, wait, unkept
        case again(ConsoleResponse)
    }

    private let entries = Mutex<[[UInt8]: Entry]>([:])
    private let count = Atomic<UInt64>(0)

    /// Does the work of a form once.
    ///
    /// - Parameter session: the secret of whoever sent it.
    func answer(
        _ request: ConsoleRequest, session: String, hub: Hub, at now: Timestamp,
        _ work: () async -> ConsoleResponse
    ) async -> ConsoleResponse {
        // What only shows how something would be is worth no memory, and changes with every letter.
        guard request.method == "POST", request.form[Self.field]?.isEmpty == false, request.form["action"] == nil
        else { return await work() }
        let session = hub.vault.hash(.form, "console session \(session)")
        let key = hub.vault.hash(
            .form, session, Array("\(request.path)?\(URLQuery.text(request.form))".utf8))
        switch turn(key, session, now) {
        case .again(let answer): return answer
        case .unkept: return await work()
        case .wait: if let answer = await first(key) { return answer }
        case .first: break
        }
        let answer = await work()
        finish(key, answer)
        return answer
    }

    private func turn(_ key: [UInt8], _ session: [UInt8], _ now: Timestamp) -> Turn {
        entries.withLock { entries in
            entries = entries.filter { $0.value.answer == nil || now - $0.value.since < Self.lifetime }
            if let entry = entries[key] {
                if let answer = entry.answer { return .again(answer) }
                return entry.waiters.count < Self.waiterLimit ? .wait : .unkept
            }
            let own = entries.filter { $0.value.session == session }
            guard Self.makeRoom(among: own, Self.sessionCapacity, in: &entries),
                Self.makeRoom(among: entries, Self.capacity, in: &entries)
            else { return .unkept }
            entries[key] = Entry(
                session: session, since: now, number: count.add(1, ordering: .relaxed).newValue)
            return .first
        }
    }

    /// - Returns: false when all are under way.
    private static func makeRoom(
        among some: [[UInt8]: Entry], _ limit: Int, in entries: inout [[UInt8]: Entry]
    ) -> Bool {
        guard some.count >= limit else { return true }
        let oldest = some.filter { $0.value.answer != nil }.min { $0.value.number < $1.value.number }
        guard let oldest else { return false }
        entries[oldest.key] = nil
        return true
    }

    /// - Returns: nil when there is nothing to wait for any more.
    private func first(_ key: [UInt8]) async -> ConsoleResponse? {
        await withCheckedContinuation { continuation in
            let answer: ConsoleResponse?? = entries.withLock { entries in
                guard let entry = entries[key] else { return .some(nil) }
                if let answer = entry.answer { return answer }
                entries[key]?.waiters.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func finish(_ key: [UInt8], _ answer: ConsoleResponse) {
        let waiters = entries.withLock { entries in
            let waiters = entries[key]?.waiters ?? []
            entries[key]?.waiters = []
            if Self.isKept(answer) { entries[key]?.answer = answer } else { entries[key] = nil }
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: answer) }
    }

    /// What went wrong may be tried again.
    private static func isKept(_ answer: ConsoleResponse) -> Bool {
        guard answer.status == 200 || answer.status == 303, case .bytes(let bytes) = answer.body else { return false }
        let flash = answer.headers.all("Set-Cookie").first { $0.hasPrefix("\(Cookie.flash)=") }
        return bytes.count <= byteLimit && flash?.hasPrefix("\(Cookie.flash)=-") != true
    }
}
