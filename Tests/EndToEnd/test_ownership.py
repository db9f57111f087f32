"""Who has a record, who had it, and with whom it is shared, from outside: real keys, a restart, and `koi check`."""

import sqlite3
import time
from pathlib import Path

import pytest
import requests

from running_koi import PATIENCE

SALES = 3


class Client:
    """One person with a key of their own."""

    def __init__(self, koi, name, role=SALES):
        self.url = koi.url
        answer = requests.post(
            koi.url + "/v1/users", json={"name": name, "role": role}, headers=koi.authorization
        )
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]
        key = koi.command("key", "create", "--name", name, "--user", str(self.id)).stdout.strip()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"

    def ask(self, method, path, body=None):
        return self.session.request(method, self.url + path, json=body)

    def names(self, query=""):
        answer = self.ask("GET", "/v1/customers?fields=name&" + query)
        assert answer.status_code == 200, answer.text
        return [item["name"] for item in answer.json()["items"]]


@pytest.fixture
def people(koi):
    return Client(koi, "王芳"), Client(koi, "Bo")


def test_a_share_is_seen_at_once_outlives_a_restart_and_ends_at_once(start_koi, koi, people):
    anna, bo = people
    made = anna.ask("POST", "/v1/customers", {"name": "重庆机械"})
    place = made.headers["Location"]
    share = f"{place}/collaborators/{bo.id}"
    assert bo.names() == []
    assert anna.ask("PUT", share, {"access": "write"}).status_code == 201
    assert bo.names() == bo.names("q=cqjx") == bo.names("collaborator=me") == ["重庆机械"]
    assert bo.ask("PATCH", place, {"tier": "vip"}).status_code == 200

    assert koi.stop() == 0
    koi.command("check")
    again = start_koi()
    anna.url = bo.url = again.url
    assert bo.names("q=cqjx") == ["重庆机械"]
    assert anna.ask("DELETE", share).status_code == 204
    assert bo.names() == bo.names("q=cqjx") == []
    assert bo.ask("GET", place).status_code == 404


def test_the_history_of_owners_says_who_and_why(koi, people):
    anna, bo = people
    place = anna.ask("POST", "/v1/customers", {"name": "Acme"}).headers["Location"]
    refused = anna.ask("PUT", place + "/owner", {"owner": bo.id, "reason": "Region west"})
    assert refused.status_code == 403
    given = requests.put(
        koi.url + place + "/owner", json={"owner": bo.id, "reason": "Region west"}, headers=koi.authorization
    )
    assert given.status_code == 200
    assert anna.ask("GET", place).status_code == 404
    owners = bo.ask("GET", place + "/owners").json()["items"]
    assert [item["owner"] for item in owners] == [anna.id, bo.id]
    assert [item["reason"] for item in owners] == [None, "Region west"]
    assert owners[0]["to"] == owners[1]["from"]


def finished(koi, place):
    """The job, once it has ended."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        job = requests.get(koi.url + place, headers=koi.authorization).json()
        if job["state"] not in ("waiting", "running"):
            return job
    raise AssertionError(f"the job did not end: {job}")


def test_a_handover_that_a_crash_interrupts_is_finished_with_each_record_given_once(start_koi, koi, people, folder):
    anna, bo = people
    for number in range(300):
        assert anna.ask("POST", "/v1/customers", {"name": f"Customer {number}"}).status_code == 201
    leaving = f"{koi.url}/v1/users/{anna.id}"
    refused = requests.patch(leaving, json={"active": False}, headers=koi.authorization)
    assert refused.status_code == 409
    assert refused.json()["code"] == "owns_records"
    order = {"successors": [{"user": bo.id}], "reason": "Anna leaves"}
    preview = requests.post(leaving + "/handover", json={**order, "preview": True}, headers=koi.authorization)
    begun = requests.post(leaving + "/handover", json=order, headers=koi.authorization)
    assert begun.status_code == 202
    koi.kill()

    again = start_koi()
    job = finished(again, begun.headers["Location"])
    assert job["state"] == "done", job
    assert job["result"]["resources"] == preview.json()["resources"]
    left = requests.patch(f"{again.url}/v1/users/{anna.id}", json={"active": False}, headers=again.authorization)
    assert left.status_code == 200
    assert again.stop() == 0
    again.command("check")
    with sqlite3.connect(Path(folder, "koi.db")) as database:
        owners = database.execute("SELECT DISTINCT owner FROM customers").fetchall()
        changes = database.execute("SELECT count(*), count(DISTINCT record) FROM ownerships").fetchone()
    database.close()
    assert owners == [(bo.id,)]
    assert changes == (300, 300)
