"""What happened, who read what, and what `koi check` says of a log that somebody edited, from outside."""

import sqlite3
import time

import pytest
import requests

from running_koi import SLOWNESS, run_koi


def ask(koi, method, path, body=None, key=None, **fields):
    headers = {"Authorization": f"Bearer {key or koi.key}", **fields}
    return requests.request(method, koi.url + path, json=body, headers=headers)


def edit(folder, *statements):
    """Does what nobody but a person with a tool of their own would."""
    database = sqlite3.connect(f"{folder}/koi.db")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_the_log_a_timeline_and_a_table_that_is_an_event(koi):
    place = ask(koi, "POST", "/v1/customers", {"name": "重庆机械"}).headers["Location"]
    ask(koi, "PATCH", place, {"tier": "vip"})
    timeline = ask(koi, "GET", place + "/timeline").json()["items"]
    assert [event["type"] for event in timeline] == ["customer.changed", "customer.created"]
    last = timeline[0]["sequence"]
    assert ask(koi, "GET", "/v1/customers?tier=vip", Accept="text/csv").status_code == 200
    events = ask(koi, "GET", f"/v1/events?after={last}").json()
    assert [event["type"] for event in events["items"]] == ["customers.exported"]
    assert events["items"][0]["after"] == {"format": "csv", "parameters": ["tier"], "rows": 1}
    assert events["next"] is None


def test_who_read_what_is_held_back_and_what_was_refused_is_written_within_a_second(koi):
    role = {"name": "Sales desk", "permissions": {"*": {"read": "all"}}, "fields": {"customers": {"phone": {"read": "masked"}}}}
    role = ask(koi, "POST", "/v1/roles", role).json()["id"]
    user = ask(koi, "POST", "/v1/users", {"name": "王芳", "role": role}).json()["id"]
    key = koi.command("key", "create", "--name", "desk", "--user", str(user)).stdout.strip()
    place = ask(koi, "POST", "/v1/customers", {"name": "Acme", "phone": "138 0013 8000"}).headers["Location"]
    assert ask(koi, "GET", place, key=key).json()["phone"] == "138****8000"
    assert ask(koi, "DELETE", place, key=key).status_code == 403
    deadline = time.monotonic() + 5 * SLOWNESS
    entries = []
    while len(entries) < 2 and time.monotonic() < deadline:
        entries = ask(koi, "GET", "/v1/accesses").json()["items"]
    assert [(entry["kind"], entry["user"]) for entry in entries] == [("refused", user), ("read", 1)]
    assert entries[0]["path"] == "/v1/customers/{id}" and entries[1]["fields"] == ["phone"]


@pytest.mark.parametrize(
    "statements, fault",
    [
        (["UPDATE events SET at = at + 1 WHERE sequence = 2"], "events: row 2 does not match its hash"),
        (
            ["UPDATE event_payloads SET payload = payload || ' ' WHERE sequence = 3"],
            "event_payloads: row 3 does not match its digest",
        ),
        (
            ["DELETE FROM event_payloads WHERE sequence = {last}", "DELETE FROM events WHERE sequence = {last}"],
            "events: row {last} is missing, which events.head names: the end of the log was cut off",
        ),
    ],
)
def test_an_edited_log_is_found_and_the_row_is_named(koi, folder, statements, fault):
    for name in ["A", "B", "C"]:
        ask(koi, "POST", "/v1/customers", {"name": name})
    last = ask(koi, "GET", "/v1/events?limit=500").json()["items"][-1]["sequence"]
    assert koi.stop() == 0
    assert run_koi("check", "--data", folder).returncode == 0
    edit(folder, *[statement.format(last=last) for statement in statements])
    checked = run_koi("check", "--data", folder)
    assert checked.returncode == 1
    assert checked.stdout.splitlines() == [fault.format(last=last)]


def test_a_crash_leaves_a_log_that_agrees_with_its_head(start_koi, folder):
    koi = start_koi()
    for number in range(50):
        ask(koi, "POST", "/v1/customers", {"name": str(number)})
    koi.kill()
    assert run_koi("check", "--data", folder).returncode == 0
    assert start_koi().command("check").returncode == 0
