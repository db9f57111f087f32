"""A mail server of somebody else (aiosmtpd), in a thread, on a free port; and certificates that are made for the test."""

import asyncio
import email
import email.policy
import queue
import ssl
import threading

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

from running_koi import PATIENCE


class Authority:
    """Makes certificates that are trusted by who is told to trust this one."""

    def __init__(self, folder):
        self._authority = trustme.CA()
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(self.file)

    def context(self, name="localhost"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name).configure_cert(context)
        return context

    def write(self, name, certificate, key):
        """A certificate for `name` with its key, as files."""
        issued = self._authority.issue_cert(name)
        for part in issued.cert_chain_pems:
            part.write_to_path(certificate, append=True)
        issued.private_key_pem.write_to_path(key)


class MailServer:
    """Takes mail and keeps it. `security` is as in the settings of Koi."""

    def __init__(self, security="none", context=None, account=None, **options):
        self.mails = queue.Queue()
        self.accounts = []
        self.answers = {}
        self.asked = []
        self._security = security
        self._context = context
        self._account = account
        self._options = options
        self._talks = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(PATIENCE)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _listen(self):
        over_tls = self._context if self._security == "tls" else None
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=over_tls)

    def _protocol(self):
        options = {"hostname": "mail.test", "enable_SMTPUTF8": True, **self._options}
        if self._security == "starttls":
            options |= {"tls_context": self._context, "require_starttls": True}
        if self._account:
            # aiosmtpd knows of TLS only where it began it itself, and elsewhere warns of signing in at all.
            is_starttls = self._security == "starttls"
            options |= {"authenticator": self._authenticate, "auth_required": is_starttls, "auth_require_tls": is_starttls}
        self._talks.append(SMTP(self, loop=self._loop, **options))
        return self._talks[-1]

    def _authenticate(self, server, session, envelope, mechanism, data):
        self.accounts.append((mechanism, data.login.decode(), data.password.decode()))
        return AuthResult(success=self.accounts[-1][1:] == self._account, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        """What `answers` has for the domain: a reply, `hang` or `drop`."""
        answer = self.answers.get(address.rsplit("@", 1)[-1], "250 OK")
        self.asked.append(address)
        if answer == "hang":
            await asyncio.sleep(3600)
        if answer == "drop":
            server.transport.abort()
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.mails.put(envelope)
        return "250 Taken"

    def next_mail(self):
        """The envelope and the mail in it, as an independent reader understands it."""
        envelope = self.mails.get(timeout=PATIENCE)
        return envelope, email.message_from_bytes(envelope.content, policy=email.policy.default)

    async def _close(self):
        self._server.close()
        for talk in self._talks:
            if talk.transport:
                talk.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # What was aborted is closed in the loop's next turns.
        for _ in range(3):
            await asyncio.sleep(0)

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
