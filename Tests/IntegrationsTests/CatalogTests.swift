import Foundation
import HubCore
import Integrations
import Testing

/// What must hold for every integration; a new one needs nothing here.
@Suite("Catalogue")
struct CatalogTests {
    @Test func `the table is sorted by slug, and no slug stands twice`() {
        let slugs = Catalog.all.map { $0.descriptor.slug }
        #expect(slugs == Set(slugs).sorted())
    }

    @Test(arguments: Integrated.all)
    func `a slug can be part of a URL and finds its integration`(_ integrated: Integrated) {
        let slug = integrated.descriptor.slug
        #expect(
            !slug.isEmpty
                && slug.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
        #expect(Catalog.integration(slug: slug) == integrated.type)
    }

    @Test(arguments: Integrated.all)
    func `a guide says what to do and where the URL goes`(_ integrated: Integrated) {
        let steps = integrated.descriptor.setup
        #expect(!integrated.descriptor.summary.isEmpty && !steps.isEmpty)
        #expect(steps.contains { ($0.code ?? "").contains("{url}") || $0.text.contains("{url}") })
    }

    @Test(arguments: Integrated.all)
    func `every event has a sample, and every sample is of an event`(_ integrated: Integrated) throws {
        let events = integrated.descriptor.eventTypes
        let samples = integrated.type.samples
        #expect(!samples.isEmpty)
        #expect(Set(samples.map(\.name)).count == samples.count, "two samples have the same name")
        for event in events {
            #expect(samples.contains { event.covers($0.type) }, "\(event.name) has no sample")
        }
        for sample in samples {
            let findings = try integrated.type.interpret(sample.request(), ReadingParameters(), templates: .fake)
                .findings
            #expect(findings.first?.type == sample.type)
            #expect(events.isEmpty || events.contains { $0.covers(sample.type) })
        }
    }

    @Test(arguments: Integrated.all)
    func `every integration has its tests, its sources and no text without a fixture`(_ integrated: Integrated) throws {
        let tests = Fixture.root.deletingLastPathComponent().appending(
            path: "\(integrated.folder)/\(integrated.folder)Tests.swift")
        #expect(FileManager.default.fileExists(atPath: tests.path), "\(tests.lastPathComponent) is missing")
        let sources = Fixture.root.appending(path: "\(integrated.folder)/SOURCES.md")
        #expect(FileManager.default.fileExists(atPath: sources.path), "SOURCES.md is missing")
        let names = Set(Fixture.all(of: integrated.type, folder: integrated.folder).map { $0.sample.name })
        for file in Fixture.files(integrated.folder, "md", "headers", "query")
        where file.lastPathComponent != "SOURCES.md" {
            let name = file.lastPathComponent
            let stem = [".expected.md", ".headers", ".query"].reduce(name) {
                $0.hasSuffix($1) ? String($0.dropLast($1.count)) : $0
            }
            #expect(names.contains(stem), "\(name) belongs to no fixture")
        }
    }

    @Test(arguments: Integrated.all)
    func `details that are quiet are details`(_ integrated: Integrated) {
        for event in integrated.descriptor.eventTypes {
            #expect(Set(event.details).isSuperset(of: event.quiet.filter { $0 != "approved" }), "\(event.name)")
        }
    }
}

/// An integration as a test's argument.
struct Integrated: Sendable, CustomTestStringConvertible {
    let type: any Integration.Type

    static let all = Catalog.all.map(Integrated.init)

    var descriptor: IntegrationDescriptor { type.descriptor }
    /// Of its tests and fixtures; named like the type.
    var folder: String { "\(type)" }
    var testDescription: String { descriptor.slug }
}
