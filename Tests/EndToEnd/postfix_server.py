"""Debian's Postfix on this machine's loopback, with a configuration, a queue and mailboxes of its own, and no service."""

import email
import email.policy
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

from running_koi import PATIENCE

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.com
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
recipient_delimiter = +
message_size_limit = 3000000
virtual_mailbox_domains = example.com
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_alias_maps = texthash:{folder}/aliases
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access, permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.key
smtpd_client_connection_rate_limit = 0
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Takes mail for `li` and `bounces` at example.com; defers `later`, and finds out afterwards that `back` is nobody."""

    def __init__(self, folder, authority):
        # Its processes give up their rights, and so have to reach the folder without them.
        self.folder = folder
        owner = pwd.getpwnam("postfix")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        values = {"folder": folder, "port": self.port, "uid": owner.pw_uid, "gid": owner.pw_gid}
        for name in ("queue", "data", "mail"):
            (folder / name).mkdir()
        for name in ("data", "mail"):
            shutil.chown(folder / name, owner.pw_uid, owner.pw_gid)
        (folder / "main.cf").write_text(MAIN.format(**values))
        (folder / "master.cf").write_text(MASTER.format(**values))
        (folder / "mailboxes").write_text("li@example.com li/\nbounces@example.com bounces/\n")
        (folder / "aliases").write_text("back@example.com nobody@example.com\n")
        (folder / "access").write_text("later@example.com 450 4.7.1 Come later\n")
        authority.write("localhost", folder / "server.pem", folder / "server.key")
        self._process = subprocess.Popen(
            ["postfix", "-c", folder, "start-fg"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._wait()

    def _wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"Postfix does not start: {self.log}")

    @property
    def log(self):
        file = self.folder / "log"
        return file.read_text() if file.exists() else ""

    def next_mail(self, mailbox):
        """Takes a mail out of a mailbox: its bytes, and as an independent reader understands it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for file in sorted(Path(self.folder / "mail" / mailbox / "new").glob("*")):
                content = file.read_bytes()
                file.unlink()
                return content, email.message_from_bytes(content, policy=email.policy.default)
            time.sleep(0.1)
        raise AssertionError(f"no mail in {mailbox}: {self.log}")

    def is_empty(self, mailbox):
        return not list(Path(self.folder / "mail" / mailbox / "new").glob("*"))

    def stop(self):
        subprocess.run(["postfix", "-c", self.folder, "stop"], capture_output=True, timeout=PATIENCE, check=False)
        self._process.wait(PATIENCE)
        self._process.stderr.close()
