"""What the examples in Python share: a request to Koi that is carried out once, however often it has to be sent."""

import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

# Koi is busy, stopping or being restarted (or a proxy says so), or the key asks too often.
LATER = {429, 502, 503, 504}
# What a request ends with where it was not answered, or not to the end.
UNANSWERED = (OSError, http.client.HTTPException)
# In seconds: more than the minute after which a key may ask again.
PATIENCE = 150


class Refused(Exception):
    """Koi has understood, and will not do it: to send it again as it is would change nothing."""

    def __init__(self, status, problem):
        self.status, self.code, self.problem = status, problem.get("code"), problem
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')} {problem.get('errors') or ''}".strip())


def path(*parts):
    """A path of texts that may hold anything, slashes included."""
    return "/v1/" + "/".join(urllib.parse.quote(str(part), safe="") for part in parts)


def ask(method, target, body=None, once=None, **fields):
    """The answer as JSON. A write is sent again under the same Idempotency-Key, so a lost answer costs nothing.

    `once` names the request where the caller knows it beyond this process; `If_Match="..."` adds a field.
    """
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    headers["Authorization"] = "Bearer " + os.environ["KOI_KEY"]
    if method != "GET":
        headers["Idempotency-Key"] = once or str(uuid.uuid4())
    if body is not None:
        headers["Content-Type"] = "application/json"
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["KOI_URL"] + target, content, headers, method=method)
    end = time.monotonic() + PATIENCE
    pause = 0.1
    while True:
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as refusal:
            with refusal:
                text = refusal.read()
            problem = json.loads(text) if text.startswith(b"{") else {}
            if refusal.code not in LATER and problem.get("code") != "idempotency_key_in_use":
                raise Refused(refusal.code, problem) from None
            after = refusal.headers.get("Retry-After", "")
            wait = int(after) if after.isdecimal() else 1
            failure = ConnectionError(str(Refused(refusal.code, problem)))
        except UNANSWERED as broken:
            wait, failure = pause, broken
            pause = min(pause * 2, 5)
        if time.monotonic() + wait > end:
            raise failure
        time.sleep(wait)
