import Foundation

/// What the process asks of the system before it serves.
enum ProcessLimits {
    /// A file at its size limit and a peer that went away are errors to answer, not reasons to die; and each connection
    /// is a file, of which the system allows more than it gives unasked.
    static func prepare() {
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Refused, it stays as it was, which is enough for most.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
