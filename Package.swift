// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .library(name: "WebhookSignatures", targets: ["WebhookSignatures"]),
        .library(name: "MLS", targets: ["MLS"]),
        .executable(name: "mls-peer", targets: ["mls-peer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    ],
    targets: [
        // The layers, lowest first; a target imports only what stands above its own line.
        .target(name: "HubCore"),
        .target(
            name: "WebhookSignatures",
            dependencies: ["HubCore", .product(name: "Crypto", package: "swift-crypto")]
        ),
        // End-to-end encryption; it imports nothing else of ours.
        .target(
            name: "MLS", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: [.strictMemorySafety()]
        ),
        .executableTarget(
            name: "mls-peer", dependencies: ["MLS", .product(name: "Crypto", package: "swift-crypto")]
        ),
        .target(name: "Integrations", dependencies: ["HubCore"]),
        .systemLibrary(
            name: "CCMarkGFM",
            providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]
        ),
        .target(
            name: "HubText",
            dependencies: ["HubCore", "CCMarkGFM", .product(name: "Mustache", package: "swift-mustache")]
        ),
        .target(
            name: "Egress",
            dependencies: [
                "HubCore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ]
        ),
        .target(
            name: "Sink",
            dependencies: [
                "HubCore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ]
        ),
        .target(name: "HubStorage", dependencies: ["HubCore"]),
        .target(
            name: "HubStorageSQLite",
            dependencies: [
                "HubCore", "HubStorage", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "Hub",
            dependencies: [
                "Egress", "HubCore", "HubStorage", "HubText", "Integrations", "WebhookSignatures",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "HubConsole",
            dependencies: [
                "Hub", "HubCore", "HubStorage", "HubText", "Integrations", "WebhookSignatures",
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [.embedInCode("Assets")]
        ),
        .target(
            name: "HubHTTP",
            dependencies: [
                "Hub", "HubConsole", "HubCore", "HubStorage", "Integrations", "WebhookSignatures",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Egress", "Hub", "HubConsole", "HubCore", "HubHTTP", "HubStorage", "HubStorageSQLite", "HubText",
                "Integrations",
                "Sink", "WebhookSignatures",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        // What tests share; no product depends on it.
        .target(
            name: "HubTesting",
            dependencies: [
                "Egress", "Hub", "HubCore", "HubStorage", "HubStorageSQLite", "HubText", "Integrations",
                "WebhookSignatures",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/HubTesting"
        ),
        .testTarget(
            name: "WebhookSignaturesTests",
            dependencies: [
                "HubCore", "HubTesting", "WebhookSignatures", .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["Fixtures"]
        ),
        .testTarget(name: "HubCoreTests", dependencies: ["HubCore", "HubTesting"]),
        .testTarget(name: "SinkTests", dependencies: ["HubCore", "Sink"]),
        .testTarget(
            name: "EgressTests",
            dependencies: [
                "Egress", "HubCore", "HubTesting", "Sink",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .testTarget(
            name: "HubHTTPTests",
            dependencies: [
                "Egress", "Hub", "HubCore", "HubHTTP", "HubStorage", "HubStorageSQLite", "HubTesting", "HubText",
                "Sink", "WebhookSignatures",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "MartletTests",
            dependencies: [
                "martlet", "Hub", "HubCore", "HubStorage", "HubStorageSQLite", "HubTesting", "WebhookSignatures",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Hub", "HubCore", "HubStorage", "HubTesting", "Sink", "WebhookSignatures"]
        ),
        .testTarget(name: "MLSTests", dependencies: ["MLS"], exclude: ["Fixtures"]),
        .testTarget(name: "MLSPeerTests", dependencies: ["mls-peer"]),
        .testTarget(name: "IntegrationsTests", dependencies: ["Integrations", "HubCore"], exclude: ["Fixtures"]),
        .testTarget(name: "HubTextTests", dependencies: ["HubText", "HubCore"]),
        .testTarget(
            name: "HubStorageTests",
            dependencies: [
                "HubCore", "HubStorage", "HubStorageSQLite", "HubTesting",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "HubTests",
            dependencies: ["Hub", "HubCore", "HubStorage", "HubTesting", "Integrations", "WebhookSignatures"]
        ),
        .testTarget(
            name: "HubConsoleTests",
            dependencies: [
                "Egress", "Hub", "HubConsole", "HubCore", "HubStorage", "HubStorageSQLite", "HubTesting", "HubText",
                "Integrations", "Sink", "WebhookSignatures",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
    ]
)

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .treatAllWarnings(as: .error),
        ]
}

// Coverage-guided fuzzing (`./dev fuzz`): a build of its own, since it needs flags that a package may not depend on.
if Context.environment["MARTLET_FUZZ"] == "1" {
    let fuzzers: [(name: String, tries: Target.Dependency)] = [
        ("FuzzPayload", "Integrations"), ("FuzzSignatures", "WebhookSignatures"),
    ]
    for fuzzer in fuzzers {
        package.targets.append(
            .executableTarget(
                name: fuzzer.name, dependencies: ["HubCore", fuzzer.tries], path: "Fuzz/\(fuzzer.name)",
                swiftSettings: [.unsafeFlags(["-parse-as-library"])],
                linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]))
        package.products.append(.executable(name: fuzzer.name, targets: [fuzzer.name]))
    }
    let instrumented = Set(fuzzers.map(\.name) + ["HubCore", "Integrations", "WebhookSignatures"])
    for target in package.targets where instrumented.contains(target.name) {
        target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer"])]
    }
}
