import Foundation
import HubTesting

/// A disk that keeps nothing but what was synced to it.
///
/// A library, loaded before libc, copies a database file aside each time it has been synced. After a cut the copies take
/// the files' places: whatever was only written is gone, which is the worst that a power failure may leave.
struct PowerCut {
    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/sendfile.h>
        #include <sys/stat.h>
        #include <unistd.h>
        static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
        static void keep(int descriptor) {
            char link[64], path[4096], kept[4200], fresh[4210];
            const char *folder = getenv("MARTLET_TEST_SYNCED");
            snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
            ssize_t length = readlink(link, path, sizeof path - 1);
            if (!folder || length <= 0) return;
            path[length] = 0;
            const char *name = strrchr(path, '/');
            if (!name || (strcmp(name, "/martlet.db") && strcmp(name, "/martlet.db-wal"))) return;
            snprintf(kept, sizeof kept, "%s%s", folder, name);
            snprintf(fresh, sizeof fresh, "%s.new", kept);
            pthread_mutex_lock(&turn);
            int from = open(path, O_RDONLY), to = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
            struct stat file;
            off_t place = 0;
            int whole = from >= 0 && to >= 0 && fstat(from, &file) == 0;
            while (whole && place < file.st_size) whole = sendfile(to, from, &place, file.st_size - place) > 0;
            if (whole) rename(fresh, kept);
            if (from >= 0) close(from);
            if (to >= 0) close(to);
            pthread_mutex_unlock(&turn);
        }
        static int synced(const char *name, int descriptor) {
            int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
            int result = real(descriptor);
            if (result == 0) keep(descriptor);
            return result;
        }
        int fsync(int descriptor) { return synced("fsync", descriptor); }
        int fdatasync(int descriptor) { return synced("fdatasync", descriptor); }
        """

    let environment: [String: String]
    private let synced: String

    /// - Parameter folder: an empty one.
    init(_ folder: String, compiler: String) async throws {
        let (code, library) = ("\(folder)/synced.c", "\(folder)/synced.so")
        try Self.source.write(toFile: code, atomically: true, encoding: .utf8)
        let run = try await ChildProcess.run(
            compiler, ["-shared", "-fPIC", "-O1", "-o", library, code, "-ldl", "-lpthread"])
        guard run.status == 0 else { throw CompilerFailure(output: "\(run.output)") }
        synced = "\(folder)/synced"
        environment = ["LD_PRELOAD": library, "MARTLET_TEST_SYNCED": synced]
    }

    private struct CompilerFailure: Error {
        let output: String
    }

    /// What lies there now counts as synced.
    func begin(_ dataDirectory: String) throws {
        try? FileManager.default.removeItem(atPath: synced)  // The first time there is none.
        try FileManager.default.createDirectory(atPath: synced, withIntermediateDirectories: true)
        for name in ["martlet.db", "martlet.db-wal"]
        where FileManager.default.fileExists(atPath: "\(dataDirectory)/\(name)") {
            try FileManager.default.copyItem(atPath: "\(dataDirectory)/\(name)", toPath: "\(synced)/\(name)")
        }
    }

    /// Once the hub is killed: takes away what was not synced.
    ///
    /// - Returns: how many bytes of the files are others now.
    func cut(_ dataDirectory: String) throws -> Int {
        var lost = 0
        for name in ["martlet.db", "martlet.db-wal", "martlet.db-shm"] {
            let path = "\(dataDirectory)/\(name)"
            let before = FileManager.default.contents(atPath: path) ?? Data()
            let after = FileManager.default.contents(atPath: "\(synced)/\(name)")
            try? FileManager.default.removeItem(atPath: path)  // Some are not there.
            if let after { try after.write(to: URL(filePath: path)) }
            guard name != "martlet.db-shm" else { continue }
            lost += zip(before, after ?? Data()).count { $0 != $1 } + abs(before.count - (after?.count ?? 0))
        }
        return lost
    }
}
