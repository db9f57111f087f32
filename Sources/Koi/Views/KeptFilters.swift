/// The resources whose records keep filters of lists, and the fields that hold them: `{"customer": "17"}`.
///
/// What names a record by its number, or a person by a value, stands in all of them.
enum KeptFilters {
    static let all: [(resource: Resource, fields: [String])] = [
        (SavedView.resource, ["filter"]),
        (Webhook.resource, ["filter"]),
        (AssignmentRule.resource, ["filter", "exempt"]),
        (Pool.resource, ["filter"]),
        (ServicePolicy.resource, ["filter"]),
    ]
}
