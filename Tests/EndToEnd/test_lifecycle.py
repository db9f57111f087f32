"""How Koi starts, shares its folder and its port, and stops."""

import json
import signal
import sqlite3
import stat
import time
from pathlib import Path

import pytest
import requests

import ledger
from raw import Line
from running_koi import SLOWNESS, run_koi
from writers import Writers

SIGNALS = [signal.SIGTERM, signal.SIGINT]


def refused(folder, listen="127.0.0.1:0"):
    """What `koi serve` says where it must not start."""
    result = run_koi("serve", "--data", folder, "--listen", listen)
    assert result.returncode != 0
    return result.stderr


def assert_serves(koi):
    assert requests.get(koi.url + "/v1/customers", headers=koi.authorization).status_code == 200


def test_the_first_start_says_how_to_get_a_key(koi):
    sentence = json.loads(koi.wait_for_log("key create"))["message"]
    command = sentence[sentence.index("koi key create") :].split()[1:]
    key = run_koi(*command).stdout.strip()
    answer = requests.get(koi.url + "/v1/customers", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200


def test_a_second_koi_on_the_same_folder_is_refused_and_the_first_goes_on(koi, folder):
    sentence = refused(folder)
    assert folder in sentence
    assert "--data" in sentence
    assert sentence.count("\n") == 1
    assert_serves(koi)


def test_a_port_in_use_is_refused_and_the_first_goes_on(koi, folder):
    sentence = refused(folder + "/other", listen=f"127.0.0.1:{koi.port}")
    assert f"127.0.0.1:{koi.port}" in sentence
    assert "--listen" in sentence
    assert sentence.count("\n") == 1
    assert_serves(koi)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    assert "--data" in refused(tmp_path / "file" / "data")


def test_a_database_that_is_none_is_refused(folder):
    Path(folder, "koi.db").write_bytes(b"no database" * 1_000)
    assert "damaged" in refused(folder)


def test_a_database_of_a_newer_koi_is_refused(start_koi, folder):
    start_koi().stop()
    with sqlite3.connect(Path(folder, "koi.db")) as database:
        database.execute("INSERT INTO schema_migrations VALUES (99999, 'to come', '', 0)")
    database.close()
    assert "newer" in refused(folder)


def test_what_koi_writes_is_for_its_own_user_alone(koi, folder):
    for path in Path(folder).rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize("number", SIGNALS)
def test_a_stop_empties_the_wal_and_the_data_is_there_again(start_koi, folder, number):
    koi = start_koi()
    made = requests.post(koi.url + "/v1/customers", json={"name": "重庆机械"}, headers=koi.authorization)
    assert koi.stop(number) == 0
    wal = Path(folder, "koi.db-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    assert not Path(folder, "koi.sock").exists()
    again = start_koi()
    place = again.url + made.headers["Location"]
    assert requests.get(place, headers=koi.authorization).json() == made.json()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_stop_finishes_the_request_that_is_being_sent(start_koi, number):
    koi = start_koi()
    koi.key
    with Line(koi) as line:
        body = b'{"name": "A"}'
        head = line.head("POST", "/v1/customers", "Content-Type: application/json", f"Content-Length: {len(body)}")
        line.send(head + body[:5])
        # The rest of a body is known to be awaited once another request on the server was answered.
        assert_serves(koi)
        koi.send_signal(number)
        koi.wait_for_log("Stopping")
        line.send(body[5:])
        answer = line.answer()
        assert answer.status == 201
        assert answer.is_closed
    assert koi.wait() == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_every_create_that_was_answered_before_a_stop_is_there_after_it(start_koi, folder, number):
    koi = start_koi()
    with Writers(koi, "stop") as writers:
        writers.wait_for_more(100)
        assert koi.stop(number) == 0
    stored = ledger.names(folder)
    # Nobody was cut off: what is stored was also answered.
    assert sorted(stored) == sorted(writers.acknowledged)
    assert ledger.faults(folder) == []


def test_idle_connections_do_not_hold_up_a_stop(start_koi):
    koi = start_koi()
    koi.key
    with Line(koi) as idle, Line(koi) as used:
        assert used.ask("GET", "/v1/customers").status == 200
        since = time.monotonic()
        assert koi.stop() == 0
        assert time.monotonic() - since < 2 * SLOWNESS
        assert idle.stream.read() == used.stream.read() == b""


def test_a_second_signal_stops_at_once(start_koi):
    koi = start_koi()
    koi.key
    with Line(koi) as line:
        line.send(line.head("POST", "/v1/customers", "Content-Type: application/json", "Content-Length: 9"))
        assert_serves(koi)
        koi.send_signal(signal.SIGTERM)
        koi.wait_for_log("Stopping")
        assert koi.stop(signal.SIGINT) == 128 + signal.SIGINT


@pytest.mark.parametrize("command", ["backup", "check", "health"])
def test_a_command_refuses_a_folder_that_is_not_there_and_makes_none(folder, command):
    missing = Path(folder) / "mistyped"
    result = run_koi(command, "--data", missing)
    assert result.returncode == 1
    assert f"There is no data folder {missing}." in result.stderr
    assert result.stdout == ""
    assert not missing.exists()
