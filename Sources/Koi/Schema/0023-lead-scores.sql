-- How many leads with a trait came to which end, by which the chances of others are told: kept up to date with the leads.
CREATE TABLE lead_counts (
    -- A field of leads, or * for all.
    trait TEXT NOT NULL,
    value TEXT NOT NULL,
    converted INTEGER NOT NULL DEFAULT 0,
    unqualified INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (trait, value)
) STRICT, WITHOUT ROWID;
ALTER TABLE leads ADD COLUMN score INTEGER;
CREATE INDEX leads_score ON leads (score, id) WHERE "removedAt" IS NULL AND score IS NOT NULL;
