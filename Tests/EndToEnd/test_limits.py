"""Slow clients, too many of them, and too much at once."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from faults import Fault, descriptors
from raw import Line
from running_koi import PATIENCE, SLOWNESS

SLOW = 20


@pytest.fixture
def lines():
    """Opens lines, and closes them at the end."""
    opened = []

    def open(koi, **options):
        opened.append(Line(koi, **options))
        return opened[-1]

    yield open
    for line in opened:
        line.__exit__()


def is_closed(line, within):
    """Whether the server ends or breaks the line off, reading on what it still says."""
    line.socket.settimeout(within)
    try:
        while line.socket.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


def is_served(koi, source):
    """Whether a request is answered; a line that is refused at once may break while the request is sent."""
    try:
        with Line(koi, source=source) as line:
            return line.ask("GET", "/health").status == 200
    except ConnectionResetError:
        return False


def test_slow_clients_are_cut_off_while_an_ordinary_one_is_served_at_once(start_koi, lines):
    koi = start_koi(
        *("--head-time", "1s", "--body-idle-time", "1s", "--body-grace", "1s", "--idle-time", "1s", "--write-time", "1s")
    )
    koi.key
    before = descriptors(koi)
    slow = [lines(koi) for _ in range(4 * SLOW)]
    for number, line in enumerate(slow):
        match number % 4:
            case 0:
                line.send(b"GET / HTTP/1.1\r\nHo")
            case 1:
                line.send(line.head("POST", "/v1/customers", "Content-Type: application/json", "Content-Length: 90") + b"{")
            case 2:
                # Of more than the system takes on its own nothing is read.
                line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                line.send(line.head("GET", "/openapi.yaml") * 20)
            case 3:
                line.send(line.head("GET", "/health"))

    taken = []
    end = time.monotonic() + 3
    with requests.Session() as session:
        session.headers.update(koi.authorization)
        while time.monotonic() < end or len(taken) < 100:
            since = time.monotonic()
            assert session.get(koi.url + "/v1/customers", timeout=PATIENCE).status_code == 200
            taken.append(time.monotonic() - since)
            time.sleep(0.01)
    taken.sort()
    assert taken[len(taken) * 9 // 10] < 0.5 * SLOWNESS, taken[-10:]

    for number, line in enumerate(slow):
        if number % 4 < 2:
            assert line.answer().status == 408
    # Of the connections only the ends of the clients are left.
    limit = time.monotonic() + PATIENCE
    while descriptors(koi) > before:
        assert time.monotonic() < limit, f"{descriptors(koi)} are open, {before} were"
        time.sleep(0.05)


def test_an_address_has_so_many_connections_and_others_theirs(start_koi, lines):
    koi = start_koi("--trusted-proxy", "192.0.2.1", "--connections-per-address", "3")
    busy = [lines(koi, source="127.0.0.2") for _ in range(3)]
    for line in busy:
        line.send(line.head("GET", "/health") + b"GET / HT")
    for line in busy:
        # What came with it was read, too, and so none of them rests.
        assert line.answer().status == 200
    with Line(koi, source="127.0.0.2") as line:
        refused = line.answer()
    assert refused.status == 503
    assert refused.fields["retry-after"] == "1"
    assert refused.problem["code"] == "too_many_connections"
    assert lines(koi, source="127.0.0.3").ask("GET", "/health").status == 200

    busy[0].send(b"TP/1.1\r\nHost: a\r\n\r\n")
    assert busy[0].answer().status == 200
    # It rests now, and makes room as soon as somebody looks again.
    limit = time.monotonic() + PATIENCE
    while not is_served(koi, "127.0.0.2"):
        assert time.monotonic() < limit
        time.sleep(0.02)
    assert is_closed(busy[0], PATIENCE)


def test_a_writer_that_falls_behind_refuses_and_stores_what_it_does_not_refuse(start_koi):
    koi = start_koi("--waiting-writes", "8", "--write-wait", "1s", "--write-group", "1")
    key = koi.authorization

    def create(number):
        name = {"name": f"客户 {number}"}
        return requests.post(koi.url + "/v1/customers", json=name, headers=key, timeout=PATIENCE)

    with Fault(koi, "fdatasync:delay_enter=300000"), ThreadPoolExecutor(40) as pool:
        created = [pool.submit(create, number) for number in range(40)]
        while not any(made.done() for made in created):
            since = time.monotonic()
            assert requests.get(koi.url + "/v1/customers", headers=key, timeout=PATIENCE).status_code == 200
            assert time.monotonic() - since < 5 * SLOWNESS
        made = [made.result() for made in created]
    statuses = [answer.status_code for answer in made]
    assert set(statuses) == {201, 503}, statuses
    for answer in made:
        if answer.status_code == 503:
            assert answer.headers["Retry-After"] == "1"
    listed = requests.get(koi.url + "/v1/customers?limit=100", headers=key, timeout=PATIENCE).json()["items"]
    stored = {customer["name"] for customer in listed}
    assert stored == {f"客户 {number}" for number, status in enumerate(statuses) if status == 201}
    assert create(40).status_code == 201


def test_a_key_and_an_address_may_ask_so_often_a_minute(start_koi):
    koi = start_koi("--trusted-proxy", "192.0.2.1", "--requests-per-key", "5", "--requests-per-address", "3")
    with Line(koi) as line:
        answers = [line.ask("GET", "/v1/customers") for _ in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert [answer.fields["ratelimit"].split(";")[:2] for answer in answers] == [
            ['"key"', f"r={left}"] for left in (4, 3, 2, 1, 0, 0)
        ]
        assert {answer.fields["ratelimit-policy"] for answer in answers} == {'"key";q=5;w=60'}
        assert 1 <= int(answers[-1].fields["retry-after"]) <= 60
        assert answers[-1].problem["code"] == "too_many_requests"
        assert line.ask("GET", "/health").status == 200
    with Line(koi, shows_key=False) as stranger:
        answers = [stranger.ask("GET", "/v1/customers") for _ in range(4)]
        assert [answer.status for answer in answers] == [401] * 3 + [429]
        assert answers[0].fields["ratelimit"].startswith('"address";r=2;t=')
        # A path that is not there is no way around it; the pages are files, and cost nothing.
        assert stranger.ask("GET", "/v1/nothing").status == 429
        assert stranger.ask("GET", "/").status == 200


def test_this_machine_may_ask_without_end_while_no_proxy_is_known(start_koi):
    koi = start_koi("--requests-per-key", "1", "--requests-per-address", "1")
    with Line(koi) as line:
        for _ in range(3):
            answer = line.ask("GET", "/v1/customers")
            assert answer.status == 200
            assert "ratelimit" not in answer.fields
