#!/usr/bin/env python3
"""Keeps customers and contacts of an ERP and of Koi in step: no library beside Python's own.

    KOI_URL=http://127.0.0.1:8080 KOI_KEY=koi_… scripts/examples/erp_sync.py customers.csv contacts.csv state.json [erp | koi]

The ERP writes both files whole, with these columns:

    customers.csv   number,name,phone,address
    contacts.csv    number,customer,name,mobile,email      customer is the number of a customer

state.json has what both sides had when they last agreed, so for each field it is known who has changed it since. What the ERP has
changed goes to Koi. What people have changed in Koi comes on standard output, an object on each line, at every run until the ERP has
taken it in; so does what both have changed, with what the ERP has as "erp". That is left as it is on either side, unless the
last argument says who is right. Exit code 1 where something was not taken: each is named on standard error, and the others are.
"""

import csv
import json
import os
import sys

from koi import Refused, ask, path

SYSTEM = "erp"
OPERATIONS = 200
FIELDS = {"customers": ["name", "phone", "address"], "contacts": ["name", "mobile", "email"]}


def read(file, resource):
    """The rows by their numbers. An empty cell is an empty field."""
    with open(file, newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines)
        missing = {"number", *FIELDS[resource]} - set(rows.fieldnames or [])
        if missing:
            sys.exit(f"{file} has no column {', '.join(sorted(missing))}")
        return {row["number"]: {name: (value or "").strip() or None for name, value in row.items() if name} for row in rows if row["number"]}


class State:
    """What is known of each record in Koi, by its number: its id, version and values; whether it is gone; what was agreed on for each
    field, as the ERP and as Koi writes it; and for a contact the number of its customer."""

    def __init__(self, file):
        self.file = file
        self.position, self.records = None, {resource: {} for resource in FIELDS}
        if os.path.exists(file):
            with open(file, encoding="utf-8") as stored:
                state = json.load(stored)
            self.position, self.records = state["position"], state["records"]

    def save(self):
        with open(self.file + ".new", "w", encoding="utf-8") as stored:
            json.dump({"position": self.position, "records": self.records}, stored, ensure_ascii=False)
        os.replace(self.file + ".new", self.file)

    def keep(self, resource, record):
        """Takes in a record of Koi, which may have several numbers, as after a merge."""
        for number in (one["key"] for one in record["externalIds"] if one["system"] == SYSTEM):
            known = self.records[resource].setdefault(number, {"agreed": {}})
            known |= {"id": record["id"], "version": record["version"], "gone": False}
            known["values"] = {field: record[field] for field in FIELDS[resource]}

    def lose(self, resource, id):
        for known in self.records[resource].values():
            known["gone"] = known["gone"] or known["id"] == id

    def follow(self):
        """Takes in what has happened in Koi since the last run, or everything where the feed says so."""
        position = ask("GET", "/v1/changes")["position"]
        try:
            while self.position is not None:
                page = ask("GET", f"/v1/changes?after={self.position}&resource={','.join(FIELDS)}&limit=500")
                if any(item["effect"] == "reset" for item in page["items"]):
                    break
                for item in page["items"]:
                    if item["record"]:
                        self.keep(item["subject"]["resource"], item["record"])
                    else:
                        self.lose(item["subject"]["resource"], item["subject"]["id"])
                self.position = page["position"]
                if not page["more"]:
                    return
        except Refused as problem:
            if problem.status not in (409, 410):
                raise
            # Koi was restored from a backup, is another one, or the last run is long ago: what was agreed on no longer tells who
            # has changed what.
            for known in (known for records in self.records.values() for known in records.values()):
                known["agreed"] = {}
        self.load()
        self.position = position

    def load(self):
        for resource, records in self.records.items():
            for known in records.values():
                known["gone"] = True
            cursor = ""
            while cursor is not None:
                page = ask("GET", f"/v1/{resource}?externalIds.system={SYSTEM}&limit=500" + (f"&cursor={cursor}" if cursor else ""))
                for record in page["items"]:
                    self.keep(resource, record)
                cursor = page["next"]


def compare(row, known, fields, right):
    """What is to be sent to Koi, what the ERP is to be told, and what it has there otherwise than people have put it."""
    send, tell, conflict = {}, {}, {}
    for field in fields:
        erp, koi = row[field], known["values"][field]
        agreed = known["agreed"].get(field)
        as_agreed = {"erp": agreed is not None and agreed[0] == erp, "koi": agreed is not None and agreed[1] == koi}
        if erp == koi:
            known["agreed"][field] = [erp, koi]
        elif all(as_agreed.values()):
            # Koi writes it in another way.
            continue
        elif as_agreed["koi"] or (right == "erp" and not as_agreed["erp"]):
            send[field] = erp
        else:
            tell[field] = koi
            if not as_agreed["erp"] and right != "koi":
                conflict[field] = erp
    return send, tell, conflict


def operation(resource, number, row, known):
    """Makes a record that Koi does not have, or changes it as far as nobody has done so meanwhile."""
    if known:
        return {"method": "PATCH", "path": path(resource, known["id"]), "body": row, "ifMatch": f'"{known["version"]}"'}
    body = {field: row[field] for field in FIELDS[resource]}
    if row.get("customer"):
        body["customers"] = [{"customer": {SYSTEM: row["customer"]}}]
    # Two numbers are two records, however alike: the ERP says so. The list of duplicates shows them.
    target = path(resource, "by", SYSTEM, number) + "?allowDuplicate=true"
    return {"method": "PUT", "path": target, "body": body, "ifNoneMatch": "*"}


def push(state, resource, rows, sends):
    """Sends what is to be sent, many in one request; how many were refused."""
    refused = 0
    numbers = list(sends)
    for start in range(0, len(numbers), OPERATIONS):
        part = numbers[start : start + OPERATIONS]
        operations = [operation(resource, number, sends[number], state.records[resource].get(number)) for number in part]
        # One by one: a row that cannot be taken keeps no other from it.
        results = ask("POST", "/v1/batch", {"atomic": False, "operations": operations})["results"]
        for number, result in zip(part, results, strict=True):
            if result["status"] >= 400:
                refused += 1
                print(f"{resource} {number}: {Refused(result['status'], result['body'])}", file=sys.stderr)
                continue
            state.keep(resource, result["body"])
            known = state.records[resource][number]
            known.setdefault("customer", rows[number].get("customer"))
            known["agreed"] |= {field: [rows[number][field], known["values"][field]] for field in FIELDS[resource] if field in sends[number]}
    return refused


def link(state, number, customer):
    """Has a contact belong to the ERP's customer instead of the one that the ERP named before; other links are people's own."""
    known, customers = state.records["contacts"][number], state.records["customers"]
    if customer and customer not in customers:
        raise Refused(404, {"code": "not_found", "detail": f"The customer {customer} is not in Koi."})
    before, after = (customers.get(one or "", {}).get("id") for one in (known.get("customer"), customer))
    record = ask("GET", path("contacts", known["id"]))
    links = [one for one in record["customers"] if one["customer"] != before or before == after]
    if after is not None and all(one["customer"] != after for one in links):
        links.append({"customer": after})
    if links != record["customers"]:
        changed = ask("PATCH", path("contacts", known["id"]), {"customers": links}, If_Match=f'"{record["version"]}"')
        known["version"] = changed["version"]
    known["customer"] = customer


def sync(state, resource, rows, right):
    """How many rows were refused."""
    sends = {}
    for number, row in rows.items():
        known = state.records[resource].get(number)
        if known is None:
            sends[number] = row
            continue
        news = {"resource": resource, "number": number, "koi": known["id"]}
        if known["gone"]:
            # In the bin, or no longer for this key to see. The ERP decides what becomes of its own.
            print(json.dumps({**news, "gone": True}, ensure_ascii=False))
            continue
        send, tell, conflict = compare(row, known, FIELDS[resource], right)
        if send:
            sends[number] = send
        if tell:
            news |= {"version": known["version"], "set": tell} | ({"erp": conflict} if conflict else {})
            print(json.dumps(news, ensure_ascii=False))
    return push(state, resource, rows, sends)


def main(customers, contacts, state, right=None):
    rows = {"customers": read(customers, "customers"), "contacts": read(contacts, "contacts")}
    state = State(state)
    state.follow()
    refused = sum(sync(state, resource, rows[resource], right) for resource in FIELDS)
    for number, row in rows["contacts"].items():
        known = state.records["contacts"].get(number)
        if known and not known["gone"] and ("customer" not in known or known["customer"] != row.get("customer")):
            try:
                link(state, number, row.get("customer"))
            except Refused as problem:
                refused += 1
                print(f"contacts {number}: {problem}", file=sys.stderr)
    # Last, so that what breaks off is done again and not lost.
    state.save()
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
