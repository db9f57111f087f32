-- The product that somebody wants, and the deal that a lead became.
ALTER TABLE leads ADD COLUMN product INTEGER REFERENCES products (id);
ALTER TABLE leads ADD COLUMN deal INTEGER REFERENCES deals (id);
ALTER TABLE needs ADD COLUMN product INTEGER REFERENCES products (id);
CREATE INDEX leads_deal ON leads (deal, id) WHERE deal IS NOT NULL;
CREATE INDEX needs_product ON needs (product, status, id) WHERE product IS NOT NULL;
