"""The feed of changes: the examples that follow it, while clients write, records change hands and Koi is killed."""

import json
import os
import random
import sqlite3
import subprocess
import threading
import time

import pytest
import requests
from running_koi import PATIENCE, ROOT

EXAMPLES = ROOT / "scripts/examples"


def environment(koi, key=None):
    return {**os.environ, "KOI_URL": koi.url, "KOI_KEY": key or koi.key, "KOI_RESOURCES": "customers,contacts"}


def mirror(koi, file, key=None, patience=PATIENCE * 2):
    subprocess.run([EXAMPLES / "mirror.py", file, "--once"], env=environment(koi, key), check=True, timeout=patience)
    copy = {}
    for resource, id, record in sqlite3.connect(file).execute("SELECT * FROM records"):
        copy[resource, id] = json.loads(record)
    return copy


def lists(koi, key=None):
    found = {}
    for resource in ("customers", "contacts"):
        cursor = ""
        while cursor is not None:
            answer = call(koi, "GET", f"/v1/{resource}?limit=500" + (f"&cursor={cursor}" if cursor else ""), key=key)
            found |= {(resource, item["id"]): item for item in answer["items"]}
            cursor = answer["next"]
    return found


def call(koi, method, path, body=None, key=None):
    fields = {"Authorization": f"Bearer {key or koi.key}"}
    answer = requests.request(method, koi.url + path, json=body, headers=fields, timeout=90)
    return answer.json() if answer.content else {}


def person(koi, name, rights):
    role = call(koi, "POST", "/v1/roles", {"name": name, "permissions": rights})["id"]
    user = call(koi, "POST", "/v1/users", {"name": name, "role": role})["id"]
    return user, call(koi, "POST", "/v1/keys", {"name": name, "user": user})["key"]


def write(koi, chance, users):
    """One change of any kind."""
    resource = chance.choice(["customers", "contacts"])
    path = f"/v1/{resource}/{chance.randint(1, 30)}"
    match chance.randint(0, 7):
        case 0 | 1 | 2:
            call(koi, "POST", f"/v1/{resource}", {"name": f"Record {chance.random()}", "owner": chance.choice(users)})
        case 3:
            call(koi, "PATCH", path, {"notes": f"Note {chance.random()}"})
        case 4:
            call(koi, "PATCH", path, {"owner": chance.choice([*users, None])})
        case 5:
            call(koi, "PUT", f"{path}/collaborators/{chance.choice(users)}", {"access": "read"})
        case 6:
            call(koi, "DELETE", path)
        case 7:
            call(koi, "PUT", f"{path}/restoration")


def test_copies_that_follow_the_feed_have_what_the_lists_have(start_koi, folder, tmp_path, crashes):
    options = ("--password-cost", "10", "--requests-per-key", "off")
    koi = start_koi(*options)
    everything = koi.key
    wang, wangs = person(koi, "Wang", {"*": {"read": "own"}})
    li, lis = person(koi, "Li", {"*": {"read": "own"}})
    keys = {"all": everything, "wang": wangs, "li": lis}
    for crash in range(min(crashes, 3)):
        stopping = threading.Event()

        def work(seed):
            chance = random.Random(seed)
            while not stopping.is_set():
                try:
                    write(koi, chance, [wang, li])
                except requests.RequestException:
                    return

        writers = [threading.Thread(target=work, args=[crash * 10 + seed]) for seed in range(4)]
        for writer in writers:
            writer.start()
        for name, key in keys.items():
            mirror(koi, tmp_path / f"{name}.db", key)
        koi.kill()
        stopping.set()
        for writer in writers:
            writer.join()
        koi = start_koi(*options)
        koi._key = everything
    for name, key in keys.items():
        assert mirror(koi, tmp_path / f"{name}.db", key) == lists(koi, key), name
        assert len(lists(koi, key)) > 0


def test_a_request_that_waits_is_answered_when_something_happens(koi):
    start = call(koi, "GET", "/v1/changes")["position"]
    began = threading.Timer(0.5, lambda: call(koi, "POST", "/v1/customers", {"name": "Acme"}))
    began.start()

    answer = call(koi, "GET", f"/v1/changes?after={start}&wait=60")

    assert [item["record"]["name"] for item in answer["items"]] == ["Acme"]
    began.join()


def test_many_wait_without_a_thread_each(koi):
    start = call(koi, "GET", "/v1/changes")["position"]
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(call(koi, "GET", f"/v1/changes?after={start}&wait=60")))
        for _ in range(100)
    ]
    for thread in threads:
        thread.start()
    threads_of_koi = len(os.listdir(f"/proc/{koi.process.pid}/task"))
    assert threads_of_koi < 60
    time.sleep(0.2)
    call(koi, "POST", "/v1/customers", {"name": "Acme"})
    for thread in threads:
        thread.join(PATIENCE)
    assert len(answers) == 100
    assert all(len(answer["items"]) == 1 for answer in answers)


def test_koi_stops_at_once_though_some_wait(start_koi):
    koi = start_koi("--password-cost", "10")
    start = call(koi, "GET", "/v1/changes")["position"]
    waiting = threading.Thread(target=call, args=[koi, "GET", f"/v1/changes?after={start}&wait=60"])
    waiting.start()
    time.sleep(0.5)

    began = time.monotonic()
    assert koi.stop() == 0
    assert time.monotonic() - began < 5
    waiting.join(PATIENCE)


def test_the_example_in_curl_prints_each_change(koi):
    start = call(koi, "GET", "/v1/changes")["position"]
    names = ["Acme", 'A "quoted" {name}, with },{ in it', "重庆机械"]
    for name in names:
        call(koi, "POST", "/v1/customers", {"name": name})
    command = [EXAMPLES / "changes.sh", str(start)]
    with subprocess.Popen(command, env=environment(koi), stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            printed = [json.loads(process.stdout.readline())["record"]["name"] for _ in names]
        finally:
            process.kill()
    assert printed == names


@pytest.mark.parametrize("query, status", [("after=1000000", 409), ("after=x", 400), ("wait=61", 400), ("types=x", 400)])
def test_what_makes_no_sense_is_refused(koi, query, status):
    answer = requests.get(f"{koi.url}/v1/changes?{query}", headers=koi.authorization, timeout=30)
    assert answer.status_code == status
