"""A backup that is made while clients write restores to a consistent state."""

import shutil
from pathlib import Path

import requests

import ledger
from running_koi import run_koi
from writers import Writers


def make_backup(koi):
    answer = requests.post(koi.url + "/v1/backups", headers=koi.authorization)
    assert answer.status_code == 201, answer.text
    return answer.json()["name"]


def test_a_backup_under_load_restores_to_a_consistent_state(start_koi, folder):
    koi = start_koi()
    with Writers(koi, "load") as writers:
        writers.wait_for_more(100)
        before = set(writers.acknowledged)
        name = make_backup(koi)
        after = set(writers.sent)
        # The server was not held up for good, and what comes now is not in the backup.
        writers.wait_for_more(100)
    assert koi.stop() == 0
    assert len(ledger.names(folder)) > len(after)

    koi.command("restore", name)
    restored = set(ledger.names(folder))
    assert before <= restored <= after
    assert ledger.faults(folder) == []
    koi.command("check")

    again = start_koi()
    made = requests.post(again.url + "/v1/customers", json={"name": "A"}, headers=koi.authorization)
    assert made.status_code == 201
    page = requests.get(again.url + "/v1/customers?total=true&limit=1", headers=koi.authorization)
    assert page.json()["total"] == len(restored) + 1


def test_a_restore_is_refused_while_koi_runs(koi, folder):
    name = make_backup(koi)
    result = run_koi("restore", name, "--data", folder)
    assert result.returncode == 1
    assert folder in result.stderr
    assert requests.get(koi.url + "/v1/customers", headers=koi.authorization).status_code == 200


def test_a_damaged_backup_is_refused_and_the_data_stays(start_koi, folder):
    koi = start_koi()
    requests.post(koi.url + "/v1/customers", json={"name": "A"}, headers=koi.authorization)
    backup = Path(folder, "backups", make_backup(koi))
    koi.stop()
    damaged = backup.with_name("damaged")
    shutil.copytree(backup, damaged)
    with open(damaged / "koi.db", "r+b") as database:
        database.seek(5_000)
        database.write(b"\xff" * 100)
    result = run_koi("restore", damaged, "--data", folder)
    assert result.returncode == 1
    assert result.stderr.strip()
    assert ledger.names(folder) == ["A"]


def test_the_command_makes_a_backup_beside_a_running_koi(koi, folder):
    requests.post(koi.url + "/v1/customers", json={"name": "A"}, headers=koi.authorization)
    made = Path(koi.command("backup").stdout.strip())
    assert made.is_relative_to(folder)
    assert ledger.names(made) == ["A"]
    assert ledger.faults(made) == []
