/// How far a lead came: each step is also that of all who came further.
enum FunnelStep: Int64, Comparable, CaseIterable {
    case received
    /// Answered, or found to be none.
    case contacted
    case qualified
    case converted
    /// There is a deal of it, or was one that was won.
    case dealt
    case won

    static func < (left: FunnelStep, right: FunnelStep) -> Bool { left.rawValue < right.rawValue }
}

/// What tells how far a lead came, and among which leads it counts.
struct FunnelFacts: Equatable {
    let receivedAt: Int64
    var status: LeadStatus
    var firstResponseAt: Int64?
    var convertedAt: Int64?
    var firstDealAt: Int64?
    var firstWonAt: Int64?

    var step: FunnelStep {
        if firstWonAt != nil { return .won }
        if firstDealAt != nil { return .dealt }
        if status == .converted || convertedAt != nil { return .converted }
        if status == .qualified { return .qualified }
        return status != .new || firstResponseAt != nil ? .contacted : .received
    }
}

/// How many leads came how far, and how long that took them.
struct FunnelFigures: Equatable {
    var leads: Int64 = 0
    var contacted: Int64 = 0
    var qualified: Int64 = 0
    var converted: Int64 = 0
    var dealt: Int64 = 0
    var won: Int64 = 0
    /// Those of which it is known when they were answered first.
    var responses: Int64 = 0
    var responseTime: Int64 = 0
    /// Those of which it is known when they were converted.
    var conversions: Int64 = 0
    var conversionTime: Int64 = 0
    var wonTime: Int64 = 0

    static let columns = [
        "leads", "contacted", "qualified", "converted", "dealt", "won", "responses", "\"responseTime\"", "conversions",
        "\"conversionTime\"", "\"wonTime\"",
    ]

    init() {}

    /// As the columns have them.
    init(_ column: (Int) -> Int64) {
        leads = column(0)
        contacted = column(1)
        qualified = column(2)
        converted = column(3)
        dealt = column(4)
        won = column(5)
        responses = column(6)
        responseTime = column(7)
        conversions = column(8)
        conversionTime = column(9)
        wonTime = column(10)
    }

    var values: [Int64] {
        [
            leads, contacted, qualified, converted, dealt, won, responses, responseTime, conversions, conversionTime,
            wonTime,
        ]
    }

    /// Counts a lead, or with -1 counts it no more.
    mutating func add(_ facts: FunnelFacts, _ number: Int64 = 1) {
        let step = facts.step
        leads += number
        if step >= .contacted { contacted += number }
        if step >= .qualified { qualified += number }
        if step >= .converted { converted += number }
        if step >= .dealt { dealt += number }
        if step >= .won { won += number }
        if let time = facts.firstResponseAt {
            responses += number
            responseTime += number * FunnelFigures.seconds(facts.receivedAt, time)
        }
        if let time = facts.convertedAt {
            conversions += number
            conversionTime += number * FunnelFigures.seconds(facts.receivedAt, time)
        }
        if let time = facts.firstWonAt { wonTime += number * FunnelFigures.seconds(facts.receivedAt, time) }
    }

    /// In seconds, of which as many leads as there may be have room in a column, whatever times people give.
    private static func seconds(_ from: Int64, _ to: Int64) -> Int64 { max(to - from, 0) / 1_000 }

    mutating func add(_ other: FunnelFigures) {
        self = FunnelFigures { values[$0] + other.values[$0] }
    }
}
