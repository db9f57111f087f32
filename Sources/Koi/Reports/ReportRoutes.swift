/// All reports, each at a path of its own.
enum ReportRoutes {
    static let routes: [Route] = all.map(\.route)

    static let all: [Report] =
        DealReports.all + [
            ForecastReport.report, StageOutcomeReport.report, WinRateReport.report, LossReport.report,
            AttainmentReport.report, RepurchaseReport.report,
            LifecycleReport.report, FunnelReport.report, ResponseReport.report, UnfollowedReport.report,
            ActivityReport.report, NextActionReport.report, PromiseReport.report,
        ]
}
