import KoiHTTP
import Testing

@testable import Koi

/// No route on records is left out of the matrix.
struct `The permission matrix` {
    /// Routes that name something by a number which is no record of a resource, and what says who may.
    static let others = [
        "/v1/jobs/{id}": "the area jobs, tried in JobPermissionTests",
        "/v1/erasures/{id}": "the area privacy, tried in ErasureTests",
        "/v1/jobs/{id}/cancellation": "the area jobs, tried in JobPermissionTests",
        "/v1/sessions/{id}": "one's own sessions, tried in SessionTests",
        "/v1/notifications/{id}": "one's own, tried in NotificationTests",
        "/v1/notifications/{id}/reading": "one's own, tried in NotificationTests",
        "/v1/users/{id}/handover": "the right to change a user and to assign, tried in HandoverTests",
        "/v1/imports/{id}": "one's own, tried in ImportLifeTests",
        "/v1/imports/{id}/execution": "one's own, tried in ImportLifeTests",
        "/v1/imports/{id}/errors": "one's own, tried in ImportLifeTests",
        "/v1/imports/{id}/effect": "one's own, tried in ImportLifeTests",
        "/v1/referrals": "what one sees of each customer, tried in ReferralTests",
        "/v1/assignments/preview": "the right to assign, tried in AssignmentTests",
        "/v1/quality": "what one sees of each record, tried in QualityTests",
        "/v1/quality/counts": "what one sees of each record, tried in QualityTests",
        "/v1/duplicates": "the right to see both records, tried in DuplicateListTests",
        "/v1/files/{id}": "one's own, tried in FileTests",
        "/v1/exports/{id}": "for administrators, tried in CompanyExportTests",
        "/v1/exports/{id}/file": "for administrators, tried in CompanyExportTests",
        "/v1/reports/pipeline-changes": "what one sees of each deal, tried in DealReportTests",
        "/v1/reports/deal-stages": "what one sees of each deal, tried in DealReportTests",
        "/v1/reports/forecast": "what one sees of each deal, tried in ForecastTests",
        "/v1/reports/stage-outcomes": "for whoever sees stages and any deal, tried in ForecastTests",
        "/v1/reports/win-rate": "what one sees of each deal, tried in WinRateTests",
        "/v1/reports/losses": "what one sees of each deal, tried in WinRateTests",
        "/v1/reports/attainment": "what one sees of each target, tried in AttainmentTests",
        "/v1/reports/repurchase": "what one sees of each customer, tried in RepurchaseTests",
        "/v1/reports/funnel": "what one sees of each lead, tried in FunnelTests",
        "/v1/reports/responses": "what one sees of each lead, tried in ResponseReportTests",
        "/v1/reports/unfollowed": "what one sees of each record, tried in UnfollowedTests",
        "/v1/reports/activities": "what one sees of each activity, tried in ActivityReportTests",
        "/v1/reports/next-actions": "what one sees of each record, tried in NextActionTests",
        "/v1/reports/promises": "what one sees of each ticket, tried in PromiseReportTests",
        "/v1/reports/lifecycle": "what one sees of each customer, tried in LifecycleTests",
        "/v1/merges": "the rights on both records, tried in MergeTests",
        "/v1/merges/{id}": "the rights on both records, tried in MergeTests",
        "/v1/mail-tests/{id}": "the area settings, tried in OutboxTests",
        "/v1/inbound/bounce": "the right to change all messages, tried in BounceTests",
        "/v1/inbound/email": "the right to create tickets, tried in InboundMailTests",
        "/v1/invitations": "the right to change a user, tried in InvitationTests",
    ]

    @Test func `covers every route on records`() {
        for route in Routes.all(of: Routes.resources) where route.access == .key {
            let isOnRecords = route.permission == .records || route.pattern.contains("{id}")
            guard isOnRecords, `The permission matrix`.others[route.pattern] == nil else { continue }
            #expect(way(of: route) != nil, "No way tries \(route.method) \(route.pattern)")
        }
    }

    /// The way that tries a route; nil where none does.
    private func way(of route: Route) -> String? {
        if route.method == .get, route.pattern == "/v1/search" { return "search" }
        if route.method == .get, route.pattern == "/v1/changes" { return "changes" }
        for resource in Routes.resources {
            let path = "/v1/" + resource.name
            switch (route.method, route.pattern) {
            case (.get, path), (.get, path + "/{id}"): return "ReadingWays"
            case (.post, path): return "create"
            case (.patch, path + "/{id}"): return "change"
            case (.delete, path + "/{id}"): return "remove"
            case (.put, path + "/{id}/restoration"): return "restore"
            case (.patch, path): return "change"
            // The same job, tried in MassChangeTests.
            case (.delete, path): return "remove"
            case (.get, path + "/by/{system}/{key}"): return "ReadingWays"
            case (.put, path + "/by/{system}/{key}"): return "change"
            case (.delete, path + "/by/{system}/{key}"): return "remove"
            default: if route.pattern.hasPrefix(path + "/{id}/") { return "below" }
            }
        }
        return nil
    }
}
