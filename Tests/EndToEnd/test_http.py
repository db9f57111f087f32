"""What HTTP clients lean on beyond single requests."""

import http.client
import json
import subprocess

import pytest
import requests

from running_koi import PATIENCE


@pytest.fixture
def connection(koi):
    connection = http.client.HTTPConnection(koi.host, koi.port, timeout=PATIENCE)
    yield connection
    connection.close()


def exchange(connection, method, path, **options):
    connection.request(method, path, **options)
    answer = connection.getresponse()
    return answer, answer.read()


def curl(*arguments):
    return subprocess.run(["curl", "--silent", *arguments], capture_output=True, check=True, timeout=PATIENCE)


def test_a_connection_serves_many_requests(koi, connection):
    connection.connect()
    socket = connection.sock
    for _ in range(100):
        answer, _ = exchange(connection, "GET", "/v1/customers", headers=koi.authorization)
        assert answer.status == 200
    # http.client makes a new socket where the server closed the old one.
    assert connection.sock is socket


def test_a_connection_outlives_a_refusal(koi, connection):
    connection.connect()
    socket = connection.sock
    for path, status in [("/nowhere", 404), ("/v1/customers/0", 400), ("/v1/customers/7", 404)]:
        assert exchange(connection, "GET", path, headers=koi.authorization)[0].status == status
    assert connection.sock is socket


def test_requests_sent_together_are_answered_in_order(koi):
    import socket

    names = ["first", "second", "third"]
    for name in names:
        requests.post(koi.url + "/v1/customers", json={"name": name}, headers=koi.authorization)
    with socket.create_connection((koi.host, koi.port), PATIENCE) as client:
        for number in (1, 2, 3):
            head = f"GET /v1/customers/{number}?fields=name HTTP/1.1\r\nHost: koi\r\n"
            if number == 3:
                head += "Connection: close\r\n"
            client.sendall(f"{head}Authorization: Bearer {koi.key}\r\n\r\n".encode())
        with client.makefile("rb") as stream:
            answer = stream.read().decode()
    assert answer.count("HTTP/1.1 200 OK") == 3
    assert [answer.index(name) for name in names] == sorted(answer.index(name) for name in names)


def test_head_says_what_get_would_and_sends_no_body(koi, connection):
    made = requests.post(koi.url + "/v1/customers", json={"name": "A"}, headers=koi.authorization)
    path = made.headers["Location"]
    get, body = exchange(connection, "GET", path, headers=koi.authorization)
    head, nothing = exchange(connection, "HEAD", path, headers=koi.authorization)
    assert head.status == get.status == 200
    assert nothing == b""
    for name in ("Content-Type", "Content-Length", "ETag", "Vary"):
        assert head.headers[name] == get.headers[name]
    assert int(head.headers["Content-Length"]) == len(body)


@pytest.mark.parametrize(
    "path, methods",
    [
        ("/v1/customers", {"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"}),
        ("/v1/customers/1", {"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}),
        ("/v1/customers/1/restoration", {"PUT", "OPTIONS"}),
    ],
)
def test_options_and_405_list_the_methods_of_a_path(koi, connection, path, methods):
    options, _ = exchange(connection, "OPTIONS", path)
    assert options.status == 204
    assert set(options.headers["Allow"].split(", ")) == methods
    refused, body = exchange(connection, "TRACE", path, headers=koi.authorization)
    assert refused.status == 405
    assert set(refused.headers["Allow"].split(", ")) == methods
    assert json.loads(body)["code"] == "method_not_allowed"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_path_without_anything_is_404_by_every_method(koi, connection, method):
    answer, body = exchange(connection, method, "/v1/nothing", body="{}", headers=koi.authorization)
    assert answer.status == 404
    assert json.loads(body)["code"] == "no_such_path"


def test_curl_waits_for_100_continue_and_is_told_to_go_on(koi):
    body = json.dumps({"name": "A", "notes": "x" * 9000})
    command = ["--verbose", "--expect100-timeout", "30", "--header", "Expect: 100-continue"]
    key = f"Authorization: Bearer {koi.key}"
    told = curl(*command, "--json", body, "--header", key, koi.url + "/v1/customers")
    assert b"< HTTP/1.1 100 Continue" in told.stderr
    assert json.loads(told.stdout)["name"] == "A"


def test_curl_does_not_send_a_body_that_is_announced_as_too_large(koi, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(b" " * 10_000_000)
    command = ["--verbose", "--expect100-timeout", "30", "--header", "Expect: 100-continue"]
    key = f"Authorization: Bearer {koi.key}"
    told = curl(*command, "--json", f"@{large}", "--header", key, koi.url + "/v1/customers")
    assert b"100 Continue" not in told.stderr
    assert json.loads(told.stdout)["status"] == 413


def test_a_chunked_body_is_the_same_as_one_with_a_length(koi):
    def pieces():
        text = json.dumps({"name": "重庆机械"}, ensure_ascii=False).encode()
        for byte in text:
            yield bytes([byte])

    headers = {**koi.authorization, "Content-Type": "application/json"}
    made = requests.post(koi.url + "/v1/customers", data=pieces(), headers=headers, timeout=PATIENCE)
    assert made.request.headers["Transfer-Encoding"] == "chunked"
    assert made.status_code == 201
    assert made.json()["name"] == "重庆机械"


def test_curl_sends_a_chunked_body_from_a_pipe(koi):
    command = ["curl", "--silent", "--request", "POST", "--upload-file", "-", koi.url + "/v1/customers"]
    command += ["--header", "Content-Type: application/json", "--header", f"Authorization: Bearer {koi.key}"]
    made = subprocess.run(command, input=b'{"name": "A"}', capture_output=True, check=True, timeout=PATIENCE)
    assert json.loads(made.stdout)["name"] == "A"
