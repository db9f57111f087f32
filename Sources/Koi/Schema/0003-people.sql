-- Who may do what: roles give rights, teams widen them, collaborators add single records.
CREATE TABLE teams (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    parent INTEGER REFERENCES teams (id) CHECK (parent <> id),
    lead INTEGER REFERENCES users (id),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX teams_parent ON teams (parent) WHERE "removedAt" IS NULL;

CREATE TABLE roles (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    -- Set for the roles that Koi brings along; the administrator may do everything, whatever stands in permissions.
    "key" TEXT UNIQUE,
    name TEXT NOT NULL CHECK (name <> ''),
    note TEXT,
    -- By resource or area, * for all others, and verb: none, own, team or all.
    permissions TEXT NOT NULL DEFAULT '{}',
    -- By resource and field: how it is read (clear, masked, hidden) and whether it may be written.
    fields TEXT NOT NULL DEFAULT '{}',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
INSERT INTO roles (id, version, "key", name, note, permissions, "createdAt", "updatedAt") VALUES
    (1, 1, 'administrator', 'Administrator', 'May do everything. 拥有全部权限。', '{}', 1795305600000, 1795305600000),
    (2, 1, 'manager', 'Manager', 'Sees everything, changes what belongs to the own team. 可查看全部，可更改本团队的记录。',
        '{"*":{"read":"all","create":"team","change":"team","remove":"team","export":"team","import":"team","assign":"team"},"users":{"read":"all"},"teams":{"read":"all"},"roles":{"read":"all"},"fields":{"read":"all","create":"all","change":"all"},"settings":{"read":"all"},"events":{"read":"all"},"jobs":{"read":"own","change":"own"},"keys":{"read":"own","create":"own","change":"own","remove":"own"},"backups":{"read":"none","create":"none"}}',
        1795305600000, 1795305600000),
    (3, 1, 'sales', 'Sales', 'Sees and changes own records. 查看并更改自己的记录。',
        '{"*":{"read":"own","create":"own","change":"own","remove":"own","export":"none","import":"own","assign":"own"},"users":{"read":"all"},"teams":{"read":"all"},"roles":{"read":"all"},"fields":{"read":"all"},"settings":{"read":"all"},"events":{"read":"none"},"jobs":{"read":"own","change":"own"},"keys":{"read":"own","create":"none","change":"none","remove":"own"},"backups":{"read":"none","create":"none"}}',
        1795305600000, 1795305600000),
    (4, 1, 'service', 'Service', 'Sees all customers, changes what belongs to the own team. 可查看全部客户，可更改本团队的记录。',
        '{"*":{"read":"all","create":"team","change":"team","remove":"own","export":"none","import":"none","assign":"team"},"users":{"read":"all"},"teams":{"read":"all"},"roles":{"read":"all"},"fields":{"read":"all"},"settings":{"read":"all"},"events":{"read":"none"},"jobs":{"read":"own","change":"own"},"keys":{"read":"own","create":"none","change":"none","remove":"own"},"backups":{"read":"none","create":"none"}}',
        1795305600000, 1795305600000),
    (5, 1, 'viewer', 'Viewer', 'Sees everything, changes nothing. 可查看全部，不可更改。',
        '{"*":{"read":"all"},"events":{"read":"none"},"jobs":{"read":"own"},"keys":{"read":"own","remove":"own"},"backups":{"read":"none"}}',
        1795305600000, 1795305600000);

ALTER TABLE users ADD COLUMN email TEXT;
ALTER TABLE users ADD COLUMN role INTEGER REFERENCES roles (id);
ALTER TABLE users ADD COLUMN team INTEGER REFERENCES teams (id);
-- Until here every user could do everything.
UPDATE users SET role = 1;
CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;
CREATE INDEX users_team ON users (team);
CREATE INDEX users_role ON users (role);

-- API keys as records. A key that was removed is revoked, and never comes back.
CREATE TABLE keys_of_users (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL,
    "user" INTEGER NOT NULL REFERENCES users (id),
    role INTEGER REFERENCES roles (id),
    scopes TEXT NOT NULL DEFAULT '[]',
    addresses TEXT NOT NULL DEFAULT '[]',
    "expiresAt" INTEGER,
    -- How the key begins, to tell it from others.
    hint TEXT,
    "lastUsedAt" INTEGER,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
INSERT INTO keys_of_users (id, version, name, "user", "createdAt", "updatedAt", "removedAt")
    SELECT id, 1, name, "user", "createdAt", coalesce("revokedAt", "createdAt"), "revokedAt" FROM keys;
-- Only the SHA-256 of a key is kept, so that a copy of the database opens nothing.
CREATE TABLE key_hashes (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    "key" INTEGER NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;
INSERT INTO key_hashes (hash, "key") SELECT hash, id FROM keys;
DROP TABLE keys;
ALTER TABLE keys_of_users RENAME TO keys;
CREATE INDEX keys_user ON keys ("user", id);

-- Who else may see, or see and change, a single record.
CREATE TABLE collaborators (
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    "user" INTEGER NOT NULL REFERENCES users (id),
    access TEXT NOT NULL CHECK (access IN ('read', 'write')),
    -- In milliseconds since 1970; null for as long as the record is there.
    "expiresAt" INTEGER,
    "createdAt" INTEGER NOT NULL,
    PRIMARY KEY (resource, record, "user")
) STRICT, WITHOUT ROWID;
CREATE INDEX collaborators_user ON collaborators ("user", resource, record);
CREATE INDEX collaborators_expiry ON collaborators ("expiresAt") WHERE "expiresAt" IS NOT NULL;

-- Each change of a record's owner; the first owner is the previous one of the oldest row, or the record's own.
CREATE TABLE ownerships (
    id INTEGER PRIMARY KEY,
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    at INTEGER NOT NULL,
    previous INTEGER REFERENCES users (id),
    owner INTEGER REFERENCES users (id),
    -- Who changed it; null for Koi itself.
    "by" INTEGER REFERENCES users (id),
    reason TEXT
) STRICT;
CREATE INDEX ownerships_record ON ownerships (resource, record, id);
