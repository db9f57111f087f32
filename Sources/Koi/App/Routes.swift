import KoiHTTP

/// All resources and all routes of Koi.
package enum Routes {
    package static let resources: [Resource] = [
        Customer.resource,
        Contact.resource,
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
            HandoverRoutes.routes,
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
            SettingsRoutes.routes,
            MailTestRoutes.routes,
            HealthRoutes.routes,
            MetricsRoutes.routes,
            BatchRoutes.routes,
            LocalRoutes.routes,
        ].flatMap { $0 }
    }
}
