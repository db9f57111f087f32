-- When the first deal came of a lead, and when one was won first: kept with the deals.
CREATE TABLE lead_deals (
    lead INTEGER PRIMARY KEY REFERENCES leads (id),
    "firstDealAt" INTEGER NOT NULL,
    "firstWonAt" INTEGER
) STRICT;
INSERT INTO lead_deals (lead, "firstDealAt", "firstWonAt")
    SELECT lead, min("createdAt"), min("wonAt") FROM deals WHERE lead IS NOT NULL AND "removedAt" IS NULL GROUP BY lead;
-- All that is asked of leads to tell how far they came, so that no row is read for that.
CREATE INDEX leads_funnel ON leads (
    owner, "receivedAt", source, campaign, status, "firstResponseAt", "responseDueAt", "convertedAt", "removedAt"
) WHERE "removedAt" IS NULL;

-- By which rule each was given away.
CREATE INDEX assignments_rule ON assignments (resource, record, id, rule) WHERE rule IS NOT NULL;

-- How far leads came that were received on a day by UTC, by one of their traits: kept up to date with them. Times in
-- seconds since they were received, summed up.
CREATE TABLE lead_funnel (
    trait TEXT NOT NULL CHECK (trait IN ('owner', 'source', 'campaign')),
    -- Days since 1970-01-01.
    day INTEGER NOT NULL,
    -- Empty for none.
    value TEXT NOT NULL,
    leads INTEGER NOT NULL,
    contacted INTEGER NOT NULL,
    qualified INTEGER NOT NULL,
    converted INTEGER NOT NULL,
    dealt INTEGER NOT NULL,
    won INTEGER NOT NULL,
    responses INTEGER NOT NULL,
    "responseTime" INTEGER NOT NULL,
    conversions INTEGER NOT NULL,
    "conversionTime" INTEGER NOT NULL,
    "wonTime" INTEGER NOT NULL,
    PRIMARY KEY (trait, day, value)
) STRICT, WITHOUT ROWID;
INSERT INTO lead_funnel
    SELECT t.trait, t.day,
        CASE t.trait WHEN 'owner' THEN coalesce(CAST(t.owner AS TEXT), '')
            WHEN 'source' THEN coalesce(t.source, '') ELSE coalesce(CAST(t.campaign AS TEXT), '') END,
        count(*), sum(CASE WHEN t.step >= 1 THEN 1 ELSE 0 END), sum(CASE WHEN t.step >= 2 THEN 1 ELSE 0 END),
        sum(CASE WHEN t.step >= 3 THEN 1 ELSE 0 END), sum(CASE WHEN t.step >= 4 THEN 1 ELSE 0 END),
        sum(CASE WHEN t.step >= 5 THEN 1 ELSE 0 END), count(t.responded),
        coalesce(sum(CASE WHEN t.responded > 0 THEN t.responded / 1000 ELSE 0 END), 0), count(t.converted),
        coalesce(sum(CASE WHEN t.converted > 0 THEN t.converted / 1000 ELSE 0 END), 0),
        coalesce(sum(CASE WHEN t.won > 0 THEN t.won / 1000 ELSE 0 END), 0)
    FROM (
        SELECT n.trait AS trait, l.owner AS owner, l.source AS source, l.campaign AS campaign,
            (l."receivedAt" - ((l."receivedAt" % 86400000) + 86400000) % 86400000) / 86400000 AS day,
            CASE WHEN d."firstWonAt" IS NOT NULL THEN 5
                WHEN d."firstDealAt" IS NOT NULL THEN 4
                WHEN l.status = 'converted' OR l."convertedAt" IS NOT NULL THEN 3
                WHEN l.status = 'qualified' THEN 2
                WHEN l.status <> 'new' OR l."firstResponseAt" IS NOT NULL THEN 1
                ELSE 0 END AS step,
            l."firstResponseAt" - l."receivedAt" AS responded, l."convertedAt" - l."receivedAt" AS converted,
            d."firstWonAt" - l."receivedAt" AS won
        FROM leads AS l LEFT JOIN lead_deals AS d ON d.lead = l.id
        CROSS JOIN (SELECT 'owner' AS trait UNION ALL SELECT 'source' UNION ALL SELECT 'campaign') AS n
        WHERE l."removedAt" IS NULL
    ) AS t
    GROUP BY 1, 2, 3;

-- Customers who made first contact, since when nobody has followed that up: kept with the activities.
CREATE TABLE unfollowed_customers (
    customer INTEGER PRIMARY KEY REFERENCES customers (id),
    since INTEGER NOT NULL
) STRICT;
CREATE INDEX unfollowed_customers_since ON unfollowed_customers (since, customer);
INSERT INTO unfollowed_customers (customer, since)
    SELECT f.customer, f.since FROM (
        SELECT customer, min("happenedAt") AS since FROM activities
        WHERE customer IS NOT NULL AND direction = 'in' AND "removedAt" IS NULL GROUP BY customer
    ) AS f WHERE NOT EXISTS (
        SELECT 1 FROM activities AS o
        WHERE o.customer = f.customer AND o.direction = 'out' AND o."removedAt" IS NULL AND o."happenedAt" >= f.since
    );

-- All that is counted of activities, so that no row is read for that.
CREATE INDEX activities_counts ON activities (
    owner, "happenedAt", kind, direction, channel, outcome, minutes, "loggedAfterMinutes", "removedAt"
) WHERE "removedAt" IS NULL;
