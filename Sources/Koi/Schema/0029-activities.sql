-- What people of the company and customers had to do with each other.
CREATE TABLE activities (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    kind TEXT NOT NULL CHECK (kind IN ('call', 'visit', 'email', 'message', 'meeting', 'reception')),
    subject TEXT,
    customer INTEGER REFERENCES customers (id),
    contact INTEGER REFERENCES contacts (id),
    lead INTEGER REFERENCES leads (id),
    owner INTEGER REFERENCES users (id),
    task INTEGER REFERENCES tasks (id),
    channel TEXT,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    "happenedAt" INTEGER NOT NULL,
    minutes INTEGER CHECK (minutes >= 0),
    outcome TEXT,
    sentiment TEXT CHECK (sentiment IN ('positive', 'neutral', 'negative')),
    "nextStep" TEXT,
    "nextStepOn" TEXT,
    notes TEXT,
    "loggedAfterMinutes" INTEGER CHECK ("loggedAfterMinutes" >= 0),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX activities_happened ON activities ("happenedAt", id) WHERE "removedAt" IS NULL;
-- Also those in the bin, which are found when a person is erased or merged.
CREATE INDEX activities_customer ON activities (customer, "happenedAt") WHERE customer IS NOT NULL;
CREATE INDEX activities_contact ON activities (contact, "happenedAt") WHERE contact IS NOT NULL;
CREATE INDEX activities_lead ON activities (lead, "happenedAt") WHERE lead IS NOT NULL;
CREATE INDEX activities_task ON activities (task, "happenedAt") WHERE task IS NOT NULL;
CREATE INDEX activities_owner ON activities (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX activities_removed_owner ON activities (owner, id) WHERE "removedAt" IS NOT NULL;
CREATE VIRTUAL TABLE activities_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- What somebody has to do.
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    kind TEXT,
    customer INTEGER REFERENCES customers (id),
    contact INTEGER REFERENCES contacts (id),
    lead INTEGER REFERENCES leads (id),
    owner INTEGER REFERENCES users (id),
    due INTEGER,
    priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
    "doneAt" INTEGER,
    "remindAt" INTEGER,
    recurrence TEXT CHECK (recurrence IN ('daily', 'weekly', 'monthly')),
    "recurrenceEvery" INTEGER NOT NULL CHECK ("recurrenceEvery" > 0),
    "recurrenceUntil" TEXT,
    "recurrenceDay" INTEGER CHECK ("recurrenceDay" BETWEEN 1 AND 31),
    previous INTEGER REFERENCES tasks (id),
    cause TEXT,
    activity INTEGER REFERENCES activities (id),
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX tasks_due ON tasks (due, id) WHERE "removedAt" IS NULL;
CREATE INDEX tasks_customer ON tasks (customer, id) WHERE customer IS NOT NULL;
CREATE INDEX tasks_contact ON tasks (contact, id) WHERE contact IS NOT NULL;
CREATE INDEX tasks_lead ON tasks (lead, id) WHERE lead IS NOT NULL;
CREATE INDEX tasks_owner ON tasks (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX tasks_removed_owner ON tasks (owner, id) WHERE "removedAt" IS NOT NULL;
CREATE VIRTUAL TABLE tasks_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);
CREATE INDEX tasks_previous ON tasks (previous) WHERE previous IS NOT NULL;
CREATE INDEX tasks_activity ON tasks (activity) WHERE activity IS NOT NULL;

-- Of which tasks somebody is still to be reminded.
CREATE TABLE task_reminders (
    task INTEGER PRIMARY KEY REFERENCES tasks (id),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX task_reminders_at ON task_reminders (at, task);

-- When somebody last cared for a customer: the newest of its living activities.
ALTER TABLE customers ADD COLUMN "lastCareAt" INTEGER;
CREATE INDEX customers_care ON customers ("lastCareAt", id) WHERE "removedAt" IS NULL;

ALTER TABLE settings ADD COLUMN "visitCadence" TEXT NOT NULL DEFAULT '[]';
