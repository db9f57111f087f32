-- By what living records of the same thing are known: marks of their numbers, addresses and names as they are compared, which
-- have the resource in them. Written with the record; where it was not, a job does so.
CREATE TABLE duplicate_keys (
    "key" INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY ("key", record)
) STRICT, WITHOUT ROWID;

-- The rules by which the keys of all records were made: one row, 0 where they are still to be made.
CREATE TABLE duplicate_rules (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    rules INTEGER NOT NULL
) STRICT;
INSERT INTO duplicate_rules (id, rules)
    SELECT 1, NOT EXISTS (SELECT 1 FROM customers) AND NOT EXISTS (SELECT 1 FROM contacts);

-- Living records that have a key in common which not very many have.
CREATE TABLE duplicate_pairs (
    resource TEXT NOT NULL,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL CHECK (high > low),
    score INTEGER NOT NULL,
    PRIMARY KEY (resource, low, high)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_pairs_high ON duplicate_pairs (resource, high);
CREATE INDEX duplicate_pairs_score ON duplicate_pairs (resource, score, high, low);

-- Pairs of which somebody has said that they are not the same.
CREATE TABLE distinct_pairs (
    resource TEXT NOT NULL,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL CHECK (high > low),
    at INTEGER NOT NULL,
    "user" INTEGER REFERENCES users (id),
    PRIMARY KEY (resource, low, high)
) STRICT, WITHOUT ROWID;
CREATE INDEX distinct_pairs_high ON distinct_pairs (resource, high);

ALTER TABLE settings ADD COLUMN duplicates TEXT NOT NULL DEFAULT 'all' CHECK (duplicates IN ('off', 'visible', 'all'));
ALTER TABLE settings ADD COLUMN "duplicateOwners" INTEGER NOT NULL DEFAULT 0 CHECK ("duplicateOwners" IN (0, 1));
ALTER TABLE customers ADD COLUMN "registrationNumber" TEXT;

-- Merges and erasures look for what people were told of a record.
CREATE INDEX notifications_record ON notifications (resource, record) WHERE resource IS NOT NULL;
