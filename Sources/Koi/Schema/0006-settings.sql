-- What holds for the whole company: one row.
CREATE TABLE settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL CHECK (version > 0),
    "companyName" TEXT,
    language TEXT NOT NULL CHECK (language IN ('zh', 'en')),
    "timeZone" TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    "publicURL" TEXT,
    -- How mail is sent, without the password, which is sealed in secrets.
    mail TEXT NOT NULL,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER CHECK ("removedAt" IS NULL)
) STRICT;
INSERT INTO settings (id, version, language, "timeZone", currency, mail, "createdAt", "updatedAt") VALUES
    (1, 1, 'zh', 'Asia/Shanghai', 'CNY',
        '{"server":null,"port":null,"security":"starttls","user":null,"from":null,"fromName":null,"passwordSetAt":null}',
        1795305600000, 1795305600000);

-- What must not be read out of a copy of the database, by the place for which it was sealed.
CREATE TABLE secrets (
    place TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,
    "updatedAt" INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What leaves Koi: written with its cause, delivered afterwards, at least once.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL CHECK (channel IN ('mail')),
    -- To a user, at the address that the user has when it is sent, or to an address.
    "user" INTEGER REFERENCES users (id),
    recipient TEXT,
    -- What is written, and from what: made when it is sent, in the recipient's language.
    template TEXT NOT NULL,
    parameters TEXT NOT NULL DEFAULT '{}',
    -- The same for each attempt, so that whoever gets it twice can tell.
    token TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- How many attempts may be made in all.
    "maximumAttempts" INTEGER NOT NULL CHECK ("maximumAttempts" > 0),
    due INTEGER NOT NULL,
    error TEXT,
    "createdAt" INTEGER NOT NULL,
    "finishedAt" INTEGER,
    CHECK (("user" IS NULL) <> (recipient IS NULL)),
    CHECK (("finishedAt" IS NULL) = (state IN ('waiting', 'sending')))
) STRICT;
CREATE INDEX outbox_due ON outbox (due, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbox_finished ON outbox ("finishedAt", id) WHERE "finishedAt" IS NOT NULL;

-- What a person is told.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    "user" INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    resource TEXT,
    record INTEGER,
    -- Who caused it; null for Koi itself.
    "by" INTEGER REFERENCES users (id),
    parameters TEXT NOT NULL DEFAULT '{}',
    -- Whether it is shown in the page; else it is there for the mail alone.
    shown INTEGER NOT NULL CHECK (shown IN (0, 1)),
    "createdAt" INTEGER NOT NULL,
    "readAt" INTEGER,
    CHECK ((resource IS NULL) = (record IS NULL)),
    CHECK (shown = 1 OR "readAt" IS NOT NULL)
) STRICT;
CREATE INDEX notifications_user ON notifications ("user", id) WHERE shown = 1;
-- One is enough for each person, kind and record, as long as it is unread; of what is about the own account each counts.
CREATE INDEX notifications_unread
    ON notifications ("user", kind, coalesce(resource, ''), coalesce(record, 0)) WHERE "readAt" IS NULL;
CREATE INDEX notifications_created ON notifications ("createdAt", id);
CREATE INDEX notifications_read ON notifications ("readAt", id) WHERE "readAt" IS NOT NULL;

-- How a person wants to be told, where it is not as usual.
CREATE TABLE notification_preferences (
    "user" INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    delivery TEXT NOT NULL CHECK (delivery IN ('page', 'mail', 'both', 'none')),
    PRIMARY KEY ("user", kind)
) STRICT, WITHOUT ROWID;
