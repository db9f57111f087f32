-- Two records of the same thing that were made one, and what it takes to undo that.
CREATE TABLE merges (
    id INTEGER PRIMARY KEY,
    resource TEXT NOT NULL,
    survivor INTEGER NOT NULL,
    loser INTEGER NOT NULL CHECK (loser <> survivor),
    -- A job goes on with merging and unmerging where many records name the loser.
    state TEXT NOT NULL CHECK (state IN ('merging', 'merged', 'unmerging', 'undone')),
    at INTEGER NOT NULL,
    "user" INTEGER REFERENCES users (id),
    -- How many other records named the loser.
    moved INTEGER NOT NULL DEFAULT 0 CHECK (moved >= 0),
    -- Both records as they were, and what lies beside the fields; null once it was undone or one of them was erased.
    snapshot TEXT,
    "undoneAt" INTEGER,
    "undoneBy" INTEGER REFERENCES users (id),
    CHECK (("undoneAt" IS NULL) = (state IN ('merging', 'merged')))
) STRICT;
CREATE UNIQUE INDEX merges_loser ON merges (resource, loser) WHERE "undoneAt" IS NULL;
CREATE INDEX merges_survivor ON merges (resource, survivor) WHERE "undoneAt" IS NULL;

-- The fields that a merge changed: those of the survivor, and those of other records that named the loser.
CREATE TABLE merge_changes (
    merge INTEGER NOT NULL REFERENCES merges (id),
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    field TEXT NOT NULL,
    -- Before, after and, of links, which came of which.
    change TEXT NOT NULL,
    PRIMARY KEY (merge, resource, record, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX merge_changes_field ON merge_changes (resource, record, field);
