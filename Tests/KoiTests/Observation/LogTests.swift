import Dispatch
import Glibc
import KoiJSON
import KoiLock
import Logging
import Testing

@testable import Koi
@testable import KoiHTTP

struct `The lines of the log` {
    private func report(_ change: (inout RequestReport) -> Void = { _ in }) -> RequestReport {
        var report = RequestReport(peer: Peer(address: "192.0.2.7"))
        report.trace = RequestTrace(id: "abc")
        report.trace.route = 0
        report.trace.actorKind = Actor.Kind.key.number
        report.trace.actor = 3
        report.method = .get
        report.status = 200
        report.received = 100
        report.sent = 2_000
        report.began = 1_000_000
        report.completed = 2_000_000
        report.ended = 5_250_000
        report.times = AnswerTimes(waiting: 1_500_000, database: 700_000)
        change(&report)
        return report
    }

    private let time: Int64 = 1_795_000_000_000

    private func json(_ report: RequestReport, route: String = "/v1/customers/{id}") throws -> JSONValue {
        let line = LogLine(.json).request(report, route: route, at: time)
        #expect(line.last == 10 && line.count { $0 == 10 } == 1)
        return try JSONReader.read(Array(line.dropLast()))
    }

    @Test func `has an object for each request`() throws {
        #expect(
            try json(report()) == [
                "time": .string(Timestamp.text(time)), "level": "info", "message": "request", "id": "abc",
                "actor": "key", "actorId": 3, "method": "GET", "route": "/v1/customers/{id}", "status": 200,
                "outcome": "answered", "bytesIn": 100, "bytesOut": 2_000, "queueMs": 1.5, "databaseMs": 0.7,
                "serviceMs": 3.25, "totalMs": 4.25, "peer": "192.0.2.7",
            ]
        )
    }

    @Test func `says what became of a request that was not read or answered`() throws {
        let refused = try json(
            report {
                $0.trace.actorKind = nil
                $0.trace.actor = nil
                $0.method = nil
                $0.status = 408
                $0.outcome = .refused
                $0.refusal = "request_timeout"
                $0.completed = 0
            }
        )
        #expect(refused["actor"] == .null && refused["method"] == .null)
        #expect(refused["outcome"] == "refused" && refused["refusal"] == "request_timeout")
        #expect(refused["serviceMs"] == 0.0 && refused["totalMs"] == 4.25)
        let aborted = try json(
            report {
                $0.status = nil
                $0.outcome = .aborted
            }
        )
        #expect(aborted["status"] == .null && aborted["outcome"] == "aborted")
    }

    @Test func `warns of what failed in Koi`() throws {
        #expect(try json(report { $0.status = 500 })["level"] == "warning")
    }

    @Test func `does not write down a method that nobody knows`() throws {
        #expect(try json(report { $0.method = Method(rawValue: "s3cret") })["method"] == "other")
    }

    @Test func `is one line of text for a person`() {
        let line = String(
            decoding: LogLine(.text(isColoured: false)).request(report(), route: "/v1/me", at: time),
            as: UTF8.self
        )
        #expect(
            line == Timestamp.text(time)
                + " info: 200 GET /v1/me 4.25 ms queue=1.5 database=0.7 in=100 out=2000 key=3 192.0.2.7 abc\n"
        )
    }

    @Test func `has colours on a terminal only`() {
        let bytes = LogLine(.text(isColoured: true)).request(report { $0.status = 404 }, route: "/", at: time)
        #expect(String(decoding: bytes, as: UTF8.self).contains("\u{1B}[33m404\u{1B}[0m"))
        #expect(LogFormat(.auto, isTerminal: true) == .text(isColoured: true))
        #expect(LogFormat(.auto, isTerminal: true, allowsColour: false) == .text(isColoured: false))
        #expect(LogFormat(.auto, isTerminal: false) == .json)
        #expect(LogFormat(.text, isTerminal: false) == .text(isColoured: false))
        #expect(LogFormat(.json, isTerminal: true) == .json)
    }

    @Test func `escapes what would look like another line`() throws {
        let text = "a\nb\u{1B}[31m"
        let line = LogLine(.text(isColoured: false)).message(text, .error, [("k", "v\r")], at: time)
        #expect(String(decoding: line, as: UTF8.self).hasSuffix(" error: a\\u{a}b\\u{1b}[31m k=v\\u{d}\n"))
        let json = LogLine(.json).message(text, .error, [("k", "v\r"), ("level", "info")], at: time)
        let read = try JSONReader.read(Array(json.dropLast()))
        #expect(read["message"] == .string(text) && read["k"] == "v\r" && read["level"] == "error")
    }

    // MARK: The sink

    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init() {
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            reading = ends[0]
            writing = ends[1]
        }

        /// What is written until `body` has returned.
        func lines(_ body: () -> Void) -> [String] {
            let text = Lock("")
            let reader = DispatchQueue(label: "test.log")
            let descriptor = reading
            reader.async {
                var all: [UInt8] = []
                var piece = [UInt8](repeating: 0, count: 65_536)
                while case let count = read(descriptor, &piece, piece.count), count > 0 { all += piece.prefix(count) }
                text.withLock { $0 = String(decoding: all, as: UTF8.self) }
            }
            body()
            close(writing)
            reader.sync { _ = close(descriptor) }
            return text.withLock { $0 }.split(separator: "\n").map(String.init)
        }
    }

    @Test func `writes what it was given, and is done when it is flushed`() throws {
        let pipe = Pipe()
        let sink = LogSink(.json, descriptor: pipe.writing)
        sink.name(["/v1/me"] + RouteName.others)
        sink.log("hello", .notice)
        var requests =
            [report(), report { $0.trace.route = nil }] + [1, 2].map { route in report { $0.trace.route = route } }
        sink.log(&requests)
        #expect(requests.isEmpty)
        let lines = try pipe.lines { sink.flush() }.map { try JSONReader.read(Array($0.utf8)) }
        #expect(lines.count { $0["message"] == "hello" } == 1)
        #expect(
            lines.filter { $0["message"] == "request" }.map { $0["route"] } == [
                "/v1/me", "(none)", "(stream)", "(file)",
            ]
        )
        #expect(sink.counts == (5, 0))
    }

    @Test func `does not call a stream slow, nor broken off when its client leaves it`() throws {
        let pipe = Pipe()
        let observation = Observation(
            Observation.Settings(sink: LogSink(.json, descriptor: pipe.writing), requests: .slow),
            routes: [],
            loops: 1,
            startedAt: 0
        )
        let stream = observation.meter.streamRoute
        func end(_ route: Int?, _ outcome: RequestReport.Outcome) {
            let ended = report {
                $0.trace.route = route
                $0.outcome = outcome
                $0.ended = 60_000_000_000
            }
            observation.ended(ended, on: 0)
        }
        for outcome in [RequestReport.Outcome.answered, .aborted, .stopped, .failed] { end(stream, outcome) }
        end(nil, .answered)
        observation.turned(on: 0)

        let lines = try pipe.lines { observation.sink?.flush() }.map { try JSONReader.read(Array($0.utf8)) }
        #expect(lines.map { [$0["route"], $0["outcome"]] } == [["(stream)", "failed"], ["(none)", "answered"]])
        #expect(observation.meter.count(stream, .aborted) == 1)
        #expect(observation.meter.times(stream).allSatisfy { $0 == 0 })
    }

    @Test func `holds up nobody and says what it dropped, where nothing is read`() throws {
        let pipe = Pipe()
        let sink = LogSink(.json, descriptor: pipe.writing)
        sink.name(["/v1/me"] + RouteName.others)
        for _ in 0..<4 {
            var requests = [RequestReport](repeating: report(), count: LogSink.maximumRequests)
            sink.log(&requests)
        }
        for _ in 0..<10 { sink.log(String(repeating: "x", count: 200_000), .info) }
        let dropped = sink.counts.dropped
        #expect(dropped >= LogSink.maximumRequests)
        let lines = pipe.lines { sink.flush(within: 30) }
        #expect(lines.contains { $0.contains("log lines were dropped") })
        #expect(lines.count == sink.counts.written + lines.count { $0.contains("log lines were dropped") })
    }

    @Test func `gives up what nobody can read any more`() {
        let pipe = Pipe()
        close(pipe.reading)
        signal(SIGPIPE, SIG_IGN)
        let sink = LogSink(.json, descriptor: pipe.writing)
        sink.log("a", .info)
        sink.flush()
        // Also the line that would have said so.
        #expect(sink.counts.dropped > 0)
        close(pipe.writing)
    }
}
