import KoiJSON
import KoiLock
package import KoiSQLite

/// What holds for the whole company, as of the last commit.
package struct Settings: Sendable, Equatable {
    package var companyName: String?
    /// That of new users, and of what Koi writes to people whose language it does not know.
    package var language = Language.zh
    /// The IANA name of the zone in which the company's days begin, for all that Koi does by itself.
    package var timeZone = "Asia/Shanghai"
    /// An ISO 4217 code.
    package var currency = "CNY"
    /// How people reach Koi, without a slash at its end; links in mails begin with it.
    package var publicURL: String?
    /// Nil where Koi has no mail server.
    package var mail: MailServer?
    /// How many messages may go out: a day on each channel, and to one address within so many days.
    package var messagesPerDay: Int64?
    package var messagesPerPerson: Int64?
    package var messagesPeriod: Int64 = 7
    /// What is done where a record is made that may be there already.
    package var duplicates = DuplicatePolicy.all
    /// Whether who may not see a record that may be the same is told whose it is.
    package var duplicateOwners = false
    /// What is done where two campaigns reach the same person within so many days.
    package var campaignCollisions = CampaignCollisionPolicy.warn
    package var campaignPeriod: Int64 = 30
    /// Days after which a record that nobody has changed is stale.
    package var staleAfter: Int64 = 180
    /// How much fields count for how complete a record is, by resource and name, where it is not as the field lists have it.
    package var qualityWeights: [String: [String: Int64]] = [:]
    /// What must hold for the stages of customers.
    var stageCriteria = StageCriteria()
    /// For how many days a closed ticket can be opened again.
    package var ticketReopenDays: Int64 = 30
    /// For how many days a customer can object to a result before a ticket can be closed without an answer.
    package var ticketAcceptanceDays: Int64 = 7
    /// After how many days without a word resolved tickets are closed; nil for never.
    package var ticketCloseDays: Int64?
    /// Whether customers of closed tickets are asked how satisfied they are, and a bad answer or none makes a task.
    package var ticketSatisfaction = true
    package var ticketFollowUps = true
    /// Who looks after records without anybody else to do so.
    package var steward: Int64?
    /// After how many days without care customers are to be visited again, by tier.
    var visitCadence = VisitCadence([])

    package init() {}

    /// Reads them as a transaction sees them.
    package static func load(_ connection: Connection) throws -> Settings {
        guard let record = try RecordStore(resource, connection).find(id, .all) else { return Settings() }
        var settings = Settings()
        settings.companyName = record["companyName"].stringValue
        settings.language = record["language"].stringValue.flatMap(Language.init(rawValue:)) ?? settings.language
        settings.timeZone = record["timeZone"].stringValue ?? settings.timeZone
        settings.currency = record["currency"].stringValue ?? settings.currency
        settings.publicURL = record["publicURL"].stringValue
        settings.mail = record["mail"].objectValue.flatMap(MailServer.init)
        settings.duplicates = record["duplicates"].stringValue.flatMap(DuplicatePolicy.init) ?? settings.duplicates
        settings.duplicateOwners = record["duplicateOwners"].boolValue ?? settings.duplicateOwners
        settings.campaignCollisions =
            record["campaignCollisions"].stringValue.flatMap(CampaignCollisionPolicy.init)
            ?? settings.campaignCollisions
        settings.campaignPeriod = record["campaignPeriod"].integerValue ?? settings.campaignPeriod
        settings.staleAfter = record["staleAfter"].integerValue ?? settings.staleAfter
        settings.qualityWeights = QualityWeights.all(record["qualityWeights"])
        settings.stageCriteria = StageCriteria(record["stageCriteria"])
        settings.visitCadence = VisitCadence(record["visitCadence"])
        settings.ticketReopenDays = record["ticketReopenDays"].integerValue ?? settings.ticketReopenDays
        settings.ticketAcceptanceDays =
            record["ticketAcceptanceDays"].integerValue ?? settings.ticketAcceptanceDays
        settings.ticketCloseDays = record["ticketCloseDays"].integerValue
        settings.ticketSatisfaction = record["ticketSatisfaction"].boolValue ?? settings.ticketSatisfaction
        settings.ticketFollowUps = record["ticketFollowUps"].boolValue ?? settings.ticketFollowUps
        settings.steward = record["steward"].integerValue
        settings.messagesPerDay = record["messagesPerDay"].integerValue
        settings.messagesPerPerson = record["messagesPerPerson"].integerValue
        settings.messagesPeriod = record["messagesPeriod"].integerValue ?? settings.messagesPeriod
        return settings
    }

    /// The name under which Koi writes to people.
    package var senderName: String { mail?.fromName ?? companyName ?? "Koi" }
}

/// The settings as of the last commit, read without a query and renewed when a transaction that changes them is committed.
package final class SettingsCache: Sendable {
    private let state = Lock(Settings())

    package init() {}

    package var current: Settings { state.withLock { $0 } }

    package func replace(_ settings: Settings) {
        state.withLock { $0 = settings }
    }
}
