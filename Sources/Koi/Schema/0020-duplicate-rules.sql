-- Where there are no records the keys by which duplicates are found are made by the newest rules from the beginning.
UPDATE duplicate_rules SET rules = 2
    WHERE NOT EXISTS (SELECT 1 FROM customers) AND NOT EXISTS (SELECT 1 FROM contacts);

-- By what the rows of a dry run would be known, so that later rows of the file meet them; forgotten after it.
CREATE TABLE import_marks (
    job INTEGER NOT NULL,
    mark INTEGER NOT NULL,
    line INTEGER NOT NULL,
    PRIMARY KEY (job, mark)
) STRICT, WITHOUT ROWID;
