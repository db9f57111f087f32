import Foundation
import Testing

@testable import KoiFuzz

/// Reads what the fuzzers start from and what they found, without libFuzzer.
@Suite struct CorpusTests {
    @Test(arguments: FuzzTarget.allCases)
    func `every input of the corpus is read`(_ target: FuzzTarget) throws {
        let inputs = try Corpus.inputs(of: target)

        #expect(inputs.count >= 5)
        for input in inputs { target.read(input) }
    }

    /// As the fuzzer does, but always alike: bytes changed, left out, repeated, and pieces of two inputs joined.
    @Test(arguments: FuzzTarget.allCases)
    func `variations of the corpus are read`(_ target: FuzzTarget) throws {
        let inputs = try Corpus.inputs(of: target)
        var mutation = Mutation(seed: 4)

        for _ in 0..<20 {
            for input in inputs { target.read(mutation.of(input, and: inputs)) }
        }
    }

    @Test func `valid and broken requests are in the corpus`() throws {
        let transcripts = try Corpus.inputs(of: .requests).map { RequestTranscript($0, in: [0..<$0.count]) }

        #expect(transcripts.contains { $0.messages.count > 1 && $0.refusal == nil })
        #expect(transcripts.contains { $0.messages.contains { !$0.body.isEmpty } })
        #expect(transcripts.contains { $0.refusal != nil })
    }
}
