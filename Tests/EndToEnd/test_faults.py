"""What the system refuses for a while: Koi goes on with what it can do, says what it cannot, and comes back by itself."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import ledger
import pytest
import requests
from faults import Fault, descriptors, processor_seconds
from raw import Line
from running_koi import BINARY, PATIENCE, Koi

# How long a fault lasts, and how much of a processor may go by in it: a loop that spins takes all of one.
LENGTH = 2
IDLENESS = 0.5

# Files that are opened when they are first needed.
OPENED_LATER = 4


class Customers:
    """Creates customers one by one, and knows what was said of each."""

    def __init__(self, koi):
        self.koi = koi
        self.acknowledged = []
        self.refused = []
        self.session = requests.Session()
        self.session.headers.update(koi.authorization)

    def create(self):
        name = f"客户 {len(self.acknowledged)}-{len(self.refused)}"
        made = self.session.post(self.koi.url + "/v1/customers", json={"name": name}, timeout=PATIENCE)
        (self.acknowledged if made.status_code == 201 else self.refused).append(name)
        return made

    def read(self):
        answer = self.session.get(self.koi.url + "/v1/customers?limit=5", timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer

    def create_until_it_works(self):
        limit = time.monotonic() + PATIENCE
        while (made := self.create()).status_code != 201:
            assert time.monotonic() < limit, made.text
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("injections", "statuses"),
    [
        (["pwrite64:error=ENOSPC"], {507}),
        (["fdatasync:error=EIO", "fsync:error=EIO"], {503}),
    ],
    ids=["full disk", "failing syncs"],
)
def test_a_disk_that_fails_costs_writes_only_and_only_for_as_long_as_it_does(start_koi, folder, injections, statuses):
    koi = start_koi()
    customers = Customers(koi)
    assert customers.create().status_code == 201
    with Fault(koi, *injections):
        # What was under way may just have been done.
        limit = time.monotonic() + PATIENCE
        while customers.create().status_code == 201:
            assert time.monotonic() < limit
        before, end = processor_seconds(koi), time.monotonic() + LENGTH
        while time.monotonic() < end:
            refused = customers.create()
            assert refused.status_code in statuses | {503}, refused.text
            assert refused.headers["Content-Type"] == "application/problem+json"
            customers.read()
            time.sleep(0.1)
        assert processor_seconds(koi) - before < LENGTH * IDLENESS
    customers.create_until_it_works()

    assert koi.stop() == 0
    stored = ledger.names(folder)
    assert set(customers.acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))
    if statuses == {507}:
        assert set(stored) == set(customers.acknowledged), "a full disk stores nothing of what it refuses"
    assert ledger.faults(folder) == []
    assert start_koi().stop() == 0


def test_accepting_that_fails_for_want_of_descriptors_holds_up_nobody_who_is_there(start_koi):
    koi = start_koi()
    customers = Customers(koi)
    customers.create()
    with Fault(koi, "accept4:error=EMFILE"):
        with Line(koi) as waiting:
            waiting.send(waiting.head("GET", "/health"))
            before, end = processor_seconds(koi), time.monotonic() + LENGTH
            while time.monotonic() < end:
                customers.read()
                time.sleep(0.1)
            assert processor_seconds(koi) - before < LENGTH * IDLENESS
            assert "No descriptor or memory is left" in koi.log
            waiting.socket.setblocking(False)
            with pytest.raises(BlockingIOError):
                waiting.socket.recv(1)
    with Line(koi) as line:
        assert line.ask("GET", "/health").status == 200
    assert customers.create().status_code == 201


def test_more_clients_than_descriptors_are_served_in_turn(folder):
    koi = Koi(folder, command=("prlimit", "--nofile=64", BINARY, "serve")).start()
    try:
        key = koi.authorization
        closed = descriptors(koi)
        lines = []
        for _ in range(200):
            lines.append(socket.create_connection((koi.host, koi.port), PATIENCE))
        # Everybody is idle: whoever waits to be accepted costs nothing.
        before = processor_seconds(koi)
        time.sleep(LENGTH)
        assert processor_seconds(koi) - before < LENGTH * IDLENESS
        assert descriptors(koi) <= 64

        def ask(_):
            """Reads as often as it takes to be served."""
            limit = time.monotonic() + 2 * PATIENCE
            while time.monotonic() < limit:
                try:
                    answer = requests.get(koi.url + "/v1/customers", headers=key, timeout=PATIENCE)
                    if answer.status_code == 200:
                        return True
                    assert answer.status_code == 503
                    assert answer.headers["Retry-After"]
                except requests.RequestException:
                    pass
            return False

        with ThreadPoolExecutor(50) as pool:
            assert all(pool.map(ask, range(200)))
        made = requests.post(koi.url + "/v1/customers", headers=key, json={"name": "客户"}, timeout=PATIENCE)
        assert made.status_code == 201
        for line in lines:
            line.close()
        limit = time.monotonic() + PATIENCE
        while descriptors(koi) > closed + OPENED_LATER:
            assert time.monotonic() < limit, f"{descriptors(koi)} are open, {closed} were"
            time.sleep(0.05)
    finally:
        assert koi.stop() == 0
