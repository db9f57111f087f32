"""Signing in through the real server: cookies, cross-site writes, revocation, commands, and what time tells."""

import base64
import hashlib
import hmac
import re
import statistics
import struct
import time
from itertools import count

import pytest
import requests

from raw import Line
from running_koi import PATIENCE, run_koi

PASSWORD = "four wild koi swim"
QUICK = ("--password-cost", "10")


def add_user(koi, email, *options):
    """The token of the invitation of a new user."""
    output = koi.command("user", "add", "--name", "王芳", "--email", email, *options).stdout
    return output.strip().split("#")[1]


def accept(koi, token, **fields):
    body = {"token": token, "password": PASSWORD, **fields}
    return requests.post(koi.url + "/v1/invitations/acceptance", json=body, timeout=PATIENCE)


def sign_in(koi, email, password=PASSWORD, browser=requests, **fields):
    body = {"email": email, "password": password, **fields}
    return browser.post(koi.url + "/v1/sessions", json=body, timeout=PATIENCE)


@pytest.fixture
def koi(start_koi):
    return start_koi(*QUICK)


@pytest.fixture
def browser(koi):
    """A browser in which a salesperson has signed in."""
    browser = requests.Session()
    accept(koi, add_user(koi, "wang@example.com", "--role", "sales"))
    assert sign_in(koi, "wang@example.com", browser=browser).status_code == 201
    return browser


def cookie(browser):
    return f"koi_session={browser.cookies['koi_session']}"


def test_the_first_start_prints_a_link_to_become_the_administrator(start_koi, folder):
    koi = start_koi(*QUICK)
    first = koi.wait_for_log(r"/welcome\.html#kol_").strip()
    assert first.startswith(koi.url + "/welcome.html#")
    koi.stop()
    # Until somebody can sign in, each start makes another.
    koi = start_koi(*QUICK)
    token = koi.wait_for_log(r"/welcome\.html#kol_").strip().split("#")[1]
    assert accept(koi, first.split("#")[1], name="A", email="a@example.com").status_code == 404
    lookup = requests.post(koi.url + "/v1/invitations/lookup", json={"token": token}, timeout=PATIENCE)
    assert lookup.json()["purpose"] == "first_administrator"
    assert accept(koi, token, name="李明", email="li@example.com").status_code == 201
    me = sign_in(koi, "li@example.com").json()["user"]
    assert me["role"]["key"] == "administrator"
    assert me["rights"]["settings"]["change"] == "all"
    koi.stop()
    koi = start_koi(*QUICK)
    koi.wait_for_log("Nobody has a key yet")
    assert "welcome.html" not in koi.log
    assert "Nobody can sign in" not in koi.log


def test_users_are_added_and_reset_beside_a_running_koi_and_without_one(start_koi, folder):
    koi = start_koi(*QUICK)
    link = koi.command("user", "add", "--name", "王芳", "--email", "Wang@Example.com", "--role", "manager").stdout.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/welcome\.html#kol_[\w-]{43}", link)
    assert accept(koi, link.split("#")[1]).status_code == 201
    refused = run_koi("user", "add", "--name", "A", "--email", "wang@example.com", "--data", folder)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "email" in refused.stderr
    assert "no such user" in run_koi("user", "reset", "nobody@example.com", "--data", folder).stderr
    koi.stop()
    reset = koi.command("user", "reset", "wang@example.com").stdout.strip()
    koi = start_koi(*QUICK)
    assert accept(koi, reset.split("#")[1], password="a quite different pond").status_code == 201
    assert sign_in(koi, "wang@example.com").status_code == 401
    assert sign_in(koi, "wang@example.com", "a quite different pond").status_code == 201


def test_a_session_lasts_over_a_restart(start_koi, koi, browser):
    koi.stop()
    again = start_koi(*QUICK)
    assert requests.get(again.url + "/v1/me", headers={"Cookie": cookie(browser)}, timeout=PATIENCE).status_code == 200


def test_an_ended_session_is_refused_by_the_next_request_on_any_connection(koi, browser):
    lines = [Line(koi, shows_key=False) for _ in range(4)]
    ask = ("GET", "/v1/customers", "Cookie: " + cookie(browser))
    try:
        assert [line.ask(*ask).status for line in lines] == [200] * 4
        mine = browser.get(koi.url + "/v1/sessions", timeout=PATIENCE).json()["items"]
        (current,) = (session for session in mine if session["current"])
        answer = requests.delete(f"{koi.url}/v1/sessions/{current['id']}", headers=koi.authorization, timeout=PATIENCE)
        assert answer.status_code == 204
        assert [line.ask(*ask).status for line in lines] == [401] * 4
    finally:
        for line in lines:
            line.__exit__(None, None, None)


def test_a_session_that_is_used_says_so_within_seconds(koi, browser):
    made = browser.get(koi.url + "/v1/sessions", timeout=PATIENCE).json()["items"][0]
    deadline = time.monotonic() + PATIENCE
    while browser.get(koi.url + "/v1/sessions", timeout=PATIENCE).json()["items"][0]["lastUsedAt"] == made["createdAt"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_write_of_another_site_is_refused_in_a_session_and_at_sign_in(koi, browser):
    def status(**fields):
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        made = browser.post(koi.url + "/v1/customers", json={"name": "A"}, headers=fields, timeout=PATIENCE)
        body = {"email": "wang@example.com", "password": PASSWORD}
        signed_in = requests.post(koi.url + "/v1/sessions", json=body, headers=fields, timeout=PATIENCE)
        assert made.status_code == signed_in.status_code
        return made.status_code

    assert status() == 201
    assert status(Origin=koi.url) == 201
    assert status(Origin="http://evil.example") == 403
    assert status(Origin="null") == 403
    assert status(Sec_Fetch_Site="same-origin") == 201
    assert status(Sec_Fetch_Site="cross-site", Origin=koi.url) == 403
    form = browser.post(koi.url + "/v1/sessions", data="a=b", headers={"Content-Type": "text/plain"}, timeout=PATIENCE)
    assert form.json()["code"] == "cross_site"


def test_a_second_factor_through_the_front_door(koi, browser):
    made = browser.post(koi.url + "/v1/me/second-factor", json={"password": PASSWORD}, timeout=PATIENCE).json()

    def code(drift=0):
        """RFC 6238, by another's hand."""
        secret = base64.b32decode(made["secret"])
        counter = struct.pack(">Q", int(time.time()) // 30 + drift)
        mac = hmac.new(secret, counter, hashlib.sha1).digest()
        offset = mac[-1] & 15
        return f"{(struct.unpack('>I', mac[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"

    confirmed = browser.put(koi.url + "/v1/me/second-factor", json={"code": code()}, timeout=PATIENCE)
    assert len(confirmed.json()["recoveryCodes"]) == 10
    assert sign_in(koi, "wang@example.com").json()["code"] == "second_factor_required"
    assert sign_in(koi, "wang@example.com", code=code(1)).status_code == 201
    assert sign_in(koi, "wang@example.com", code=confirmed.json()["recoveryCodes"][3]).status_code == 201
    assert (koi.folder / "koi.key").stat().st_mode & 0o777 == 0o600


class Guesser:
    """Tries to sign in, each time from another address of this machine, which is in the limits of none."""

    numbers = count(1)

    def __init__(self, koi, address=None):
        self.koi = koi
        self.address = address

    def try_once(self, email, password):
        """The answer as far as it may differ, and how long it took in seconds."""
        number = next(self.numbers)
        address = self.address or f"127.0.{1 + number // 250}.{1 + number % 250}"
        with Line(self.koi, address, shows_key=False) as line:
            body = f'{{"email":"{email}","password":"{password}"}}'.encode()
            head = line.head(
                "POST", "/v1/sessions", "Content-Type: application/json", f"Content-Length: {len(body)}"
            )
            start = time.perf_counter()
            line.send(head + body)
            answer = line.answer()
            took = time.perf_counter() - start
        text = re.sub(r'"requestId":"\w+"', "", answer.body.decode())
        fields = {name: value for name, value in answer.fields.items() if name not in ("date", "x-request-id")}
        return (answer.status, text, tuple(sorted(fields.items()))), took


def test_time_and_text_do_not_tell_what_was_wrong(start_koi, password_cost):
    """A wrong password, an unknown address and a try too many: medians within 5 % over 100 tries of each, with --long 200."""
    tries, cost = (200, password_cost) if password_cost >= 15 else (100, min(password_cost, 12))
    koi = start_koi("--password-cost", str(cost))
    users = [f"user{number}@example.com" for number in range(1 + tries // 8)]
    for user in users:
        assert accept(koi, add_user(koi, user)).status_code == 201
    exhausted = Guesser(koi, "127.0.0.2")
    # As many as an account has: from this machine, where a proxy may be, an address has no tries of its own.
    for _ in range(21):
        exhausted.try_once(users[0], "wrong")
    guesser = Guesser(koi)
    seen = {"wrong": [], "unknown": [], "throttled": []}
    texts = set()
    # In turn, so that whatever else the machine does meets all of them alike.
    for number in range(tries):
        for kind, text, took in [
            ("wrong", *guesser.try_once(users[1 + number % (tries // 8)], "wrong")),
            ("unknown", *guesser.try_once(f"nobody{number}@example.com", "wrong")),
            # Once a minute it has a try again, which the median does not feel.
            ("throttled", *exhausted.try_once(users[0], "wrong")),
        ]:
            texts.add(text)
            seen[kind].append(took)
    assert len(texts) == 1
    (answer,) = texts
    assert answer[0] == 401
    # Each against the one beside it, since the machine may be slower at one time than at another.
    for kind in ("unknown", "throttled"):
        ratio = statistics.median(one / other for one, other in zip(seen[kind], seen["wrong"]))
        assert 1 / 1.05 < ratio < 1.05, (kind, ratio)
