import KoiHTTP
import Synchronization
import Testing

@testable import Koi

struct `The client` {
    private func client(_ seconds: Double = 5) -> HTTPClient {
        var client = HTTPClient(policy: AddressPolicy(allowed: ["127.0.0.1"].compactMap(AddressRange.init)))
        client.time = .seconds(seconds)
        return client
    }

    private func send(
        _ steps: [Receiver.Step],
        body: String = "{}",
        _ client: HTTPClient? = nil
    ) throws -> (OutgoingResponse, Receiver) {
        let receiver = try Receiver(steps)
        defer { receiver.close() }
        let url = try #require(receiver.url)
        let request = OutgoingRequest(url: url, fields: Fields([("X-Koi", "1")]), body: Array(body.utf8))
        return (try (client ?? self.client()).send(request) { false }, receiver)
    }

    private func failure(_ steps: [Receiver.Step], _ client: HTTPClient? = nil) -> String? {
        do {
            _ = try send(steps, client)
            return nil
        } catch let failure as DeliveryFailure {
            return failure.code
        } catch {
            return "\(error)"
        }
    }

    @Test func `sends a request and reads its answer`() throws {
        let (answer, receiver) = try send([
            .read, .say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"),
        ])

        #expect(answer.status == 200)
        #expect(answer.fields["x-a"] == "b")
        #expect(String(decoding: answer.body, as: UTF8.self) == "hello")
        let request = try #require(receiver.requests.first)
        #expect(request.hasPrefix("POST /hook?a=b HTTP/1.1\r\nHost: 127.0.0.1:\(receiver.port)\r\n"))
        #expect(request.contains("\r\nX-Koi: 1\r\n") && request.contains("\r\nContent-Length: 2\r\n"))
        #expect(request.hasSuffix("\r\n\r\n{}"))
    }

    @Test(
        arguments: [
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n",
                "abcde"
            ),
            ("HTTP/1.1 200\r\n\r\nuntil the end", "until the end"), ("HTTP/1.0 200 OK\r\n\r\nold", "old"),
            ("HTTP/1.1 204 No Content\r\n\r\n", ""), ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc", "ab"),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx", "x"),
            ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", ""),
        ]
    )
    func `reads the end of a body in each way there is`(_ said: String, _ body: String) throws {
        let (whole, receiver) = try send([.read, .say(said)])
        #expect(String(decoding: whole.body, as: UTF8.self) == body)
        // No redirect was followed.
        #expect(receiver.requests.count == 1)
        var parser = ResponseParser()
        for byte in said.utf8 { try parser.take([byte]) }
        if !parser.isComplete { try parser.close() }
        #expect(String(decoding: parser.body, as: UTF8.self) == body)
        #expect(parser.code == whole.status)
    }

    @Test(
        arguments: [
            ("garbage\r\n\r\n", "bad_answer"), ("SSH-2.0-OpenSSH\r\n", "bad_answer"),
            ("HTTP/2 200\r\n\r\n", "bad_answer"),
            ("HTTP/1.1 200 OK\n\n", "bad_answer"), ("HTTP/1.1 99 No\r\n\r\n", "bad_answer"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "bad_answer"),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "bad_answer"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "bad_answer"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "bad_answer"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "bad_answer"),
            ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "bad_answer"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "bad_answer"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", "bad_answer"),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", "bad_answer"),
            ("HTTP/1.1 200 OK\r\n X: y\r\n\r\n", "bad_answer"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "connection_lost"), ("", "connection_lost"),
            ("HTTP/1.1 200 OK\r\nContent-Le", "connection_lost"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "connection_lost"),
        ]
    )
    func `refuses what is no answer`(_ said: String, _ code: String) {
        #expect(failure([.read, .say(said)]) == code)
    }

    @Test func `reads no more than it wants`() throws {
        let head =
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X-A: " + String(repeating: "a", count: 1000) + "\r\n", count: 50)
        let interims = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 50)
        let body = String(repeating: "x", count: 200_000)

        #expect(failure([.read, .say(head), .hang]) == "bad_answer")
        #expect(failure([.read, .say(String(repeating: "H", count: 100_000)), .hang]) == "bad_answer")
        #expect(failure([.read, .say(interims), .hang]) == "bad_answer")
        let (answer, _) = try send([.read, .say("HTTP/1.1 200 OK\r\n\r\n" + body), .hang])
        #expect(answer.isCut)
        #expect(answer.body.count == 65_536)
    }

    @Test(arguments: [[.hang], [.read, .hang], [.read, .say("HTTP/1.1 200 OK\r\n"), .hang]] as [[Receiver.Step]])
    func `gives up one that hangs`(_ steps: [Receiver.Step]) {
        let start = ContinuousClock.now
        #expect(failure(steps, client(0.5)) == "timeout")
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `gives up one that drips, though each byte comes in time`() {
        let drips = (0..<100).flatMap { _ in [Receiver.Step.pause(50), .say("x")] }
        let start = ContinuousClock.now
        #expect(failure([.read, .say("HTTP/1.1 200 OK\r\n\r\n")] + drips, client(0.5)) == "timeout")
        #expect(ContinuousClock.now - start < .seconds(4))
    }

    @Test func `reads an answer that comes before the request is sent whole`() throws {
        let said = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"
        let (answer, _) = try send([.say(said), .pause(200)], body: String(repeating: "x", count: 10_000))
        #expect(answer.status == 413)
    }

    @Test func `connects nowhere where the policy does not permit it`() throws {
        let receiver = try Receiver([.read, .say("HTTP/1.1 200 OK\r\n\r\n")])
        defer { receiver.close() }
        for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"] {
            let url = try #require(OutgoingURL("http://\(host):\(receiver.port)/"))
            let failure = #expect(throws: DeliveryFailure.self) {
                try HTTPClient(policy: AddressPolicy()).send(OutgoingRequest(url: url)) { false }
            }
            #expect(failure?.code == "forbidden_address", "\(host)")
        }
        #expect(receiver.requests.isEmpty)
    }

    @Test func `says what it cannot reach`() throws {
        let unknown = try #require(OutgoingURL("http://name.invalid/"))
        let closed = try #require(OutgoingURL("http://127.0.0.1:1/"))
        let plain = try #require(OutgoingURL("http://8.8.8.8/"))
        for (url, code) in [(unknown, "unknown_host"), (closed, "unreachable"), (plain, "insecure")] {
            let failure = #expect(throws: DeliveryFailure.self) {
                try client().send(OutgoingRequest(url: url)) { false }
            }
            #expect(failure?.code == code)
        }
    }

    @Test func `speaks to no server without a certificate where the address says https`() throws {
        let receiver = try Receiver([.say("HTTP/1.1 400 Bad Request\r\n\r\n"), .hang])
        defer { receiver.close() }
        let url = try #require(OutgoingURL("https://127.0.0.1:\(receiver.port)/"))
        let failure = #expect(throws: DeliveryFailure.self) { try client().send(OutgoingRequest(url: url)) { false } }
        #expect(failure?.code == "no_tls")
    }

    @Test func `stops when it is told to`() throws {
        let receiver = try Receiver([.read, .hang])
        defer { receiver.close() }
        let url = try #require(receiver.url)
        let calls = Atomic(0)
        #expect(throws: ClientConnection.Stopped.self) {
            try client(30).send(OutgoingRequest(url: url)) { calls.add(1, ordering: .relaxed).newValue > 3 }
        }
    }
}
