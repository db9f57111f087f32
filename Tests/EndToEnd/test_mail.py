"""Mail through a mail server of somebody else."""

import socket
import time

import pytest
import requests

import running_koi
from mail_server import Authority, MailServer
from running_koi import PATIENCE

ACCOUNT = ("koi", "  p\u00e4ss w\u00f6rd 密码 ")


@pytest.fixture
def authority(tmp_path, monkeypatch):
    authority = Authority(tmp_path)
    monkeypatch.setitem(running_koi.ENVIRONMENT, "SSL_CERT_FILE", str(authority.file))
    return authority


@pytest.fixture
def start_server():
    started = []

    def start(*arguments, **options):
        started.append(MailServer(*arguments, **options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def ask(koi, method, path, body=None, key=None, language="en"):
    headers = {"Authorization": f"Bearer {key or koi.key}", "Accept-Language": language}
    answer = requests.request(method, koi.url + path, json=body, headers=headers, timeout=PATIENCE)
    assert answer.ok, answer.text
    return answer.json() if answer.content else None


def use(koi, port, security="none", account=None, **mail):
    """Has Koi send its mail there."""
    mail = {"server": "localhost", "port": port, "security": security, "from": "koi@example.com", **mail}
    if account:
        mail |= {"user": account[0], "password": account[1]}
    return ask(koi, "PATCH", "/v1/settings", {"companyName": "重庆机械", "mail": mail})


def outcome(koi, to="li@example.com", language="en"):
    """What comes of a test mail."""
    test = ask(koi, "POST", "/v1/mail-tests", {"to": to}, language=language)
    deadline = time.monotonic() + PATIENCE
    while test["state"] in ("waiting", "sending") and time.monotonic() < deadline:
        time.sleep(0.02)
        test = ask(koi, "GET", f"/v1/mail-tests/{test['id']}", language=language)
    return test


def test_mail_in_chinese_arrives_intact(koi, start_server):
    server = start_server()
    use(koi, server.port)
    assert outcome(koi, language="zh")["error"] is None
    envelope, mail = server.next_mail()
    assert envelope.mail_from == "koi@example.com"
    assert envelope.rcpt_tos == ["li@example.com"]
    assert mail["From"].addresses[0].display_name == "重庆机械"
    assert mail["Subject"] == "Koi 可以发送邮件"
    assert mail["Date"].datetime.utcoffset().total_seconds() == 0
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail.get_content().startswith("这是一封测试邮件。")
    assert not mail.defects


def test_mail_by_starttls_and_sign_in(authority, start_server, start_koi):
    koi = start_koi()
    server = start_server("starttls", authority.context(), ACCOUNT)
    use(koi, server.port, "starttls", ACCOUNT)
    assert outcome(koi)["error"] is None
    assert server.accounts == [("PLAIN", *ACCOUNT)]
    server.next_mail()


def test_mail_over_tls_with_another_way_to_sign_in(authority, start_server, start_koi):
    koi = start_koi()
    server = start_server("tls", authority.context(), ACCOUNT, auth_exclude_mechanism=["PLAIN"])
    use(koi, server.port, "tls", ACCOUNT)
    assert outcome(koi)["error"] is None
    assert server.accounts == [("LOGIN", *ACCOUNT)]
    server.next_mail()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_password_goes_to_a_server_that_is_not_trusted(security, tmp_path, start_server, koi):
    server = start_server(security, Authority(tmp_path).context(), ACCOUNT)
    use(koi, server.port, security, ACCOUNT)
    test = outcome(koi)
    assert test["state"] == "failed"
    assert test["error"]["code"] == "untrusted_certificate"
    assert server.accounts == []


def test_no_password_goes_to_a_server_of_another_name(authority, start_server, start_koi):
    koi = start_koi()
    server = start_server("tls", authority.context("mail.example.com"), ACCOUNT)
    use(koi, server.port, "tls", ACCOUNT)
    assert outcome(koi)["error"]["code"] == "untrusted_certificate"
    assert server.accounts == []


def test_a_wrong_password_is_told(authority, start_server, start_koi):
    koi = start_koi()
    server = start_server("tls", authority.context(), ACCOUNT)
    use(koi, server.port, "tls", ("koi", "wrong"))
    test = outcome(koi)
    assert test["error"]["code"] == "auth_refused"
    assert "535" in test["error"]["message"]
    assert "wrong" not in koi.log


@pytest.mark.parametrize(("security", "code"), [("tls", "no_tls"), ("starttls", "no_starttls")])
def test_a_server_without_encryption_gets_nothing(security, code, koi, start_server):
    server = start_server()
    use(koi, server.port, security)
    assert outcome(koi)["error"]["code"] == code
    assert server.mails.empty()


def test_a_port_at_which_nobody_listens_is_told(koi):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        use(koi, free.getsockname()[1])
        assert outcome(koi)["error"]["code"] == "unreachable"


def test_a_server_that_says_nothing_holds_up_neither_requests_nor_the_end(koi):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use(koi, silent.getsockname()[1])
        test = ask(koi, "POST", "/v1/mail-tests", {"to": "li@example.com"})
        silent.settimeout(PATIENCE)
        connection, _ = silent.accept()
        started = time.monotonic()
        assert ask(koi, "GET", f"/v1/mail-tests/{test['id']}")["state"] == "sending"
        assert koi.stop() == 0
        assert time.monotonic() - started < PATIENCE / 2
        connection.close()


def told_by_mail(koi):
    """The key of a saleswoman who wants her notifications by mail, too."""
    user = {"name": "王芳", "email": "wang@example.com", "role": 3, "language": "zh"}
    wang = ask(koi, "POST", "/v1/users", user)["id"]
    key = ask(koi, "POST", "/v1/keys", {"name": "王芳", "user": wang})["key"]
    ask(koi, "PUT", "/v1/me/notification-preferences", {"recordGiven": "both"}, key=key)
    return wang, key


def give(koi, user):
    customer = ask(koi, "POST", "/v1/customers", {"name": "北京电子"})["id"]
    ask(koi, "PATCH", f"/v1/customers/{customer}", {"owner": user})


def test_who_is_given_a_customer_is_told_by_mail(koi, start_server):
    server = start_server()
    use(koi, server.port)
    ask(koi, "PATCH", "/v1/settings", {"publicURL": "https://koi.example.com"})
    wang, key = told_by_mail(koi)
    give(koi, wang)
    envelope, mail = server.next_mail()
    assert envelope.rcpt_tos == ["wang@example.com"]
    assert mail["Subject"] == "重庆机械：有记录交给我负责"
    assert "客户“北京电子”交给您负责" in mail.get_content()
    assert "https://koi.example.com/" in mail.get_content()
    items = ask(koi, "GET", "/v1/notifications?unread=true", key=key, language="zh")["items"]
    assert [item["subject"]["name"] for item in items] == ["北京电子"]


def test_what_was_under_way_at_a_crash_is_delivered_after_it(koi, start_server, start_koi):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use(koi, silent.getsockname()[1])
        wang, _ = told_by_mail(koi)
        give(koi, wang)
        silent.settimeout(PATIENCE)
        connection, _ = silent.accept()
        koi.kill()
        connection.close()
    server = start_server()
    use(start_koi(), server.port)
    envelope, _ = server.next_mail()
    assert envelope.rcpt_tos == ["wang@example.com"]
