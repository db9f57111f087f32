#!/usr/bin/env python3
"""Keeps a copy of Koi's records in step, in an SQLite file: no library beside Python's own.

    KOI_URL=http://127.0.0.1:8080 KOI_KEY=koi_… scripts/examples/mirror.py copy.db            # until it is stopped
    KOI_URL=http://127.0.0.1:8080 KOI_KEY=koi_… scripts/examples/mirror.py copy.db --once     # as far as the feed goes

The table `records` has a row for each record that the key may see: resource, id, and the record as JSON. The position in the
feed is stored with the changes that led to it, in one transaction, so that it may be stopped at any moment and goes on there.
"""

import json
import os
import sqlite3
import sys

from koi import UNANSWERED, Refused, ask

RESOURCES = os.environ.get("KOI_RESOURCES", "customers,contacts").split(",")


def load(copy):
    """Reads everything. The position comes first: what happens meanwhile is told again, and changes nothing then."""
    position = ask("GET", "/v1/changes")["position"]
    copy.execute("DELETE FROM records")
    for resource in RESOURCES:
        cursor = ""
        while cursor is not None:
            page = ask("GET", f"/v1/{resource}?limit=500" + (f"&cursor={cursor}" if cursor else ""))
            copy.executemany("INSERT INTO records VALUES (?, ?, ?)", [(resource, item["id"], json.dumps(item)) for item in page["items"]])
            cursor = page["next"]
    copy.execute("UPDATE position SET place = ?", [position])
    copy.commit()


def apply(copy, item):
    """Does what a change says; false where everything is to be loaded anew."""
    if item["effect"] == "reset":
        return False
    place = [item["subject"]["resource"], item["subject"]["id"]]
    if item["effect"] in ("stored", "entered"):
        copy.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", [*place, json.dumps(item["record"])])
    else:
        copy.execute("DELETE FROM records WHERE resource = ? AND id = ?", place)
    return True


def follow(copy, wait):
    """Takes one page of the feed; whether there is more already."""
    position = copy.execute("SELECT place FROM position").fetchone()[0]
    if position is None:
        load(copy)
        return True
    try:
        page = ask("GET", f"/v1/changes?after={position}&resource={','.join(RESOURCES)}&limit=500&wait={wait}")
    except Refused as problem:
        # The log does not know this position: another database, a restored backup, or long ago.
        if problem.status not in (409, 410):
            raise
        load(copy)
        return True
    if not all(apply(copy, item) for item in page["items"]):
        copy.rollback()
        load(copy)
        return True
    copy.execute("UPDATE position SET place = ?", [page["position"]])
    copy.commit()
    return page["more"]


def main(file, is_once):
    copy = sqlite3.connect(file)
    copy.execute("CREATE TABLE IF NOT EXISTS records (resource TEXT, id INTEGER, record TEXT, PRIMARY KEY (resource, id))")
    copy.execute("CREATE TABLE IF NOT EXISTS position (place TEXT)")
    if copy.execute("SELECT count(*) FROM position").fetchone()[0] == 0:
        copy.execute("INSERT INTO position VALUES (NULL)")
    copy.commit()
    while True:
        try:
            has_more = follow(copy, 0 if is_once else 30)
        except UNANSWERED as error:
            copy.rollback()
            if is_once:
                raise
            # Koi was away for as long as a request is tried again. Whoever follows goes on all the same.
            print(error, file=sys.stderr, flush=True)
            continue
        if is_once and not has_more:
            return


if __name__ == "__main__":
    try:
        main(sys.argv[1], "--once" in sys.argv)
    except KeyboardInterrupt:
        pass
