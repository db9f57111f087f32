import KoiJSON
import KoiSQLite

@testable import Koi

/// A resource that Koi does not have, to show that a new one needs no line elsewhere.
enum Parcel {
    static let resource = Resource(
        "parcels",
        singular: "parcel",
        Text("parcel", "包裹"),
        plural: Text("parcels", "包裹"),
        owner: "carrier",
        fields: [
            .text("label", "Label", "标签", max: 100).required().searched(as: .name).sorted(by: "labelKey"),
            .reference("customer", "Customer", "客户", to: "customers").required(),
            .reference("carrier", "Carrier", "承运人", to: "users"),
            .text("phone", "Phone", "电话", max: 40, .phone).searched(as: .phone),
            .integer("weight", "Weight", "重量", 1...1_000).required(),
            .number("worth", "Worth", "价值"),
            .boolean("fragile", "Fragile", "易碎").fallback(false),
            .date("day", "Day", "日期"),
            .time("sentAt", "Sent", "寄出时间"),
            .choice("size", "Size", "尺寸", [Choice("s", "Small", "小"), Choice("l", "Large", "大")]),
            .list("tags", "Tags", "标签", max: 5, of: TextRule(maximum: 20)),
        ]
    )

    static let migration = Migration(
        number: 9_002,
        name: "parcels",
        sql: """
            CREATE TABLE parcels (
                id INTEGER PRIMARY KEY, version INTEGER NOT NULL, label TEXT NOT NULL, "labelKey" TEXT NOT NULL,
                customer INTEGER NOT NULL REFERENCES customers (id), carrier INTEGER REFERENCES users (id), phone TEXT,
                weight INTEGER NOT NULL, worth REAL, fragile INTEGER NOT NULL, day TEXT, "sentAt" INTEGER, size TEXT,
                tags TEXT NOT NULL, "externalIds" TEXT NOT NULL, "searchTerms" TEXT NOT NULL,
                "createdAt" INTEGER NOT NULL, "updatedAt" INTEGER NOT NULL, "removedAt" INTEGER
            ) STRICT;
            CREATE VIRTUAL TABLE parcels_search USING fts5 (
                terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
            );
            """
    )

    /// Koi with parcels.
    static func app() throws -> TestApp {
        try TestApp(resources: Routes.resources + [resource], migrations: [migration])
    }
}
