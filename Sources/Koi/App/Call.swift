package import KoiHTTP
package import KoiJSON

/// One request on its way through a handler: what was asked, by whom, and the transaction it runs in.
package struct Call {
    package var request: Request { prepared.asked.request }
    package var captures: Captures { prepared.asked.captures }
    package var query: [Parameter] { prepared.query }
    package var actor: Actor { prepared.actor }
    /// The body where it is JSON; null where there is none.
    package var body: JSONValue { prepared.body }
    package var language: Language { prepared.language }

    /// The way back to the client, of work that answers later; nil for all other.
    let exchange: Exchange?

    private let prepared: PreparedCall
    /// Nil for work that is no transaction; handlers of reads and writes always get one.
    private let held: Transaction?

    init(_ prepared: PreparedCall, _ transaction: Transaction?, _ exchange: Exchange? = nil) {
        self.exchange = exchange
        self.prepared = prepared
        held = transaction
    }

    /// - Throws: where the route's work is not a transaction.
    package func transaction() throws -> Transaction {
        guard let held else { throw Problem.unforeseen }
        return held
    }

    /// A record number in the path.
    ///
    /// - Throws: `Problem` 400 where it is not a positive integer of 64 bits.
    package func id(_ name: String = "id") throws -> Int64 {
        guard let text = captures[name], let id = Digits.integer(text), id > 0 else {
            throw Problem(
                .badRequest,
                "bad_id",
                Text(
                    "The number in the path must be a whole number from 1 to \(Int64.max).",
                    "路径中的编号必须是 1 到 \(Int64.max) 之间的整数。"
                )
            )
        }
        return id
    }

    /// The body as an object.
    ///
    /// - Throws: `Problem` 400 where it is anything else.
    package func object() throws -> JSONObject {
        guard let object = body.objectValue else {
            throw Problem(
                .badRequest,
                "not_object",
                Text("Send a JSON object as the body.", "请求正文必须是 JSON 对象。")
            )
        }
        return object
    }

    /// - Throws: `Problem` 400 where the query has any parameter.
    package func refuseParameters() throws {
        guard let first = query.first else { return }
        throw Problem.badParameter(
            first.name,
            Text("This path takes no parameters.", "此路径不接受参数。")
        )
    }

    /// For a path that says all by itself: what was sent with it would be ignored, which its sender might not expect.
    ///
    /// - Throws: `Problem` 400 where the body is anything but empty or `{}`.
    package func refuseBody() throws {
        guard !body.isNull, body.objectValue?.isEmpty != true else { return }
        throw Problem(
            .badRequest,
            "no_body",
            Text("This path takes no body; leave it out.", "此路径不接受请求正文，请勿填写。")
        )
    }

    /// Refuses a change whose `If-Match` does not allow the stored version, or whose `If-None-Match` names it (RFC 9110
    /// §13.1.1, §13.1.2).
    ///
    /// Conditions on dates are ignored: records have none that tells two changes within a second apart.
    package var match: (Int64) throws -> Void {
        let fields = request.head.fields.values("If-Match")
        let unwanted = request.head.fields.values("If-None-Match")
        return { version in
            guard EntityTag.allows(fields, version: version), !EntityTag.names(unwanted, version: version) else {
                throw Problem.changedMeanwhile(version)
            }
        }
    }
}

extension Problem {
    /// What the conditions of a request say to a record at this version.
    static func changedMeanwhile(_ version: Int64) -> Problem {
        Problem(
            .preconditionFailed,
            "changed_meanwhile",
            Text(
                "The record was changed meanwhile: it is at version \(version). Read it again, then change it.",
                "记录已被更改，当前版本为 \(version)。请重新读取后再更改。"
            )
        )
    }
}

/// A call before its transaction: what can be read from the request alone, made on the loop and passed to the queue
/// where the handler runs.
///
/// A class, as is what was asked: handed from one to the next, a copy of all that a request holds would cost a good part of
/// a short read.
final class PreparedCall: Sendable {
    let asked: AskedRequest
    let query: [Parameter]
    let actor: Actor
    let body: JSONValue
    let language: Language
    /// Set where the request named itself, so that it is carried out once.
    let idempotent: IdempotentRequest?

    init(
        asked: AskedRequest,
        query: [Parameter],
        actor: Actor,
        body: JSONValue,
        language: Language,
        idempotent: IdempotentRequest? = nil
    ) {
        self.idempotent = idempotent
        self.asked = asked
        self.query = query
        self.actor = actor
        self.body = body
        self.language = language
    }

    var request: Request { asked.request }
}

/// A request for which there is a route.
///
/// `@unchecked Sendable`: what is found out about it is set on the loop, before it is passed to any other thread.
final class AskedRequest: @unchecked Sendable {
    let request: Request
    let route: ServedRoute
    let captures: Captures
    /// Nil until it is known who asks.
    var actor: Actor?
    /// What it took of a quota; nil where it counts for none.
    var spending: Spending?

    init(_ request: Request, _ route: ServedRoute, _ captures: Captures) {
        self.request = request
        self.route = route
        self.captures = captures
    }
}

/// The tags of records: `"<version>-<representation>"`, where the second part covers every byte of the answer, and so
/// the chosen fields, expansions, masks and language.
package enum EntityTag {
    package static func make(version: Int64, _ representation: [UInt8]) -> String {
        var mark = Fingerprint()
        mark.add(representation)
        let number = String(version)
        // In one piece, and without the generic division that `String(_:radix:)` takes for each digit.
        return String(unsafeUninitializedCapacity: number.utf8.count + 19) { tag in
            var place = 0
            func append(_ byte: UInt8) {
                tag[place] = byte
                place += 1
            }
            append(UInt8(ascii: "\""))
            for digit in number.utf8 { append(digit) }
            append(UInt8(ascii: "-"))
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: mark.value >> shift) & 15
                append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            }
            append(UInt8(ascii: "\""))
            return place
        }
    }

    /// Whether `If-Match` allows a record: absent, `*`, or a tag with its version.
    ///
    /// Weak tags never match here.
    static func allows(_ fields: [String], version: Int64) -> Bool {
        guard !fields.isEmpty else { return true }
        return tags(fields).contains { tag in
            tag == "*" || tag == "\"\(version)\"" || tag.hasPrefix("\"\(version)-")
        }
    }

    /// Whether `If-None-Match` names a version of a record: `*`, or a tag with it; weakly compared.
    static func names(_ fields: [String], version: Int64) -> Bool {
        tags(fields).contains { tag in
            let opaque = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
            return opaque == "*" || opaque == "\"\(version)\"" || opaque.hasPrefix("\"\(version)-")
        }
    }

    /// Whether `If-None-Match` names a representation; weakly compared (RFC 9110 §13.1.2).
    static func names(_ fields: [String], _ tag: String) -> Bool {
        tags(fields).contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
    }

    private static func tags(_ fields: [String]) -> [Substring] {
        fields.flatMap { $0.split(separator: ",") }.map { part in
            var tag = part.drop { $0 == " " || $0 == "\t" }
            while let last = tag.last, last == " " || last == "\t" { tag.removeLast() }
            return tag
        }
    }
}
