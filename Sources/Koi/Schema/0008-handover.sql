-- The key by which the job was asked for, whose role and scopes hold for the job as well; null where the user's rights do.
ALTER TABLE jobs ADD COLUMN "key" INTEGER;

-- What lies in the bin is handed over with the rest, since it may be taken out again.
CREATE INDEX customers_removed_owner ON customers (owner, id) WHERE "removedAt" IS NOT NULL;
CREATE INDEX contacts_removed_owner ON contacts (owner, id) WHERE "removedAt" IS NOT NULL;
