-- Which records go to whom, until when they are to be answered, and what becomes of those that nobody follows up.
CREATE TABLE "assignment-rules" (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    resource TEXT NOT NULL CHECK (resource <> ''),
    position INTEGER NOT NULL CHECK (position > 0),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    filter TEXT NOT NULL DEFAULT '{}',
    hours TEXT NOT NULL CHECK (hours IN ('always', 'within', 'outside')),
    calendar INTEGER REFERENCES calendars (id),
    team INTEGER REFERENCES teams (id),
    method TEXT NOT NULL CHECK (method IN ('round_robin', 'least_load', 'capacity')),
    capacity INTEGER CHECK (capacity > 0),
    presence TEXT NOT NULL CHECK (presence IN ('any', 'present', 'working')),
    "responseMinutes" INTEGER CHECK ("responseMinutes" > 0),
    "responseWarning" INTEGER CHECK ("responseWarning" >= 0),
    "followUpDays" INTEGER CHECK ("followUpDays" > 0),
    "followUpWarning" INTEGER NOT NULL CHECK ("followUpWarning" >= 0),
    unfollowed TEXT NOT NULL CHECK (unfollowed IN ('reassign', 'return')),
    exempt TEXT NOT NULL DEFAULT '{}',
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;

CREATE TABLE assignment_rule_users (
    rule INTEGER NOT NULL REFERENCES "assignment-rules" (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    "user" INTEGER NOT NULL REFERENCES users (id),
    capacity INTEGER CHECK (capacity > 0),
    PRIMARY KEY (rule, position),
    UNIQUE (rule, "user")
) STRICT;
CREATE INDEX assignment_rule_users_user ON assignment_rule_users ("user", rule);

-- Whose turn it was last, by each rule: the higher, the later.
CREATE TABLE assignment_turns (
    rule INTEGER NOT NULL REFERENCES "assignment-rules" (id) ON DELETE CASCADE,
    "user" INTEGER NOT NULL REFERENCES users (id),
    turn INTEGER NOT NULL CHECK (turn > 0),
    PRIMARY KEY (rule, "user")
) STRICT;

-- Each decision, with what is known of why it was made so. It names records, users and rules, and nothing of what they hold.
CREATE TABLE assignments (
    id INTEGER PRIMARY KEY,
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('created', 'asked', 'manual', 'unfollowed')),
    previous INTEGER,
    owner INTEGER,
    "by" INTEGER,
    rule INTEGER,
    explanation TEXT
) STRICT;
CREATE INDEX assignments_record ON assignments (resource, record, id);

-- What has to be answered, and when somebody is told of it next.
CREATE TABLE response_clocks (
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    rule INTEGER NOT NULL,
    due INTEGER NOT NULL,
    next INTEGER NOT NULL,
    warned INTEGER NOT NULL CHECK (warned IN (0, 1)),
    PRIMARY KEY (resource, record)
) STRICT;
CREATE INDEX response_clocks_next ON response_clocks (next, record);

-- Who was warned that a record will be taken away, and since when it had not been followed up by then.
CREATE TABLE follow_up_warnings (
    resource TEXT NOT NULL,
    record INTEGER NOT NULL,
    since INTEGER NOT NULL,
    "warnedAt" INTEGER NOT NULL,
    -- Nobody could be found for it then; it is tried again later.
    "triedAt" INTEGER,
    PRIMARY KEY (resource, record)
) STRICT;

ALTER TABLE leads ADD COLUMN "responseDueAt" INTEGER;
-- What nobody has answered, by when it was due.
CREATE INDEX leads_unanswered ON leads ("responseDueAt", id) WHERE "removedAt" IS NULL AND "firstResponseAt" IS NULL;
-- How many open leads somebody has: all that is asked for is in it, so that counting reads no row.
CREATE INDEX leads_open ON leads (owner, status, "removedAt")
    WHERE "removedAt" IS NULL AND status IN ('new', 'contacted', 'qualified');
