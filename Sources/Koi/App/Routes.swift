import KoiHTTP

/// All resources and all routes of Koi.
package enum Routes {
    package static let resources: [Resource] = [
        Customer.resource,
        Contact.resource,
        Campaign.resource,
        Lead.resource,
        Need.resource,
        TargetProfile.resource,
        IntakeForm.resource,
        Product.resource,
        Pipeline.resource,
        Stage.resource,
        Deal.resource,
        WorkTask.resource,
        Activity.resource,
        Pool.resource,
        User.resource,
        Team.resource,
        Role.resource,
        APIKey.resource,
        CustomFieldDefinition.resource,
        SavedView.resource,
        Message.resource,
        MessageTemplate.resource,
        Gateway.resource,
        Webhook.resource,
        WorkingCalendar.resource,
        Absence.resource,
        AssignmentRule.resource,
    ]

    /// The table of routes for these resources, in the order in which `openapi.yaml` lists them.
    package static func all(of resources: [Resource]) -> [Route] {
        table(of: resources).map { $0.followingMerges(among: resources) }
    }

    private static func table(of resources: [Resource]) -> [Route] {
        [
            resources.flatMap(RecordRoutes.routes),
            MassRoutes.routes(of: resources),
            OwnershipRoutes.routes(of: resources),
            MergeRoutes.routes(of: resources),
            DuplicateRoutes.routes(of: resources),
            QualityRoutes.routes(of: resources),
            TargetFitRoutes.routes(of: resources),
            ConversionRoutes.routes(of: resources),
            ReferralRoutes.routes(of: resources),
            LeadScoreRoutes.routes(of: resources),
            HandoverRoutes.routes,
            DealRoutes.routes(of: resources),
            LifecycleRoutes.routes(of: resources),
            DealReportRoutes.routes,
            TaskRoutes.routes,
            TaskCalendarRoutes.routes,
            PoolRoutes.routes(of: resources),
            EventRoutes.routes(of: resources),
            ChangeRoutes.routes(of: resources),
            AccessRoutes.routes,
            PrivacyRoutes.routes(of: resources),
            SearchRoutes.routes(of: resources),
            SchemaRoutes.routes(of: resources),
            ImportRoutes.routes,
            CompanyExportRoutes.routes,
            JobRoutes.routes,
            BackupRoutes.routes,
            SessionRoutes.routes,
            MeRoutes.routes,
            InvitationRoutes.routes,
            NotificationRoutes.routes,
            WebhookRoutes.routes,
            ConsentRoutes.routes(of: resources),
            MessageRoutes.routes,
            CalendarRoutes.routes,
            AssignmentRoutes.routes(of: resources),
            IntakeRoutes.routes,
            SettingsRoutes.routes,
            MailTestRoutes.routes,
            HealthRoutes.routes,
            MetricsRoutes.routes,
            BatchRoutes.routes,
            LocalRoutes.routes,
        ].flatMap { $0 }
    }
}
