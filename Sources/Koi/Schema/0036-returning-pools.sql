-- Where records lie that nobody has followed up, and that are given to nobody.
ALTER TABLE "assignment-rules" ADD COLUMN pool INTEGER REFERENCES pools (id);
CREATE INDEX "assignment-rules_pool" ON "assignment-rules" (pool, id) WHERE pool IS NOT NULL;
