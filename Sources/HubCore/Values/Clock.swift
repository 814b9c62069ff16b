/// What time it is, and waiting; given to whoever needs it, so that tests can turn the hands.
package struct Clock: Sendable {
    package var now: @Sendable () -> Timestamp
    package var sleep: @Sendable (_ duration: Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (_ duration: Duration) async throws -> Void
    ) {
        (self.now, self.sleep) = (now, sleep)
    }
}
