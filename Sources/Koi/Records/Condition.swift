package import KoiSQLite

/// One test of a record by one of its fields.
///
/// A list filter is a set of these that all must hold, and so is every rule that is kept as data: a view, a segment,
/// a webhook's filter.
package struct Condition: Sendable {
    package enum Subject: Sendable {
        case field(Field)
        /// A field that the company made itself.
        case custom(key: String, kind: FieldKind)
        /// The other end of a link.
        case link(LinkTable)
        /// A user with whom the record is shared, at this time.
        case collaborator(of: String, at: Int64)
        /// What the record is called in another system, as `erp:C-1009`.
        case externalID(of: String)
        /// A system in which the record is called something.
        case externalSystem(of: String)
    }

    package enum Test: Sendable {
        case anyOf([SQLValue])
        case noneOf([SQLValue])
        case isNull(Bool)
        case contains(String)
        case compare(Comparison, SQLValue)
    }

    package enum Comparison: String, Sendable, CaseIterable {
        case gt = ">"
        case gte = ">="
        case lt = "<"
        case lte = "<="
    }

    package let subject: Subject
    package let test: Test

    /// The values that it compares with.
    var values: [SQLValue] {
        switch test {
        case .anyOf(let values), .noneOf(let values): values
        case .compare(_, let value): [value]
        case .contains, .isNull: []
        }
    }

    /// The condition on the record's table under alias `t`.
    package var fragment: SQLFragment {
        switch subject {
        case .field(let field):
            let column = "t." + Dialect.quoted(field.name)
            if case .list = field.kind { return listFragment(column) }
            if case .facts = field.kind, case .contains(let text) = test {
                return Dialect.hasText(column, text)
            }
            return valueFragment(column)
        case .custom(let key, _):
            return valueFragment(Dialect.member("t.\"custom\"", key))
        case .link(let links): return linkFragment(links)
        case .collaborator(let resource, let now): return sharedFragment(resource, now)
        case .externalID(let resource): return externalFragment(resource)
        case .externalSystem(let resource):
            return SQLFragment(
                "EXISTS (SELECT 1 FROM external_ids AS x WHERE x.resource = ? AND x.record = t.\"id\" AND x.system = ?)",
                [.text(resource)] + values
            )
        }
    }

    private func valueFragment(_ column: String) -> SQLFragment {
        switch test {
        case .anyOf(let values) where values.count == 1: SQLFragment("\(column) = ?", values)
        case .anyOf(let values): SQLFragment("\(column) IN (\(Dialect.marks(values)))", values)
        case .noneOf(let values):
            // A record without a value is not one of the values either, which SQL alone would deny.
            SQLFragment(
                "(\(column) IS NULL OR \(column) NOT IN (\(Dialect.marks(values))))",
                values
            )
        case .isNull(let wanted): SQLFragment("\(column) IS \(wanted ? "" : "NOT ")NULL")
        case .contains(let text): Dialect.contains(column, text)
        case .compare(let comparison, let value):
            SQLFragment("\(column) \(comparison.rawValue) ?", [value])
        }
    }

    private func sharedFragment(_ resource: String, _ now: Int64) -> SQLFragment {
        var shared = SQLFragment(
            """
            (SELECT record FROM collaborators \
            WHERE resource = ? AND ("expiresAt" IS NULL OR "expiresAt" > ?)
            """,
            [.text(resource), .integer(now)]
        )
        if !values.isEmpty { shared.append(" AND \"user\" IN (\(Dialect.marks(values)))", values) }
        let isIn =
            switch test {
            case .anyOf: true
            case .isNull(let wanted): !wanted
            case .noneOf, .contains, .compare: false
            }
        return SQLFragment("t.\"id\" \(isIn ? "" : "NOT ")IN \(shared.sql))", shared.values)
    }

    private func externalFragment(_ resource: String) -> SQLFragment {
        if case .isNull(let wanted) = test {
            return SQLFragment("t.\"\(SystemField.externalIDs.name)\" \(wanted ? "=" : "<>") '[]'")
        }
        let isOut = if case .noneOf = test { true } else { false }
        let ids = values.compactMap { value -> ExternalID? in
            guard case .text(let text) = value else { return nil }
            return try? ExternalID(parameter: text)
        }
        let each = ids.map { SQLFragment("system = ? AND \"key\" = ?", [.text($0.system), .text($0.key)]) }
        guard let any = SQLFragment.any(each) else { return SQLFragment("0 = 1") }
        return SQLFragment(
            "t.\"id\" \(isOut ? "NOT " : "")IN (SELECT record FROM external_ids WHERE resource = ? AND (\(any.sql)))",
            [.text(resource)] + any.values
        )
    }

    private func listFragment(_ column: String) -> SQLFragment {
        switch test {
        case .anyOf(let values): return Dialect.hasElement(column, values)
        case .noneOf(let values):
            var fragment = SQLFragment("NOT ")
            fragment.append(Dialect.hasElement(column, values))
            return fragment
        case .isNull(let wanted): return SQLFragment("\(column) \(wanted ? "=" : "<>") '[]'")
        case .contains, .compare: return valueFragment(column)
        }
    }

    private func linkFragment(_ links: LinkTable) -> SQLFragment {
        let table = Dialect.quoted(links.table)
        let holder = Dialect.quoted(links.holder)
        let target = Dialect.quoted(links.target)
        func linked(_ values: [SQLValue]) -> String {
            "SELECT \(holder) FROM \(table) WHERE \(target) IN (\(Dialect.marks(values)))"
        }
        switch test {
        case .anyOf(let values): return SQLFragment("t.\"id\" IN (\(linked(values)))", values)
        case .noneOf(let values): return SQLFragment("t.\"id\" NOT IN (\(linked(values)))", values)
        case .isNull(let wanted):
            return SQLFragment(
                """
                \(wanted ? "NOT " : "")EXISTS \
                (SELECT 1 FROM \(table) AS l WHERE l.\(holder) = t."id")
                """
            )
        case .contains, .compare: return SQLFragment("0 = 1")
        }
    }
}
