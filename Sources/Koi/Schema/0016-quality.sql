-- What a company expects of its records.
ALTER TABLE settings ADD COLUMN "staleAfter" INTEGER NOT NULL DEFAULT 180 CHECK ("staleAfter" > 0);
ALTER TABLE settings ADD COLUMN "qualityWeights" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE settings ADD COLUMN steward INTEGER REFERENCES users (id);
