#!/usr/bin/env python3
"""Writes down a telephone call of a call centre with the contact who called: no library beside Python's own.

    KOI_URL=… KOI_KEY=koi_… scripts/examples/call_log.py CALL NUMBER TEXT

CALL is the call centre's own number of the call: the same call is written down once, however often this is run. The contact is
found by any spelling of NUMBER, and made where there is none. The text is a line of the contact's notes, and so it stands in the
contact's timeline with the time at which it was written.
"""

import sys
import urllib.parse

from koi import Refused, ask, path

SYSTEM = "phone"
# The contact with whom calls stand that come without a number.
WITHHELD = "withheld"
# Characters of notes.
LONGEST = 10_000
TRIES = 20


def find(number):
    """The contact with this number, the newest where there are several; nil where nobody has it."""
    query = urllib.parse.urlencode({"q": number, "limit": 20})
    for contact in ask("GET", "/v1/contacts?" + query)["items"]:
        # A search also finds numbers that only begin so.
        if contact["match"]["kind"] == "exact" and {"phone", "mobile"} & set(contact["match"]["fields"]):
            return contact["id"]
    return None


def make(number):
    """A contact of whom no more is known. Two calls at once make one: the number is its key as well."""
    key = path("contacts", "by", SYSTEM, number or WITHHELD)
    record = {"name": number, "mobile": number} if number else {"name": WITHHELD}
    try:
        return ask("PUT", key + "?allowDuplicate=true", record, If_None_Match="*")["id"]
    except Refused as problem:
        if problem.code == "in_bin":
            # Somebody has removed it, and it calls again.
            return ask("PUT", key + "?restore=true", {})["id"]
        if problem.status != 412:
            raise
        return ask("GET", key)["id"]


def add(notes, call, text):
    """The notes with a line for the call. Where they are full the oldest calls make room; the timeline goes on having them."""
    lines = [*notes.splitlines(), f"[call {call}] " + " ".join("".join(one if one.isprintable() else " " for one in text).split())]
    while len("\n".join(lines)) > LONGEST:
        oldest = next((place for place, line in enumerate(lines[:-1]) if line.startswith("[call ")), None)
        if oldest is None:
            break
        del lines[oldest]
    return "\n".join(lines)


def note(contact, call, text):
    """Adds a line to the notes, unless the call has one; nobody else's line gets lost, since If-Match guards the change."""
    for _ in range(TRIES):
        record = ask("GET", path("contacts", contact) + "?fields=notes,version")
        notes = record["notes"] or ""
        if any(known.startswith(f"[call {call}]") for known in notes.splitlines()):
            return
        try:
            ask("PATCH", path("contacts", contact), {"notes": add(notes, call, text)}, If_Match=f'"{record["version"]}"')
            return
        except Refused as problem:
            # Somebody else was faster.
            if problem.status != 412:
                raise
    raise SystemExit(f"contact {contact} is changed all the time; try again later")


def main(call, number, text):
    # Of a withheld number nothing is left.
    number = "".join(one for one in number if one in "+0123456789")
    contact = find(number) if number else None
    if contact is None:
        contact = make(number)
    note(contact, call, text)
    print(contact)


if __name__ == "__main__":
    main(*sys.argv[1:])
