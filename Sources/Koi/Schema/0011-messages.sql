-- The outbox has a lane for each channel, and within it one for each domain, so that what is slow holds up nothing else.
CREATE TABLE outbox_of_channels (
    id INTEGER PRIMARY KEY,
    -- mail, or gateways/7.
    channel TEXT NOT NULL CHECK (channel <> ''),
    -- The domain of a mail address, where it is known.
    lane TEXT NOT NULL DEFAULT '',
    "user" INTEGER REFERENCES users (id),
    -- Null too where the parameters say to whom it goes.
    recipient TEXT,
    template TEXT NOT NULL,
    parameters TEXT NOT NULL DEFAULT '{}',
    token TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    "maximumAttempts" INTEGER NOT NULL CHECK ("maximumAttempts" > 0),
    due INTEGER NOT NULL,
    error TEXT,
    "createdAt" INTEGER NOT NULL,
    "finishedAt" INTEGER,
    CHECK ("user" IS NULL OR recipient IS NULL),
    CHECK (("finishedAt" IS NULL) = (state IN ('waiting', 'sending')))
) STRICT;
INSERT INTO outbox_of_channels (id, channel, "user", recipient, template, parameters, token, state, attempts,
        "maximumAttempts", due, error, "createdAt", "finishedAt")
    SELECT id, channel, "user", recipient, template, parameters, token, state, attempts, "maximumAttempts", due, error,
        "createdAt", "finishedAt" FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_of_channels RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (channel, due, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbox_finished ON outbox ("finishedAt", id) WHERE "finishedAt" IS NOT NULL;

-- How many messages may go out: on a channel a day, and to one address within so many days. Null for any number.
ALTER TABLE settings ADD COLUMN "messagesPerDay" INTEGER;
ALTER TABLE settings ADD COLUMN "messagesPerPerson" INTEGER;
ALTER TABLE settings ADD COLUMN "messagesPeriod" INTEGER NOT NULL DEFAULT 7;

-- Ways out beside mail: a request of HTTP, described by templates.
CREATE TABLE gateways (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'wechat', 'fax')),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    method TEXT NOT NULL CHECK (method IN ('POST', 'PUT', 'GET')),
    url TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('json', 'form', 'none')),
    headers TEXT NOT NULL DEFAULT '[]',
    body TEXT NOT NULL DEFAULT '{}',
    "successPath" TEXT,
    "successValue" TEXT,
    "receiptPath" TEXT,
    "perMinute" INTEGER,
    "perDay" INTEGER,
    -- The names of its secrets, as a JSON array; they themselves are sealed in secrets.
    secrets TEXT NOT NULL DEFAULT '[]',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;

CREATE TABLE templates (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'sms', 'wechat', 'fax')),
    parameters TEXT NOT NULL DEFAULT '[]',
    variants TEXT NOT NULL DEFAULT '[]',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
-- Whoever sends needs them.
UPDATE roles SET permissions = replace(permissions, '"users":{', '"templates":{"read":"all"},"users":{')
    WHERE "key" = 'sales' AND permissions NOT LIKE '%"templates"%';

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'sms', 'wechat', 'fax')),
    gateway INTEGER REFERENCES gateways (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('transactional', 'service', 'marketing')),
    template INTEGER REFERENCES templates (id),
    subject TEXT,
    text TEXT,
    html TEXT,
    language TEXT CHECK (language IN ('zh', 'en')),
    parameters TEXT NOT NULL DEFAULT '{}',
    "references" TEXT NOT NULL DEFAULT '[]',
    sender INTEGER REFERENCES users (id),
    -- What finds the recipients of a filter.
    job INTEGER,
    queued INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER CHECK ("removedAt" IS NULL)
) STRICT;
CREATE INDEX messages_sender ON messages (sender, id);

CREATE TABLE message_attachments (
    message INTEGER NOT NULL REFERENCES messages (id),
    "position" INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (message, "position")
) STRICT;

-- To whom a message goes, and what came of it.
CREATE TABLE message_recipients (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES messages (id),
    -- A record, at the address that it has when the message is sent; or an address.
    resource TEXT,
    record INTEGER,
    address TEXT,
    -- In the Message-ID and in the address of bounces.
    token TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed', 'refused')),
    error TEXT,
    -- What the gateway calls it.
    receipt TEXT,
    -- Of the address, by which it is counted and a bounce finds it.
    digest BLOB CHECK (length(digest) = 32),
    -- When the first attempt began.
    "begunAt" INTEGER,
    "changedAt" INTEGER NOT NULL,
    CHECK ((resource IS NULL) = (record IS NULL)),
    CHECK ((record IS NULL) <> (address IS NULL))
) STRICT;
CREATE INDEX message_recipients_message ON message_recipients (message, id);
CREATE UNIQUE INDEX message_recipients_record ON message_recipients (resource, record, message) WHERE record IS NOT NULL;
CREATE INDEX message_recipients_address ON message_recipients (address) WHERE address IS NOT NULL;
CREATE INDEX message_recipients_digest ON message_recipients (digest, "begunAt") WHERE digest IS NOT NULL;
CREATE INDEX message_recipients_receipt ON message_recipients (receipt) WHERE receipt IS NOT NULL;

-- How many went out on a channel on a day of the company.
CREATE TABLE message_days (
    channel TEXT NOT NULL,
    day TEXT NOT NULL,
    "count" INTEGER NOT NULL CHECK ("count" > 0),
    PRIMARY KEY (channel, day)
) STRICT, WITHOUT ROWID;

-- What a person has agreed to, or does not want, on a channel.
CREATE TABLE consents (
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'sms', 'wechat', 'fax')),
    purpose TEXT NOT NULL CHECK (purpose IN ('service', 'marketing')),
    state TEXT NOT NULL CHECK (state IN ('given', 'withdrawn')),
    source TEXT,
    evidence TEXT,
    -- When it was said.
    at INTEGER NOT NULL,
    "by" INTEGER REFERENCES users (id),
    PRIMARY KEY (resource, record, channel, purpose)
) STRICT, WITHOUT ROWID;

-- Addresses that are not written to, whoever has them. By their digest, so that nothing of a person lies here, and they
-- are still known when the person is erased.
CREATE TABLE suppressions (
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'sms', 'wechat', 'fax')),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    reason TEXT NOT NULL CHECK (reason IN ('service', 'marketing', 'undeliverable')),
    at INTEGER NOT NULL,
    PRIMARY KEY (channel, digest, reason)
) STRICT, WITHOUT ROWID;
UPDATE settings SET mail = replace(mail, '"passwordSetAt"', '"bounces":null,"passwordSetAt"');
