-- What the company does for a while to be found by new customers.
CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    "nameKey" TEXT NOT NULL,
    "from" TEXT,
    "to" TEXT,
    channel TEXT,
    budget INTEGER CHECK (budget >= 0),
    cost INTEGER CHECK (cost >= 0),
    currency TEXT,
    notes TEXT,
    owner INTEGER REFERENCES users (id),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX campaigns_owner ON campaigns (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX campaigns_removed_owner ON campaigns (owner, id) WHERE "removedAt" IS NOT NULL;
CREATE VIRTUAL TABLE campaigns_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- Who may become a customer, by whichever way they came.
CREATE TABLE leads (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    "nameKey" TEXT NOT NULL,
    company TEXT,
    title TEXT,
    phone TEXT,
    mobile TEXT,
    email TEXT,
    wechat TEXT,
    website TEXT,
    industry TEXT,
    region TEXT,
    size INTEGER CHECK (size >= 0),
    source TEXT,
    channel TEXT,
    campaign INTEGER REFERENCES campaigns (id),
    "referrerCustomer" INTEGER REFERENCES customers (id),
    "referrerContact" INTEGER REFERENCES contacts (id),
    need TEXT,
    "needWhen" TEXT,
    "needBudget" INTEGER CHECK ("needBudget" >= 0),
    currency TEXT,
    expectations TEXT,
    status TEXT NOT NULL CHECK (status IN ('new', 'contacted', 'qualified', 'unqualified', 'converted')),
    owner INTEGER REFERENCES users (id),
    "receivedAt" INTEGER NOT NULL,
    "firstResponseAt" INTEGER,
    customer INTEGER REFERENCES customers (id),
    contact INTEGER REFERENCES contacts (id),
    "convertedAt" INTEGER,
    tags TEXT NOT NULL DEFAULT '[]',
    notes TEXT,
    custom TEXT NOT NULL DEFAULT '{}',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX leads_name ON leads ("nameKey", id) WHERE "removedAt" IS NULL;
CREATE INDEX leads_updated ON leads ("updatedAt", id) WHERE "removedAt" IS NULL;
CREATE INDEX leads_received ON leads ("receivedAt", id) WHERE "removedAt" IS NULL;
CREATE INDEX leads_status ON leads (status, "receivedAt", id) WHERE "removedAt" IS NULL;
CREATE INDEX leads_owner ON leads (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX leads_removed_owner ON leads (owner, id) WHERE "removedAt" IS NOT NULL;
-- Merges look for what names a record, the bin included.
CREATE INDEX leads_campaign ON leads (campaign, id) WHERE campaign IS NOT NULL;
CREATE INDEX leads_referrer ON leads ("referrerCustomer", id) WHERE "referrerCustomer" IS NOT NULL;
CREATE INDEX leads_referring_contact ON leads ("referrerContact", id) WHERE "referrerContact" IS NOT NULL;
CREATE INDEX leads_customer ON leads (customer, id) WHERE customer IS NOT NULL;
CREATE INDEX leads_contact ON leads (contact, id) WHERE contact IS NOT NULL;
CREATE VIRTUAL TABLE leads_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- Who works on leads names the campaigns that they came of.
UPDATE roles SET permissions = replace(permissions, '"users":{', '"campaigns":{"read":"all"},"users":{')
    WHERE "key" = 'sales' AND permissions NOT LIKE '%"campaigns"%';
