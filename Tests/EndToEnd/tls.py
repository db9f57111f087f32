"""A Koi that serves by HTTPS, and clients that know its certificate."""

import socket
import ssl
import subprocess
from pathlib import Path

from running_koi import PATIENCE, Koi, run_koi


def make_certificate(folder, *names, stem="tls"):
    """A certificate for this machine and these names, and its key."""
    certificate, key = Path(folder) / f"{stem}.crt", Path(folder) / f"{stem}.key"
    for path in (certificate, key):
        path.unlink(missing_ok=True)
    made = run_koi("cert", "--cert", certificate, "--key", key, *names)
    assert made.returncode == 0, made.stderr
    return certificate, key


class SecureKoi(Koi):
    def __init__(self, folder, *options):
        super().__init__(folder, *options)
        Path(folder).mkdir(exist_ok=True)
        self.certificate, self.private_key = make_certificate(folder)
        self.arguments += ["--tls-cert", self.certificate, "--tls-key", self.private_key]

    def context(self, **changes):
        context = ssl.create_default_context(cafile=self.certificate)
        for name, value in changes.items():
            setattr(context, name, value)
        return context

    def connect(self, context=None, session=None):
        line = socket.create_connection((self.host, self.port), PATIENCE)
        return (context or self.context()).wrap_socket(line, server_hostname="localhost", session=session)

    def get(self, path="/health", context=None, connection=None, fields=""):
        line = connection or self.connect(context)
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n".encode())
        return read_to_end(line)

    def curl(self, *arguments, check=True):
        return subprocess.run(
            ["curl", "--silent", "--show-error", "--cacert", self.certificate, *map(str, arguments)],
            capture_output=True, check=check, timeout=PATIENCE,
        )

    def s_client(self, *arguments, text=""):
        return subprocess.run(
            ["openssl", "s_client", "-connect", f"{self.host}:{self.port}", "-CAfile", str(self.certificate),
             "-servername", "localhost", *arguments],
            input=text, capture_output=True, text=True, errors="replace", timeout=PATIENCE,
        )


def read_to_end(line):
    """Everything up to the server's farewell: one that is cut off is an error."""
    line.suppress_ragged_eofs = False
    parts = []
    while part := line.recv(65536):
        parts.append(part)
    line.close()
    return b"".join(parts)
