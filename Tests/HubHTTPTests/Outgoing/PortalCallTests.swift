import HubCore
import Testing

@testable import HubHTTP

@Suite struct PortalCallTests {
    @Test func `a link is made by the API, opens the portal on a real server once, and is revoked`() async throws {
        try await TestServer.run { hub in
            _ = try await hub.call("POST", "/v1/customers", ["reference": "acme"])
            let made = try await hub.call("POST", "/v1/customers/acme/portal", ["show_bodies": true])
            #expect(made.status == 201)
            let url = try #require(made["url"]?.string)
            let path = try #require(
                url.firstMatch(of: /^https:\/\/hooks\.test(\/portal\/enter\/(mll_[A-Za-z0-9_-]+))$/))
            #expect(try await hub.send("GET", String(path.1)).status == 200)

            let headers = ["Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"]
            let body = Array("link=\(path.2)".utf8)
            let entered = try await hub.send("POST", "/portal/enter", body: body, headers: headers)
            let cookie = try #require(entered.headers.header("Set-Cookie"))
            for attribute in ["martlet_portal=mlp_", "HttpOnly", "SameSite=Lax", "Secure", "Path=/portal/key_"] {
                #expect(cookie.contains(attribute), "\(attribute)")
            }
            #expect(try await hub.send("POST", "/portal/enter", body: body, headers: headers).status == 410)

            let pair = String(cookie.prefix { $0 != ";" })
            let place = try #require(cookie.firstMatch(of: /Path=(\/portal\/key_[0-9a-z]+)/)?.1)
            #expect(try await hub.send("GET", "\(place)/endpoints", headers: ["Cookie": pair]).status == 200)
            for call in ["/v1/endpoints", "/v1/deliveries", "/v1/customers"] {
                #expect(try await hub.send("GET", call, headers: ["Cookie": pair]).status == 401, "\(call)")
                let bearer = ["Authorization": "Bearer \(pair.dropFirst("martlet_portal=".count))"]
                #expect(try await hub.send("GET", call, headers: bearer).status == 401, "\(call)")
            }

            let sessions = try await hub.call("GET", "/v1/customers/acme/portal")
            #expect(sessions.data.map { $0["show_bodies"] } == [true])
            #expect(!sessions.text.contains("mlp_"))
            let tokens = try await hub.call("GET", "/v1/tokens")
            #expect(!tokens.text.contains("portal"), "no token, and not listed as one")
            let id = try #require(sessions.data.first?["id"]?.string)
            #expect(try await hub.call("DELETE", "/v1/customers/acme/portal/\(id)").status == 204)
            #expect(try await hub.call("DELETE", "/v1/customers/acme/portal/\(id)").status == 404)
            #expect(try await hub.send("GET", "\(place)/endpoints", headers: ["Cookie": pair]).status == 401)
            #expect(try await hub.call("DELETE", "/v1/customers/acme/portal").status == 204)
        }
    }
}
