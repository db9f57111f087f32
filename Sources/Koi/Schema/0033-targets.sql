-- What somebody, a team or the whole company is to reach within a period.
CREATE TABLE targets (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    "user" INTEGER REFERENCES users (id),
    team INTEGER REFERENCES teams (id),
    measure TEXT NOT NULL CHECK (measure IN ('won_amount', 'won_deals', 'new_customers', 'leads_answered')),
    value INTEGER NOT NULL CHECK (value > 0),
    currency TEXT CHECK ((currency IS NOT NULL) = (measure = 'won_amount')),
    period TEXT CHECK (period IN ('month', 'quarter', 'year')),
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL CHECK ("to" >= "from"),
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    CHECK ("user" IS NULL OR team IS NULL)
) STRICT;
CREATE INDEX targets_user ON targets ("user", id) WHERE "removedAt" IS NULL;
CREATE INDEX targets_removed_user ON targets ("user", id) WHERE "removedAt" IS NOT NULL;
CREATE INDEX targets_team ON targets (team, id) WHERE team IS NOT NULL;
CREATE INDEX targets_bin ON targets ("removedAt", id) WHERE "removedAt" IS NOT NULL;
CREATE INDEX targets_period ON targets ("from", "to", id) WHERE "removedAt" IS NULL;
CREATE UNIQUE INDEX targets_once ON targets (
    coalesce("user", 0), coalesce(team, 0), measure, coalesce(currency, ''), "from", "to"
) WHERE "removedAt" IS NULL;

-- Who sells or serves sees what is expected of them, and does not set it.
UPDATE roles SET permissions = replace(permissions, '"users":{',
        '"targets":{"read":"own","create":"none","change":"none","remove":"none"},"users":{')
    WHERE "key" IN ('sales', 'service') AND permissions NOT LIKE '%"targets"%';

-- What came of the deals that were in a stage: how many of those that are closed by now were won, and lost.
CREATE TABLE stage_outcomes (
    stage INTEGER PRIMARY KEY REFERENCES stages (id),
    won INTEGER NOT NULL CHECK (won >= 0),
    lost INTEGER NOT NULL CHECK (lost >= 0)
) STRICT;
INSERT INTO stage_outcomes (stage, won, lost)
    SELECT h.stage, count(DISTINCT CASE WHEN d.state = 'won' THEN d.id END),
        count(DISTINCT CASE WHEN d.state = 'lost' THEN d.id END)
    FROM deal_stages AS h
    JOIN deals AS d ON d.id = h.deal
    JOIN stages AS s ON s.id = h.stage AND s.pipeline = d.pipeline
    WHERE s.kind = 'open' AND d.state <> 'open' AND d."removedAt" IS NULL
    GROUP BY h.stage;

-- Reports read these alone, and not the deals; "removedAt" stands in them since SQLite looks at it, though it is always null here.
CREATE INDEX deals_forecast ON deals (
    state, currency, stage, probability, existing, "expectedClose", owner, amount, "removedAt"
) WHERE state = 'open' AND "removedAt" IS NULL;
CREATE INDEX deals_won ON deals ("wonAt", currency, existing, owner, pipeline, amount, "removedAt")
    WHERE "wonAt" IS NOT NULL AND "removedAt" IS NULL;
CREATE INDEX deals_lost ON deals ("lostAt", currency, existing, owner, pipeline, "lostReason", amount, "removedAt")
    WHERE "lostAt" IS NOT NULL AND "removedAt" IS NULL;
CREATE INDEX deals_created ON deals (pipeline, "createdAt", owner, "removedAt") WHERE "removedAt" IS NULL;
CREATE INDEX leads_answered ON leads ("firstResponseAt", owner, "removedAt")
    WHERE "firstResponseAt" IS NOT NULL AND "removedAt" IS NULL;
