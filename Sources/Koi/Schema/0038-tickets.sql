-- What customers ask for, complain of, send back and suggest, and how it goes on with it.

-- What it is about: a tree.
CREATE TABLE "ticket-categories" (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    parent INTEGER REFERENCES "ticket-categories" (id),
    position INTEGER NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX ticket_categories_parent ON "ticket-categories" (parent, id) WHERE parent IS NOT NULL;

INSERT INTO "ticket-categories" (id, version, name, parent, position, active, notes, "createdAt", "updatedAt") VALUES
    (1, 1, 'Poor quality', NULL, 10, 1, '商品质量差。', 1795305600000, 1795305600000),
    (2, 1, 'Narrow range', NULL, 20, 1, '品种不全。', 1795305600000, 1795305600000),
    (3, 1, 'Price chaos', NULL, 30, 1, '价格混乱。', 1795305600000, 1795305600000),
    (4, 1, 'Weak service', NULL, 40, 1, '服务不完善。', 1795305600000, 1795305600000),
    (5, 1, 'Facilities', 4, 10, 1, '服务设施。', 1795305600000, 1795305600000),
    (6, 1, 'Processing', 4, 20, 1, '加工。', 1795305600000, 1795305600000),
    (7, 1, 'Packing', 4, 30, 1, '包装。', 1795305600000, 1795305600000),
    (8, 1, 'Delivery', 4, 40, 1, '送货。', 1795305600000, 1795305600000),
    (9, 1, 'Other', NULL, 50, 1, '其他。', 1795305600000, 1795305600000);

-- Free names over the fixed categories that clocks and reports read.
CREATE TABLE "ticket-statuses" (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    category TEXT NOT NULL CHECK (category IN (
        'new', 'open', 'waiting_customer', 'waiting_third_party', 'deferred', 'resolved', 'closed', 'rejected')),
    position INTEGER NOT NULL,
    main INTEGER NOT NULL CHECK (main IN (0, 1)),
    "customerLabel" TEXT,
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX ticket_statuses_category ON "ticket-statuses" (category, main, position, id) WHERE "removedAt" IS NULL;

INSERT INTO "ticket-statuses" (id, version, name, category, position, main, "customerLabel", notes, "createdAt", "updatedAt")
VALUES
    (1, 1, 'New', 'new', 10, 1, 'Received 已收到', '新建：尚无人处理。', 1795305600000, 1795305600000),
    (2, 1, 'Open', 'open', 20, 1, 'In progress 处理中', '处理中。', 1795305600000, 1795305600000),
    (3, 1, 'Waiting for the customer', 'waiting_customer', 30, 1, 'Waiting for your answer 等待您回复', '等待客户回复。',
        1795305600000, 1795305600000),
    (4, 1, 'Waiting for a third party', 'waiting_third_party', 40, 1, 'In progress 处理中', '等待第三方。',
        1795305600000, 1795305600000),
    (5, 1, 'Deferred', 'deferred', 50, 1, 'Postponed 已延期', '暂缓：已向客户说明并约定日期。', 1795305600000, 1795305600000),
    (6, 1, 'Resolved', 'resolved', 60, 1, 'Resolved 已解决', '已解决：待客户认可。', 1795305600000, 1795305600000),
    (7, 1, 'Closed', 'closed', 70, 1, 'Closed 已关闭', '已关闭：客户已认可或已过等待期。', 1795305600000, 1795305600000),
    (8, 1, 'Rejected by the customer', 'rejected', 80, 1, 'In progress 处理中', '客户不认可处理结果，继续跟进。',
        1795305600000, 1795305600000);

-- From which status to which a ticket may go, by whom, and with what.
CREATE TABLE "ticket-transitions" (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    -- Null for any.
    "from" INTEGER REFERENCES "ticket-statuses" (id),
    "to" INTEGER NOT NULL REFERENCES "ticket-statuses" (id),
    requires TEXT NOT NULL DEFAULT '[]',
    notes TEXT,
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER
) STRICT;
CREATE INDEX ticket_transitions_from ON "ticket-transitions" ("from", "to") WHERE "removedAt" IS NULL;
CREATE INDEX ticket_transitions_to ON "ticket-transitions" ("to", "from") WHERE "removedAt" IS NULL;

-- Whose move it is; whoever may change the ticket where nobody is named.
CREATE TABLE ticket_transition_roles (
    transition INTEGER NOT NULL REFERENCES "ticket-transitions" (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role INTEGER NOT NULL REFERENCES roles (id),
    PRIMARY KEY (transition, position)
) STRICT, WITHOUT ROWID;

INSERT INTO "ticket-transitions" (id, version, "from", "to", requires, "createdAt", "updatedAt") VALUES
    (1, 1, 1, 2, '[]', 1795305600000, 1795305600000),
    (2, 1, 1, 3, '[]', 1795305600000, 1795305600000),
    (3, 1, 1, 4, '[]', 1795305600000, 1795305600000),
    (4, 1, 1, 5, '["reply","date"]', 1795305600000, 1795305600000),
    (5, 1, 1, 6, '[]', 1795305600000, 1795305600000),
    (6, 1, 2, 3, '[]', 1795305600000, 1795305600000),
    (7, 1, 2, 4, '[]', 1795305600000, 1795305600000),
    (8, 1, 2, 5, '["reply","date"]', 1795305600000, 1795305600000),
    (9, 1, 2, 6, '[]', 1795305600000, 1795305600000),
    (10, 1, 3, 2, '[]', 1795305600000, 1795305600000),
    (11, 1, 3, 4, '[]', 1795305600000, 1795305600000),
    (12, 1, 3, 5, '["reply","date"]', 1795305600000, 1795305600000),
    (13, 1, 3, 6, '[]', 1795305600000, 1795305600000),
    (14, 1, 4, 2, '[]', 1795305600000, 1795305600000),
    (15, 1, 4, 3, '[]', 1795305600000, 1795305600000),
    (16, 1, 4, 5, '["reply","date"]', 1795305600000, 1795305600000),
    (17, 1, 4, 6, '[]', 1795305600000, 1795305600000),
    (18, 1, 5, 2, '[]', 1795305600000, 1795305600000),
    (19, 1, 5, 3, '[]', 1795305600000, 1795305600000),
    (20, 1, 5, 4, '[]', 1795305600000, 1795305600000),
    (21, 1, 5, 6, '[]', 1795305600000, 1795305600000),
    -- The customer agreed, or did not.
    (22, 1, 6, 7, '[]', 1795305600000, 1795305600000),
    (23, 1, 6, 8, '["reason"]', 1795305600000, 1795305600000),
    (24, 1, 6, 2, '["reason"]', 1795305600000, 1795305600000),
    (25, 1, 7, 2, '["reason"]', 1795305600000, 1795305600000),
    (26, 1, 8, 2, '[]', 1795305600000, 1795305600000),
    (27, 1, 8, 3, '[]', 1795305600000, 1795305600000),
    (28, 1, 8, 4, '[]', 1795305600000, 1795305600000),
    (29, 1, 8, 5, '["reply","date"]', 1795305600000, 1795305600000),
    (30, 1, 8, 6, '[]', 1795305600000, 1795305600000);

CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    "externalIds" TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL CHECK (version > 0),
    -- What customers are told; the last digit checks the others.
    number TEXT NOT NULL CHECK (number <> ''),
    subject TEXT NOT NULL CHECK (subject <> ''),
    description TEXT,
    kind TEXT NOT NULL CHECK (kind IN (
        'inquiry', 'complaint', 'return', 'exchange', 'repair', 'suggestion', 'praise')),
    category INTEGER REFERENCES "ticket-categories" (id),
    phase TEXT CHECK (phase IN ('pre_sale', 'in_sale', 'after_sale')),
    channel TEXT NOT NULL CHECK (channel IN ('email', 'form', 'phone', 'wechat', 'visit', 'api', 'page', 'other')),
    severity TEXT CHECK (severity IN ('critical', 'major', 'minor', 'trivial')),
    priority TEXT NOT NULL CHECK (priority IN ('urgent', 'high', 'normal', 'low')),
    conflict TEXT CHECK (conflict IN ('calm', 'annoyed', 'angry', 'threatening')),
    "remedySought" TEXT,
    expectation TEXT,
    product INTEGER REFERENCES products (id),
    deal INTEGER REFERENCES deals (id),
    "orderReference" TEXT,
    customer INTEGER REFERENCES customers (id),
    contact INTEGER REFERENCES contacts (id),
    tier TEXT,
    -- Who wrote, where no record is known yet.
    "reporterName" TEXT,
    "reporterEmail" TEXT,
    "reporterPhone" TEXT,
    language TEXT NOT NULL CHECK (language IN ('zh', 'en')),
    status INTEGER NOT NULL REFERENCES "ticket-statuses" (id),
    -- The category of the status.
    state TEXT NOT NULL CHECK (state IN (
        'new', 'open', 'waiting_customer', 'waiting_third_party', 'deferred', 'resolved', 'closed', 'rejected')),
    "deferredUntil" TEXT,
    "receivedAt" INTEGER NOT NULL,
    owner INTEGER REFERENCES users (id),
    assignee INTEGER REFERENCES users (id),
    parent INTEGER REFERENCES tickets (id),
    -- Of which ended ticket it is the continuation.
    follows INTEGER REFERENCES tickets (id),
    "firstResponseAt" INTEGER,
    "lastIncomingAt" INTEGER,
    "lastReplyAt" INTEGER,
    "resolvedAt" INTEGER,
    "closedAt" INTEGER,
    reopened INTEGER NOT NULL CHECK (reopened >= 0),
    handovers INTEGER NOT NULL CHECK (handovers >= 0),
    -- The next deadline of its clocks.
    "nextDueAt" INTEGER,
    cause TEXT,
    "causeClass" TEXT CHECK ("causeClass" IN ('own', 'competitor', 'involuntary')),
    tags TEXT NOT NULL DEFAULT '[]',
    notes TEXT,
    custom TEXT NOT NULL DEFAULT '{}',
    "createdAt" INTEGER NOT NULL,
    "updatedAt" INTEGER NOT NULL,
    "removedAt" INTEGER,
    "searchTerms" TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'closed') = ("closedAt" IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX tickets_number ON tickets (number);
CREATE INDEX tickets_owner ON tickets (owner, id) WHERE "removedAt" IS NULL;
CREATE INDEX tickets_removed_owner ON tickets (owner, id) WHERE "removedAt" IS NOT NULL;
CREATE INDEX tickets_bin ON tickets ("removedAt", id) WHERE "removedAt" IS NOT NULL;
CREATE INDEX tickets_updated ON tickets ("updatedAt", id) WHERE "removedAt" IS NULL;
-- The work list of an agent: what is open, by its next deadline.
CREATE INDEX tickets_work ON tickets (owner, state, "nextDueAt", id) WHERE "removedAt" IS NULL;
CREATE INDEX tickets_assignee ON tickets (assignee, state, "nextDueAt", id) WHERE assignee IS NOT NULL;
CREATE INDEX tickets_state ON tickets (state, "nextDueAt", id) WHERE "removedAt" IS NULL;
-- What may be closed for want of an answer.
CREATE INDEX tickets_resolved ON tickets ("resolvedAt", id) WHERE state = 'resolved' AND "removedAt" IS NULL;
CREATE INDEX tickets_status ON tickets (status);
CREATE INDEX tickets_customer ON tickets (customer, id) WHERE customer IS NOT NULL;
CREATE INDEX tickets_contact ON tickets (contact, id) WHERE contact IS NOT NULL;
CREATE INDEX tickets_deal ON tickets (deal, id) WHERE deal IS NOT NULL;
CREATE INDEX tickets_parent ON tickets (parent, id) WHERE parent IS NOT NULL;
CREATE INDEX tickets_follows ON tickets (follows, id) WHERE follows IS NOT NULL;
CREATE INDEX tickets_category ON tickets (category, id) WHERE category IS NOT NULL;
CREATE INDEX tickets_reporter ON tickets ("reporterEmail", id) WHERE "reporterEmail" IS NOT NULL;
CREATE VIRTUAL TABLE tickets_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- What was said: to the customer, by the customer, and among ourselves. Rows are added only.
CREATE TABLE ticket_messages (
    id INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'note', 'incoming')),
    text TEXT NOT NULL CHECK (text <> ''),
    -- When it was said, and when it was stored.
    at INTEGER NOT NULL,
    "storedAt" INTEGER NOT NULL,
    channel TEXT,
    -- Who wrote or entered it; null for Koi itself and the customer.
    author INTEGER REFERENCES users (id),
    "fromName" TEXT,
    "fromAddress" TEXT,
    -- What became of a reply that went out by mail; null for all others.
    delivery TEXT CHECK (delivery IN ('queued', 'sent', 'failed'))
) STRICT;
CREATE INDEX ticket_messages_ticket ON ticket_messages (ticket, id);

-- By which mail a ticket is written about, so that an answer finds it.
CREATE TABLE ticket_mail (
    -- SHA-256 of the Message-ID without its brackets.
    digest BLOB PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    message INTEGER REFERENCES ticket_messages (id) ON DELETE CASCADE,
    -- Null once whom it tells of was erased.
    "messageId" TEXT,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_mail_ticket ON ticket_mail (ticket, at);
CREATE INDEX ticket_mail_message ON ticket_mail (message) WHERE message IS NOT NULL;

-- What was sent as a file. The content lies in the data folder under its hash, once for all that have the same.
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    name TEXT NOT NULL CHECK (name <> ''),
    -- As its beginning tells.
    type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    -- Who sent it; null for Koi itself and the customer.
    "user" INTEGER REFERENCES users (id),
    at INTEGER NOT NULL,
    -- The message that it goes with; null where nothing has it yet.
    message INTEGER REFERENCES ticket_messages (id) ON DELETE SET NULL,
    position INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX files_sha256 ON files (sha256);
CREATE INDEX files_message ON files (message, position) WHERE message IS NOT NULL;
CREATE INDEX files_loose ON files (at, id) WHERE message IS NULL;

-- For how many days a closed ticket can be opened again.
ALTER TABLE settings ADD COLUMN "ticketReopenDays" INTEGER NOT NULL DEFAULT 30 CHECK ("ticketReopenDays" >= 0);
-- After how many days without a word resolved tickets are closed; null for never.
ALTER TABLE settings ADD COLUMN "ticketCloseDays" INTEGER CHECK ("ticketCloseDays" > 0);

-- Whoever serves needs to see what there is; who leads sets it up.
UPDATE roles SET permissions = replace(permissions, '"users":{',
        '"ticket-categories":{"read":"all"},"ticket-statuses":{"read":"all"},"ticket-transitions":{"read":"all"},"users":{')
    WHERE "key" IN ('sales', 'service') AND permissions NOT LIKE '%"ticket-statuses"%';
UPDATE roles SET permissions = replace(permissions, '"users":{',
        '"ticket-categories":{"read":"all","create":"all","change":"all"},"ticket-statuses":{"read":"all","create":"all","change":"all"},"ticket-transitions":{"read":"all","create":"all","change":"all","remove":"all"},"users":{')
    WHERE "key" = 'manager' AND permissions NOT LIKE '%"ticket-statuses"%';
