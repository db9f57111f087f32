// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "koi",
    products: [
        .executable(name: "koi", targets: ["KoiServer"]),
        .executable(name: "koi-echo", targets: ["KoiEcho"]),
        // For scripts/fuzz, which links it with libFuzzer.
        .library(name: "KoiFuzz", type: .static, targets: ["KoiFuzz"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "KoiLock", swiftSettings: strict),
        .target(name: "KoiJSON", swiftSettings: strict),
        .target(
            name: "KoiHTTP",
            dependencies: ["CLinux", "COpenSSL", "KoiLock", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(name: "KoiFormats", dependencies: ["KoiJSON"], swiftSettings: strict),
        .target(
            name: "KoiSQLite",
            dependencies: ["CSQLite", "KoiLock", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(
            name: "Koi",
            dependencies: [
                "COpenSSL", "KoiFormats", "KoiHTTP", "KoiJSON", "KoiLock", "KoiSQLite",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.copy("Web"), .copy("Schema")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "KoiServer",
            dependencies: [
                "CLinux", "Koi", "KoiHTTP", "KoiJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "KoiBench",
            dependencies: [
                "CSQLite", "Koi", "KoiHTTP", "KoiJSON", "KoiSQLite",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "KoiEcho",
            dependencies: [
                "KoiHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "FaultyDisk",
            dependencies: ["CSQLite", "KoiLock"],
            path: "Tests/FaultyDisk",
            swiftSettings: strict
        ),
        .target(
            name: "KoiFuzz",
            dependencies: ["Koi", "KoiFormats", "KoiHTTP", "KoiJSON"],
            swiftSettings: strict
        ),
        .testTarget(name: "KoiJSONTests", dependencies: ["KoiJSON"], swiftSettings: strict),
        .testTarget(name: "KoiFormatsTests", dependencies: ["KoiFormats", "KoiJSON"], swiftSettings: strict),
        .testTarget(name: "KoiHTTPTests", dependencies: ["COpenSSL", "KoiHTTP", "KoiLock"], swiftSettings: strict),
        .testTarget(
            name: "KoiSQLiteTests",
            dependencies: ["FaultyDisk", "KoiLock", "KoiSQLite"],
            swiftSettings: strict
        ),
        .testTarget(name: "KoiTests", dependencies: ["FaultyDisk", "Koi", "KoiLock"], swiftSettings: strict),
        .testTarget(name: "KoiEchoTests", dependencies: ["KoiEcho", "KoiHTTP"], swiftSettings: strict),
        .testTarget(name: "KoiFuzzTests", dependencies: ["KoiFuzz", "KoiHTTP"], swiftSettings: strict),
    ]
)
