"""The page behind the link in a message, in a real browser without script."""

import re

import pytest

from mail_server import MailServer
from test_mail import ask, use
from test_messages import customer, send, settled


@pytest.fixture
def link(koi):
    """What somebody has got by mail, and their number."""
    server = MailServer()
    use(koi, server.port)
    ask(koi, "PATCH", "/v1/settings", {"publicURL": koi.url})
    person = customer(koi)
    send(koi, {"customers": [person]})
    _, mail = server.next_mail()
    yield re.fullmatch(r"<(\S+)>", mail["List-Unsubscribe"]).group(1), person
    server.stop()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    ("locale", "button", "done"),
    [("en-GB", "Unsubscribe", "You will get no more messages from 重庆机械"), ("zh-CN", "退订", "您将不再收到重庆机械")],
)
def test_somebody_ends_messages_without_script(koi, open_page, link, locale, button, done, width):
    path, person = link[0].removeprefix(koi.url), link[1]
    page = open_page(
        path, locale=locale, java_script_enabled=False, viewport={"width": width, "height": 640}
    )
    assert page.locator("html").get_attribute("lang") == locale[:2]
    # Nothing has happened by looking.
    assert ask(koi, "GET", f"/v1/customers/{person}/consents")["items"] == []
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_role("status").get_by_text(done).wait_for()
    settled(koi, send(koi, {"customers": [person]}), [("refused", "opted_out")])
