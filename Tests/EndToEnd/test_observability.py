"""What Koi tells of itself: the lines of its log, the ids of requests, health, metrics and koi top."""

import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import threading
import time

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from raw import Line
from running_koi import BINARY, ENVIRONMENT, PATIENCE

PASSWORD = "four wild koi swim"
SEARCHED = "Zanzibar-Spices"


def metrics(koi, **options):
    """Every sample by its name and labels, as Prometheus itself reads them."""
    answer = requests.get(koi.url + "/metrics", **{"headers": koi.authorization, "timeout": PATIENCE, **options})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation and family.type in ("counter", "gauge", "histogram"), family
        for sample in family.samples:
            place = (sample.name, tuple(sorted(sample.labels.items())))
            assert place not in samples, f"{place} stands twice"
            samples[place] = sample.value
    return samples


def count(samples, name, **labels):
    return sum(
        value
        for (found, have), value in samples.items()
        if found == name and all(dict(have).get(label) == wanted for label, wanted in labels.items())
    )


def wait_for(condition):
    """What becomes true a moment after an answer was read: it is counted once it is sent."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


def lines(koi, **members):
    """The log's lines about requests, or those with these members."""
    return [
        entry
        for entry in koi.entries
        if entry["message"] == "request" and all(entry.get(name) == value for name, value in members.items())
    ]


def line(koi, **members):
    wait_for(lambda: lines(koi, **members))
    found = lines(koi, **members)
    assert len(found) == 1, found
    return found[0]


def test_every_request_has_one_line(koi):
    made = requests.post(koi.url + "/v1/customers", json={"name": "Acme"}, headers=koi.authorization, timeout=PATIENCE)
    found = line(koi, id=made.headers["X-Request-Id"])
    assert (found["method"], found["route"], found["status"]) == ("POST", "/v1/customers", 201)
    assert (found["actor"], found["actorId"], found["peer"]) == ("key", 1, "127.0.0.1")
    assert found["outcome"] == "answered" and found["level"] == "info"
    assert found["bytesOut"] > len(made.content) and found["bytesIn"] > len(made.request.body)
    assert 0 < found["databaseMs"] <= found["serviceMs"] <= found["totalMs"]
    assert 0 <= found["queueMs"] <= found["serviceMs"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["time"])


def test_a_request_is_found_by_its_id_everywhere(koi):
    mine = {**koi.authorization, "X-Request-Id": "order-4711/a"}
    made = requests.post(koi.url + "/v1/customers", json={"name": "Acme"}, headers=mine, timeout=PATIENCE)
    assert made.headers["X-Request-Id"] == "order-4711/a"
    events = requests.get(koi.url + "/v1/events", headers=koi.authorization, timeout=PATIENCE).json()["items"]
    assert "order-4711/a" in [event["request"] for event in events]
    assert line(koi, id="order-4711/a")["status"] == 201
    refused = requests.get(koi.url + "/v1/customers/x", headers={**koi.authorization, "X-Request-Id": "q2"}, timeout=PATIENCE)
    assert refused.headers["X-Request-Id"] == refused.json()["requestId"] == "q2"


@pytest.mark.parametrize("bad", ["a b", "x" * 65, "a,b", "<script>", '"'])
def test_an_id_that_is_none_is_replaced(koi, bad):
    answer = requests.get(koi.url + "/healthz", headers={"X-Request-Id": bad}, timeout=PATIENCE)
    assert re.fullmatch(r"[0-9a-z]{13}", answer.headers["X-Request-Id"])
    assert line(koi, id=answer.headers["X-Request-Id"])["route"] == "/healthz"


def test_what_the_server_refuses_itself_has_an_id_and_a_line(koi):
    for text, status, refusal in [
        (b"NONSENSE\r\n\r\n", 400, "bad_request_line"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431, "fields_too_large"),
        (
            b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n",
            413,
            "content_too_large",
        ),
    ]:
        with Line(koi) as raw:
            raw.send(text)
            answer = raw.answer()
        assert answer.status == status
        assert answer.problem["requestId"] == answer.fields["x-request-id"]
        found = line(koi, id=answer.fields["x-request-id"])
        assert (found["status"], found["outcome"], found["refusal"]) == (status, "refused", refusal)
    # Its head was read, so its route is known.
    assert found["route"] == "/v1/sessions" and found["method"] == "POST"


def test_what_is_broken_off_has_a_line(koi):
    connection = socket.create_connection((koi.host, koi.port), PATIENCE)
    connection.sendall(b"POST /v1/customers HTTP/1.1\r\nHost: a\r\nX-Request-Id: cut\r\nContent-Length: 9\r\n\r\n{")
    connection.close()
    found = line(koi, id="cut")
    assert (found["outcome"], found["status"], found["route"]) == ("aborted", None, "/v1/customers")


def test_no_secret_is_in_the_log(start_koi):
    """A session with everything that is secret: passwords, links, sessions, keys, and what was searched for."""
    koi = start_koi("--password-cost", "10", "--log-level", "trace")
    link = koi.command("user", "add", "--name", "王芳", "--email", "wang@example.com", "--role", "administrator").stdout.strip()
    token = link.split("#")[1]
    browser = requests.Session()
    requests.post(koi.url + "/v1/invitations/lookup", json={"token": token}, timeout=PATIENCE)
    accepted = browser.post(
        koi.url + "/v1/invitations/acceptance", json={"token": token, "password": PASSWORD}, timeout=PATIENCE
    )
    assert accepted.status_code == 201, accepted.text
    assert browser.post(koi.url + "/v1/sessions", json={"email": "wang@example.com", "password": PASSWORD}, timeout=PATIENCE).ok
    wrong = "three tame koi sleep"
    requests.post(koi.url + "/v1/sessions", json={"email": "wang@example.com", "password": wrong}, timeout=PATIENCE)
    made = browser.post(koi.url + "/v1/keys", json={"name": "shop"}, timeout=PATIENCE).json()["key"]
    shown = {"Authorization": f"Bearer {made}"}
    requests.get(koi.url + "/v1/customers", params={"q": SEARCHED}, headers=shown, timeout=PATIENCE)
    requests.get(koi.url + f"/v1/customers/{SEARCHED}", headers=shown, timeout=PATIENCE)
    requests.get(koi.url + f"/{SEARCHED}", headers=shown, timeout=PATIENCE)
    requests.request(SEARCHED.upper(), koi.url + "/v1/customers", headers=shown, timeout=PATIENCE)
    requests.get(koi.url + "/v1/me", headers={"Authorization": "Bearer koi_" + SEARCHED}, timeout=PATIENCE)
    last = browser.get(koi.url + "/v1/me", headers={"X-Request-Id": "last"}, timeout=PATIENCE)
    assert last.ok
    assert line(koi, id="last")["actor"] == "session"
    secrets = [
        token, PASSWORD, wrong, made, SEARCHED, SEARCHED.upper(), koi.key, "wang@example.com",
        *(cookie.value for cookie in browser.cookies),
    ]
    assert len(secrets) == 10, secrets
    # The welcome to whoever sets Koi up is for the terminal, and no line of the log.
    log = "".join(text for text in koi.log.splitlines() if text.startswith("{"))
    for secret in secrets:
        assert secret not in log, secret
    assert all(text.startswith("{") for text in koi.log.splitlines() if "request" in text)


def test_the_log_can_be_for_people_and_without_requests(start_koi):
    koi = start_koi("--log-format", "text", "--log-requests", "off")
    requests.get(koi.url + "/healthz", timeout=PATIENCE)
    assert koi.stop() == 0
    assert koi.entries == [] and "/healthz" not in koi.log
    assert re.search(r"^\S+Z notice: Stopped\.$", koi.log, re.MULTILINE)


def test_all_lines_are_there_once_koi_has_stopped(start_koi):
    koi = start_koi()
    with requests.Session() as session:
        for number in range(500):
            assert session.get(koi.url + "/healthz", headers={"X-Request-Id": f"n{number}"}, timeout=PATIENCE).ok
    assert koi.stop() == 0
    assert {f"n{number}" for number in range(500)} == {entry["id"] for entry in lines(koi, route="/healthz")}


def test_health(koi):
    for path in ("/healthz", "/readyz", "/health"):
        answer = requests.get(koi.url + path, timeout=PATIENCE)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert koi.command("health").stdout == "ok\n"


def test_metrics_count_every_request_once(koi):
    key = koi.authorization
    before = metrics(koi)
    with requests.Session() as session:
        for _ in range(20):
            assert session.get(koi.url + "/v1/customers", headers=key, timeout=PATIENCE).status_code == 200
        for number in range(5):
            body = {"name": f"Customer {number}"}
            assert session.post(koi.url + "/v1/customers", json=body, headers=key, timeout=PATIENCE).status_code == 201
        for number in (1, 2, 3, 99):
            session.get(f"{koi.url}/v1/customers/{number}", headers=key, timeout=PATIENCE)
        assert session.get(koi.url + "/v1/customers", timeout=PATIENCE).status_code == 401
        assert session.get(koi.url + "/nowhere/4711", timeout=PATIENCE).status_code == 404
        assert session.put(koi.url + "/v1/me", timeout=PATIENCE).status_code == 405
        assert session.get(koi.url + "/koi.css", timeout=PATIENCE).status_code == 200
    for _ in range(3):
        with Line(koi) as raw:
            raw.send(b"NONSENSE\r\n\r\n")
            assert raw.answer().status == 400
    for _ in range(4):
        connection = socket.create_connection((koi.host, koi.port), PATIENCE)
        connection.sendall(b"POST /v1/customers HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")
        connection.close()
    wait_for(lambda: count(metrics(koi), "koi_http_request_outcomes_total", outcome="aborted") >= 4)
    after = metrics(koi)

    def grown(name, **labels):
        return count(after, name, **labels) - count(before, name, **labels)

    requested = "koi_http_requests_total"
    assert grown(requested, route="/v1/customers", method="GET", status="200") == 20
    assert grown(requested, route="/v1/customers", method="GET", status="401") == 1
    assert grown(requested, route="/v1/customers", method="POST", status="201") == 5
    assert grown(requested, route="/v1/customers", method="POST", status="none") == 4
    assert grown(requested, route="/v1/customers/{id}", method="GET", status="200") == 3
    assert grown(requested, route="/v1/customers/{id}", method="GET", status="404") == 1
    assert grown(requested, route="(none)", status="404") == 1
    assert grown(requested, route="(none)", status="405") == 1
    assert grown(requested, route="(file)", status="200") == 1
    assert grown(requested, route="(unread)", status="400") == 3
    asked = grown(requested, route="/metrics")
    assert grown(requested) == 20 + 1 + 5 + 4 + 4 + 2 + 1 + 3 + asked
    outcomes = "koi_http_request_outcomes_total"
    assert grown(outcomes, outcome="refused") == 3
    assert grown(outcomes, outcome="aborted") == 4
    assert grown(outcomes) == grown(requested)
    # Those that came whole have a time.
    assert grown("koi_http_request_duration_seconds_count") == grown(requested) - 3 - 4
    assert grown("koi_http_request_duration_seconds_bucket", le="+Inf") == grown("koi_http_request_duration_seconds_count")
    assert grown("koi_writer_batch_size_sum") >= 5
    assert grown("koi_writer_batch_size_bucket", le="+Inf") == grown("koi_writer_batch_size_count")
    assert grown("koi_events_head") == 5
    assert grown("koi_connections_accepted_total") >= 8
    assert not any("4711" in str(place) for place in after)


def test_metrics_say_how_koi_does(koi):
    found = metrics(koi)
    assert count(found, "koi_build_info") == 1
    assert count(found, "process_resident_memory_bytes") > 1 << 20
    assert 5 < count(found, "process_open_fds") < count(found, "process_max_fds")
    assert count(found, "koi_loop_lag_seconds_count") > 0
    assert count(found, "koi_connections_open") >= 1
    assert count(found, "koi_writer_available") == 1
    assert count(found, "koi_database_bytes") > 0
    assert count(found, "koi_jobs", state="waiting") > 0
    assert 0 <= count(found, "koi_uptime_seconds") < 600


def test_metrics_need_a_key(koi):
    assert requests.get(koi.url + "/metrics", timeout=PATIENCE).status_code == 401
    assert requests.get(koi.url + "/metrics", headers=koi.authorization, timeout=PATIENCE).status_code == 200


def test_top_prints_once(koi):
    for _ in range(10):
        requests.get(koi.url + "/v1/customers", headers=koi.authorization, timeout=PATIENCE)
    text = koi.command("top", "--once").stdout
    assert re.search(r"^requests +\S+/s +p50 ", text, re.MULTILINE), text
    assert re.search(r"^GET /v1/customers +", text, re.MULTILINE), text
    assert all(len(row) <= 80 for row in text.splitlines())
    assert "\x1b" not in text


def top(koi, *options):
    return subprocess.run(
        [BINARY, "top", "--once", *options], env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE
    )


def test_top_asks_another_machine_with_a_key(start_koi):
    koi = start_koi("--trusted-proxy", "127.0.0.1")
    assert "requests" in top(koi, "--url", koi.url, "--key", koi.key).stdout
    refused = top(koi, "--url", koi.url)
    assert refused.returncode == 1 and "API key" in refused.stderr
    nobody = top(koi, "--url", "http://127.0.0.1:1")
    assert nobody.returncode == 1 and "cannot be reached" in nobody.stderr


class Screen:
    """`koi top` on a terminal of a given size."""

    def __init__(self, koi, columns=80, rows=24):
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.process = subprocess.Popen(
            [BINARY, "top", "--every", "1", "--data", koi.folder], env=ENVIRONMENT, stdin=slave, stdout=slave, stderr=slave
        )
        self.text = ""

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_until(self, pattern):
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text):
            assert time.monotonic() < end, self.text
            if select.select([self.master], [], [], 0.1)[0]:
                self.text += os.read(self.master, 65536).decode()

    def press(self, key):
        os.write(self.master, key.encode())

    def wait(self):
        def drain():
            try:
                while piece := os.read(self.master, 65536):
                    self.text += piece.decode()
            except OSError:
                pass

        reader = threading.Thread(target=drain, daemon=True)
        reader.start()
        code = self.process.wait(PATIENCE)
        after = termios.tcgetattr(self.slave)
        os.close(self.slave)
        reader.join(PATIENCE)
        assert after == self.before, "the terminal was not given back as it was"
        assert self.text.rstrip().endswith("\x1b[?25h\x1b[?1049l")
        return code


def test_top_takes_a_terminal_and_gives_it_back(koi):
    screen = Screen(koi)
    screen.read_until(r"ROUTE +REQ/S\* +P50 +P99 +ERR/S +OUT/S")
    screen.text = ""
    screen.press("t")
    screen.read_until(r"ROUTE +REQ/S +P50 +P99\*")
    screen.press("q")
    assert screen.wait() == 0


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_top_gives_the_terminal_back_on_signals(koi, end):
    screen = Screen(koi, columns=40, rows=12)
    screen.read_until(r"ROUTE")
    screen.process.send_signal(end)
    assert screen.wait() == 0


def test_top_goes_on_when_koi_is_gone(start_koi):
    koi = start_koi()
    screen = Screen(koi, columns=100)
    screen.read_until("ROUTE")
    koi.stop()
    screen.read_until("nobody answers")
    screen.press("\x03")
    assert screen.wait() == 0
