"""Events as they happen, as browsers and programs read them."""

import socket
import threading
import time

import requests

from running_koi import PATIENCE, SLOWNESS

STREAM = {"Accept": "text/event-stream"}


def stream(koi, query="", **fields):
    return requests.get(
        f"{koi.url}/v1/events{query}", headers={**koi.authorization, **STREAM, **fields}, stream=True, timeout=PATIENCE
    )


def events(answer, count):
    """So many events that have data, each as a dictionary of its fields."""
    found, event = [], {}
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        else:
            if "data" in event:
                found.append(event)
            event = {}
        if len(found) == count:
            return found
    raise AssertionError("the stream ended")


def add(koi, name):
    requests.post(f"{koi.url}/v1/customers", json={"name": name}, headers=koi.authorization, timeout=PATIENCE).raise_for_status()


def test_a_stream_tells_what_happens_and_is_resumed_without_a_gap(koi):
    with stream(koi, "?resource=customers") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        add(koi, "A")
        first = events(answer, 1)[0]
    add(koi, "B")
    with stream(koi, "?resource=customers", **{"Last-Event-ID": first["id"]}) as answer:
        add(koi, "C")
        rest = events(answer, 2)

    listed = requests.get(f"{koi.url}/v1/events?resource=customers", headers=koi.authorization, timeout=PATIENCE)
    written = "[" + ",".join(event["data"] for event in [first, *rest]) + "]"
    assert written == listed.text[len('{"items":') : -len(',"next":null}')]


def test_many_streams_hear_of_one_commit_and_others_do_not_wait(koi):
    streams = [socket.create_connection((koi.host, koi.port), timeout=PATIENCE) for _ in range(200)]
    head = f"GET /v1/events HTTP/1.1\r\nHost: koi\r\nAccept: text/event-stream\r\nAuthorization: Bearer {koi.key}\r\n\r\n"
    for one in streams:
        one.sendall(head.encode())
    for one in streams:
        received = b""
        while b"id: " not in received:
            received += one.recv(4096)
    add(koi, "Acme")
    for one in streams:
        received = b""
        while b'"Acme"' not in received:
            received += one.recv(4096)
    for one in streams:
        one.close()


def test_stopping_does_not_wait_for_streams(koi):
    answers = [stream(koi, "?after=0") for _ in range(20)]
    # Each has begun once the last has said where.
    requests.get(f"{koi.url}/v1/me", headers=koi.authorization, timeout=PATIENCE).raise_for_status()
    begun = time.monotonic()

    assert koi.stop() == 0

    assert time.monotonic() - begun < 5 * SLOWNESS
    for answer in answers:
        # Raises where the end is not said: a client knows that it was not cut off.
        assert answer.content.startswith(b"retry: ")


def test_a_revoked_key_ends_its_stream(koi):
    made = requests.post(f"{koi.url}/v1/keys", json={"name": "short"}, headers=koi.authorization, timeout=PATIENCE).json()
    answer = requests.get(
        f"{koi.url}/v1/events", headers={"Authorization": f"Bearer {made['key']}", **STREAM}, stream=True, timeout=PATIENCE
    )
    ended = threading.Event()

    def read():
        for _ in answer.iter_content(None):
            pass
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    requests.delete(f"{koi.url}/v1/keys/{made['id']}", headers=koi.authorization, timeout=PATIENCE).raise_for_status()

    assert ended.wait(10)
