import Foundation
package import HubCore

/// A browser, driven as people use it: the little of W3C WebDriver that tests of pages need.
///
/// <https://www.w3.org/TR/webdriver2/>
package struct WebDriver: Sendable {
    /// How elements are found.
    package enum Locator: Sendable, CustomStringConvertible {
        case css(String)
        /// A link or button by the text that it shows.
        case labelled(String)

        var parameters: JSON {
            switch self {
            case .css(let selector): ["using": "css selector", "value": .string(selector)]
            case .labelled(let text):
                [
                    "using": "xpath",
                    "value": .string("(//a | //button | //summary)[normalize-space(.) = '\(text)']"),
                ]
            }
        }

        package var description: String {
            switch self {
            case .css(let selector): selector
            case .labelled(let text): "“\(text)”"
            }
        }
    }

    package struct Element: Sendable {
        fileprivate let id: String
    }

    /// What the driver answered instead of doing it.
    package struct Failure: Error, CustomStringConvertible {
        package let code: String
        package let description: String
    }

    /// The key under which the standard hands out elements.
    private static let elementKey = "element-6066-11e4-a52e-4f735466cecf"

    private let client: HubClient
    private let session: String

    /// Starts a driver and a browser without windows, and ends both after `work`.
    package static func with<Value>(
        chromedriver: String, chromium: String, _ work: (WebDriver) async throws -> Value
    ) async throws -> Value {
        try await TemporaryFolder.with { folder in
            let port = try LoopbackSocket.freePort()
            let driver = try ChildProcess(
                chromedriver, ["--port=\(port)", "--allowed-ips=127.0.0.1"], environment: ["TMPDIR": folder],
                logPath: "\(folder)/driver.log")
            do {
                let value = try await session(port: port, chromium: chromium, profile: "\(folder)/profile", work)
                try await driver.end()
                return value
            } catch {
                try await driver.end()
                throw error
            }
        }
    }

    private static func session<Value>(
        port: Int, chromium: String, profile: String, _ work: (WebDriver) async throws -> Value
    ) async throws -> Value {
        let client = HubClient(base: "http://127.0.0.1:\(port)")
        _ = try await eventually("chromedriver is ready") {
            try? await client.send("GET", "/status").json?["value"]?["ready"]?.bool == true ? true : nil
        }
        let arguments: [JSON] = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-breakpad", "--window-size=1280,900",
            .string("--user-data-dir=\(profile)"),
        ]
        let options: JSON = ["binary": .string(chromium), "args": .array(arguments)]
        let made = try await send(
            client, "POST", "/session", ["capabilities": ["alwaysMatch": ["goog:chromeOptions": options]]])
        guard let id = made["sessionId"]?.string else { throw Failure(code: "no session", description: made.text) }
        let browser = WebDriver(client: client, session: id)
        do {
            let value = try await work(browser)
            _ = try await browser.command("DELETE", "")
            return value
        } catch {
            _ = try? await browser.command("DELETE", "")  // The error of the work is the one that matters.
            throw error
        }
    }

    // MARK: What people do

    package func open(_ url: String) async throws {
        _ = try await command("POST", "/url", ["url": .string(url)])
    }

    /// The first that matches, waited for.
    package func find(_ locator: Locator, within deadline: Duration = .seconds(10)) async throws -> Element {
        try await eventually("\(locator) is on the page", within: deadline) { try await all(locator).first }
    }

    /// Those that are there now.
    package func all(_ locator: Locator) async throws -> [Element] {
        let found = try await command("POST", "/elements", locator.parameters)
        return (found.array ?? []).compactMap { $0[Self.elementKey]?.string.map(Element.init) }
    }

    package func click(_ locator: Locator) async throws {
        _ = try await command("POST", "/element/\(try await find(locator).id)/click", [:])
    }

    /// Types after what stands in the field.
    package func type(_ text: String, into locator: Locator) async throws {
        let element = try await find(locator)
        _ = try await command("POST", "/element/\(element.id)/value", ["text": .string(text)])
    }

    package func clear(_ locator: Locator) async throws {
        _ = try await command("POST", "/element/\(try await find(locator).id)/clear", [:])
    }

    /// As it is shown; empty for what is hidden.
    package func text(_ locator: Locator) async throws -> String {
        try await text(find(locator))
    }

    package func text(_ element: Element) async throws -> String {
        try await command("GET", "/element/\(element.id)/text").string ?? ""
    }

    package func attribute(_ name: String, of locator: Locator) async throws -> String? {
        try await command("GET", "/element/\(try await find(locator).id)/attribute/\(name)").string
    }

    /// Waits until the page shows the text.
    package func waitForText(
        _ wanted: String, in locator: Locator = .css("body"), within deadline: Duration = .seconds(10)
    ) async throws {
        _ = try await eventually("\(locator) shows “\(wanted)”", within: deadline) {
            // An element may go with its page between being found and being read.
            let text = try? await all(locator).first.asyncText(self)
            return text?.contains(wanted) == true ? true : nil
        }
    }

    package var url: String {
        get async throws { try await command("GET", "/url").string ?? "" }
    }

    package func execute(_ script: String) async throws -> JSON {
        try await command("POST", "/execute/sync", ["script": .string(script), "args": []])
    }

    /// What the window shows, as PNG.
    package func screenshot() async throws -> [UInt8] {
        let encoded = try await command("GET", "/screenshot").string ?? ""
        return Base64.decode(encoded) ?? []
    }

    // MARK: The wire

    private func command(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        try await Self.send(client, method, "/session/\(session)\(path)", body)
    }

    private static func send(
        _ client: HubClient, _ method: String, _ path: String, _ body: JSON? = nil
    ) async throws -> JSON {
        let answer = try await client.send(
            method, path, [("Content-Type", "application/json")], body: body?.bytes, within: .seconds(60))
        let value = answer.json?["value"] ?? .null
        guard answer.status == 200 else {
            throw Failure(
                code: value["error"]?.string ?? "\(answer.status)",
                description: "\(method) \(path): \(value["message"]?.string?.prefix(300) ?? "\(answer.status)")")
        }
        return value
    }
}

extension Optional where Wrapped == WebDriver.Element {
    fileprivate func asyncText(_ browser: WebDriver) async throws -> String {
        guard let self else { return "" }
        return try await browser.text(self)
    }
}
