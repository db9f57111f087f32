"""Webhooks, against receivers that take, fail, hang, redirect, go away and come back."""

import json
import os
import subprocess
import time

import pytest
import requests
from receiver import Receiver
from running_koi import PATIENCE, ROOT
from standardwebhooks import Webhook, WebhookVerificationError


@pytest.fixture
def start_receiver():
    started = []

    def start(answer=200):
        started.append(Receiver(answer))
        return started[-1]

    yield start
    for receiver in started:
        receiver.close()


@pytest.fixture
def koi(start_koi):
    return start_koi("--password-cost", "10", "--webhook-allow", "127.0.0.1")


def call(koi, method, path, body=None, status=None):
    answer = requests.request(method, koi.url + path, json=body, headers=koi.authorization, timeout=30)
    assert status is None or answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def hook(koi, receiver, **more):
    return call(koi, "POST", "/v1/webhooks", {"name": "Test", "url": receiver.url, "resource": "customers", **more}, 201)


def add(koi, name, **more):
    return call(koi, "POST", "/v1/customers", {"name": name, **more}, 201)


def deliveries(koi, made, query=""):
    return call(koi, "GET", f"/v1/webhooks/{made['id']}/deliveries{query}", status=200)["items"]


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_a_message_is_verified_by_an_implementation_of_the_standard(koi, start_receiver):
    receiver = start_receiver()
    made = hook(koi, receiver)
    record = add(koi, "重庆机械")

    message = receiver.next()
    data = Webhook(made["secret"]).verify(message["body"], message["fields"])
    assert data["type"] == "customer.created"
    assert data["data"]["record"] == record
    assert data["data"]["after"]["name"] == "重庆机械"
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(message["body"] + b" ", message["fields"])
    wait_until(lambda: [one["state"] for one in deliveries(koi, made)] == ["delivered"])
    assert made["secret"] not in koi.log


def test_a_renewed_secret_and_the_one_before_are_both_good_for_a_while(koi, start_receiver):
    receiver = start_receiver()
    made = hook(koi, receiver)
    renewed = call(koi, "POST", f"/v1/webhooks/{made['id']}/secret", status=200)
    add(koi, "Acme")

    message = receiver.next()
    for secret in (made["secret"], renewed["secret"]):
        assert Webhook(secret).verify(message["body"], message["fields"])["type"] == "customer.created"
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(message["body"], message["fields"])


def test_one_that_fails_is_tried_again_in_the_order_of_its_record(koi, start_receiver):
    answers = iter([500, 302])
    receiver = start_receiver(lambda message: next(answers, 200))
    made = hook(koi, receiver)
    record = add(koi, "Acme")
    first = receiver.next()
    call(koi, "PATCH", f"/v1/customers/{record['id']}", {"tier": "vip"}, 200)
    wait_until(lambda: [one["status"] for one in deliveries(koi, made, "?state=waiting")] == [None, 500])

    again = receiver.next()
    assert again["fields"]["webhook-id"] == first["fields"]["webhook-id"]
    wait_until(lambda: any(one["error"] and one["error"]["code"] == "redirect" for one in deliveries(koi, made)))
    # A redirect was not followed, and what came later waits.
    assert {message["path"] for message in (first, again)} == {"/hooks"}
    assert receiver.messages.empty()


def test_one_that_hangs_holds_up_neither_requests_nor_others(koi, start_receiver):
    hanging = [start_receiver(None) for _ in range(6)]
    good = start_receiver()
    for receiver in hanging:
        hook(koi, receiver)
    add(koi, "First")
    for receiver in hanging:
        receiver.next()
    hook(koi, good)

    start = time.monotonic()
    add(koi, "Second")
    assert time.monotonic() - start < 5
    assert good.next()["json"]["data"]["record"]["name"] == "Second"
    assert time.monotonic() - start < 10


def test_one_that_is_gone_is_paused_and_goes_on_when_it_is_back(koi, start_receiver):
    receiver = start_receiver(410)
    made = hook(koi, receiver)
    add(koi, "First")
    receiver.next()
    path = f"/v1/webhooks/{made['id']}"
    wait_until(lambda: call(koi, "GET", path)["pause"] == "gone")
    assert call(koi, "GET", path)["active"] is False
    add(koi, "Second")

    receiver.answer = 200
    call(koi, "PATCH", path, {"active": True}, 200)
    # What it answered 410 to is told as well. In order for each record, and no other.
    assert {receiver.next()["json"]["data"]["record"]["name"] for _ in range(2)} == {"First", "Second"}
    sequence = deliveries(koi, made)[-1]["sequence"]
    call(koi, "POST", path + "/replay", {"from": sequence}, 202)
    assert {receiver.next()["json"]["data"]["record"]["name"] for _ in range(2)} == {"First", "Second"}
    call(koi, "POST", path + "/test", status=202)
    assert receiver.next()["json"]["type"] == "webhook.test"


def test_nothing_is_lost_when_koi_is_killed(start_koi, start_receiver):
    receiver = start_receiver()
    options = ("--password-cost", "10", "--webhook-allow", "127.0.0.1")
    koi = start_koi(*options)
    made = hook(koi, receiver)
    wanted = set()
    for round in range(3):
        for number in range(20):
            wanted.add(add(koi, f"Customer {round} {number}")["id"])
        koi.kill()
        key = koi.key
        koi = start_koi(*options)
        koi._key = key
    told = set()
    while told != wanted:
        told.add(receiver.next()["json"]["data"]["subject"]["id"])
    wait_until(lambda: not deliveries(koi, made, "?state=waiting"))


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost.localdomain"])
def test_the_own_network_is_out_of_reach_by_whatever_name(start_koi, start_receiver, name):
    receiver = start_receiver()
    koi = start_koi("--password-cost", "10")
    port = receiver.url.split(":")[2].split("/")[0]
    for scheme in ("http", "https"):
        body = {"name": "Test", "url": f"{scheme}://{name}:{port}"}
        answer = requests.post(koi.url + "/v1/webhooks", json=body, headers=koi.authorization, timeout=30)
        if answer.status_code == 422:
            continue
        made = answer.json()
        add(koi, "Acme")
        wait_until(lambda: deliveries(koi, made) and deliveries(koi, made)[0]["attempts"] > 0)
        assert deliveries(koi, made)[0]["error"]["code"] in ("forbidden_address", "unknown_host")
    assert receiver.messages.empty()


def test_the_example_of_a_receiver_takes_each_message_once_and_nothing_forged(koi, start_receiver):
    # The secret is known once the webhook is made, and that needs an address.
    made = hook(koi, start_receiver())
    command = [ROOT / "scripts/examples/receiver.py", "0"]
    environment = {**os.environ, "WEBHOOK_SECRET": made["secret"]}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, encoding="utf-8", **pipes) as process:
        try:
            port = process.stderr.readline().split()[-1]
            url = f"http://127.0.0.1:{port}/"
            call(koi, "PATCH", f"/v1/webhooks/{made['id']}", {"url": url}, 200)
            add(koi, "重庆机械")
            assert json.loads(process.stdout.readline())["data"]["record"]["name"] == "重庆机械"
            assert requests.post(url, data=b"{}", timeout=30).status_code == 401

            sequence = deliveries(koi, made)[0]["sequence"]
            call(koi, "POST", f"/v1/webhooks/{made['id']}/replay", {"from": sequence}, 202)
            wait_until(lambda: [one["status"] for one in deliveries(koi, made)] == [204, 204])
            add(koi, "Next")
            assert json.loads(process.stdout.readline())["data"]["record"]["name"] == "Next"
        finally:
            process.kill()
