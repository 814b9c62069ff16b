import Foundation

/// A library, loaded before libc, that adds 2 ms to each fsync: what an ordinary disk costs.
enum SlowFsync {
    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <unistd.h>
        static int slow(const char *name, int descriptor) {
            int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
            usleep(2000);
            return real(descriptor);
        }
        int fsync(int descriptor) { return slow("fsync", descriptor); }
        int fdatasync(int descriptor) { return slow("fdatasync", descriptor); }
        """

    /// - Returns: the library's path; nil when there is no compiler.
    static func build() throws -> String? {
        guard let compiler = ["clang", "cc", "gcc"].compactMap(Tool.path).first else { return nil }
        let folder = FileManager.default.temporaryDirectory.path
        let (code, library) = ("\(folder)/martlet-slow-fsync.c", "\(folder)/martlet-slow-fsync.so")
        try source.write(toFile: code, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: compiler)
        process.arguments = ["-shared", "-fPIC", "-O1", "-o", library, code, "-ldl"]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? library : nil
    }
}
