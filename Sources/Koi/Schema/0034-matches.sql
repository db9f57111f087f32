-- The words by which a product is found to be what is needed.
ALTER TABLE products ADD COLUMN keywords TEXT NOT NULL DEFAULT '[]';

-- Which products fit a need; the task by which somebody was told, where there was somebody to tell.
CREATE TABLE need_matches (
    need INTEGER NOT NULL REFERENCES needs (id),
    product INTEGER NOT NULL REFERENCES products (id),
    at INTEGER NOT NULL,
    task INTEGER REFERENCES tasks (id),
    PRIMARY KEY (need, product)
) STRICT, WITHOUT ROWID;

-- Needs that are still to be compared with all products, and products with all needs: behind which number.
CREATE TABLE product_comparisons (
    resource TEXT NOT NULL CHECK (resource IN ('needs', 'products')),
    record INTEGER NOT NULL,
    after INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (resource, record)
) STRICT, WITHOUT ROWID;

-- Who has bought, the longest ago first.
CREATE INDEX customers_bought ON customers ("lastPurchaseAt", id) WHERE "removedAt" IS NULL AND purchases > 0;

-- When the stage began that a move ended.
ALTER TABLE customer_stages ADD COLUMN since INTEGER;
UPDATE customer_stages SET since = coalesce(
    (SELECT max(p.at) FROM customer_stages AS p
        WHERE p.customer = customer_stages.customer AND p.axis = customer_stages.axis AND p.id < customer_stages.id),
    (SELECT c."createdAt" FROM customers AS c WHERE c.id = customer_stages.customer)
);
CREATE INDEX customer_stages_time ON customer_stages (axis, previous, customer, since, at);
