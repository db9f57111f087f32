"""Reads the database of a stopped Koi and says where it is not whole."""

import hashlib
import json
import sqlite3
import struct
from pathlib import Path


def faults(folder):
    """One sentence for each thing that is wrong."""
    database = sqlite3.connect(Path(folder, "koi.db"))
    try:
        return [
            *(f"SQLite: {row[0]}" for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"),
            *(f"a reference leads nowhere: {row}" for row in database.execute("PRAGMA foreign_key_check")),
            *broken_links(database),
            *half_records(database),
        ]
    finally:
        database.close()


def broken_links(database):
    """Gaps in the sequence of events, and hashes that do not cover what they should."""
    previous = b""
    expected = 1
    # An erasure takes the payloads of the events before it.
    without_payload = {}
    rows = database.execute(
        """
        SELECT e.sequence, e.at, e."actorKind", e.actor, e."user", e.request, e.type, e.resource, e.record,
            e.related, e."payloadDigest", e.hash, p.salt, p.payload
        FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
        ORDER BY e.sequence
        """
    )
    for *header, digest, stored, salt, payload in rows:
        sequence, subject = header[0], tuple(header[7:9])
        if sequence != expected:
            yield f"event {expected} is missing"
        parts = [previous, *("" if part is None else str(part) for part in header), digest]
        if hashlib.sha256(b"".join(map(measured, parts))).digest() != stored:
            yield f"event {sequence} does not match its hash"
        if payload is None:
            without_payload.setdefault(subject, []).append(sequence)
        elif hashlib.sha256(salt + payload.encode()).digest() != digest:
            yield f"event {sequence} does not match its payload"
        if header[6].endswith(".erased"):
            without_payload.pop(subject, None)
        previous, expected = stored, sequence + 1
    yield from (f"event {sequence} has no payload" for lost in without_payload.values() for sequence in lost)


def measured(part):
    """A part of what a hash covers, with its length in front."""
    data = part if isinstance(part, bytes) else part.encode()
    return struct.pack(">I", len(data)) + data


def half_records(database):
    """Customers without the event of their making, or with another name or number of versions than their events say."""
    made = {}
    versions = {}
    for type, record, payload in database.execute(
        "SELECT type, record, payload FROM events JOIN event_payloads USING (sequence) WHERE resource = 'customers'"
    ):
        versions[record] = versions.get(record, 0) + 1
        if type == "customer.created":
            if record in made:
                yield f"customer {record} was made twice"
            made[record] = json.loads(payload)["after"]["name"]
    stored = {id: (name, version) for id, name, version in database.execute("SELECT id, name, version FROM customers")}
    for id in made.keys() | stored.keys():
        name, version = stored.get(id, (None, None))
        if name != made.get(id) or version != versions.get(id):
            yield f"customer {id} is {name!r} in version {version}, but its events say otherwise"


def names(folder):
    """The names of all customers in the database."""
    database = sqlite3.connect(Path(folder, "koi.db"))
    try:
        return [name for (name,) in database.execute("SELECT name FROM customers ORDER BY id")]
    finally:
        database.close()
