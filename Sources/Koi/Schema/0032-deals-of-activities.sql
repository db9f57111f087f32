-- What is done, and to be done, about deals.
ALTER TABLE activities ADD COLUMN deal INTEGER REFERENCES deals (id);
CREATE INDEX activities_deal ON activities (deal, "happenedAt") WHERE deal IS NOT NULL;
ALTER TABLE tasks ADD COLUMN deal INTEGER REFERENCES deals (id);
CREATE INDEX tasks_deal ON tasks (deal, id) WHERE deal IS NOT NULL;
