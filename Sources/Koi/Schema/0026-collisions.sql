-- What is done where two campaigns reach the same person within so many days.
ALTER TABLE settings ADD COLUMN "campaignCollisions" TEXT NOT NULL DEFAULT 'warn'
    CHECK ("campaignCollisions" IN ('off', 'warn', 'refuse'));
ALTER TABLE settings ADD COLUMN "campaignPeriod" INTEGER NOT NULL DEFAULT 30;
ALTER TABLE leads ADD COLUMN collisions INTEGER NOT NULL DEFAULT 0 CHECK (collisions >= 0);
