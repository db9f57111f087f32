"""Messages to people outside, through a mail server and a gateway of somebody else."""

import base64
import json
import re
import threading
import time
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from mail_server import MailServer
from running_koi import PATIENCE
from test_mail import ask, use

LONG = "重庆机械有限公司2026年第四季度报价单（含税、含运费，最终版本，请勿外传）" * 2 + ".pdf"
PUBLIC = "https://koi.example.com"


@pytest.fixture
def server(koi):
    server = MailServer()
    use(koi, server.port, bounces="bounces@example.com")
    ask(koi, "PATCH", "/v1/settings", {"publicURL": PUBLIC})
    yield server
    server.stop()


def customer(koi, email="li@example.com", **fields):
    return ask(koi, "POST", "/v1/customers?allowDuplicate=true", {"name": "李明", "email": email, **fields})["id"]


def send(koi, to, purpose="service", **more):
    body = {"channel": "mail", "purpose": purpose, "subject": "报价", "text": "您好\n", "to": to, **more}
    return ask(koi, "POST", "/v1/messages", body)["id"]


def outcomes(koi, message):
    items = ask(koi, "GET", f"/v1/messages/{message}/recipients?limit=500")["items"]
    return [(item["state"], item["error"] and item["error"]["code"]) for item in items]


def settled(koi, message, wanted):
    """Waits until it came out as it should."""
    deadline = time.monotonic() + PATIENCE
    while outcomes(koi, message) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert outcomes(koi, message) == wanted


def test_a_mail_arrives_intact_with_all_that_it_carries(koi, server):
    content = bytes(range(256)) * 400
    text = "尊敬的{{customer.name}}：\n\n附上报价。\n.\n..两点\n" + "长" * 500 + "\n"
    html = "<p>尊敬的{{customer.name}}：</p>\n<p>a &lt; b = c</p>\n"
    message = send(
        koi,
        {"customers": [customer(koi)]},
        "transactional",
        subject="报价：" + "二〇二六年第四季度" * 20,
        text=text,
        html=html,
        references=["<1.a@example.com>", "<2.b@example.com>"],
        attachments=[
            {"name": LONG, "type": "application/pdf", "content": base64.b64encode(content).decode()},
            {"name": "a b.txt", "type": "text/plain", "content": base64.b64encode("你好".encode()).decode()},
        ],
    )
    envelope, mail = server.next_mail()
    settled(koi, message, [("sent", None)])
    assert re.fullmatch(r"bounces\+[0-9a-f]{32}@example\.com", envelope.mail_from)
    assert envelope.rcpt_tos == ["li@example.com"]
    assert not mail.defects and not any(part.defects for part in mail.walk())
    assert mail["Subject"] == "报价：" + "二〇二六年第四季度" * 20
    assert mail["From"].addresses[0].display_name == "重庆机械"
    assert mail["In-Reply-To"] == "<2.b@example.com>"
    assert mail["References"].split() == ["<1.a@example.com>", "<2.b@example.com>"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert parsedate_to_datetime(mail["Date"]).utcoffset().total_seconds() == 0
    assert mail["Message-ID"].startswith("<koi.") and mail["Message-ID"].endswith("@example.com>")
    assert mail.get_content_type() == "multipart/mixed"
    plain = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert plain == text.replace("{{customer.name}}", "李明")
    shown = mail.get_body(("html",)).get_content().replace("\r\n", "\n")
    assert shown == html.replace("{{customer.name}}", "李明")
    files = list(mail.iter_attachments())
    assert [(file.get_filename(), file.get_content_type()) for file in files] == [
        (LONG, "application/pdf"),
        ("a b.txt", "text/plain"),
    ]
    assert files[0].get_content() == content
    assert files[1].get_payload(decode=True) == "你好".encode()
    lines = envelope.content.split(b"\r\n")
    assert all(len(line) <= 78 and line.isascii() for line in lines)


@pytest.mark.parametrize("text", ["one line", "ends\n", "a=b \n\n .\n.x\n", "\ttab\t\n" + "x" * 300 + "\n"])
def test_plain_ascii_is_read_back_as_it_was(koi, server, text):
    send(koi, {"addresses": ["li@example.com"]}, "transactional", text=text, html="<p>x</p>\n")
    _, mail = server.next_mail()
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == text


def test_servers_that_defer_refuse_hang_and_drop_hold_up_nobody_else(koi, server):
    server.answers |= {
        "later.example": "451 4.7.1 Greylisted",
        "nobody.example": "550 5.1.1 No such user",
        "slow.example": "hang",
        "gone.example": "drop",
    }
    names = ["later.example", "nobody.example", "slow.example", "gone.example"]
    message = send(koi, {"addresses": [f"a{n}@{name}" for name in names for n in range(4)] + ["li@example.com"]})
    assert server.next_mail()[0].rcpt_tos == ["li@example.com"]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = outcomes(koi, message)
        if all(error for _, error in found[:8] + found[12:16]) and found[16][0] == "sent":
            break
        time.sleep(0.05)
    assert found[:4] == [("queued", "refused")] * 4
    assert found[4:8] == [("failed", "refused")] * 4
    assert found[8:12] == [("queued", None)] * 4
    assert found[12:16] == [("queued", "connection_lost")] * 4
    assert found[16] == ("sent", None)
    # The mail itself was taken by nobody else.
    assert server.mails.empty()
    assert koi.stop() == 0


def test_a_hanging_server_holds_up_no_gateway(koi, gateway, start_koi):
    with MailHole() as hole:
        use(koi, hole.port)
        send(koi, {"addresses": [f"a{n}@d{n}.example" for n in range(30)]})
        text = ask(koi, "POST", "/v1/messages", sms(koi))["id"]
        settled(koi, text, [("sent", None)])


class MailHole:
    """Takes connections and says nothing."""

    def __enter__(self):
        import socket

        self._socket = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self._socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self._socket.close()


@pytest.fixture
def koi(start_koi):
    koi = start_koi("--password-cost", "10", "--webhook-allow", "127.0.0.1")
    yield koi
    assert koi.errors == []


class Gateway(BaseHTTPRequestHandler):
    asked = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.path, dict(self.headers), json.loads(body)))
        answer = json.dumps({"code": 0, "data": {"id": f"m{len(self.asked)}"}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def gateway(koi):
    Gateway.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made = ask(
        koi,
        "POST",
        "/v1/gateways",
        {
            "name": "SMS",
            "channel": "sms",
            "url": f"http://127.0.0.1:{server.server_port}/send?id={{id}}",
            "headers": [{"name": "Authorization", "value": "Bearer {secret.token}"}],
            "body": {"to": "{to}", "text": "{text}"},
            "successPath": "code",
            "successValue": "0",
            "receiptPath": "data.id",
        },
    )
    ask(koi, "PUT", f"/v1/gateways/{made['id']}/secrets", {"token": "s3cret"})
    yield made
    server.shutdown()
    server.server_close()


def sms(koi):
    person = customer(koi, phone="138 0013 8000")
    return {"channel": "sms", "purpose": "service", "text": "您好“{{customer.name}}”", "to": {"customers": [person]}}


def test_a_text_goes_through_a_gateway(koi, gateway):
    message = ask(koi, "POST", "/v1/messages", sms(koi))["id"]
    settled(koi, message, [("sent", None)])
    [(path, headers, body)] = Gateway.asked
    assert headers["Authorization"] == "Bearer s3cret"
    assert body == {"to": "138 0013 8000", "text": "您好“李明”"}
    [item] = ask(koi, "GET", f"/v1/messages/{message}/recipients")["items"]
    assert path == f"/send?id={item['token']}"
    assert item["receipt"] == "m1"
    assert "s3cret" not in koi.log
    report = {"gateway": gateway["id"], "receipt": "m1", "state": "failed", "permanent": True, "reason": "absent"}
    assert ask(koi, "POST", "/v1/inbound/bounce", report)["state"] == "failed"
    again = ask(koi, "POST", "/v1/messages", sms(koi))["id"]
    settled(koi, again, [("refused", "undeliverable")])


def test_nobody_is_written_to_twice_though_koi_is_killed_again_and_again(koi, server):
    count = 60
    message = send(koi, {"addresses": [f"a{n}@d{n % 7}.example" for n in range(count)]})
    for _ in range(6):
        time.sleep(0.05)
        koi.kill()
        koi.start()
    deadline = time.monotonic() + PATIENCE
    while ask(koi, "GET", f"/v1/messages/{message}")["sent"] < count and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ask(koi, "GET", f"/v1/messages/{message}")["sent"] == count
    mails = [server.next_mail() for _ in range(server.mails.qsize())]
    ids = [(envelope.rcpt_tos[0], mail["Message-ID"]) for envelope, mail in mails]
    assert len({to for to, _ in ids}) == count
    # What was under way at a crash comes again, under the same name: at most one for each of six queues and crash.
    assert len(set(ids)) == count
    assert len(ids) - count <= 36


def test_nothing_goes_to_who_has_opted_out_with_one_click(koi, server):
    person = customer(koi)
    ask(koi, "PUT", f"/v1/customers/{person}/consents/mail/marketing", {"state": "given", "source": "fair"})
    send(koi, {"customers": [person]}, "marketing")
    _, mail = server.next_mail()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(rf"<{PUBLIC}(/unsubscribe/\S+)>", mail["List-Unsubscribe"]).group(1)
    assert link in mail.get_content()
    assert requests.get(koi.url + link, timeout=PATIENCE).ok
    answer = requests.post(koi.url + link, data={"List-Unsubscribe": "One-Click"}, timeout=PATIENCE)
    assert answer.ok, answer.text
    for purpose in ("marketing", "service"):
        settled(koi, send(koi, {"customers": [person]}, purpose), [("refused", "opted_out")])
    settled(koi, send(koi, {"customers": [person]}, "transactional"), [("sent", None)])
    server.next_mail()
    assert server.mails.empty()


def test_what_comes_back_blocks_the_address(koi, server):
    person = customer(koi)
    message = send(koi, {"customers": [person]}, "transactional")
    envelope, _ = server.next_mail()
    settled(koi, message, [("sent", None)])
    report = (
        f"To: {envelope.mail_from}\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    headers = {"Content-Type": "message/rfc822", **koi.authorization}
    answer = requests.post(koi.url + "/v1/inbound/bounce", report.encode(), headers=headers, timeout=PATIENCE)
    assert answer.json()["state"] == "failed", answer.text
    settled(koi, send(koi, {"customers": [person]}, "transactional"), [("refused", "undeliverable")])


def test_messages_can_be_kept_in_a_folder_in_place_of_the_network(start_koi, tmp_path):
    koi = start_koi("--keep-messages", "on")
    message = send(koi, {"addresses": ["li@example.com"]})
    settled(koi, message, [("sent", None)])
    [file] = (koi.folder / "outgoing" / "mail").iterdir()
    assert "您好" in __import__("email").message_from_bytes(file.read_bytes()).get_payload(decode=True).decode()
