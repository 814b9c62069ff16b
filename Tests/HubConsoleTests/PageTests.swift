import Foundation
import HubCore
import HubText
import Testing

@testable import HubConsole

@Suite struct PageTests {
    @Test(arguments: SamplePages.all.map(\.name))
    func `a page is whole, says its language and uses nothing inline`(_ name: String) throws {
        let sample = try #require(SamplePages.all.first { $0.name == name })
        let html = sample.page()
        #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
        #expect(html.hasSuffix("</html>\n\n") || html.hasSuffix("</html>\n"))
        #expect(!html.contains("{{"))
        #expect(!html.contains(" style=\"") && !html.contains("<style") && !html.contains("javascript:"))
        #expect(html.firstMatch(of: /<script(?! type="module" src="\/assets\/)/) == nil)
        #expect(html.firstMatch(of: /\ on[a-z]+="/) == nil)
        #expect(html.contains("<h1"))
    }

    @Test(arguments: SamplePages.all.map(\.name))
    func `every tag that opens closes, in order`(_ name: String) throws {
        let sample = try #require(SamplePages.all.first { $0.name == name })
        let alone: Set<Substring> = ["meta", "link", "input", "br", "hr", "use", "rect", "line", "path"]
        var open: [Substring] = []
        for match in sample.page().matches(of: /<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/)
        where !alone.contains(match.2) && match.3 == "" {
            if match.1 == "" {
                open.append(match.2)
            } else {
                #expect(open.popLast() == match.2, "\(name): </\(match.2)> after \(open.suffix(3))")
            }
        }
        #expect(open.isEmpty, "\(open)")
    }

    @Test(arguments: SamplePages.all.map(\.name))
    func `every field of a form has a name for those who cannot see it, and every id is there once`(_ name: String)
        throws
    {
        let sample = try #require(SamplePages.all.first { $0.name == name })
        let html = sample.page()
        for match in html.matches(of: /<(?:input|select|textarea)\b([^>]*)>/) {
            let attributes = match.1
            if attributes.contains("type=\"hidden\"") || attributes.contains("aria-label=") { continue }
            if let id = attributes.firstMatch(of: /\ id="([^"]+)"/) {
                #expect(html.contains("for=\"\(id.1)\""), "\(match.0)")
            } else {
                // A box inside of its label.
                #expect(html[..<match.range.lowerBound].contains("<label"), "\(match.0)")
                #expect(attributes.contains("checkbox") || attributes.contains("radio"), "\(match.0)")
            }
        }
        let ids = html.matches(of: /\ id="([^"]+)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count, "\(ids)")
    }

    @Test func `values are escaped, also in attributes`() {
        let attack = "\"><script>alert(1)</script>"
        let view = EventsView(
            text: attack, type: attack, selects: [SelectView("x", attack, [(attack, attack)], selected: nil)],
            isFiltered: true,
            mayReplay: true, liveURL: attack,
            rows: [SamplePages.row(1, .unreadable(reason: attack), attack, attack, attack)],
            hasEvents: true, pager: PagerView(summary: attack, newest: attack, next: attack))
        let shell = Shell(
            title: attack, section: .events, path: attack, workspaceName: attack, person: (attack, attack))
        #expect(!view.html(in: shell).contains("<script>alert"))
    }

    @Test func `the templates are those of the folder`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/HubConsole/Assets")
        let templates = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "templates").path())
        #expect(Set(templates) == Set(PageTemplates.sources.map { "\($0.key).mustache" }))
        let modules = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "modules").path())
        #expect(Set(modules).isSubset(of: Assets.names))
    }

    @Test func `three braces show values named HTML alone`() {
        for (name, bytes) in PageTemplates.sources {
            let text = String(decoding: bytes, as: UTF8.self)
            for match in text.matches(of: /\{\{\{([^}]+)\}\}\}/) where match.1 != "." {
                #expect(match.1.hasSuffix("HTML"), "\(name): \(match.0)")
            }
            #expect(
                text.matches(of: /\{\{\{\.\}\}\}/).count == text.matches(of: /\{\{#\.[a-zA-Z]+HTML\}\}/).count,
                "\(name)")
        }
    }

    /// For people: `MARTLET_PREVIEW=folder swift test --filter preview` writes every page there.
    @Test func `a preview is written on demand`() throws {
        guard let folder = ProcessInfo.processInfo.environment["MARTLET_PREVIEW"] else { return }
        for theme in ["light", "dark"] {
            for sample in SamplePages.all {
                let path = URL(filePath: folder).appending(path: "\(theme)/\(sample.name)")
                try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
                try Data(sample.page(theme: theme).utf8).write(to: path.appending(path: "index.html"))
            }
        }
        for name in Assets.names {
            let file = URL(filePath: folder + Assets.base + "/" + name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            if case .bytes(let bytes) = Assets.response(to: Assets.base + "/" + name)?.body {
                try Data(bytes).write(to: file)
            }
        }
    }
}
