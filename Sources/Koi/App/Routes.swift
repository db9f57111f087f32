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
    ]

    /// The table of routes for these resources, in the order in which `openapi.yaml` lists them.
    package static func all(of resources: [Resource]) -> [Route] {
        resources.flatMap(RecordRoutes.routes) + OwnershipRoutes.routes(of: resources)
            + HandoverRoutes.routes + EventRoutes.routes(of: resources) + AccessRoutes.routes
            + PrivacyRoutes.routes(of: resources) + SearchRoutes.routes(of: resources)
            + SchemaRoutes.routes(of: resources) + JobRoutes.routes + BackupRoutes.routes
            + SessionRoutes.routes + MeRoutes.routes + InvitationRoutes.routes + NotificationRoutes.routes
            + SettingsRoutes.routes + MailTestRoutes.routes + HealthRoutes.routes + MetricsRoutes.routes
            + LocalRoutes.routes
    }
}
