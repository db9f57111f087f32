"""A person who is erased is in no byte of the data folder, whatever else is written meanwhile, and whenever Koi dies."""

from pathlib import Path

import requests

import ledger

NOTE = "".join(f"vermerkqx{number} " + "lorem " * 40 for number in range(39))
TRACES = [
    "欧阳魑魅", "魑魅", "ouyangchimei", "yangchimei", "13799553311", "137 9955 3311", "99553311", "qxochimei", "xochimei",
    "wxqzv", "1987-03-21", "vermerkqx0 ", "vermerkqx20 ", "vermerkqx38 ", "vormalsqx", "schachqx", "tagqx", "rollqx",
]


def post(koi, path, body=None, status=(200, 201)):
    answer = requests.post(koi.url + path, json=body, headers=koi.authorization)
    assert answer.status_code in status, answer.text
    return answer.json()


def patch(koi, path, body):
    answer = requests.patch(koi.url + path, json=body, headers=koi.authorization)
    assert answer.status_code == 200, answer.text


def add_others(koi, numbers):
    for number in numbers:
        name = f"{number * 7919 % 1000} Someone else"
        post(koi, "/v1/contacts", {"name": name, "email": f"p{number}@example.org", "notes": "x" * (number % 37 * 60)})


def add_person(koi):
    company = post(koi, "/v1/customers", {"name": "Nordlicht GmbH"})["id"]
    person = post(koi, "/v1/contacts", {
        "name": "Vormalsqx Meier", "mobile": "+86 137 9955 3311", "email": "qxochimei@example.com", "wechat": "wxqzv_1",
        "birthday": "1987-03-21", "tags": ["tagqx"], "preferences": [{"kind": "interest", "text": "schachqx"}],
        "customers": [{"customer": company, "role": "rollqx"}],
    })["id"]
    for change in ({"name": "欧阳魑魅"}, {"notes": NOTE}, {"mobile": "13799553311"}):
        patch(koi, f"/v1/contacts/{person}", change)
    return person


def found(folder):
    """The traces that stand in any file but the backups."""
    files = [path for path in Path(folder).rglob("*") if path.is_file() and "backups" not in path.parts]
    data = [path.read_bytes() for path in files]
    return [trace for trace in TRACES if any(trace.encode() in content for content in data)]


def verified(koi, erasure):
    """The receipt, once the file was cleared."""
    koi.wait_for_log(r"erasures verified")
    receipt = requests.get(f"{koi.url}/v1/erasures/{erasure}", headers=koi.authorization).json()
    assert receipt["state"] == "verified", koi.log
    return receipt


def test_an_erased_person_is_in_no_byte_while_koi_runs_and_after(koi, folder):
    add_others(koi, range(80))
    person = add_person(koi)
    add_others(koi, range(80, 160))
    post(koi, "/v1/backups")
    assert set(found(folder)) >= {"欧阳魑魅", "wxqzv", "vermerkqx20 "}

    receipt = post(koi, f"/v1/contacts/{person}/erasure")
    assert receipt["backups"]["held"]
    add_others(koi, range(160, 200))
    receipt = verified(koi, receipt["id"])
    assert receipt["occurrences"] == 0
    assert found(folder) == []

    koi.command("check")
    assert koi.stop() == 0
    assert found(folder) == []
    assert ledger.faults(folder) == []


def test_what_a_crash_left_undone_is_done_at_the_next_start(start_koi, folder):
    koi = start_koi()
    person = add_person(koi)
    receipt = post(koi, f"/v1/contacts/{person}/erasure")
    koi.kill()

    again = start_koi()
    verified(again, receipt["id"])
    assert found(folder) == []
    again.command("check")
    name = requests.get(f"{again.url}/v1/contacts/{person}", headers=again.authorization).json()["name"]
    assert name == f"#{person}"
