-- Files that were sent to be taken in, with what came of them. The file itself lies in the folder imports until it expires.
CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    resource TEXT NOT NULL,
    "user" INTEGER REFERENCES users (id),
    name TEXT,
    format TEXT NOT NULL CHECK (format IN ('csv', 'ndjson', 'vcard')),
    encoding TEXT NOT NULL,
    delimiter TEXT,
    quote TEXT,
    file TEXT,
    size INTEGER NOT NULL CHECK (size >= 0),
    columns TEXT NOT NULL,
    settings TEXT NOT NULL,
    preview TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'running', 'checked', 'done', 'stopped', 'undoing', 'undone')),
    job INTEGER,
    "undoJob" INTEGER,
    "firstOffset" INTEGER NOT NULL,
    "firstLine" INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    line INTEGER NOT NULL,
    "rows" INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    "firstEvent" INTEGER,
    "lastEvent" INTEGER,
    undo TEXT,
    "createdAt" INTEGER NOT NULL,
    "startedAt" INTEGER,
    "finishedAt" INTEGER,
    "expiresAt" INTEGER NOT NULL
) STRICT;
CREATE INDEX imports_user ON imports ("user", id);
CREATE INDEX imports_expiry ON imports ("expiresAt") WHERE file IS NOT NULL;

-- Rows that were not taken: where they stand in the file, and why.
CREATE TABLE import_problems (
    import INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    "offset" INTEGER NOT NULL,
    line INTEGER NOT NULL,
    length INTEGER NOT NULL CHECK (length >= 0),
    issues TEXT NOT NULL,
    PRIMARY KEY (import, "offset")
) STRICT, WITHOUT ROWID;
