"""Files with all that a company has, from one Koi to another by the commands: what they meet, what they may ask for, and how they end."""

import hashlib
import json
import os
import signal
import subprocess
import tempfile

import pytest
import requests

from running_koi import BINARY, ENVIRONMENT, PATIENCE, SLOWNESS, run_koi


def ask(koi, method, path, **options):
    return requests.request(method, koi.url + path, headers={"Authorization": f"Bearer {koi.key}"}, timeout=60, **options)


def add(koi, resource, **body):
    made = ask(koi, "POST", f"/v1/{resource}", json=body)
    assert made.status_code == 201, made.text
    return made.json()["id"]


def everything(koi):
    """All records of each resource that such a file has, but for what a key or a change adds to them."""
    found = {}
    for resource in ("users", "roles", "teams", "fields", "customers", "contacts"):
        items = ask(koi, "GET", f"/v1/{resource}", params={"limit": 500}).json()["items"]
        found[resource] = [{name: value for name, value in item.items() if name not in ("externalIds", "version", "updatedAt")} for item in items]
    return found


def export(koi, file):
    file.write_bytes(koi.command("export", "--company").stdout.encode())
    return file


def take(koi, file):
    return run_koi("import", file, "--company", "--data", koi.folder)


@pytest.fixture
def other(start_koi):
    with tempfile.TemporaryDirectory(prefix="koi-") as folder:
        koi = start_koi("--password-cost", "10", on=folder)
        yield koi
        koi.stop()


def test_who_is_there_already_is_met_and_keeps_the_rights(koi, other, tmp_path):
    team = add(koi, "teams", name="Sales")
    add(koi, "users", name="Wang", email="wang@example.com", role=1, team=team)
    add(koi, "users", name="Li", email="LI@example.com", role=3)
    add(koi, "users", name="Zhao", email="zhao@example.com", role=3)
    add(koi, "customers", name="Acme", owner=2)
    here = add(other, "teams", name="Sales")
    add(other, "users", name="Wang Fang", email="wang@example.com", role=3)
    add(other, "users", name="Boss", email="li@example.com", role=1, team=here)
    before = everything(other)
    file = export(koi, tmp_path / "company.ndjson")
    for _ in range(3):
        done = take(other, file)
        assert done.returncode == 0 and "not taken in: 0" in done.stdout, done.stderr
        after = everything(other)
        assert after["users"][: len(before["users"])] == before["users"]
        assert [user["name"] for user in after["users"][len(before["users"]) :]] == ["Zhao"]
        assert after["teams"] == before["teams"]
        assert [customer["owner"] for customer in after["customers"]] == [before["users"][1]["id"]]
    assert "stay as they are here" in done.stderr


def test_a_company_that_comes_back_meets_itself(koi, other, tmp_path):
    team = add(koi, "teams", name="Sales")
    add(koi, "users", name="Wang", email="wang@example.com", role=3, team=team)
    customer = add(koi, "customers", name="Acme", owner=2, phone="023 6868 1234")
    add(koi, "customers", name="Beta")
    add(koi, "contacts", name="李明", customers=[{"customer": customer}])
    first = export(koi, tmp_path / "there.ndjson")
    assert take(other, first).returncode == 0

    (there,) = ask(other, "GET", "/v1/customers", params={"name": "Acme"}).json()["items"]
    assert ask(other, "PATCH", f"/v1/customers/{there['id']}", json={"website": "acme.com"}).status_code == 200
    add(other, "customers", name="Made there", owner=None)
    before = everything(koi)
    back = export(other, tmp_path / "back.ndjson")
    for _ in range(2):
        done = take(koi, back)
        assert done.returncode == 0, done.stderr
        after = everything(koi)
        assert {name: len(items) for name, items in after.items()} == {name: len(items) + (name == "customers") for name, items in before.items()}
        assert after["customers"][0] == before["customers"][0] | {"website": "acme.com"}
        assert after["contacts"] == before["contacts"] and after["users"] == before["users"] and after["teams"] == before["teams"]

    own = take(koi, first)
    assert own.returncode == 1 and "of this very company" in own.stderr
    assert everything(koi) == after


def sealed(lines):
    """A file of these lines, whole by its last one."""
    text = b"".join(line + b"\n" for line in lines)
    end = {"end": True, "lines": len(lines), "leftOut": {}, "sha256": hashlib.sha256(text).hexdigest()}
    return text + json.dumps(end).encode() + b"\n"


@pytest.mark.parametrize("operation", [
    {"method": "DELETE", "path": "/v1/customers/1"},
    {"method": "POST", "path": "/v1/users", "body": {"name": "Evil", "role": 1}},
    {"method": "POST", "path": "/v1/keys", "body": {"name": "Evil"}},
    {"method": "PATCH", "path": "/v1/settings", "body": {"publicURL": "https://evil.example"}},
], ids=lambda operation: operation["method"] + operation["path"].replace("/", "-"))
def test_a_file_that_asks_for_more_is_refused_before_anything_is_done(koi, other, tmp_path, operation):
    add(koi, "customers", name="Acme")
    add(other, "customers", name="Here")
    lines = export(koi, tmp_path / "company.ndjson").read_bytes().splitlines()[:-1]
    file = tmp_path / "evil.ndjson"
    before = everything(other)
    file.write_bytes(sealed([*lines, json.dumps([operation]).encode()]))
    refused = take(other, file)
    assert refused.returncode == 1 and f"Line {len(lines) + 1} asks for what no file of a company says" in refused.stderr
    assert everything(other) == before
    assert ask(other, "GET", "/v1/settings").json()["publicURL"] is None
    # Without that line it is taken.
    file.write_bytes(sealed(lines))
    assert take(other, file).returncode == 0


def test_a_line_that_does_not_end_is_not_taken_into_memory(koi, tmp_path):
    file = tmp_path / "endless.ndjson"
    with file.open("wb") as out:
        out.truncate(1 << 30)
    command = subprocess.Popen([BINARY, "import", file, "--company", "--data", koi.folder], env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    _, status, usage = os.wait4(command.pid, 0)
    command.returncode = os.waitstatus_to_exitcode(status)
    assert command.returncode == 1
    assert "too long" in command.stderr.read()
    command.stderr.close()
    # Sanitizers, which make it slow, take some memory of their own; the line would be 1 GiB.
    assert usage.ru_maxrss < 300_000 * min(SLOWNESS, 3)


def test_an_export_that_is_broken_off_leaves_no_file(koi):
    notes = [{"method": "POST", "path": "/v1/customers?allowDuplicate=true", "body": {"name": f"{n}", "notes": "n" * 9_000}} for n in range(50)]
    for _ in range(6):
        assert ask(koi, "POST", "/v1/batch", json={"operations": notes}).status_code == 200
    command = subprocess.Popen([BINARY, "export", "--company", "--data", koi.folder], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # It is on its way, and waits for its reader.
    assert b"koi-company" in command.stdout.readline()
    command.send_signal(signal.SIGINT)
    rest, errors = command.communicate(timeout=PATIENCE)
    assert command.returncode == 1
    assert b"Broken off" in errors
    assert b'"end":true' not in rest
    assert [item["state"] for item in ask(koi, "GET", "/v1/exports").json()["items"]] == ["gone"]
    assert list((koi.folder / "exports").iterdir()) == []
