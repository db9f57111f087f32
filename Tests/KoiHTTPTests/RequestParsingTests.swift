import Testing

@testable import KoiHTTP

@Suite struct RequestParsingTests {
    @Test(arguments: MalformedRequest.all)
    func `a malformed request is refused and nothing behind it is read`(
        _ request: MalformedRequest
    ) {
        let smuggled = Array("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".utf8)

        let transcript = Transcript(request.bytes + smuggled)

        #expect(transcript.refusal?.status.code == request.status)
        #expect(transcript.messages.isEmpty)
    }

    @Test(arguments: MalformedRequest.all)
    func `a malformed request is refused alike byte by byte`(_ request: MalformedRequest) {
        #expect(Transcript(request.bytes, pieces: 1) == Transcript(request.bytes))
    }

    @Test(arguments: ValidRequest.all)
    func `a valid request is understood`(_ request: ValidRequest) throws {
        let transcript = Transcript(request.text)

        #expect(transcript.refusal == nil)
        let message = try #require(transcript.messages.first)
        #expect(transcript.messages.count == 1)
        #expect(message.isComplete)
        #expect(message.head.method == request.method)
        #expect(message.head.path == request.path)
        #expect(message.head.segments == request.segments)
        #expect(message.head.query == request.query)
        #expect(String(decoding: message.body, as: UTF8.self) == request.body)
        #expect(message.keepsAlive == request.keepsAlive)
    }

    @Test(arguments: ValidRequest.all, [1, 2, 3, 7])
    func `a valid request is understood alike in pieces`(_ request: ValidRequest, _ size: Int) {
        #expect(Transcript(request.text, pieces: size) == Transcript(request.text))
    }

    @Test(arguments: ValidRequest.all)
    func `a request that is cut off is neither complete nor refused`(_ request: ValidRequest) {
        let bytes = Array(request.text.utf8)

        for length in 1..<bytes.count {
            let transcript = Transcript(Array(bytes[..<length]))
            #expect(!transcript.messages.contains { $0.isComplete }, "cut at \(length)")
            #expect(transcript.refusal == nil, "cut at \(length)")
        }
    }

    @Test(arguments: [1, 5, Int.max])
    func `pipelined requests come out in order`(_ pieces: Int) {
        let text = ValidRequest.all.filter(\.keepsAlive).map(\.text).joined()

        let transcript = Transcript(text, pieces: pieces)

        #expect(
            transcript.messages.map(\.head.path)
                == ValidRequest.all.filter(\.keepsAlive).map(\.path)
        )
        #expect(transcript.refusal == nil)
    }

    @Test func `nothing is read after a request that closes`() {
        let close = "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

        #expect(Transcript(close + close).messages.count == 1)
    }

    @Test func `the authority of an absolute target takes the place of Host`() throws {
        let transcript = Transcript("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n")

        let head = try #require(transcript.messages.first).head
        #expect(head.fields.values("Host") == ["b"])
    }

    @Test func `an expectation is met once, and ignored in HTTP 1.0`() {
        let body = "Expect: 100-continue\r\nContent-Length: 1\r\n\r\na"

        #expect(
            Transcript("POST / HTTP/1.1\r\nHost: a\r\n\(body)").messages.map(\.interims) == [1]
        )
        #expect(Transcript("POST / HTTP/1.0\r\n\(body)").messages.map(\.interims) == [0])
    }

    @Test func `a request line at the limit is accepted and one byte more is not`() {
        var limits = Limits()
        limits.requestLine = 20
        let fits = "GET /67890 HTTP/1.1\r\nHost: a\r\n\r\n"
        let tooLong = "GET /67890123 HTTP/1.1\r\nHost: a\r\n\r\n"

        #expect(Transcript(fits, limits: limits).refusal == nil)
        #expect(Transcript(tooLong, limits: limits).refusal?.status == .uriTooLong)
    }

    @Test func `a body at the limit is accepted and one byte more is not`() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"

        #expect(Transcript(head, bodyLimit: 5).messages.count == 1)
        #expect(Transcript(head, bodyLimit: 4).refusal == .bodyTooLarge)
    }
}
