-- What is sold.
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    code TEXT NOT NULL CHECK (code <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    "nameKey" TEXT NOT NULL,
    price INTEGER CHECK (price >= 0),
    currency TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX products_code ON products (code) WHERE "removedAt" IS NULL;
CREATE VIRTUAL TABLE products_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- The ways that deals go, from stage to stage.
CREATE TABLE pipelines (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    main INTEGER NOT NULL CHECK (main IN (0, 1)),
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;

CREATE TABLE stages (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    pipeline INTEGER NOT NULL REFERENCES pipelines (id),
    name TEXT NOT NULL CHECK (name <> ''),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('open', 'won', 'lost')),
    probability INTEGER NOT NULL CHECK (probability BETWEEN 0 AND 100),
    responsible INTEGER REFERENCES users (id),
    days INTEGER CHECK (days > 0),
    deliverable TEXT,
    -- Fields of a deal, as a JSON array.
    "requiredFields" TEXT NOT NULL DEFAULT '[]',
    "exitCriteria" TEXT NOT NULL DEFAULT '[]',
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX stages_pipeline ON stages (pipeline, position, id) WHERE "removedAt" IS NULL;

INSERT INTO pipelines (id, version, name, main, notes, "createdAt", "updatedAt") VALUES
    (1, 1, 'Standard', 1, 'The seven steps of a sale. 标准销售七步。', 1795305600000, 1795305600000);
INSERT INTO stages (id, version, pipeline, name, position, kind, probability, days, deliverable, "requiredFields", notes,
        "createdAt", "updatedAt") VALUES
    (1, 1, 1, 'Lead', 10, 'open', 5, 3, 'Lead sheet 线索登记表', '[]',
        'Who asks, from where, and for what. 线索：登记来源、对象和事由。', 1795305600000, 1795305600000),
    (2, 1, 1, 'First contact', 20, 'open', 10, 7, 'Record of the first talk 首次沟通记录', '[]',
        'The first talk. 初次接触。', 1795305600000, 1795305600000),
    (3, 1, 1, 'Needs analysis', 30, 'open', 25, 14, 'List of needs 需求清单', '["contact"]',
        'What the customer needs. 需求分析。', 1795305600000, 1795305600000),
    (4, 1, 1, 'Solution', 40, 'open', 40, 14, 'Proposal 解决方案', '["contact"]',
        'What would meet it. 方案制定。', 1795305600000, 1795305600000),
    (5, 1, 1, 'Quote and negotiation', 50, 'open', 60, 14, 'Quote 报价单', '["contact","amount","expectedClose"]',
        'At which terms. 报价谈判。', 1795305600000, 1795305600000),
    (6, 1, 1, 'Contract', 60, 'open', 80, 14, 'Signed contract 已签合同', '["contact","amount","expectedClose"]',
        'What is agreed. 合同签订。', 1795305600000, 1795305600000),
    (7, 1, 1, 'Order execution', 70, 'open', 95, 30, 'Acceptance record 验收单',
        '["contact","amount","contractNumber","contractFrom"]',
        'What was promised is delivered. 订单执行。', 1795305600000, 1795305600000),
    (8, 1, 1, 'Won', 80, 'won', 100, NULL, NULL, '["amount","contractNumber","contractFrom","contractTo"]',
        '赢单。', 1795305600000, 1795305600000),
    (9, 1, 1, 'Lost', 90, 'lost', 0, NULL, NULL, '[]', '输单。', 1795305600000, 1795305600000);

CREATE TABLE deals (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    "nameKey" TEXT NOT NULL,
    customer INTEGER NOT NULL REFERENCES customers (id),
    contact INTEGER REFERENCES contacts (id),
    lead INTEGER REFERENCES leads (id),
    campaign INTEGER REFERENCES campaigns (id),
    existing INTEGER NOT NULL CHECK (existing IN (0, 1)),
    owner INTEGER REFERENCES users (id),
    pipeline INTEGER NOT NULL REFERENCES pipelines (id),
    stage INTEGER NOT NULL REFERENCES stages (id),
    "enteredStageAt" INTEGER NOT NULL,
    -- When it will have been in its stage for too long; null where that has no end.
    "stageDueAt" INTEGER,
    state TEXT NOT NULL CHECK (state IN ('open', 'won', 'lost')),
    amount INTEGER CHECK (amount >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    "expectedClose" TEXT,
    probability INTEGER CHECK (probability BETWEEN 0 AND 100),
    competitors TEXT NOT NULL DEFAULT '[]',
    "wonAt" INTEGER,
    "lostAt" INTEGER,
    "lostReason" TEXT,
    "lostClass" TEXT CHECK ("lostClass" IN ('own', 'competitor', 'involuntary')),
    "contractNumber" TEXT,
    "contractFrom" TEXT,
    "contractTo" TEXT,
    tags TEXT NOT NULL DEFAULT '[]',
    notes TEXT,
    custom TEXT NOT NULL DEFAULT '{}',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'won') = ("wonAt" IS NOT NULL)),
    CHECK ((state = 'lost') = ("lostAt" IS NOT NULL)),
    CHECK ((state = 'lost') = ("lostReason" IS NOT NULL))
) STRICT;
CREATE INDEX deals_owner ON deals (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX deals_removed_owner ON deals (owner, id) WHERE "removedAt" IS NOT NULL;
CREATE INDEX deals_bin ON deals ("removedAt", id) WHERE "removedAt" IS NOT NULL;
CREATE INDEX deals_updated ON deals ("updatedAt", id) WHERE "removedAt" IS NULL;
CREATE INDEX deals_customer ON deals (customer, state);
CREATE INDEX deals_contact ON deals (contact, id) WHERE contact IS NOT NULL;
CREATE INDEX deals_lead ON deals (lead, id) WHERE lead IS NOT NULL;
CREATE INDEX deals_campaign ON deals (campaign, id) WHERE campaign IS NOT NULL;
CREATE INDEX deals_stuck ON deals ("stageDueAt", id) WHERE "removedAt" IS NULL;
CREATE INDEX deals_stage ON deals (stage, "enteredStageAt", id);
CREATE INDEX deals_close ON deals (state, "expectedClose", id) WHERE "removedAt" IS NULL;
CREATE VIRTUAL TABLE deals_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

CREATE TABLE deal_lines (
    deal INTEGER NOT NULL REFERENCES deals (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    product INTEGER NOT NULL REFERENCES products (id),
    quantity REAL NOT NULL CHECK (quantity > 0),
    price INTEGER NOT NULL CHECK (price >= 0),
    discount REAL NOT NULL CHECK (discount BETWEEN 0 AND 100),
    PRIMARY KEY (deal, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX deal_lines_product ON deal_lines (product, deal);

-- In which stages deals were, and are where until is null.
CREATE TABLE deal_stages (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL REFERENCES deals (id) ON DELETE CASCADE,
    stage INTEGER NOT NULL REFERENCES stages (id),
    since INTEGER NOT NULL,
    "until" INTEGER CHECK ("until" >= since),
    -- Who moved it there; null for Koi itself.
    "by" INTEGER REFERENCES users (id),
    reason TEXT,
    -- What was missing where it was moved all the same: a JSON array of fields and codes.
    missing TEXT
) STRICT;
CREATE INDEX deal_stages_deal ON deal_stages (deal, id);
CREATE INDEX deal_stages_stage ON deal_stages (stage, since);

-- Whoever sells needs to see what there is; who leads sets it up.
UPDATE roles SET permissions = replace(permissions, '"users":{',
        '"products":{"read":"all"},"pipelines":{"read":"all"},"stages":{"read":"all"},"users":{')
    WHERE "key" = 'sales' AND permissions NOT LIKE '%"pipelines"%';
UPDATE roles SET permissions = replace(permissions, '"users":{',
        '"products":{"read":"all","create":"all","change":"all"},"pipelines":{"read":"all","create":"all","change":"all"},"stages":{"read":"all","create":"all","change":"all"},"users":{')
    WHERE "key" = 'manager' AND permissions NOT LIKE '%"pipelines"%';

-- What the stages of a deal have handed on.
CREATE TABLE deal_deliverables (
    deal INTEGER NOT NULL REFERENCES deals (id) ON DELETE CASCADE,
    stage INTEGER NOT NULL REFERENCES stages (id),
    -- What was given, or where it lies; null where only criteria are met so far.
    note TEXT,
    -- The exit criteria that are met, as a JSON array.
    criteria TEXT NOT NULL DEFAULT '[]',
    at INTEGER NOT NULL,
    "by" INTEGER REFERENCES users (id),
    PRIMARY KEY (deal, stage)
) STRICT, WITHOUT ROWID;

-- What went wrong in a stage.
CREATE TABLE deal_problems (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL REFERENCES deals (id) ON DELETE CASCADE,
    stage INTEGER NOT NULL REFERENCES stages (id),
    text TEXT NOT NULL CHECK (text <> ''),
    at INTEGER NOT NULL,
    "by" INTEGER REFERENCES users (id)
) STRICT;
CREATE INDEX deal_problems_deal ON deal_problems (deal, id);
CREATE INDEX deal_problems_stage ON deal_problems (stage, at);

-- Who leads may overrule what Koi asks for.
UPDATE roles SET permissions = replace(permissions, '"users":{', '"overrides":{"change":"all"},"users":{')
    WHERE "key" = 'manager' AND permissions NOT LIKE '%"overrides"%';
