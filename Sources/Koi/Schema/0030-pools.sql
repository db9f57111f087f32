-- Records that belong to nobody, from which members take some.
CREATE TABLE pools (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    resource TEXT NOT NULL,
    "dailyClaims" INTEGER,
    "dailyViews" INTEGER,
    holding INTEGER,
    "cooldownDays" INTEGER NOT NULL,
    filter TEXT NOT NULL,
    rules TEXT NOT NULL,
    "warnDays" INTEGER NOT NULL,
    "exemptTags" TEXT NOT NULL,
    recycles INTEGER NOT NULL CHECK (recycles IN (0, 1)),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE TABLE pool_users (
    pool INTEGER NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    "user" INTEGER NOT NULL REFERENCES users (id),
    PRIMARY KEY (pool, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_users_user ON pool_users ("user", pool);
CREATE TABLE pool_teams (
    pool INTEGER NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    team INTEGER NOT NULL REFERENCES teams (id),
    PRIMARY KEY (pool, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_teams_team ON pool_teams (team, pool);

-- What happened to records of a pool: who tried to take them, who gave them back, what was taken back.
CREATE TABLE pool_entries (
    id INTEGER PRIMARY KEY,
    pool INTEGER NOT NULL REFERENCES pools (id),
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "user" INTEGER REFERENCES users (id),
    winner INTEGER REFERENCES users (id),
    reason TEXT
) STRICT;
CREATE INDEX pool_entries_pool ON pool_entries (pool, id);
CREATE INDEX pool_entries_record ON pool_entries (resource, record, id);
CREATE INDEX pool_entries_user ON pool_entries (pool, "user", at) WHERE kind = 'won';

-- At which records of a pool somebody has looked on a day.
CREATE TABLE pool_views (
    pool INTEGER NOT NULL REFERENCES pools (id),
    "user" INTEGER NOT NULL REFERENCES users (id),
    day INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (pool, "user", day, record)
) STRICT, WITHOUT ROWID;

-- Whose owner was told that it is going to be taken back.
CREATE TABLE pool_warnings (
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    owner INTEGER NOT NULL REFERENCES users (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (resource, record)
) STRICT, WITHOUT ROWID;

ALTER TABLE customers ADD COLUMN pool INTEGER REFERENCES pools (id);
ALTER TABLE leads ADD COLUMN pool INTEGER REFERENCES pools (id);
CREATE INDEX leads_pool ON leads (pool, id) WHERE pool IS NOT NULL;
CREATE INDEX customers_pool ON customers (pool, id) WHERE pool IS NOT NULL;

-- Who works with customers sees which pools there are.
UPDATE roles SET permissions =
    replace(permissions, '"users":{', '"pools":{"read":"all","create":"all","change":"all","remove":"all"},"users":{')
    WHERE "key" = 'manager' AND permissions NOT LIKE '%"pools"%';
UPDATE roles SET permissions = replace(permissions, '"users":{', '"pools":{"read":"all"},"users":{')
    WHERE "key" IN ('sales', 'service') AND permissions NOT LIKE '%"pools"%';
