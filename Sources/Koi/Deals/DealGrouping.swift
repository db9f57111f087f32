import KoiJSON
import KoiSQLite

/// By what a report groups its rows about deals.
enum DealGrouping: String {
    case none
    case owner
    case team
    case pipeline
    case source
    case month

    static let columns = [
        ReportColumn("group", "Group", "分组", .key).nullable()
            .noted("The number of the owner, team or pipeline, the source, or the month; null for none.")
            .leftOutOfTables(),
        ReportColumn("name", "Name", "名称", .text).nullable(),
    ]

    /// - Parameter groupings: the first one holds where none is given.
    static func parameter(_ groupings: [DealGrouping]) -> ReportParameter {
        .choice("groupBy", groupings.map(\.rawValue), "By what the rows are grouped.")
    }

    init(_ query: ReportQuery) {
        self = query.text("groupBy").flatMap(DealGrouping.init) ?? .none
    }

    /// - Throws: 403 where that by which is grouped is held back from the actor.
    func requireSight(_ actor: Actor) throws {
        let field: String? =
            switch self {
            case .none, .month: nil
            case .owner, .team: "owner"
            case .pipeline: "pipeline"
            case .source: "customer"
            }
        let held = actor.access.restrictions(of: Deal.resource.name)
        guard let field, held.reading(field) != .clear else { return }
        throw Problem.notPermitted(.read, Deal.resource.name)
    }

    /// What the rows of a query are about that has the owner's number, say, in place of the group.
    func group(_ number: Int64?, _ organisation: Organisation) -> Group {
        switch self {
        case .none, .source, .month: .nothing
        case .owner, .pipeline: number.map(Group.record) ?? .nothing
        case .team: number.flatMap { organisation.people[$0]?.team }.map(Group.record) ?? .nothing
        }
    }

    /// What rows are about.
    enum Group: Hashable, Comparable {
        case record(Int64)
        case word(String)
        /// Comes last.
        case nothing

        var json: JSONValue {
            switch self {
            case .record(let id): .integer(id)
            case .word(let word): .string(word)
            case .nothing: .null
            }
        }
    }

    /// The names of what rows are about, as far as the actor may see them.
    func names(
        _ groups: some Sequence<Group>,
        _ language: Language,
        _ transaction: Transaction
    ) throws -> (Group) -> JSONValue {
        let ids = groups.compactMap { group -> Int64? in
            guard case .record(let id) = group else { return nil }
            return id
        }
        let names: ReportNames? =
            switch self {
            case .owner: try ReportNames(User.resource, ids, transaction)
            case .team: try ReportNames(Team.resource, ids, transaction)
            case .pipeline: try ReportNames(Pipeline.resource, ids, transaction)
            case .none, .source, .month: nil
            }
        let isGrouped = self != .none && self != .month
        let absence: JSONValue = isGrouped ? .string(ReportGroups.absence(of: rawValue)(language)) : .null
        return { group in
            switch group {
            case .record(let id): names?[id] ?? .null
            // Customers have any word for where they came from, leads one of a list.
            case .word(let word): .string(LeadSource.choices.first { $0.code == word }?.label(language) ?? word)
            case .nothing: absence
            }
        }
    }
}
