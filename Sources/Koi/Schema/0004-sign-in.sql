-- How people sign in: a password, and what stands for whoever has shown it.
CREATE TABLE credentials (
    "user" INTEGER PRIMARY KEY REFERENCES users (id),
    -- What scrypt makes of the password, with what it needs to make it again.
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    n INTEGER NOT NULL CHECK (n > 1),
    r INTEGER NOT NULL CHECK (r > 0),
    p INTEGER NOT NULL CHECK (p > 0),
    "changedAt" INTEGER NOT NULL
) STRICT;

-- The second factor: codes by the clock (RFC 6238).
CREATE TABLE second_factors (
    "user" INTEGER PRIMARY KEY REFERENCES users (id),
    -- Sealed with the key file outside the database.
    secret BLOB NOT NULL,
    -- Null until a code was shown once.
    "confirmedAt" INTEGER,
    -- The time step of the last code that was taken: none is taken twice.
    "lastStep" INTEGER NOT NULL DEFAULT 0,
    "createdAt" INTEGER NOT NULL
) STRICT;

-- What lets in whoever has lost the second factor, each once.
CREATE TABLE recovery_codes (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    "user" INTEGER NOT NULL REFERENCES users (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_codes_user ON recovery_codes ("user");

-- Browsers in which somebody has signed in before: they wait in a queue of their own.
CREATE TABLE devices (
    id INTEGER PRIMARY KEY,
    "user" INTEGER NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    "createdAt" INTEGER NOT NULL,
    "lastUsedAt" INTEGER NOT NULL,
    UNIQUE ("user", hash)
) STRICT;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    "user" INTEGER NOT NULL REFERENCES users (id),
    -- SHA-256 of the token, so that a copy of the database opens nothing.
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    device INTEGER REFERENCES devices (id) ON DELETE SET NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    "createdAt" INTEGER NOT NULL,
    "lastUsedAt" INTEGER NOT NULL,
    "expiresAt" INTEGER NOT NULL,
    "endedAt" INTEGER
) STRICT;
CREATE INDEX sessions_user ON sessions ("user", address);
CREATE INDEX sessions_device ON sessions (device) WHERE device IS NOT NULL;
CREATE INDEX sessions_expiry ON sessions ("expiresAt");

-- Links that let someone without an account do one thing.
CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    purpose TEXT NOT NULL,
    -- The record that it is about, if it is about one.
    resource TEXT,
    record INTEGER,
    -- The user who uses it, or for whom it is.
    "user" INTEGER REFERENCES users (id),
    "createdAt" INTEGER NOT NULL,
    "expiresAt" INTEGER NOT NULL,
    "usesLeft" INTEGER NOT NULL CHECK ("usesLeft" >= 0),
    "revokedAt" INTEGER,
    CHECK ((resource IS NULL) = (record IS NULL))
) STRICT;
CREATE INDEX links_user ON links ("user", purpose);
CREATE INDEX links_record ON links (resource, record) WHERE resource IS NOT NULL;
CREATE INDEX links_expiry ON links ("expiresAt");
