"""HTTPS as curl, Python's ssl and OpenSSL's own client see it."""

import json
import os
import re
import socket
import ssl
import stat
import time

import pytest

from running_koi import PATIENCE, SLOWNESS, run_koi
from tls import SecureKoi, make_certificate, read_to_end


@pytest.fixture
def koi(folder):
    koi = SecureKoi(folder, "--password-cost", "10")
    koi.start()
    yield koi
    if koi.is_running:
        assert koi.stop() == 0, koi.log


def test_curl_and_python_trust_the_certificate_and_are_answered(koi):
    answer = koi.curl("--include", "--json", '{"name": "Acme"}', "--oauth2-bearer", koi.key,
                      f"https://localhost:{koi.port}/v1/customers").stdout.decode()
    assert answer.startswith("HTTP/1.1 201 ")
    assert "\r\nStrict-Transport-Security: max-age=31536000\r\n" in answer
    assert koi.get().startswith(b"HTTP/1.1 200 ")


def test_cookies_are_for_https_only(koi):
    assert koi.first_link.startswith(f"https://127.0.0.1:{koi.port}/")
    body = {"token": koi.first_link.split("#")[1], "password": "eleven blue herons", "name": "Ada", "email": "ada@example.com"}
    answer = koi.curl("--include", "--json", json.dumps(body), f"{koi.url}/v1/invitations/acceptance").stdout.decode()
    cookies = re.findall(r"(?im)^set-cookie: (.*?)\r$", answer)
    assert cookies and all("; Secure" in cookie for cookie in cookies), answer


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_are_spoken_with_good_ciphers(koi, version):
    with koi.connect(koi.context(minimum_version=version, maximum_version=version)) as line:
        name, _, bits = line.cipher()
        assert line.selected_alpn_protocol() is None
    assert bits >= 128 and ("GCM" in name or "CHACHA20" in name)
    assert version == ssl.TLSVersion.TLSv1_3 or name.startswith("ECDHE-")


@pytest.mark.parametrize("arguments", [
    ("-tls1",), ("-tls1_1",), ("-tls1_2", "-cipher", "AES128-SHA"), ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"),
    ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384"), ("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"),
    ("-tls1_2", "-cipher", "aNULL"), ("-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"),
])
def test_what_is_weak_is_refused(koi, arguments):
    weak = () if "-cipher" in arguments or "-ciphersuites" in arguments else ("-cipher", "ALL:@SECLEVEL=0")
    result = koi.s_client(*arguments, *weak)
    assert result.returncode != 0
    assert "Cipher is (NONE)" in result.stdout


def test_the_protocol_is_agreed_on(koi):
    context = koi.context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with koi.connect(context) as line:
        assert line.selected_alpn_protocol() == "http/1.1"
    context.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError, match="no application protocol"):
        koi.connect(context)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_session_is_resumed(koi, folder, version):
    path = os.path.join(folder, "session")
    request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    first = koi.s_client(version, "-sess_out", path, "-ign_eof", text=request)
    second = koi.s_client(version, "-sess_in", path, "-ign_eof", text=request)
    assert "New, TLSv1" in first.stdout
    assert "Reused, TLSv1" in second.stdout
    assert "HTTP/1.1 200 OK" in second.stdout


def test_nobody_renegotiates(koi):
    result = koi.s_client("-tls1_2", text="R\n")
    assert "no renegotiation" in result.stderr or "handshake failure" in result.stderr or result.returncode != 0
    assert "Secure Renegotiation IS supported" in result.stdout


def test_a_new_certificate_is_read_at_sighup_and_a_bad_one_is_not(koi, folder):
    old = koi.connect()
    before = old.getpeercert(binary_form=True)
    make_certificate(folder)
    koi.send_signal(1)
    koi.wait_for_log("The certificate was read again")
    with koi.connect() as new:
        after = new.getpeercert(binary_form=True)
    assert after != before
    # What was open goes on.
    assert koi.get(connection=old).startswith(b"HTTP/1.1 200 ")

    koi.private_key.write_text("no key")
    koi.send_signal(1)
    koi.wait_for_log("The certificate stays as it was: .* holds no private key")
    with koi.connect() as newer:
        assert newer.getpeercert(binary_form=True) == after


def test_plain_text_is_told_to_come_by_https(koi):
    with socket.create_connection((koi.host, koi.port), PATIENCE) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while part := line.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"https://" in answer and b"plain_on_tls" in answer


def test_a_slow_handshake_is_cut_off_and_others_are_served(koi):
    hello = ssl.MemoryBIO()
    client = koi.context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    bytes_of_hello = hello.read()
    since = time.monotonic()
    with socket.create_connection((koi.host, koi.port), PATIENCE) as slow:
        slow.sendall(bytes_of_hello[:100])
        assert koi.get().startswith(b"HTTP/1.1 200 ")
        try:
            assert slow.recv(100) == b""
        except ConnectionResetError:
            pass
    assert 9 < time.monotonic() - since < 13 + SLOWNESS


def test_pages_come_whole(koi):
    page = koi.curl(f"https://localhost:{koi.port}/").stdout
    assert b"<html" in page and b"</html>" in page
    again = koi.curl(f"https://127.0.0.1:{koi.port}/openapi.yaml", "--http1.1", check=False).stdout
    assert len(again) > 0


def test_big_bodies_go_both_ways(koi):
    notes = "重庆" * 4_000
    for number in range(60):
        body = json.dumps({"name": f"Acme {number}", "notes": notes[:8_000]})
        answer = koi.curl("--json", body, "--oauth2-bearer", koi.key, f"https://localhost:{koi.port}/v1/customers")
        assert json.loads(answer.stdout)["id"] == number + 1
    listed = koi.curl("--oauth2-bearer", koi.key, f"https://localhost:{koi.port}/v1/customers?limit=500").stdout
    assert len(listed) > 1_000_000
    assert len(json.loads(listed)["items"]) == 60


def test_a_client_that_said_all_is_still_answered(koi):
    line = koi.connect(koi.context(maximum_version=ssl.TLSVersion.TLSv1_2))
    line.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    socket.socket.shutdown(line, socket.SHUT_WR)
    assert read_to_end(line).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_is_cut_off_is_no_request(koi):
    line = koi.connect()
    line.sendall(f"POST /v1/customers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {koi.key}\r\n"
                 "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"name\": \"Cut\"}".encode())
    socket.socket.close(line)
    listed = koi.curl("--oauth2-bearer", koi.key, f"https://localhost:{koi.port}/v1/customers").stdout
    assert json.loads(listed)["items"] == []


def test_browsers_are_sent_on_to_https(folder):
    koi = SecureKoi(folder, "--redirect", "127.0.0.1:0", "--hsts", "0")
    koi.start()
    try:
        port = redirect_port(koi)
        answer = koi.curl("--include", "--data", "a=b", "-H", "Host: localhost", f"http://127.0.0.1:{port}/a?b=c").stdout.decode()
        assert answer.startswith("HTTP/1.1 308 ")
        assert f"\r\nLocation: https://localhost:{koi.port}/a?b=c\r\n" in answer
        assert "Strict-Transport-Security" not in answer
        evil = koi.curl("--include", "-H", "Host: evil.example", f"http://127.0.0.1:{port}/").stdout.decode()
        assert evil.startswith("HTTP/1.1 421 ") and "Location" not in evil
        assert b"Strict-Transport-Security" not in koi.get()
    finally:
        assert koi.stop() == 0


def redirect_port(koi):
    return int(re.search(r"http://127\.0\.0\.1:(\d+) to HTTPS", koi.wait_for_log("to HTTPS")).group(1))


@pytest.mark.parametrize("spoil, words", [
    (lambda koi: koi.certificate.unlink(), "cannot be read: No such file"),
    (lambda koi: koi.certificate.write_text("x"), "holds no certificate"),
    (lambda koi: koi.private_key.write_text("x"), "holds no private key"),
    (lambda koi: make_certificate(koi.folder, stem="other")[1].rename(koi.private_key), "is not that of"),
])
def test_a_certificate_that_cannot_be_used_is_said_at_the_start(folder, spoil, words):
    koi = SecureKoi(folder)
    spoil(koi)
    result = run_koi(*[str(argument) for argument in koi.arguments[1:]])
    assert result.returncode == 1
    assert words in result.stderr


def test_a_key_that_all_can_read_is_warned_of(folder):
    koi = SecureKoi(folder)
    koi.private_key.chmod(0o644)
    koi.start()
    koi.wait_for_log("Every user of this machine can read the key")
    assert koi.stop() == 0


def test_koi_cert_overwrites_nothing(folder):
    certificate, key = make_certificate(folder, "crm.example.com")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    again = run_koi("cert", "--cert", certificate, "--key", key)
    assert again.returncode == 1 and "is not overwritten" in again.stderr
    refused = run_koi("cert", "--cert", f"{folder}/a", "--key", f"{folder}/b", "a,b")
    assert refused.returncode == 1 and not os.path.exists(f"{folder}/b")
