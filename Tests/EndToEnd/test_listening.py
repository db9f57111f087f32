"""Where Koi can be reached: addresses, sockets, what a service manager passes on, and proxies in front."""

import os
import re
import socket
import stat
import subprocess
import sys

import pytest

from running_koi import BINARY, ENVIRONMENT, PATIENCE, Koi, run_koi

REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def ask(line, request=REQUEST):
    with line:
        line.settimeout(PATIENCE)
        line.sendall(request)
        answer = b""
        while part := line.recv(65536):
            answer += part
    return answer


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


def free_port():
    with socket.socket(socket.AF_INET6 if has_ipv6() else socket.AF_INET) as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


def start_at(start_koi, *addresses):
    """Starts Koi with one port for all addresses, which can be asked for only by its number: another where it was taken."""
    for attempt in range(5):
        port = free_port()
        try:
            start_koi(*[part for address in addresses for part in ("--listen", f"{address}:{port}")])
            return port
        except AssertionError as failure:
            if "listens on" not in str(failure) or attempt == 4:
                raise


@ipv6
@pytest.mark.parametrize("addresses", [["[::]"], ["0.0.0.0", "[::]"], ["127.0.0.1", "[::1]"]])
def test_both_families_are_served(start_koi, addresses):
    port = start_at(start_koi, *addresses)
    assert ask(socket.create_connection(("127.0.0.1", port))).startswith(b"HTTP/1.1 200 ")
    assert ask(socket.create_connection(("::1", port))).startswith(b"HTTP/1.1 200 ")


def test_a_name_stands_for_all_of_its_addresses(start_koi):
    port = start_at(start_koi, "localhost")
    for address in {each[4][0] for each in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)}:
        assert ask(socket.create_connection((address, port))).startswith(b"HTTP/1.1 200 ")


@ipv6
def test_an_address_of_ipv4_is_one_also_where_it_comes_through_ipv6(start_koi, folder):
    koi = start_koi("--listen", "[::]:0", "--trusted-proxy", "127.0.0.1")
    port = int(koi.wait_for_log(r"at http://\[::\]:\d+").split("http://[::]:")[1].split()[0])
    limited = key_for(koi, "192.0.2.0/24")
    request = f"GET /v1/customers HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {limited}\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
    assert ask(socket.create_connection(("127.0.0.1", port)), request.encode()).startswith(b"HTTP/1.1 200 ")


def test_a_unix_socket_is_served_and_is_nobodys_administrator(start_koi, folder):
    path = os.path.join(folder, "http.sock")
    start_koi("--listen", f"unix:{path}")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660

    def connect():
        line = socket.socket(socket.AF_UNIX)
        line.connect(path)
        return line

    assert ask(connect()).startswith(b"HTTP/1.1 200 ")
    # Unlike the socket of Koi's own commands, it asks who is there.
    request = b"GET /v1/customers HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert ask(connect(), request).startswith(b"HTTP/1.1 401 ")


def test_a_unix_socket_in_use_is_not_taken_over_and_a_stale_one_is(folder):
    path = os.path.join(folder, "http.sock")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(path)
        other.listen()
        refused = run_koi("serve", "--data", f"{folder}/data", "--listen", f"unix:{path}")
        assert refused.returncode == 1 and "listens on" in refused.stderr
    koi = Koi(f"{folder}/data", "--listen", f"unix:{path}").start()
    koi.wait_for_log("at unix:")
    assert koi.stop() == 0
    assert not os.path.exists(path)


LAUNCHER = """
import os, socket, sys
listeners = []
for number, kind in enumerate(sys.argv[2].split(",")):
    if kind == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.bind(sys.argv[1] + "/passed.sock")
    else:
        line = socket.socket()
        line.bind(("127.0.0.1", 0))
    line.listen()
    listeners.append(line)
print(",".join(str(line.getsockname()) for line in listeners).replace(" ", ""), flush=True)
copies = [os.dup(line.fileno()) for line in listeners]
for number, copy in enumerate(copies):
    os.dup2(copy, 3 + number, inheritable=True)
os.environ["LISTEN_FDS"] = str(len(listeners))
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDNAMES"] = sys.argv[3]
os.execv(sys.argv[4], sys.argv[4:])
"""


def launch(folder, kinds, names, *options, environment={}):
    return subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, folder, kinds, names, BINARY, "serve", "--data", f"{folder}/data", *options],
        env={**ENVIRONMENT, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, close_fds=True,
    )


def test_sockets_that_systemd_passes_on_are_served_and_it_is_told_when(folder):
    notes = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notes.bind(f"{folder}/notify")
    notes.settimeout(PATIENCE)
    process = launch(folder, "tcp,unix", "http:other", environment={"NOTIFY_SOCKET": f"{folder}/notify"})
    try:
        port = int(re.search(r"'127\.0\.0\.1',(\d+)", process.stdout.readline()).group(1))
        assert notes.recv(100) == b"READY=1"
        assert ask(socket.create_connection(("127.0.0.1", port))).startswith(b"HTTP/1.1 200 ")
        line = socket.socket(socket.AF_UNIX)
        line.connect(f"{folder}/passed.sock")
        assert ask(line).startswith(b"HTTP/1.1 200 ")
        process.terminate()
        assert notes.recv(100) == b"STOPPING=1"
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        log = process.stderr.read()
        process.stderr.close()
        process.stdout.close()
        notes.close()
    assert "8080" not in log
    # Whoever passed it on keeps it.
    assert os.path.exists(f"{folder}/passed.sock")


def test_what_is_no_socket_is_refused(folder):
    result = subprocess.run(
        [sys.executable, "-c", "import os,sys; os.environ['LISTEN_PID']=str(os.getpid()); os.dup2(0, 3); "
         "os.set_inheritable(3, True); os.execv(sys.argv[1], sys.argv[1:])", BINARY, "serve", "--data", folder],
        env={**ENVIRONMENT, "LISTEN_FDS": "1"}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
        close_fds=True,
    )
    assert result.returncode == 1
    assert "descriptor 3" in result.stderr


def key_for(koi, *addresses):
    import requests

    made = requests.post(f"{koi.url}/v1/keys", json={"name": "limited", "addresses": list(addresses)}, timeout=PATIENCE,
                         headers={"Authorization": f"Bearer {koi.key}"})
    assert made.status_code == 201, made.text
    return made.json()["key"]


@pytest.mark.parametrize("trusted, fields, status", [
    ("127.0.0.1", "X-Forwarded-For: 192.0.2.1", 200),
    ("127.0.0.1", "X-Forwarded-For: 192.0.2.1, 198.51.100.1", 401),
    ("127.0.0.1", 'Forwarded: for="192.0.2.1:4711";proto=https', 200),
    ("127.0.0.1", "X-Forwarded-For: 192.0.2.1, nonsense", 401),
    ("10.0.0.0/8", "X-Forwarded-For: 192.0.2.1", 401),
    ("unix", "X-Forwarded-For: 192.0.2.1", 401),
])
def test_a_key_is_good_from_the_address_that_a_trusted_proxy_tells(start_koi, trusted, fields, status):
    koi = start_koi("--trusted-proxy", trusted)
    key = key_for(koi, "192.0.2.0/24")
    request = (f"GET /v1/customers HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n"
               f"{fields}\r\n\r\n")
    answer = ask(socket.create_connection((koi.host, koi.port)), request.encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer


def test_tries_to_sign_in_are_counted_by_the_address_behind_the_proxy(start_koi):
    koi = start_koi("--trusted-proxy", "127.0.0.1", "--password-cost", "10")

    def sign_in(address):
        body = b'{"email": "nobody@example.com", "password": "wrong password"}'
        head = (f"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
                f"X-Forwarded-For: {address}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        return ask(socket.create_connection((koi.host, koi.port)), head + body)

    for _ in range(40):
        sign_in("192.0.2.7")
    log = koi.command("key", "create", "--name", "reader").stdout.strip()
    import requests

    accesses = requests.get(f"{koi.url}/v1/accesses?limit=100", headers={"Authorization": f"Bearer {log}"}, timeout=PATIENCE)
    assert accesses.status_code == 200, accesses.text
    assert "192.0.2.7" in accesses.text and '"127.0.0.1"' not in accesses.text
