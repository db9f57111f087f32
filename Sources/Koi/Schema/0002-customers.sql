-- Companies and persons that the company knows, whether or not they ever bought.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    kind TEXT NOT NULL CHECK (kind IN ('company', 'person')),
    name TEXT NOT NULL CHECK (name <> ''),
    "nameKey" TEXT NOT NULL,
    "shortName" TEXT,
    phone TEXT,
    email TEXT,
    website TEXT,
    industry TEXT,
    region TEXT,
    address TEXT,
    size INTEGER CHECK (size >= 0),
    source TEXT,
    tier TEXT CHECK (tier IN ('vip', 'potential', 'general', 'low')),
    birthday TEXT,
    "birthdayCalendar" TEXT NOT NULL CHECK ("birthdayCalendar" IN ('solar', 'lunar')),
    "preferredChannel" TEXT
        CHECK ("preferredChannel" IN ('phone', 'email', 'sms', 'wechat', 'visit')),
    owner INTEGER REFERENCES users (id),
    tags TEXT NOT NULL DEFAULT '[]',
    notes TEXT,
    preferences TEXT NOT NULL DEFAULT '[]',
    custom TEXT NOT NULL DEFAULT '{}',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX customers_name ON customers ("nameKey", id) WHERE "removedAt" IS NULL;
CREATE INDEX customers_updated ON customers ("updatedAt", id) WHERE "removedAt" IS NULL;
CREATE INDEX customers_tier ON customers (tier, "updatedAt", id) WHERE "removedAt" IS NULL;
CREATE INDEX customers_owner ON customers (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX customers_bin ON customers ("removedAt", id) WHERE "removedAt" IS NOT NULL;
CREATE VIRTUAL TABLE customers_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- The people behind them. One person may belong to several customers, and to one of them at several times.
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    "nameKey" TEXT NOT NULL,
    title TEXT,
    phone TEXT,
    mobile TEXT,
    email TEXT,
    wechat TEXT,
    birthday TEXT,
    "birthdayCalendar" TEXT NOT NULL CHECK ("birthdayCalendar" IN ('solar', 'lunar')),
    "preferredChannel" TEXT
        CHECK ("preferredChannel" IN ('phone', 'email', 'sms', 'wechat', 'visit')),
    owner INTEGER REFERENCES users (id),
    tags TEXT NOT NULL DEFAULT '[]',
    notes TEXT,
    preferences TEXT NOT NULL DEFAULT '[]',
    custom TEXT NOT NULL DEFAULT '{}',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX contacts_name ON contacts ("nameKey", id) WHERE "removedAt" IS NULL;
CREATE INDEX contacts_updated ON contacts ("updatedAt", id) WHERE "removedAt" IS NULL;
CREATE INDEX contacts_owner ON contacts (owner, id) WHERE "removedAt" IS NULL;
CREATE VIRTUAL TABLE contacts_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

CREATE TABLE contact_customers (
    contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    customer INTEGER NOT NULL REFERENCES customers (id),
    role TEXT,
    main INTEGER NOT NULL CHECK (main IN (0, 1)),
    "from" TEXT,
    "to" TEXT,
    PRIMARY KEY (contact, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_customers_customer ON contact_customers (customer, contact);
