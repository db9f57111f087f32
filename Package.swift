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
        .executable(name: "koi", targets: ["KoiServer"])
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
        .target(name: "KoiJSON", swiftSettings: strict),
        .target(
            name: "KoiHTTP",
            dependencies: ["CLinux", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(
            name: "KoiSQLite",
            dependencies: ["CSQLite", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(
            name: "Koi",
            dependencies: [
                "COpenSSL", "KoiHTTP", "KoiJSON", "KoiSQLite",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.copy("Web"), .copy("Schema")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "KoiServer",
            dependencies: [
                "Koi",
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
        .testTarget(name: "KoiJSONTests", dependencies: ["KoiJSON"], swiftSettings: strict),
        .testTarget(name: "KoiHTTPTests", dependencies: ["KoiHTTP"], swiftSettings: strict),
        .testTarget(name: "KoiSQLiteTests", dependencies: ["KoiSQLite"], swiftSettings: strict),
        .testTarget(name: "KoiTests", dependencies: ["Koi"], swiftSettings: strict),
    ]
)
