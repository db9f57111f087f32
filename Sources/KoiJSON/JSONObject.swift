/// The members of a JSON object in the order in which they were written.
///
/// Two objects are equal when they hold equal members in the same order.
package struct JSONObject: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package var members: [Member]

    package init(_ members: [Member] = []) {
        self.members = members
    }

    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }

    /// The value of the member of that name, found by a scan: to work through all members of an
    /// object from outside, loop over ``members``.
    ///
    /// Setting `nil` removes the member; setting an unknown name appends it.
    package subscript(name: String) -> JSONValue? {
        get {
            for member in members where member.name.isSame(as: name) { return member.value }
            return nil
        }
        set {
            let index = members.firstIndex { $0.name.isSame(as: name) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements.map { Member(name: $0, value: $1) })
    }
}

extension String {
    /// Equal code unit by code unit, as RFC 8259 §8.3 compares names.
    ///
    /// `==` alone takes canonically equivalent spellings (é as one scalar or as two) for the same
    /// name.
    @inline(__always)
    func isSame(as other: String) -> Bool {
        utf8.count == other.utf8.count && self == other && utf8.elementsEqual(other.utf8)
    }
}
