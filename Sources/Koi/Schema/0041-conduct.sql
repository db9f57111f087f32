-- How customers are treated: the result they are told, what they say to it, and who helps with it.
ALTER TABLE tickets ADD COLUMN "resultToldAt" INTEGER;
ALTER TABLE tickets ADD COLUMN accepted INTEGER CHECK (accepted IN (0, 1));
ALTER TABLE tickets ADD COLUMN "acceptedAt" INTEGER;
ALTER TABLE tickets ADD COLUMN "acceptedBy" TEXT;
ALTER TABLE tickets ADD COLUMN "acceptanceComment" TEXT;
ALTER TABLE tickets ADD COLUMN "apologisedAt" INTEGER;
ALTER TABLE tickets ADD COLUMN "apologisedBy" INTEGER REFERENCES users (id);
ALTER TABLE tickets ADD COLUMN "faultAdmitted" INTEGER CHECK ("faultAdmitted" IN (0, 1));
ALTER TABLE tickets ADD COLUMN "explainedAt" INTEGER;
CREATE INDEX tickets_deferred ON tickets ("deferredUntil", id) WHERE "deferredUntil" IS NOT NULL;

-- What Koi writes by itself is no answer to anybody.
ALTER TABLE ticket_messages ADD COLUMN automatic INTEGER NOT NULL DEFAULT 0 CHECK (automatic IN (0, 1));

-- For how many days a customer can object to a result before a ticket can be closed without an answer.
ALTER TABLE settings ADD COLUMN "ticketAcceptanceDays" INTEGER NOT NULL DEFAULT 7 CHECK ("ticketAcceptanceDays" >= 0);

-- What colleagues are asked to do for a ticket, which stays with its owner.
CREATE TABLE "ticket-assists" (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    what TEXT NOT NULL CHECK (what <> ''),
    assignee INTEGER NOT NULL REFERENCES users (id),
    due INTEGER,
    "doneAt" INTEGER,
    answer TEXT,
    -- Whether the ticket was shared with the assignee for it.
    lent INTEGER NOT NULL CHECK (lent IN (0, 1)),
    owner INTEGER REFERENCES users (id),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX ticket_assists_ticket ON "ticket-assists" (ticket, id);
CREATE INDEX ticket_assists_assignee ON "ticket-assists" (assignee, "doneAt", id);
CREATE INDEX ticket_assists_owner ON "ticket-assists" (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX ticket_assists_removed_owner ON "ticket-assists" (owner, id) WHERE "removedAt" IS NOT NULL;

-- What a customer is offered for what went wrong.
CREATE TABLE "ticket-remedies" (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL CHECK (kind IN ('refund', 'discount', 'credit', 'replacement', 'repair', 'gift', 'other')),
    what TEXT,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    cost INTEGER CHECK (cost >= 0),
    state TEXT NOT NULL CHECK (state IN (
        'proposed', 'approved', 'refused', 'offered', 'consented', 'declined', 'delivered')),
    "proposedBy" INTEGER REFERENCES users (id),
    "decidedBy" INTEGER REFERENCES users (id),
    "decidedAt" INTEGER,
    "decisionReason" TEXT,
    "offeredAt" INTEGER,
    "answeredAt" INTEGER,
    "answeredBy" TEXT,
    -- Who noted the customer's answer; null where the customer gave it by the link.
    "notedBy" INTEGER REFERENCES users (id),
    "deliveredAt" INTEGER,
    owner INTEGER REFERENCES users (id),
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX ticket_remedies_ticket ON "ticket-remedies" (ticket, id);
-- What somebody has granted in a month.
CREATE INDEX ticket_remedies_decided ON "ticket-remedies" ("decidedBy", kind, "decidedAt") WHERE "decidedBy" IS NOT NULL;
CREATE INDEX ticket_remedies_owner ON "ticket-remedies" (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX ticket_remedies_removed_owner ON "ticket-remedies" (owner, id) WHERE "removedAt" IS NOT NULL;

-- What those of a role may grant by themselves.
CREATE TABLE "authority-limits" (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    role INTEGER NOT NULL REFERENCES roles (id),
    remedy TEXT NOT NULL CHECK (remedy IN ('refund', 'discount', 'credit', 'replacement', 'repair', 'gift', 'other')),
    amount INTEGER NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    "perMonth" INTEGER CHECK ("perMonth" >= 0),
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX authority_limits_role ON "authority-limits" (role, remedy, currency);

-- Whoever serves sees what they may grant; only administrators say it.
UPDATE roles SET permissions = replace(permissions, '"users":{', '"authority-limits":{"read":"all"},"users":{')
    WHERE "key" IN ('sales', 'service', 'manager') AND permissions NOT LIKE '%"authority-limits"%';
