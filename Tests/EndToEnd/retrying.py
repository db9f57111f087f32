"""Clients that write under idempotency keys and send again what was not answered, until it is."""

import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import requests

from running_koi import PATIENCE

CLIENTS = 16


class Retrying:
    """Sixteen clients, each with its own records and its own list of writes, which follows from the seed alone."""

    def __init__(self, koi, seed, writes):
        """`koi` is a function that gives the server that runs at the moment."""
        self.koi = koi
        self.seed = seed
        self.writes = writes
        self.done = 0
        self.replayed = 0
        self.lock = threading.Lock()

    def run(self):
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(self.write, number) for number in range(CLIENTS)]
            for client in clients:
                client.result()

    def write(self, number):
        client = Client(self, number)
        for turn in range(self.writes // CLIENTS):
            client.write(turn)
            with self.lock:
                self.done += 1
        with self.lock:
            self.replayed += client.replayed


class Client:
    def __init__(self, all, number):
        self.all = all
        self.number = number
        self.chance = random.Random(all.seed * 1_000 + number)
        self.session = requests.Session()
        self.replayed = 0
        # What it has made, by key: numbers differ from run to run, and are what the server answered.
        self.customers = {}
        self.removed = {}
        self.contacts = []

    def write(self, turn):
        kinds = [self.put, self.put, self.post, self.contact, self.batch]
        if self.customers:
            kinds += [self.patch, self.patch, self.patch, self.link, self.remove]
        if self.removed:
            kinds += [self.restore]
        self.chance.choice(kinds)(turn)

    def put(self, turn):
        key = f"C {self.number}/{self.chance.randrange(40)}"
        if key in self.removed:
            return self.restore_key(key, turn)
        body = {"name": f"客户 {key}", "notes": f"turn {turn}", "size": self.chance.randrange(1_000)}
        self.customers[key] = self.send("PUT", by(key), body)["id"]

    def restore_key(self, key, turn):
        body = {"notes": f"back in turn {turn}"}
        self.customers[key] = self.send("PUT", by(key) + "?restore=true", body)["id"]
        del self.removed[key]

    def post(self, turn):
        self.send("POST", "/v1/customers", {"name": f"Only {self.number}-{turn}"})

    def patch(self, turn):
        key = self.chance.choice(sorted(self.customers))
        self.send("PATCH", f"/v1/customers/{self.customers[key]}", {"notes": f"turn {turn}", "tier": self.chance.choice(["vip", "low", None])})

    def contact(self, turn):
        links = [{"customer": {"erp": key}, "role": f"r{turn}"} for key in sorted(self.customers)[:2]]
        self.contacts.append(self.send("POST", "/v1/contacts", {"name": f"Person {self.number}-{turn}", "customers": links})["id"])

    def link(self, turn):
        if not self.contacts:
            return self.contact(turn)
        key = self.chance.choice(sorted(self.customers))
        contact = self.chance.choice(self.contacts)
        self.send("PATCH", f"/v1/contacts/{contact}", {"customers": [{"customer": {"erp": key}, "role": f"r{turn}"}]})

    def remove(self, turn):
        key = self.chance.choice(sorted(self.customers))
        self.send("DELETE", by(key))
        self.removed[key] = self.customers.pop(key)

    def restore(self, turn):
        key = self.chance.choice(sorted(self.removed))
        self.send("PUT", f"/v1/customers/{self.removed[key]}/restoration")
        self.customers[key] = self.removed.pop(key)

    def batch(self, turn):
        operations = [
            {"id": "made", "method": "POST", "path": "/v1/customers", "body": {"name": f"Batch {self.number}-{turn}"}},
            {"method": "POST", "path": "/v1/contacts", "body": {"name": f"Batched {self.number}-{turn}", "customers": [{"customer": {"$ref": "made"}}]}},
            {"method": "PATCH", "path": "/v1/customers/$made", "body": {"notes": f"turn {turn}"}},
        ]
        answer = self.send("POST", "/v1/batch", {"atomic": self.chance.random() < 0.5, "operations": operations})
        assert answer["failed"] == 0, answer

    def send(self, method, path, body=None):
        """Sends the same request under the same key until it is answered."""
        key = str(uuid.uuid4())
        end = time.monotonic() + 2 * PATIENCE
        while True:
            koi = self.all.koi()
            headers = {**koi.authorization, "Idempotency-Key": key}
            try:
                answer = self.session.request(method, koi.url + path, json=body, headers=headers, timeout=PATIENCE)
            except (requests.ConnectionError, requests.Timeout):
                answer = None
            if answer is not None and answer.status_code != 503:
                break
            assert time.monotonic() < end, f"{method} {path} was never answered"
            time.sleep(0.02)
        assert answer.ok, f"{method} {path} {body}: {answer.status_code} {answer.text}"
        self.replayed += answer.headers.get("Idempotency-Replayed") == "true"
        return answer.json() if answer.content else None


def by(key):
    return "/v1/customers/by/erp/" + requests.utils.quote(key, safe="")


def state(koi):
    """All that is stored, without what differs from one run to the next: numbers, times, and the order of the log."""
    customers = everything(koi, "customers")
    names = {record["id"]: record["name"] for record in customers}
    records = [plain(record) for record in customers]
    for record in everything(koi, "contacts"):
        for link in record["customers"]:
            link["customer"] = names[link["customer"]]
        records.append(plain(record))
    return sorted(records, key=lambda record: (record["name"], str(record)))


def plain(record):
    record = {name: value for name, value in record.items() if name not in ("id", "createdAt", "updatedAt")}
    return {**record, "removedAt": record["removedAt"] is not None}


def everything(koi, resource):
    records = []
    for removed in ("false", "true"):
        cursor = None
        while True:
            parameters = {"limit": 500, "removed": removed, **({"cursor": cursor} if cursor else {})}
            answer = requests.get(f"{koi.url}/v1/{resource}", params=parameters, headers=koi.authorization, timeout=PATIENCE)
            answer.raise_for_status()
            page = answer.json()
            records += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
    return records


def events(koi):
    """How often each thing happened."""
    counts, after = {}, 0
    while after is not None:
        answer = requests.get(f"{koi.url}/v1/events", params={"after": after, "limit": 200}, headers=koi.authorization, timeout=PATIENCE)
        answer.raise_for_status()
        page = answer.json()
        for event in page["items"]:
            if event["resource"] in ("customers", "contacts"):
                counts[event["type"]] = counts.get(event["type"], 0) + 1
        after = page["next"]
    return counts
