"""Messages through Debian's Postfix, over TLS, and what it sends back. Run by scripts/test --only postfix, as root."""

import base64
import tempfile
from pathlib import Path

import pytest
import requests

import running_koi
from mail_server import Authority
from postfix_server import Postfix
from running_koi import PATIENCE
from test_mail import ask, use
from test_messages import LONG, outcomes, send, settled


@pytest.fixture
def postfix(tmp_path, monkeypatch):
    authority = Authority(tmp_path)
    monkeypatch.setitem(running_koi.ENVIRONMENT, "SSL_CERT_FILE", str(authority.file))
    with tempfile.TemporaryDirectory(prefix="koi-postfix-") as folder:
        Path(folder).chmod(0o755)
        server = Postfix(Path(folder), authority)
        yield server
        server.stop()


@pytest.fixture
def koi(postfix, start_koi):
    koi = start_koi("--password-cost", "10")
    use(koi, postfix.port, "starttls", bounces="bounces@example.com")
    return koi


def test_a_mail_in_chinese_arrives_intact_with_its_attachments(koi, postfix):
    content = bytes(range(256)) * 2000
    text = "尊敬的李明：\n\n附上报价。\n.\n" + "长" * 500 + "\n"
    files = [{"name": LONG, "type": "application/pdf", "content": base64.b64encode(content).decode()}]
    message = send(
        koi, {"addresses": ["li@example.com"]}, "transactional", text=text, html="<p>好</p>\n", attachments=files
    )
    raw, mail = postfix.next_mail("li")
    settled(koi, message, [("sent", None)])
    assert b"using TLSv1.3" in raw.replace(b"\n\t", b" ")
    assert mail["Subject"] == "报价"
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == text
    assert mail.get_body(("html",)).get_content().replace("\r\n", "\n") == "<p>好</p>\n"
    [file] = mail.iter_attachments()
    assert file.get_filename() == LONG
    assert file.get_content() == content
    assert not any(part.defects for part in mail.walk())


def test_what_it_defers_waits_and_what_it_refuses_is_told(koi, postfix):
    later = send(koi, {"addresses": ["later@example.com"]})
    nobody = send(koi, {"addresses": ["nobody@example.com"]})
    settled(koi, later, [("queued", "refused")])
    settled(koi, nobody, [("failed", "refused")])
    # There is no such address, and so it is not tried again.
    settled(koi, send(koi, {"addresses": ["nobody@example.com"]}), [("refused", "undeliverable")])


def test_what_it_finds_out_later_comes_back_and_blocks_the_address(koi, postfix):
    message = send(koi, {"addresses": ["back@example.com"]}, "transactional")
    settled(koi, message, [("sent", None)])
    report, _ = postfix.next_mail("bounces")
    headers = {"Content-Type": "message/rfc822", **koi.authorization}
    answer = requests.post(koi.url + "/v1/inbound/bounce", report, headers=headers, timeout=PATIENCE)
    assert answer.ok, answer.text
    assert outcomes(koi, message) == [("failed", "bounced")]
    settled(koi, send(koi, {"addresses": ["back@example.com"]}, "transactional"), [("refused", "undeliverable")])


def test_what_is_too_large_for_it_is_told(koi):
    content = base64.b64encode(bytes(3_500_000)).decode()
    message = send(koi, {"addresses": ["li@example.com"]}, attachments=[{"name": "a.bin", "content": content}])
    settled(koi, message, [("failed", "too_large")])


def test_an_address_in_chinese_goes_by_smtputf8(koi, postfix):
    message = send(koi, {"addresses": ["李明@example.com"]})
    # Postfix takes the command, and knows nobody of this name.
    settled(koi, message, [("failed", "refused")])
    assert "5.1.1" in ask(koi, "GET", f"/v1/messages/{message}/recipients")["items"][0]["error"]["message"]
