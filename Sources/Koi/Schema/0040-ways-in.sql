-- The mails of customers that came to tickets, so that none counts twice and answers find theirs: by digests alone.
CREATE TABLE inbound_mails (
    id INTEGER PRIMARY KEY,
    -- Of its Message-ID and its sender, or of all of it where it has no Message-ID.
    "key" BLOB NOT NULL,
    -- Of its Message-ID.
    reference BLOB,
    -- Of the address that it came from.
    sender BLOB,
    at INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('created', 'added')),
    ticket INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    message INTEGER NOT NULL REFERENCES ticket_messages (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX inbound_mails_key ON inbound_mails ("key");
CREATE INDEX inbound_mails_reference ON inbound_mails (reference) WHERE reference IS NOT NULL;
CREATE INDEX inbound_mails_sender ON inbound_mails (sender, at) WHERE sender IS NOT NULL;
CREATE INDEX inbound_mails_ticket ON inbound_mails (ticket);
CREATE INDEX inbound_mails_message ON inbound_mails (message);

-- What comes of what strangers send by a form.
ALTER TABLE forms ADD COLUMN makes TEXT NOT NULL DEFAULT 'lead' CHECK (makes IN ('lead', 'ticket'));

-- How satisfied the customer was with how a ticket was handled.
ALTER TABLE tickets ADD COLUMN satisfaction INTEGER CHECK (satisfaction BETWEEN 1 AND 5);
ALTER TABLE tickets ADD COLUMN "satisfactionComment" TEXT;
ALTER TABLE tickets ADD COLUMN "satisfactionAskedAt" INTEGER;
ALTER TABLE tickets ADD COLUMN "satisfactionAt" INTEGER;
ALTER TABLE tickets ADD COLUMN "satisfactionFollowedAt" INTEGER;
CREATE INDEX tickets_unasked ON tickets ("closedAt", id)
    WHERE "satisfactionAskedAt" IS NULL AND "closedAt" IS NOT NULL AND satisfaction IS NULL AND "removedAt" IS NULL;
CREATE INDEX tickets_unrated ON tickets ("satisfactionAskedAt", id)
    WHERE satisfaction IS NULL AND "satisfactionFollowedAt" IS NULL AND "satisfactionAskedAt" IS NOT NULL
        AND "removedAt" IS NULL;
ALTER TABLE settings ADD COLUMN "ticketSatisfaction" INTEGER NOT NULL DEFAULT 1 CHECK ("ticketSatisfaction" IN (0, 1));
ALTER TABLE settings ADD COLUMN "ticketFollowUps" INTEGER NOT NULL DEFAULT 1 CHECK ("ticketFollowUps" IN (0, 1));
