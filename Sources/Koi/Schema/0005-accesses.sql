-- Who read what is held back from others, what was refused, and who failed to sign in. Kept for a time, and no part of
-- the chain of events.
CREATE TABLE accesses (
    id INTEGER PRIMARY KEY,
    -- Of failed sign-ins the minute in which they were counted.
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('read', 'refused', 'failed_sign_in')),
    "actorKind" TEXT,
    actor INTEGER,
    "user" INTEGER,
    request TEXT,
    address TEXT NOT NULL DEFAULT '',
    -- Whose sign-in failed.
    account TEXT,
    -- What was asked for and refused: the method, and the path of the route.
    method TEXT,
    path TEXT,
    resource TEXT,
    -- The ids of the records, as a JSON array.
    records TEXT NOT NULL DEFAULT '[]',
    -- The names of the fields, as a JSON array.
    fields TEXT NOT NULL DEFAULT '[]',
    -- Why it was refused.
    code TEXT,
    "count" INTEGER NOT NULL DEFAULT 1 CHECK ("count" > 0),
    CHECK ((kind = 'failed_sign_in') = (account IS NOT NULL))
) STRICT;
CREATE INDEX accesses_at ON accesses (at);
CREATE INDEX accesses_user ON accesses ("user", id);
CREATE INDEX accesses_resource ON accesses (resource, id);
CREATE UNIQUE INDEX accesses_failure ON accesses (account, address, at) WHERE kind = 'failed_sign_in';
