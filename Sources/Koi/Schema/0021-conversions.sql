-- What became of leads, and what it takes to undo that.
CREATE TABLE conversions (
    id INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES leads (id),
    at INTEGER NOT NULL,
    "user" INTEGER REFERENCES users (id),
    -- Of the lead before.
    status TEXT NOT NULL,
    "firstResponseAt" INTEGER,
    -- The records that were made, as JSON, each with a mark of its values.
    made TEXT NOT NULL,
    -- The fields of records that were there before, as JSON, with what they were and are; empty once it was undone, or
    -- somebody was erased.
    filled TEXT NOT NULL,
    "undoneAt" INTEGER,
    "undoneBy" INTEGER REFERENCES users (id)
) STRICT;
CREATE UNIQUE INDEX conversions_lead ON conversions (lead) WHERE "undoneAt" IS NULL;
CREATE INDEX conversions_of_lead ON conversions (lead, id);

-- By what and by whom customers were won.
ALTER TABLE customers ADD COLUMN campaign INTEGER REFERENCES campaigns (id);
ALTER TABLE customers ADD COLUMN "referrerCustomer" INTEGER REFERENCES customers (id);
ALTER TABLE customers ADD COLUMN "referrerContact" INTEGER REFERENCES contacts (id);
CREATE INDEX customers_campaign ON customers (campaign, id) WHERE campaign IS NOT NULL;
CREATE INDEX customers_referrer ON customers ("referrerCustomer", id) WHERE "referrerCustomer" IS NOT NULL;
CREATE INDEX customers_referring_contact ON customers ("referrerContact", id) WHERE "referrerContact" IS NOT NULL;
