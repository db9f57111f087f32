-- What records are called in other systems: which record of a resource has a key. A record of the bin keeps its keys.
-- The record shows them from a column of its own, so that reading it costs no second query.
CREATE TABLE external_ids (
    resource TEXT NOT NULL,
    system TEXT NOT NULL CHECK (system <> ''),
    "key" TEXT NOT NULL CHECK ("key" <> ''),
    record INTEGER NOT NULL,
    PRIMARY KEY (resource, system, "key")
) STRICT, WITHOUT ROWID;
CREATE INDEX external_ids_record ON external_ids (resource, record);

ALTER TABLE customers ADD COLUMN "externalIds" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE contacts ADD COLUMN "externalIds" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN "externalIds" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE teams ADD COLUMN "externalIds" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE roles ADD COLUMN "externalIds" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE keys ADD COLUMN "externalIds" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE fields ADD COLUMN "externalIds" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE views ADD COLUMN "externalIds" TEXT NOT NULL DEFAULT '[]';

-- The answers to requests that named themselves by an Idempotency-Key, for whoever sends them again, in the order in which
-- they were given.
CREATE TABLE kept_answers (
    id INTEGER PRIMARY KEY,
    -- SHA-256 of who asked and the key.
    mark BLOB NOT NULL UNIQUE CHECK (length(mark) = 32),
    -- SHA-256 of the request; null once somebody of whom the answer told was erased.
    fingerprint BLOB CHECK (length(fingerprint) = 32),
    -- SHA-256 of what who asked might do.
    rights BLOB NOT NULL CHECK (length(rights) = 32),
    at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    location TEXT,
    -- The records that it shows, and whether who asked saw them by itself: ["customers", 7, true]
    told TEXT NOT NULL DEFAULT '[]',
    -- Status, fields and body, sealed; null where it is too large, or somebody of whom it told was erased.
    answer BLOB
) STRICT;

-- The index of kept_answers.told, for erasures.
CREATE TABLE kept_answer_records (
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    answer INTEGER NOT NULL,
    PRIMARY KEY (resource, record, answer)
) STRICT, WITHOUT ROWID;
