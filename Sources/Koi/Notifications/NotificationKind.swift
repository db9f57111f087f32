/// What somebody can be told.
package enum NotificationKind: String, Sendable, CaseIterable {
    /// A record is mine now, since somebody else gave it to me.
    case recordGiven
    /// Records of a user are mine now, by a handover; about that user. Parameters: `count`.
    case recordsHandedOver
    /// A record of somebody else was shared with me.
    case recordShared
    /// A task of mine is to be done, and I wanted to be reminded; about that task.
    case taskReminder
    /// A record of mine goes to a pool soon, unless I look after it. Parameters: `pool`, `day`.
    case recordExpiring
    /// Koi tells a webhook of mine no more, which has failed for too long or cannot go on; about that webhook.
    case webhookPaused
    /// No rule found anybody for a record; for whoever leads those whom the rules name.
    case nobodyAvailable
    /// A record of mine has to be answered soon. Parameters: `due`.
    case answerDue
    /// A record of mine, or of those whom I lead, was not answered in time. Parameters: `due`.
    case answerOverdue
    /// A record of mine will be taken from me unless I follow it up. Parameters: `due`.
    case followUpDue
    /// A record was taken from me, since I did not follow it up.
    case followUpTaken
    /// So many first contacts of mine, or of nobody's, were not followed up. Parameters: `count`.
    case contactsUnfollowed
    /// What was promised for a ticket that I work on is due soon. Parameters: `number`, `clock`, `due`.
    case ticketWarned
    /// What was promised for a ticket of mine was not kept in time. Parameters: as before.
    case ticketBreached
    /// What was promised for a ticket of those whom I lead was not kept, and is passed up to me. Parameters: as before.
    case ticketEscalated
    /// A colleague asks me to help with a ticket; about the assist. Parameters: `number`.
    case assistAsked
    /// What I asked a colleague for was done; about the assist. Parameters: `number`.
    case assistDone
    /// A remedy above the authority of those whom I lead waits for my decision; about the remedy. Parameters: `number`.
    case remedyAsked
    /// A remedy for a ticket of mine was approved, or not; or the customer agreed to it, or not. Parameters: as before.
    case remedyApproved
    case remedyRefused
    case remedyConsented
    case remedyDeclined
    /// A ticket of mine that was put off is open again. Parameters: `number`.
    case ticketResumed
    /// A ticket of those whom I lead was handed over more than once. Parameters: `number`, `count`.
    case ticketPassedAround
    case passwordChanged
    /// Somebody signed in as me from a device that was not seen before. Parameters: `address`, `agent`.
    case newSignIn
    /// Signing in takes no code any more.
    case secondFactorRemoved

    package var label: Text {
        switch self {
        case .recordGiven: Text("A record was given to me", "有记录交给我负责")
        case .recordsHandedOver: Text("Records were handed over to me", "有记录移交给我")
        case .recordShared: Text("A record was shared with me", "有记录共享给我")
        case .taskReminder: Text("I am reminded of a task", "任务提醒")
        case .recordExpiring: Text("A record of mine goes to a pool soon", "我的记录即将转入公海")
        case .webhookPaused: Text("A webhook of mine was paused", "我的 Webhook 被暂停")
        case .nobodyAvailable: Text("Nobody could be found for a record", "有记录无人可分配")
        case .answerDue: Text("A record of mine is to be answered soon", "有记录即将到达响应期限")
        case .answerOverdue: Text("A record was not answered in time", "有记录未按时响应")
        case .followUpDue: Text("A record will be taken from me", "有记录即将被收回")
        case .followUpTaken: Text("A record was taken from me", "有记录已被收回")
        case .contactsUnfollowed: Text("First contacts were not followed up", "有首次接触未跟进")
        case .ticketWarned: Text("A promise for a ticket is due soon", "工单承诺即将到期")
        case .ticketBreached: Text("A promise for a ticket was not kept", "工单承诺已逾期")
        case .ticketEscalated: Text("A late ticket was passed up to me", "逾期工单上报给我")
        case .assistAsked: Text("I am asked to help with a ticket", "同事请我协助工单")
        case .assistDone: Text("A colleague has helped with a ticket", "工单协助已完成")
        case .remedyAsked: Text("A remedy waits for my decision", "有补救措施待我审批")
        case .remedyApproved: Text("A remedy was approved", "补救措施已批准")
        case .remedyRefused: Text("A remedy was not approved", "补救措施未获批准")
        case .remedyConsented: Text("A customer agreed to a remedy", "客户同意补救措施")
        case .remedyDeclined: Text("A customer declined a remedy", "客户拒绝补救措施")
        case .ticketResumed: Text("A deferred ticket is open again", "暂缓的工单恢复处理")
        case .ticketPassedAround: Text("A ticket was passed around", "工单被多次转手")
        case .passwordChanged: Text("My password was changed", "我的密码被更改")
        case .newSignIn: Text("A sign-in from a new device", "新设备登录")
        case .secondFactorRemoved: Text("My second factor was removed", "我的两步验证被移除")
        }
    }

    /// How people are told who have not chosen.
    var usualDelivery: NotificationDelivery {
        isAboutAccount ? .both : .page
    }

    /// How people may choose to be told.
    var deliveries: [NotificationDelivery] {
        isAboutAccount ? [usualDelivery] : NotificationDelivery.allCases
    }

    /// Whether it is about somebody's own account.
    ///
    /// Nobody can turn such a one off, and each is told, be it that one before is still unread.
    /// Such a one is told even to who caused it, since that may be somebody else in that one's name, and is shown whatever
    /// its reader may see of the record that it is about.
    var isAboutAccount: Bool {
        switch self {
        case .recordGiven, .recordsHandedOver, .recordShared, .taskReminder, .recordExpiring, .webhookPaused,
            .nobodyAvailable, .answerDue, .answerOverdue, .followUpDue, .followUpTaken, .contactsUnfollowed,
            .ticketWarned, .ticketBreached, .ticketEscalated, .assistAsked, .assistDone,
            .remedyAsked, .remedyApproved, .remedyRefused, .remedyConsented, .remedyDeclined,
            .ticketResumed, .ticketPassedAround:
            false
        case .passwordChanged, .newSignIn, .secondFactorRemoved: true
        }
    }

    /// The sentence, with its parameters between braces.
    ///
    /// - Parameter hasMaker: whether somebody else is known to have caused it.
    func sentence(hasMaker: Bool) -> Text {
        switch (self, hasMaker) {
        case (.recordGiven, true): Text("{by} gave you the {noun} {record}.", "{by}将{noun}“{record}”交给您负责。")
        case (.recordGiven, false): Text("The {noun} {record} is yours now.", "{noun}“{record}”现在由您负责。")
        case (.recordsHandedOver, true):
            Text("{by} handed records of {record} over to you: {count}.", "{by}将{record}名下的 {count} 条记录移交给您。")
        case (.recordsHandedOver, false):
            Text("Records of {record} were handed over to you: {count}.", "{record}名下的 {count} 条记录已移交给您。")
        case (.recordShared, true): Text("{by} shared the {noun} {record} with you.", "{by}与您共享了{noun}“{record}”。")
        case (.recordShared, false): Text("The {noun} {record} was shared with you.", "{noun}“{record}”已共享给您。")
        case (.taskReminder, _): Text("Reminder of the task {record}.", "任务提醒：{record}。")
        case (.recordExpiring, _):
            Text(
                "The {noun} {record} goes to the pool {pool} on {day}, unless you look after it.",
                "{noun}“{record}”将于 {day} 转入公海“{pool}”，如需保留请及时跟进。"
            )
        case (.webhookPaused, _):
            Text(
                "Koi has paused the webhook {record}, since it cannot be told any more. Its deliveries say why; activate it once that is mended.",
                "Koi 已暂停 Webhook“{record}”，因为无法继续通知。原因见其投递记录，修复后请重新启用。"
            )
        case (.nobodyAvailable, _):
            Text(
                "Rules fit the {noun} {record}, but nobody could be found for it. Its assignments say why.",
                "有规则适用于{noun}“{record}”，但没有可分配的人选，原因见其分配记录。"
            )
        case (.answerDue, _): Text("The {noun} {record} is to be answered soon.", "{noun}“{record}”即将到达响应期限。")
        case (.answerOverdue, _): Text("The {noun} {record} was not answered in time.", "{noun}“{record}”未按时响应。")
        case (.followUpDue, _):
            Text(
                "The {noun} {record} will be taken from you unless you follow it up.",
                "{noun}“{record}”如不跟进，将被收回。"
            )
        case (.followUpTaken, _):
            Text(
                "The {noun} {record} was taken from you, since it was not followed up.",
                "{noun}“{record}”因长期未跟进已被收回。"
            )
        case (.contactsUnfollowed, _):
            Text(
                "First contacts that nobody has followed up: {count}. The report of unfollowed contacts names them.",
                "有 {count} 个首次接触无人跟进，详见未跟进报表。"
            )
        case (.ticketWarned, _):
            Text("What was promised for the ticket {number} is due soon.", "工单 {number} 的承诺即将到期。")
        case (.ticketBreached, _):
            Text("What was promised for the ticket {number} was not kept in time.", "工单 {number} 的承诺未按时兑现。")
        case (.ticketEscalated, _):
            Text(
                "The ticket {number} is late and was passed up to you: see that what was promised is kept.",
                "工单 {number} 已逾期，现上报给您，请督促兑现承诺。"
            )
        case (.assistAsked, true): Text("{by} asks you to help with the ticket {number}.", "{by}请您协助工单 {number}。")
        case (.assistAsked, false): Text("You are asked to help with the ticket {number}.", "请您协助工单 {number}。")
        case (.assistDone, true): Text("{by} has helped with the ticket {number}.", "{by}已完成对工单 {number} 的协助。")
        case (.assistDone, false): Text("Help with the ticket {number} is done.", "工单 {number} 的协助已完成。")
        case (.remedyAsked, true):
            Text("{by} asks you to decide on a remedy for the ticket {number}.", "{by}请您审批工单 {number} 的补救措施。")
        case (.remedyAsked, false):
            Text("A remedy for the ticket {number} waits for your decision.", "工单 {number} 的补救措施待您审批。")
        case (.remedyApproved, _):
            Text(
                "A remedy for the ticket {number} is approved: offer it to the customer.",
                "工单 {number} 的补救措施已批准，请向客户提出。"
            )
        case (.remedyRefused, _):
            Text(
                "A remedy for the ticket {number} was not approved. Its reason stands there.",
                "工单 {number} 的补救措施未获批准，原因见该措施。"
            )
        case (.remedyConsented, _):
            Text("The customer of the ticket {number} agreed: deliver the remedy.", "工单 {number} 的客户已同意，请兑现补救措施。")
        case (.remedyDeclined, _):
            Text("The customer of the ticket {number} declined the remedy.", "工单 {number} 的客户拒绝了补救措施。")
        case (.ticketResumed, _):
            Text("The ticket {number} was put off until today and is open again.", "工单 {number} 的暂缓期已到，现恢复处理。")
        case (.ticketPassedAround, _):
            Text(
                "The ticket {number} was handed over so often: {count}. Its customer should not be passed around.",
                "工单 {number} 已转手 {count} 次，请避免让客户被来回推诿。"
            )
        case (.passwordChanged, true):
            Text("{by} changed your password.", "{by}更改了您的密码。")
        case (.passwordChanged, false):
            Text(
                "Your password was changed. If it was not you, tell an administrator at once.",
                "您的密码已更改。如非本人操作，请立即联系管理员。"
            )
        case (.secondFactorRemoved, true):
            Text("{by} removed your second factor.", "{by}移除了您的两步验证。")
        case (.secondFactorRemoved, false):
            Text(
                "Your second factor was removed. If it was not you, tell an administrator at once.",
                "您的两步验证已移除。如非本人操作，请立即联系管理员。"
            )
        case (.newSignIn, _):
            Text(
                "Somebody signed in as you from a new device: {agent}, {address}. If it was not you, end that session and change your password.",
                "您的账号在新设备上登录：{agent}，{address}。如非本人操作，请结束该会话并更改密码。"
            )
        }
    }
}

/// How somebody is told.
package enum NotificationDelivery: String, Sendable, CaseIterable {
    case page
    case mail
    case both
    case none

    var isShown: Bool { self == .page || self == .both }
    var isMailed: Bool { self == .mail || self == .both }
}
