import HubCore

/// What a person needs to be for a page.
enum Permission: Sendable {
    case read, write, administer
}

/// A method, a path with places (`/sources/:name`), and what answers there.
struct Route: Sendable {
    let method: String
    let pattern: [Substring]
    let permission: Permission
    let handle: @Sendable (Visit) async throws -> ConsoleResponse

    static func get(
        _ pattern: String, _ permission: Permission,
        _ handle: @escaping @Sendable (Visit) async throws -> ConsoleResponse
    ) -> Route {
        Route(method: "GET", pattern: pattern.split(separator: "/"), permission: permission, handle: handle)
    }

    static func get(
        _ pattern: String, _ handle: @escaping @Sendable (Visit) async throws -> ConsoleResponse
    ) -> Route {
        get(pattern, .read, handle)
    }

    static func post(
        _ pattern: String, _ permission: Permission,
        _ handle: @escaping @Sendable (Visit) async throws -> ConsoleResponse
    ) -> Route {
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

struct RouteTable: Sendable {
    private let routes: [Route]

    /// - Parameter routes: where two fit, the first is taken.
    init(_ routes: [Route]) {
        self.routes = routes
    }

    func find(_ method: String, _ path: String) -> (Route, [String: String])? {
        let parts = path.split(separator: "/")
        let method = method == "HEAD" ? "GET" : method
        for route in routes where route.method == method {
            if let values = route.match(parts) { return (route, values) }
        }
        return nil
    }
}
