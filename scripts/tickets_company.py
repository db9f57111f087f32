"""Fills a company's database with tickets, as many as a large company gathers in three years, and with clocks that are due.

Written straight to the tables, since a million tickets through the services would take the bench an hour.
"""
import random
import sqlite3
import time

DAY = 86_400_000
MINUTE = 60_000
KINDS = ("inquiry", "complaint", "return", "exchange", "repair", "suggestion", "praise")
STATES = ("new", "open", "waiting_customer", "waiting_third_party", "deferred", "resolved", "rejected")
# Of a hundred tickets: one is the agent's whose list is measured, and so many are open.
OWN, OPEN = 100, 5


def fill(path, tickets, due, owner, policy, now=None):
    """The folder's Koi must not run. `owner` gets every hundredth ticket, other users the rest; of `due` the first answer is overdue."""
    now = now or int(time.time() * 1000)
    dice = random.Random(1)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    tables = ("tickets", "ticket_clock_events", "ticket_clocks")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (?, ?, ?)", tables).fetchall()
    users = [row[0] for row in connection.execute("SELECT id FROM users WHERE id <> ? ORDER BY id", (owner,))]
    customers = connection.execute("SELECT max(id) FROM customers").fetchone()[0]
    status = dict(connection.execute('SELECT category, id FROM "ticket-statuses" WHERE main = 1'))
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM tickets").fetchone()[0]
    # Those whose first answer is overdue are the newest.
    overdue = range(first + tickets - due, first + tickets)

    def ticket(number):
        is_due = number in overdue
        received = now - (10 * DAY + number % DAY if is_due else dice.randrange(3 * 365 * DAY))
        is_open = is_due or dice.randrange(100) < OPEN
        state = "new" if is_due else dice.choice(STATES) if is_open else "closed"
        closed = None if is_open else received + dice.randrange(now - received)
        next_due = received + 60 * MINUTE if is_due else received + 30 * DAY if is_open and state != "resolved" else None
        holder = owner if number % OWN == 0 else users[number % len(users)]
        return (number, f"{number:08}", f"水泵漏水 {number}", KINDS[number % len(KINDS)], "email", "normal",
                dice.randrange(1, customers + 1), "general", "zh", status[state], state, received, holder, None if is_due else received + DAY,
                closed, closed, next_due, received, closed or received)

    connection.executemany(
        """INSERT INTO tickets (id, version, number, subject, kind, channel, priority, customer, tier, language, status, state, "receivedAt",
               owner, "firstResponseAt", "resolvedAt", "closedAt", "nextDueAt", reopened, handovers, "createdAt", "updatedAt")
           VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)""",
        map(ticket, range(first, first + tickets)))
    connection.execute(
        """INSERT INTO ticket_clock_events (ticket, clock, event, at, target, due, policy)
           SELECT id, 'first_response', 'started', "receivedAt", 60, "nextDueAt", ? FROM tickets WHERE id >= ?""",
        (policy, overdue.start))
    connection.execute(
        """INSERT INTO ticket_clocks (ticket, clock, "user", due, next)
           SELECT id, 'first_response', 0, "nextDueAt", "nextDueAt" FROM tickets WHERE id >= ?""",
        (overdue.start,))
    # What the clocks are is written here: nothing is to be counted anew beside what is measured.
    connection.execute("DELETE FROM jobs WHERE name = 'watchTickets' OR kind = 'retimeTickets'")
    connection.execute(
        """INSERT INTO jobs (kind, name, state, due, "createdAt") VALUES ('watchTickets', 'watchTickets', 'waiting', ?, ?)""",
        (now + DAY, now))
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.close()


def let_watch(path, at):
    """Has the clocks looked at from a time on. The folder's Koi must not run."""
    connection = sqlite3.connect(path)
    connection.execute("UPDATE jobs SET due = ? WHERE name = 'watchTickets'", (at,))
    connection.commit()
    connection.close()
