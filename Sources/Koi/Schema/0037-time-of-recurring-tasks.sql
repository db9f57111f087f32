-- The minute of the day at which a recurring task falls, by the clocks of its owner: one that a change of the clock has moved comes
-- back to it. Of those that are there it is told by their due time once they are changed.
ALTER TABLE tasks ADD COLUMN "recurrenceMinute" INTEGER CHECK ("recurrenceMinute" BETWEEN 0 AND 1439);
