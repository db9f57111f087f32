extension HeldRecords {
    /// What deals say of the customers, contacts and leads with whom they are; how they went and for how much stays.
    ///
    /// The customer's deal keeps its name and the number of its contract where a contact is erased, whom neither is about.
    static let deals = HeldRecords(
        Deal.resource,
        about: ["customer", "contact", "lead"],
        keeping: ["name", "contractNumber"],
        // That something was there, and when, is still told.
        rest: [
            HeldText(name: "reasons", table: "deal_stages", holder: "deal", column: "reason", at: "since"),
            HeldText(
                name: "deliverables",
                table: "deal_deliverables",
                holder: "deal",
                column: "note",
                at: "at",
                neutral: "#"
            ),
            HeldText(name: "problems", table: "deal_problems", holder: "deal", column: "text", at: "at", neutral: "#"),
        ]
    )
}
