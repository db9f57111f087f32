#!/usr/bin/env python3
"""A form by which visitors of a web site leave their name and number: no library beside Python's own.

    KOI_URL=http://127.0.0.1:8080 KOI_KEY=koi_… scripts/examples/web_form.py 9001

The key is on this server and never in the page, and belongs to a user whose role may create contacts and nothing else: whoever
takes this server over can add contacts, and read none. Each visitor's form has a number of its own, so that sending it twice
makes one contact. Nobody is told whether Koi knows them.

This is what a public form needs at the least. A real one stands behind a proxy with HTTPS, which tells it apart who asks; has the
web site's own protection against robots; and says what the data is for and how long it is kept.
"""

import hashlib
import html
import sys
import threading
import time
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from koi import UNANSWERED, Refused, ask

LARGEST = 20_000
# Of one address within an hour.
MOST = 20
FIELDS = {"name": "Name / 姓名", "mobile": "Mobile / 手机", "email": "E-mail / 电子邮件", "notes": "Message / 留言"}
asked, lock = {}, threading.Lock()

PAGE = """<!doctype html><meta charset="utf-8"><title>Contact</title><p>{message}</p>
<form method="post"><input type="hidden" name="submission" value="{submission}">
<p hidden><label>Leave this empty <input name="website" tabindex="-1" autocomplete="off"></label></p>
{inputs}<button>Send / 发送</button></form>"""


def page(values=None, message=""):
    values = values or {}
    inputs = "".join(
        f'<p><label>{label} <input name="{name}" maxlength="200" value="{html.escape(values.get(name, ""))}"></label></p>\n'
        for name, label in FIELDS.items()
    )
    submission = values.get("submission") or str(uuid.uuid4())
    return PAGE.format(message=html.escape(message), submission=html.escape(submission), inputs=inputs)


def is_too_often(address):
    now = time.monotonic()
    with lock:
        for known in [known for known, times in asked.items() if times[-1] < now - 3600]:
            del asked[known]
        times = asked.setdefault(address, [])
        times.append(now)
        del times[:-MOST - 1]
        return len(times) > MOST and times[0] > now - 3600


def submit(values):
    """The status and page that answer a form."""
    try:
        submission = str(uuid.UUID(values.get("submission", "")))
    except ValueError:
        return 400, page(message="Please load the page again. / 请重新打开页面。")
    # A robot fills in every field; it need not learn that this was noticed.
    if values.get("website"):
        return 200, page(message="Thank you. / 谢谢。")
    contact = {name: values[name].strip() for name in FIELDS if values.get(name, "").strip()}
    # Who goes back and corrects what was sent sends something else.
    content = hashlib.sha256(repr(contact).encode()).hexdigest()[:32]
    try:
        # Whether the visitor is known already nobody outside is to learn: the list of duplicates has both.
        ask("POST", "/v1/contacts?allowDuplicate=true", contact, once=f"web-form-{submission}-{content}")
    except Refused as problem:
        # What it found is for the log; what the visitor can mend is named by its field.
        print(problem, file=sys.stderr, flush=True)
        fields = [FIELDS[error["field"]] for error in problem.problem.get("errors", []) if error["field"] in FIELDS]
        if problem.status != 422 or not fields:
            return 503, page(values, "That did not work. Please try again later. / 提交失败，请稍后再试。")
        return 422, page(values, "Please look at / 请检查: " + ", ".join(fields))
    except UNANSWERED as broken:
        # The number of the form stays, so sending it again makes no second contact.
        print(broken, file=sys.stderr, flush=True)
        return 503, page(values, "That did not work. Please send it again. / 提交失败，请再次发送。")
    return 200, page(message="Thank you. / 谢谢。")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, page())

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            return self.answer(413, page(message="Too long. / 内容过长。"))
        if is_too_often(self.client_address[0]):
            return self.answer(429, page(message="Please try again later. / 请稍后再试。"))
        try:
            form = urllib.parse.parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"), max_num_fields=20)
        except ValueError:
            return self.answer(400, page(message="Please load the page again. / 请重新打开页面。"))
        self.answer(*submit({name: values[0] for name, values in form.items()}))

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; form-action 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print(f"listening at port {server.server_address[1]}", file=sys.stderr, flush=True)
    server.serve_forever()
