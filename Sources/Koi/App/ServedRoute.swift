import KoiHTTP

/// What serving needs of a route.
///
/// A class, so that finding one copies a reference and not its documentation.
final class ServedRoute: Sendable {
    let work: Route.Work
    let method: Method
    let pattern: String
    let access: Route.Access
    let permission: Route.Permission
    let bodyLimit: Int?
    let takesFile: Bool
    let mediaTypes: Set<String>
    let isCounted: Bool
    let isAlone: Bool
    let isIdempotent: Bool

    init(_ route: Route) {
        work = route.work
        method = route.method
        pattern = route.pattern
        access = route.access
        permission = route.permission
        bodyLimit = route.bodyLimit
        takesFile = route.takesFile
        mediaTypes = route.mediaTypes
        isCounted = route.isCounted
        isAlone = route.isAlone
        isIdempotent = route.isIdempotent
    }
}
