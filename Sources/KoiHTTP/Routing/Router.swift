/// Finds the route of a method and a path in a table that can be listed.
///
/// It knows routes by their number, their place in the order in which they were added. What they lead to is with whom asks:
/// were it here, of a type that this module does not know, each request would look that type up several times.
package struct Router: Sendable {
    package struct Entry: Sendable {
        package let method: Method
        package let pattern: PathPattern
    }

    // The tree of paths, one element of each list for each node: lists rather than one list of structs, since looking at
    // a node on every request would copy the whole struct.
    /// Where a path can go on with a literal segment.
    private var literals: [[String: Int]] = [[:]]
    /// Where it can go on with any other segment.
    private var captures: [Int?] = [nil]
    /// The entries of a path that ends here.
    private var ends: [[Int]] = [[]]

    /// All routes in the order they were added.
    package private(set) var entries: [Entry] = []

    package init() {}

    /// Adds a route.
    ///
    /// Of two routes with the same method and pattern the first one is found.
    package mutating func add(_ method: Method, _ pattern: String) {
        let pattern = PathPattern(pattern)
        var node = 0
        for segment in pattern.segments {
            let known: Int? =
                switch segment {
                case .literal(let text): literals[node][text]
                case .capture: captures[node]
                }
            if let known {
                node = known
                continue
            }
            let added = ends.count
            literals.append([:])
            captures.append(nil)
            ends.append([])
            switch segment {
            case .literal(let text): literals[node][text] = added
            case .capture: captures[node] = added
            }
            node = added
        }
        ends[node].append(entries.count)
        entries.append(Entry(method: method, pattern: pattern))
    }

    /// Finds the route of a decoded path.
    ///
    /// HEAD is served by GET. A literal segment wins over a capture, for all methods: a path that stands in the table itself
    /// is no longer one that the captures of another stand for (OpenAPI 3.1, "Path Templating Matching").
    package func match(_ method: Method, _ segments: [String]) -> RouteMatch {
        if let number = direct(method, segments) { return found(number, segments) }
        guard let end = end(of: segments) else { return .notFound }
        if let number = number(of: method, at: end) ?? (method == .head ? number(of: .get, at: end) : nil) {
            return found(number, segments)
        }
        return .methodNotAllowed(allow: allowed(at: end))
    }

    private func found(_ number: Int, _ segments: [String]) -> RouteMatch {
        .found(number, Captures(entries[number].pattern, segments))
    }

    /// The route that the most literal branch leads to, which is the one of nearly every request; nil where it leads nowhere
    /// or does not take the method, and the others have to be looked at.
    private func direct(_ method: Method, _ path: [String]) -> Int? {
        var node = 0
        for segment in path {
            if let next = literals[node][segment] {
                node = next
            } else if let next = captures[node], !segment.isEmpty {
                node = next
            } else {
                return nil
            }
        }
        return number(of: method, at: node)
    }

    /// The node at which the path ends, of several the most literal one.
    ///
    /// It looks ahead along each branch of the table, so its depth is that of the longest pattern,
    /// not of the path.
    private func end(of path: [String]) -> Int? {
        var branches = [(node: 0, depth: 0)]
        while let (node, depth) = branches.popLast() {
            if depth == path.count {
                if !ends[node].isEmpty { return node }
                continue
            }
            // Taken from the end: the literal branch is looked at first. A capture is never empty.
            if let next = captures[node], !path[depth].isEmpty {
                branches.append((next, depth + 1))
            }
            if let next = literals[node][path[depth]] {
                branches.append((next, depth + 1))
            }
        }
        return nil
    }

    private func number(of method: Method, at node: Int) -> Int? {
        ends[node].first { entries[$0].method == method }
    }

    /// RFC 9110 §10.2.1: what is allowed, with the HEAD and OPTIONS that the server adds.
    private func allowed(at node: Int) -> [Method] {
        var methods: [Method] = []
        for index in ends[node] where !methods.contains(entries[index].method) {
            methods.append(entries[index].method)
        }
        if let get = methods.firstIndex(of: .get), !methods.contains(.head) {
            methods.insert(.head, at: get + 1)
        }
        if !methods.contains(.options) { methods.append(.options) }
        return methods
    }
}

/// What a router found.
package enum RouteMatch: Sendable {
    /// The number of the route.
    case found(Int, Captures)
    /// The path exists; `allow` is for the `Allow` field, and the whole answer to OPTIONS.
    case methodNotAllowed(allow: [Method])
    case notFound
}
