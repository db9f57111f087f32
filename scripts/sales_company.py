"""Fills a company's database with leads, deals and activities, as many as a large company gathers in three years.

Written straight to the tables, since a million leads through the services would take the bench an hour. What the services keep
up to date beside the tables is brought about by triggers or made anew here, by the statements of the migration that made it.
"""
import glob
import os
import random
import re
import sqlite3
import time

DAY = 86_400_000
SOURCES = ("web_form", "phone", "email", "visit", "exhibition", "advertisement", "referral", "other")
REASONS = (("price", "own"), ("poor_response", "own"), ("competitor", "competitor"), ("involuntary", "involuntary"))
# Stages of the standard pipeline: those that are open, and its ends.
OPEN, WON, LOST = range(1, 8), 8, 9
# Of a hundred leads: one is the salesperson's whose lists are measured, as many lie in the pool.
OWN, POOLED = 100, 3


def count(connection):
    """Makes anew what is counted beside leads, deals and activities."""
    schema = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Sources/Koi/Schema")
    for path in glob.glob(schema + "/*-funnel.sql"):
        with open(path, encoding="utf-8") as file:
            statements = re.findall(r"^INSERT INTO (\w+)(.*?;)$", file.read(), re.MULTILINE | re.DOTALL)
        for table, rest in statements:
            connection.execute(f"DELETE FROM {table}")
            connection.execute(f"INSERT INTO {table}{rest}")


def fill(path, leads, deals, activities, owner, pool, now=None):
    """The folder's Koi must not run. `owner` gets every hundredth record, other users the rest; `pool` every third lead."""
    now = now or int(time.time() * 1000)
    dice = random.Random(1)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    tables = ("leads", "deals", "deal_stages", "activities", "assignments")
    marks = ", ".join("?" * len(tables))
    indexes = connection.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",
        tables).fetchall()
    users = [row[0] for row in connection.execute("SELECT id FROM users WHERE id <> ? ORDER BY id", (owner,))]
    customers = connection.execute("SELECT max(id) FROM customers").fetchone()[0]
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')

    def someone(number):
        return owner if number % OWN == 0 else users[number % len(users)]

    def lead(number):
        received = now - dice.randrange(3 * 365 * DAY)
        age = now - received
        status = dice.choices(("new", "contacted", "qualified", "unqualified", "converted"), (10, 20, 10, 35, 25))[0]
        pooled = status != "converted" and number % POOLED == 0
        answered = None if status == "new" else received + dice.randrange(min(age, 3 * DAY) + 1)
        converted = answered + dice.randrange(now - answered + 1) if status == "converted" else None
        return (number, f"客户线索 {number}", f"客户线索 {number}", f"重庆{number}机械有限公司", dice.choice(("机械", "化工", "食品")),
                dice.choice(("重庆", "四川", "上海")), dice.randrange(1000), SOURCES[number % len(SOURCES)], status,
                None if pooled else someone(number), received, answered,
                received + DAY, dice.randrange(1, customers + 1) if converted else None, converted,
                pool if pooled else None, dice.randrange(100), received, converted or answered or received)

    connection.executemany(
        """INSERT INTO leads (id, version, name, "nameKey", company, industry, region, size, source, status, owner, "receivedAt",
               "firstResponseAt", "responseDueAt", customer, "convertedAt", pool, score, "createdAt", "updatedAt")
           VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        map(lead, range(1, leads + 1)))
    converted = connection.execute(
        'SELECT id, customer, owner, "convertedAt" FROM leads WHERE status = ? ORDER BY id LIMIT ?',
        ("converted", deals)).fetchall()

    stays = []

    def deal(number):
        if number <= len(converted):
            lead, customer, holder, made = converted[number - 1]
        else:
            lead, customer, holder = None, dice.randrange(1, customers + 1), someone(number)
            made = now - dice.randrange(3 * 365 * DAY)
        state = dice.choices(("open", "won", "lost"), (30, 25, 45))[0]
        since, last = made, dice.choice(OPEN) if state != "won" else max(OPEN)
        for stage in range(1, last + 1):
            ended = since + dice.randrange((now - since) // 4 + 1)
            stays.append((number, stage, since, ended if stage < last or state != "open" else None))
            since = ended if stage < last or state != "open" else since
        end = {"won": WON, "lost": LOST}.get(state)
        if end:
            stays.append((number, end, since, None))
        reason, cause = dice.choice(REASONS) if state == "lost" else (None, None)
        close = time.strftime("%Y-%m-%d", time.gmtime(now / 1000 + dice.randrange(-60, 365) * 86_400))
        return (number, f"商机 {number}", f"商机 {number}", customer, lead, number % 3 == 0, holder, end or last, since, state,
                dice.randrange(1, 10_000_000), ("CNY", "CNY", "USD")[number % 3], close, since if state == "won" else None,
                since if state == "lost" else None, reason, cause, made, since)

    connection.executemany(
        """INSERT INTO deals (id, version, name, "nameKey", customer, lead, existing, owner, pipeline, stage, "enteredStageAt", state,
               amount, currency, "expectedClose", "wonAt", "lostAt", "lostReason", "lostClass", "createdAt", "updatedAt")
           VALUES (?, 1, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        map(deal, range(1, deals + 1)))
    connection.execute("UPDATE leads SET deal = d.id FROM deals AS d WHERE d.lead = leads.id")
    connection.executemany('INSERT INTO deal_stages (deal, stage, since, "until") VALUES (?, ?, ?, ?)', stays)

    connection.execute(
        """INSERT INTO stage_outcomes (stage, won, lost)
           SELECT h.stage, count(DISTINCT CASE WHEN d.state = 'won' THEN d.id END),
               count(DISTINCT CASE WHEN d.state = 'lost' THEN d.id END)
           FROM deal_stages AS h JOIN deals AS d ON d.id = h.deal
           JOIN stages AS s ON s.id = h.stage AND s.pipeline = d.pipeline
           WHERE s.kind = 'open' AND d.state <> 'open' AND d."removedAt" IS NULL GROUP BY h.stage""")

    def activity(number):
        at = now - dice.randrange(365 * DAY)
        return (dice.choice(("call", "visit", "email", "message")), dice.randrange(1, leads + 1), someone(number),
                dice.choice(("in", "out")), at, dice.randrange(60), dice.randrange(600), at, at)

    connection.executemany(
        """INSERT INTO activities (version, kind, lead, owner, direction, "happenedAt", minutes, "loggedAfterMinutes", "createdAt",
               "updatedAt") VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        map(activity, range(1, activities + 1)))
    for _, sql in indexes:
        connection.execute(sql)
    count(connection)
    connection.execute("COMMIT")
    connection.close()
