import KoiHTTP

/// Answers every request with what was understood of it.
struct Echo: Application {
    let limits: Limits

    func admit(_ head: RequestHead, peer: Peer, trace: inout RequestTrace) -> Admission {
        .buffer(limit: limits.body)
    }

    func respond(to request: Request, exchange: Exchange, trace: inout RequestTrace) -> Response? {
        var response = answer(to: request)
        // RFC 9110 §9.3.7: what OPTIONS asks for.
        if request.head.method == .options { response.fields.append("Allow", Echo.methods) }
        return response
    }

    func refusal(_ refusal: Refusal, id: String) -> Response {
        text("\(refusal.code): \(refusal.detail)\n", refusal.status)
    }

    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE"

    private func answer(to request: Request) -> Response {
        switch request.head.path {
        case "/echo":
            text(request.head.fields.all.map { "\($0.name): \($0.value)\n" }.joined())
        case "/cookie":
            text(request.head.fields.cookies.map { "\($0.name)=\($0.value)\n" }.joined())
        default:
            body(of: request)
        }
    }

    private func body(of request: Request) -> Response {
        guard case .bytes(let bytes) = request.body, !bytes.isEmpty else { return text("OK") }
        // What was sent is never shown as a page.
        return answer(bytes, type: "application/octet-stream")
    }

    private func text(_ text: String, _ status: Status = .ok) -> Response {
        answer(Array(text.utf8), type: "text/plain; charset=utf-8", status)
    }

    private func answer(_ bytes: [UInt8], type: String, _ status: Status = .ok) -> Response {
        Response(
            status,
            fields: Fields([("Content-Type", type), ("X-Content-Type-Options", "nosniff")]),
            body: .bytes(bytes)
        )
    }
}
