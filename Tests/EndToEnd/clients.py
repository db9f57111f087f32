"""The clients that people use, behind one method: `send`."""

import json
import subprocess
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import httpx
import requests

from running_koi import PATIENCE


class Answer(NamedTuple):
    status: int
    fields: dict
    text: str

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def etag(self):
        return self.fields["etag"]


def lower(fields):
    return {name.lower(): value for name, value in fields}


class Curl:
    """One process for each request; the query goes out as it was typed, without any encoding."""

    def __init__(self, koi):
        self.koi = koi

    def send(self, method, path, body=None, query=None, fields=None):
        text = "&".join(f"{name}={value}" for name, value in (query or {}).items())
        url = self.koi.url + path + ("?" + text if text else "")
        command = ["curl", "--silent", "--show-error", "--include", "--request", method, url]
        for name, value in {**self.koi.authorization, **(fields or {})}.items():
            command += ["--header", f"{name}: {value}"]
        if body is not None:
            command += ["--json", json.dumps(body, ensure_ascii=False)]
        output = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE).stdout
        head, _, text = output.decode().partition("\r\n\r\n")
        lines = head.split("\r\n")
        return Answer(int(lines[0].split()[1]), lower(line.split(": ", 1) for line in lines[1:]), text)

    def close(self):
        pass


class Requests:
    def __init__(self, koi):
        self.koi = koi
        self.session = requests.Session()
        self.session.headers.update(koi.authorization)

    def send(self, method, path, body=None, query=None, fields=None):
        answer = self.session.request(
            method, self.koi.url + path, params=query, json=body, headers=fields, timeout=PATIENCE
        )
        return Answer(answer.status_code, lower(answer.headers.items()), answer.content.decode())

    def close(self):
        self.session.close()


class Httpx:
    def __init__(self, koi):
        self.client = httpx.Client(base_url=koi.url, headers=koi.authorization, timeout=PATIENCE)

    def send(self, method, path, body=None, query=None, fields=None):
        answer = self.client.request(method, path, params=query, json=body, headers=fields)
        return Answer(answer.status_code, lower(answer.headers.items()), answer.content.decode())

    def close(self):
        self.client.close()


class NodeFetch:
    """The fetch of Node in one long-lived process that takes a request per line."""

    def __init__(self, koi):
        self.koi = koi
        self.process = subprocess.Popen(
            ["node", Path(__file__).with_name("fetch.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def send(self, method, path, body=None, query=None, fields=None):
        text = "&".join(f"{quote(name)}={quote(value)}" for name, value in (query or {}).items())
        request = {
            "url": self.koi.url + path + ("?" + text if text else ""),
            "method": method,
            "headers": {**self.koi.authorization, **(fields or {})},
        }
        if body is not None:
            request["headers"]["Content-Type"] = "application/json"
            request["body"] = json.dumps(body, ensure_ascii=False)
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        return Answer(answer["status"], lower(answer["headers"]), answer["text"])

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(PATIENCE) == 0


ALL = [Curl, Requests, Httpx, NodeFetch]
