-- By what strangers make themselves heard.
CREATE TABLE forms (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    token TEXT NOT NULL UNIQUE,
    asks TEXT NOT NULL,
    required TEXT NOT NULL DEFAULT '[]',
    source TEXT NOT NULL,
    channel TEXT,
    campaign INTEGER REFERENCES campaigns (id),
    "leadOwner" INTEGER REFERENCES users (id),
    redirect TEXT,
    trap TEXT NOT NULL,
    "minimumSeconds" INTEGER NOT NULL CHECK ("minimumSeconds" >= 0),
    accepted INTEGER NOT NULL DEFAULT 0,
    discarded INTEGER NOT NULL DEFAULT 0,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
