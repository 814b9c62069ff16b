import Foundation
import HubCore
package import HubStorage
import HubStorageSQLite

/// The engines that the contract suite runs on.
package enum Backend: String, CaseIterable, Sendable, CustomStringConvertible {
    case sqlite

    package var description: String { rawValue }

    /// Runs `work` on a new store that is removed afterwards.
    package func withStore<Value>(_ work: (any Store) async throws -> Value) async throws -> Value {
        try await withStores(1) { try await work($0[0]) }
    }

    /// Runs `work` on several stores over one database, as several nodes would have them.
    package func withStores<Value>(
        _ count: Int, _ work: ([any Store]) async throws -> Value
    ) async throws -> Value {
        try await TemporaryFolder.with { folder in
            var stores: [any Store] = []
            for _ in 0..<count { stores.append(try SQLiteStore(path: "\(folder)/martlet.db")) }
            do {
                let value = try await work(stores)
                for store in stores { await store.close() }
                return value
            } catch {
                for store in stores { await store.close() }
                throw error
            }
        }
    }
}

package enum TemporaryFolder {
    package static func with<Value>(_ work: (_ path: String) async throws -> Value) async throws -> Value {
        let url = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        do {
            let value = try await work(url.path)
            try FileManager.default.removeItem(at: url)
            return value
        } catch {
            try? FileManager.default.removeItem(at: url)  // The error of the work is the one that matters.
            throw error
        }
    }

    /// Of a file, in bytes.
    package static func size(of path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}
