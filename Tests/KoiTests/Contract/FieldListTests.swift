import Foundation
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The field list` {
    /// What CONTRIBUTING.md shows: one line in the field list and one migration.
    @Test func `is all that a new field needs`() throws {
        let customers = Customer.resource(
            Customer.fields + [.text("slogan", "Slogan", "口号", max: 80).searched(as: .text)]
        )
        let resources = [customers] + Routes.resources.filter { $0.name != "customers" }
        let koi = try TestApp(
            resources: resources,
            migrations: [
                Migration(number: 9_001, name: "slogan", sql: "ALTER TABLE customers ADD COLUMN slogan TEXT;")
            ]
        )
        let made = try koi.request(.post, "/v1/customers", ["name": "A", "slogan": "水到渠成"])
        #expect(made["slogan"] == "水到渠成")
        #expect(try koi.request(.get, "/v1/customers?slogan.has=%E6%B0%B4&sort=slogan").items.count == 1)
        #expect(try koi.request(.get, "/v1/customers?q=%E6%B8%A0%E6%88%90").items.count == 1)
        let csv = try koi.request(
            .get,
            "/v1/customers?fields=slogan",
            fields: [("Accept", "text/csv")]
        )
        #expect(csv.text == "\u{FEFF}Slogan\r\n水到渠成\r\n")
        let schema = try koi.request(.get, "/v1/schema").text
        #expect(schema.contains("\"slogan\""))
        let yaml = try koi.request(.get, "/openapi.yaml", key: "").text
        #expect(yaml.contains("slogan.has"))
        #expect(try koi.events(of: "customers").first?.payload["after"]["slogan"] == "水到渠成")
    }

    @Test(arguments: Routes.resources)
    func `has a column for every stored field, and no column without one`(resource: Resource) throws {
        let koi = try TestApp()
        let columns = try koi.app.perform { transaction in
            Set(
                try transaction.connection.rows("SELECT name FROM pragma_table_info(?)", [.text(resource.name)]) {
                    $0.text(0)
                }
            )
        }
        var wanted = Set(resource.fields.filter { !$0.isLinks }.map(\.name))
        wanted.formUnion(resource.fields.compactMap(\.sortColumn))
        if resource.isSearchable { wanted.insert("searchTerms") }
        #expect(columns == wanted)
    }

    @Test(arguments: Routes.resources)
    func `has labels in both languages`(resource: Resource) {
        for field in resource.fields {
            #expect(!field.label.en.isEmpty && !field.label.zh.isEmpty, "\(field.name)")
        }
    }

    @Test func `is what openapi.yaml was printed from`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../openapi.yaml")
        let stored = try String(contentsOf: file, encoding: .utf8)
        let isCurrent = try stored == OpenAPI().yaml()
        #expect(isCurrent, "openapi.yaml is stale: run koi openapi > openapi.yaml")
    }

    @Test func `gives every documented operation a name of its own`() {
        let names = Routes.all(of: Routes.resources).compactMap { $0.documentation?.operation }
        #expect(Set(names).count == names.count)
    }
}
