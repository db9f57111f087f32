-- Who asks and who owns. Roles, teams and sign-in come with a later migration.
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('en', 'zh')),
    "timeZone" TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;

-- API keys. Only the SHA-256 of a key is kept, so that a copy of the database opens nothing.
CREATE TABLE keys (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    "user" INTEGER NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    "createdAt" INTEGER NOT NULL,
    "revokedAt" INTEGER
) STRICT;

-- The log of every change: append-only, without gaps, chained by hashes. The payload lies apart, so that personal data
-- can be erased without breaking the chain.
CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    "actorKind" TEXT NOT NULL,
    actor INTEGER,
    "user" INTEGER,
    request TEXT,
    type TEXT NOT NULL,
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    -- The other records in whose timeline it belongs: customers/2 contacts/5
    related TEXT NOT NULL DEFAULT '',
    "payloadDigest" BLOB NOT NULL CHECK (length("payloadDigest") = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX events_record ON events (resource, record, sequence);

CREATE TABLE event_payloads (
    sequence INTEGER PRIMARY KEY REFERENCES events (sequence),
    salt BLOB NOT NULL,
    payload TEXT NOT NULL
) STRICT;

-- The index of events.related: a contact's event in the timelines of its customers.
CREATE TABLE event_relations (
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES events (sequence),
    PRIMARY KEY (resource, record, sequence)
) STRICT, WITHOUT ROWID;

-- Whatever the clock causes and all long work, written in the transaction of its cause.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    -- What it is about, if it is about one record.
    resource TEXT,
    record INTEGER,
    -- On whose behalf it works, with that user's rights; null for Koi itself.
    "user" INTEGER REFERENCES users (id),
    -- A second waiting or running job with the same name is not made.
    name TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    due INTEGER NOT NULL,
    -- When the next one is due once this has ended, however it ended: 'daily 120' (minutes after midnight in UTC) or
    -- 'every 900000' (milliseconds). Null for a job that is done once.
    recurrence TEXT,
    -- Begun without getting further since the last chunk that did.
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    parameters TEXT NOT NULL DEFAULT '{}',
    -- Where the next chunk goes on; written in the transaction of the chunk before it.
    position TEXT NOT NULL DEFAULT '{}',
    done INTEGER NOT NULL DEFAULT 0 CHECK (done >= 0),
    total INTEGER CHECK (total >= 0),
    "cancelRequested" INTEGER NOT NULL DEFAULT 0 CHECK ("cancelRequested" IN (0, 1)),
    result TEXT,
    -- Why the last attempt failed: a code, and a sentence in each language.
    error TEXT,
    "createdAt" INTEGER NOT NULL,
    "startedAt" INTEGER,
    "finishedAt" INTEGER,
    CHECK ((resource IS NULL) = (record IS NULL)),
    CHECK (("finishedAt" IS NULL) = (state IN ('waiting', 'running')))
) STRICT;
CREATE INDEX jobs_due ON jobs (due, id) WHERE state IN ('waiting', 'running');
CREATE UNIQUE INDEX jobs_name ON jobs (name)
    WHERE state IN ('waiting', 'running') AND name IS NOT NULL;
CREATE INDEX jobs_kind ON jobs (kind, id);
CREATE INDEX jobs_state ON jobs (state, id);
CREATE INDEX jobs_finished ON jobs ("finishedAt", id) WHERE "finishedAt" IS NOT NULL;

-- The fields that the company made itself; their values lie in the column custom of each record.
CREATE TABLE fields (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    resource TEXT NOT NULL,
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice', 'boolean')),
    "labelEn" TEXT NOT NULL,
    "labelZh" TEXT NOT NULL,
    choices TEXT NOT NULL DEFAULT '[]',
    required INTEGER NOT NULL CHECK (required IN (0, 1)),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE UNIQUE INDEX fields_key ON fields (resource, "key") WHERE "removedAt" IS NULL;

-- Named filters, orders and field choices of a list.
CREATE TABLE views (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    resource TEXT NOT NULL,
    name TEXT NOT NULL,
    filter TEXT NOT NULL DEFAULT '{}',
    sort TEXT,
    fields TEXT NOT NULL DEFAULT '[]',
    shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
    owner INTEGER REFERENCES users (id),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX views_owner ON views (owner) WHERE "removedAt" IS NULL;
