-- When there is work.
CREATE TABLE calendars (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    -- Whether it holds for all who have no other.
    main INTEGER NOT NULL CHECK (main IN (0, 1)),
    "timeZone" TEXT,
    hours TEXT NOT NULL,
    holidays TEXT NOT NULL DEFAULT '[]',
    "makeUpDays" TEXT NOT NULL DEFAULT '[]',
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;

ALTER TABLE users ADD COLUMN calendar INTEGER REFERENCES calendars (id);

CREATE TABLE absences (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    "user" INTEGER NOT NULL REFERENCES users (id),
    "from" INTEGER NOT NULL,
    -- Null as long as nobody knows.
    "to" INTEGER CHECK ("to" > "from"),
    reason TEXT NOT NULL CHECK (reason IN ('holiday', 'illness', 'travel', 'training', 'other')),
    substitute INTEGER REFERENCES users (id),
    notes TEXT,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX absences_user ON absences ("user", id) WHERE "removedAt" IS NULL;
CREATE INDEX absences_removed_user ON absences ("user", id) WHERE "removedAt" IS NOT NULL;

-- Everybody knows when there is work.
UPDATE roles SET permissions = replace(permissions, '"users":{', '"calendars":{"read":"all"},"users":{')
    WHERE "key" = 'sales' AND permissions NOT LIKE '%"calendars"%';
