import HubCore

/// What a person needs to be for a page.
enum Permission: Sendable {
    case read, write, administer
}

extension Person {
    func may(_ permission: Permission) -> Bool {
        switch permission {
        case .read: true
        case .write: role != .viewer
        case .administer: role == .admin
        }
    }
}

/// A method, a path with places (`/sources/:name`), and what answers there.
struct Route<Context: PageVisit>: Sendable {
    typealias Handler = @Sendable (Context) async throws -> ConsoleResponse

    let method: String
    let pattern: [Substring]
    let permission: Permission
    let handle: Handler

    static func get(_ pattern: String, _ permission: Permission, _ handle: @escaping Handler) -> Route {
        Route(method: "GET", pattern: pattern.split(separator: "/"), permission: permission, handle: handle)
    }

    static func get(_ pattern: String, _ handle: @escaping Handler) -> Route {
        get(pattern, .read, handle)
    }

    static func post(_ pattern: String, _ permission: Permission, _ handle: @escaping Handler) -> Route {
        Route(method: "POST", pattern: pattern.split(separator: "/"), permission: permission, handle: handle)
    }

    /// - Returns: the values of the places; nil when the path is another one.
    fileprivate func match(_ path: [Substring]) -> [String: String]? {
        guard path.count == pattern.count else { return nil }
        var values: [String: String] = [:]
        for (expected, part) in zip(pattern, path) {
            if expected.hasPrefix(":") {
                values[String(expected.dropFirst())] = String(part)
            } else if expected != part {
                return nil
            }
        }
        return values
    }
}

struct RouteTable<Context: PageVisit>: Sendable {
    private let routes: [Route<Context>]

    /// - Parameter routes: where two fit, the first is taken.
    init(_ routes: [Route<Context>]) {
        self.routes = routes
    }

    /// - Returns: nil when no route has this path.
    func respond(to visit: Context, path: String) async -> ConsoleResponse? {
        let parts = path.split(separator: "/")
        let method = visit.request.method == "HEAD" ? "GET" : visit.request.method
        for route in routes where route.method == method {
            guard let values = route.match(parts) else { continue }
            guard visit.may(route.permission) else { return visit.notAllowed }
            var visit = visit
            visit.parameters = values
            do {
                return try await route.handle(visit)
            } catch {
                return visit.note(for: error)
            }
        }
        return nil
    }
}
