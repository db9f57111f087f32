-- How far customers are, as it follows from what is known of them; since null: ever since they were made.
ALTER TABLE customers ADD COLUMN lifecycle TEXT NOT NULL DEFAULT 'target'
    CHECK (lifecycle IN ('target', 'potential', 'opportunity', 'signed'));
ALTER TABLE customers ADD COLUMN "lifecycleSince" INTEGER;
ALTER TABLE customers ADD COLUMN "relationshipStage" TEXT NOT NULL DEFAULT 'selection'
    CHECK ("relationshipStage" IN
        ('selection', 'enquiry', 'welcome', 'familiarity', 'development', 'problem', 'win_back'));
ALTER TABLE customers ADD COLUMN "relationshipSince" INTEGER;
ALTER TABLE customers ADD COLUMN purchases INTEGER NOT NULL DEFAULT 0 CHECK (purchases >= 0);
ALTER TABLE customers ADD COLUMN "lastPurchaseAt" INTEGER;
ALTER TABLE customers ADD COLUMN "openComplaints" INTEGER NOT NULL DEFAULT 0 CHECK ("openComplaints" >= 0);
-- Counted by stage and owner.
CREATE INDEX customers_lifecycle ON customers (lifecycle, owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX customers_relationship ON customers ("relationshipStage", owner, id) WHERE "removedAt" IS NULL;

-- Each move of a customer from one stage to another, on the axis lifecycle or relationship.
CREATE TABLE customer_stages (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customers (id),
    axis TEXT NOT NULL CHECK (axis IN ('lifecycle', 'relationship')),
    at INTEGER NOT NULL,
    previous TEXT NOT NULL,
    stage TEXT NOT NULL,
    -- The number of the event that caused it; null where that is the time, or a change of the criteria.
    event INTEGER,
    "by" INTEGER REFERENCES users (id),
    reason TEXT,
    -- Whether somebody wanted it so.
    forced INTEGER NOT NULL CHECK (forced IN (0, 1)),
    -- The facts by which the stage is judged, as they were: a JSON object.
    evidence TEXT NOT NULL
) STRICT;
CREATE INDEX customer_stages_customer ON customer_stages (customer, axis, id);

-- Stages in which somebody wants customers to be, whatever the facts say.
CREATE TABLE stage_overrides (
    customer INTEGER NOT NULL REFERENCES customers (id),
    axis TEXT NOT NULL CHECK (axis IN ('lifecycle', 'relationship')),
    stage TEXT NOT NULL,
    -- Null once the customer was erased.
    reason TEXT,
    at INTEGER NOT NULL,
    -- In milliseconds since 1970; null for as long as it is not taken back.
    "until" INTEGER,
    "by" INTEGER REFERENCES users (id),
    PRIMARY KEY (customer, axis)
) STRICT, WITHOUT ROWID;

-- What must hold for a stage, where it is not as usual: a JSON array.
ALTER TABLE settings ADD COLUMN "stageCriteria" TEXT NOT NULL DEFAULT '[]';
