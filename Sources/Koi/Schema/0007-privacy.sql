-- Whose data was erased, when and on whose behalf; nothing of the data.
CREATE TABLE erasures (
    id INTEGER PRIMARY KEY,
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    -- The record's version once it was erased: with a later one, there may be something to erase again.
    version INTEGER NOT NULL CHECK (version > 0),
    at INTEGER NOT NULL,
    -- Null for Koi itself.
    "user" INTEGER REFERENCES users (id),
    -- How much was erased, by what it was.
    counts TEXT NOT NULL,
    -- How many values were too short to be looked for.
    "tooShort" INTEGER NOT NULL CHECK ("tooShort" >= 0),
    -- When what it left in the unused space of the file had been overwritten.
    "verifiedAt" INTEGER,
    -- How often values of the record stood in the file even then, as part of other records; null where Koi was stopped
    -- meanwhile and had forgotten them.
    occurrences INTEGER CHECK (occurrences >= 0)
) STRICT;
CREATE INDEX erasures_record ON erasures (resource, record, id);
CREATE INDEX erasures_open ON erasures (id) WHERE "verifiedAt" IS NULL;
