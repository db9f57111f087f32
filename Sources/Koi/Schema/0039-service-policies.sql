-- What customers are promised, by which calendar; and the clocks that follow from it for each ticket.
CREATE TABLE "service-policies" (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    position INTEGER NOT NULL CHECK (position > 0),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    filter TEXT NOT NULL DEFAULT '{}',
    calendar INTEGER REFERENCES calendars (id),
    -- Minutes of working time.
    "firstResponse" INTEGER CHECK ("firstResponse" > 0),
    "nextResponse" INTEGER CHECK ("nextResponse" > 0),
    resolution INTEGER CHECK (resolution > 0),
    "keepInformed" INTEGER CHECK ("keepInformed" > 0),
    supervision INTEGER CHECK (supervision > 0),
    warning INTEGER CHECK (warning >= 0),
    pauses TEXT NOT NULL DEFAULT '[]',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;

-- What happened to the clocks of tickets, from which all of their figures follow. Rows are added only.
CREATE TABLE ticket_clock_events (
    id INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    clock TEXT NOT NULL CHECK (clock IN (
        'first_response', 'next_response', 'resolution', 'keep_informed', 'supervision')),
    -- The superior whose clock it is, or who was told.
    "user" INTEGER,
    event TEXT NOT NULL CHECK (event IN (
        'started', 'paused', 'resumed', 'retargeted', 'met', 'cancelled', 'warned', 'breached', 'escalated')),
    at INTEGER NOT NULL,
    -- Minutes of working time.
    target INTEGER,
    due INTEGER,
    policy INTEGER,
    calendar INTEGER,
    -- Milliseconds of working time that were left at the end; negative where it was late.
    "left" INTEGER,
    cause INTEGER
) STRICT;
CREATE INDEX ticket_clock_events_ticket ON ticket_clock_events (ticket, id);
-- What was kept, by when.
CREATE INDEX ticket_clock_events_met ON ticket_clock_events (at) WHERE event = 'met';

-- The clocks that have not ended, and when there is something to be told of each.
CREATE TABLE ticket_clocks (
    ticket INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    clock TEXT NOT NULL,
    -- The superior whose clock it is; 0 for a promise to the customer.
    "user" INTEGER NOT NULL,
    due INTEGER,
    next INTEGER,
    PRIMARY KEY (ticket, clock, "user")
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_clocks_next ON ticket_clocks (next, ticket) WHERE next IS NOT NULL;

-- What is due of somebody's, the most urgent first: what is closed or stands still has no deadline, and so is not met.
CREATE INDEX tickets_due ON tickets (owner, "nextDueAt", id) WHERE "removedAt" IS NULL AND "nextDueAt" IS NOT NULL;
CREATE INDEX tickets_assigned_due ON tickets (assignee, "nextDueAt", id)
    WHERE "removedAt" IS NULL AND "nextDueAt" IS NOT NULL;

-- Whoever serves sees what was promised; who leads says it.
UPDATE roles SET permissions = replace(permissions, '"users":{', '"service-policies":{"read":"all"},"users":{')
    WHERE "key" IN ('sales', 'service') AND permissions NOT LIKE '%"service-policies"%';
UPDATE roles SET permissions = replace(permissions, '"users":{',
        '"service-policies":{"read":"all","create":"all","change":"all","remove":"all"},"users":{')
    WHERE "key" = 'manager' AND permissions NOT LIKE '%"service-policies"%';
