-- Where Koi tells other systems what happens.
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    url TEXT NOT NULL CHECK (url <> ''),
    -- In whose name, and by which key it was made: it is told no more than these may see.
    "user" INTEGER NOT NULL REFERENCES users (id),
    "key" INTEGER REFERENCES keys (id),
    resource TEXT,
    types TEXT NOT NULL DEFAULT '[]',
    fields TEXT NOT NULL DEFAULT '[]',
    filter TEXT NOT NULL DEFAULT '{}',
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    -- Why Koi itself has paused it.
    pause TEXT CHECK (pause IN ('gone', 'failing', 'maker', 'filter')),
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX webhooks_user ON webhooks ("user", id);

-- How far each has come in the log, and how it does.
CREATE TABLE webhook_states (
    webhook INTEGER PRIMARY KEY REFERENCES webhooks (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    -- The events that are told once more: the one before the next, and the last.
    "replayPosition" INTEGER CHECK ("replayPosition" >= 0),
    "replayTo" INTEGER,
    -- Attempts in a row that failed, and since when.
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    "failingSince" INTEGER,
    -- Until when the secret before is used as well.
    "previousUntil" INTEGER,
    CHECK (("replayPosition" IS NULL) = ("replayTo" IS NULL))
) STRICT;

-- What is told, without what it says: that is made when it is sent.
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY,
    webhook INTEGER NOT NULL REFERENCES webhooks (id),
    -- The event; null for a test.
    sequence INTEGER REFERENCES events (sequence),
    resource TEXT NOT NULL DEFAULT '',
    record INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    due INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed', 'dropped')),
    -- Of the last attempt.
    "attemptedAt" INTEGER,
    duration INTEGER,
    status INTEGER,
    response TEXT,
    error TEXT,
    "createdAt" INTEGER NOT NULL,
    "finishedAt" INTEGER,
    CHECK (("finishedAt" IS NULL) = (state = 'waiting'))
) STRICT;
-- Of one record what happened first is told first.
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook, resource, record, id) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook, due, id) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook, id);
CREATE INDEX webhook_deliveries_finished ON webhook_deliveries ("finishedAt", id) WHERE "finishedAt" IS NOT NULL;
