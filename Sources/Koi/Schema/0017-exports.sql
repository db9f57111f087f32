-- Exports of all that the company has: each a file until it expires, is deleted, or a person is erased who may be in it.
CREATE TABLE exports (
    id INTEGER PRIMARY KEY,
    "user" INTEGER REFERENCES users (id),
    -- Jobs are forgotten before their exports are.
    job INTEGER NOT NULL,
    -- Its name in the folder of exports; null before it is whole, and once it is deleted.
    file TEXT,
    size INTEGER,
    lines INTEGER,
    -- Where the feed of changes goes on after it.
    position TEXT,
    digest TEXT,
    -- Whether somebody was erased since it was begun: what was written by then is not kept.
    "isOutdated" INTEGER NOT NULL DEFAULT 0 CHECK ("isOutdated" IN (0, 1)),
    "createdAt" INTEGER NOT NULL,
    "finishedAt" INTEGER,
    "expiresAt" INTEGER
) STRICT;
