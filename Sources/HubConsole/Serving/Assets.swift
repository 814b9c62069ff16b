import HubCore

/// Stylesheet, icons and modules: inside the binary, at an address that changes with their content.
struct Assets: Sendable {
    private struct Asset {
        let name: String
        let type: String
        let bytes: [UInt8]
    }

    private static let all = [
        Asset(name: "console.css", type: "text/css; charset=utf-8", bytes: PackageResources.console_css),
        Asset(name: "console.js", type: script, bytes: PackageResources.console_js),
        Asset(name: "copying.js", type: script, bytes: PackageResources.copying_js),
        Asset(name: "forms.js", type: script, bytes: PackageResources.forms_js),
        Asset(name: "icons.svg", type: "image/svg+xml", bytes: PackageResources.icons_svg),
        Asset(name: "keys.js", type: script, bytes: PackageResources.keys_js),
        Asset(name: "martlet.svg", type: "image/svg+xml", bytes: PackageResources.martlet_svg),
        Asset(name: "places.js", type: script, bytes: PackageResources.places_js),
        Asset(name: "refresh.js", type: script, bytes: PackageResources.refresh_js),
        Asset(name: "tail.js", type: script, bytes: PackageResources.tail_js),
        Asset(name: "times.js", type: script, bytes: PackageResources.times_js),
    ]

    private static let script = "text/javascript; charset=utf-8"

    /// Where they are found: `/assets/` and a hash over all of them, so that modules find each other beside themselves.
    static let base: String = {
        // FNV-1a: it tells versions apart and protects nothing.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in all.lazy.flatMap({ Array($0.name.utf8) + $0.bytes }) {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return "/assets/" + String(hash, radix: 36)
    }()

    /// - Returns: nil when the path is none of theirs.
    static func response(to path: String) -> ConsoleResponse? {
        let parts = path.split(separator: "/")
        guard parts.count == 3, parts[0] == "assets", let asset = all.first(where: { $0.name == parts[2] }) else {
            return nil
        }
        // Under an old address the newest content is served, but not kept.
        let isCurrent = path.hasPrefix(base + "/")
        let headers = [
            ("Content-Type", asset.type), ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", isCurrent ? "public, max-age=31536000, immutable" : "no-store"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        return ConsoleResponse(status: 200, headers: Fields(headers), body: .bytes(asset.bytes))
    }

    static var names: [String] { all.map(\.name) }
}
