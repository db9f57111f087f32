-- What customers want to have, now or in future.
CREATE TABLE needs (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    customer INTEGER NOT NULL REFERENCES customers (id),
    contact INTEGER REFERENCES contacts (id),
    what TEXT NOT NULL CHECK (what <> ''),
    "when" TEXT,
    budget INTEGER CHECK (budget >= 0),
    currency TEXT,
    expectations TEXT,
    horizon TEXT NOT NULL CHECK (horizon IN ('now', 'future')),
    status TEXT NOT NULL CHECK (status IN ('open', 'matched', 'met', 'dropped')),
    lead INTEGER REFERENCES leads (id),
    owner INTEGER REFERENCES users (id),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX needs_customer ON needs (customer, id);
CREATE INDEX needs_contact ON needs (contact, id) WHERE contact IS NOT NULL;
CREATE INDEX needs_lead ON needs (lead) WHERE lead IS NOT NULL;
CREATE INDEX needs_owner ON needs (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX needs_removed_owner ON needs (owner, id) WHERE "removedAt" IS NOT NULL;
CREATE VIRTUAL TABLE needs_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- Which customers the company looks for.
CREATE TABLE "target-profiles" (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    industries TEXT NOT NULL DEFAULT '[]',
    regions TEXT NOT NULL DEFAULT '[]',
    "minimumSize" INTEGER CHECK ("minimumSize" >= 0),
    "maximumSize" INTEGER CHECK ("maximumSize" >= 0),
    weights TEXT NOT NULL DEFAULT '{}',
    "fitsFrom" INTEGER NOT NULL CHECK ("fitsFrom" BETWEEN 1 AND 100),
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
UPDATE roles SET permissions = replace(permissions, '"users":{', '"target-profiles":{"read":"all"},"users":{')
    WHERE "key" = 'sales' AND permissions NOT LIKE '%"target-profiles"%';
