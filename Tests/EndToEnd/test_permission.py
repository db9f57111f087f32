"""What a key opens ends at once, on whatever connection it is used."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from running_koi import PATIENCE

LOOPS = 8


class Connection:
    """One connection that stays open, on which whoever likes may ask."""

    def __init__(self, koi):
        self.connection = http.client.HTTPConnection(koi.host, koi.port, timeout=PATIENCE)
        self.connection.connect()
        self.socket = self.connection.sock

    def ask(self, key, method="GET", path="/v1/customers", body=None):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        # http.client makes a new socket where the server closed the old one.
        assert self.connection.sock is self.socket
        return answer.status, json.loads(text) if text else None

    def add(self, key, path, body):
        status, made = self.ask(key, "POST", path, body)
        assert status == 201, made
        return made


@pytest.fixture
def connections(koi):
    """Enough that each event loop serves some."""
    connections = [Connection(koi) for _ in range(LOOPS)]
    yield connections
    for connection in connections:
        connection.connection.close()


def statuses(connections, key, **options):
    return {connection.ask(key, **options)[0] for connection in connections}


def test_a_revoked_key_is_refused_by_the_next_request_on_any_connection(koi, connections):
    first = connections[0]
    for _ in range(20):
        made = first.add(koi.key, "/v1/keys", {"name": "ERP"})
        assert statuses(connections, made["key"]) == {200}
        assert first.ask(koi.key, "DELETE", f"/v1/keys/{made['id']}")[0] == 204
        assert statuses(connections, made["key"]) == {401}


def test_a_key_that_revokes_itself_is_refused_by_the_next_request_on_its_own_connection(koi, connections):
    made = connections[0].add(koi.key, "/v1/keys", {"name": "ERP"})
    assert connections[1].ask(made["key"], "DELETE", f"/v1/keys/{made['id']}")[0] == 204
    assert statuses(connections, made["key"]) == {401}


def test_what_a_role_user_or_team_loses_is_lost_with_the_next_request(koi, connections):
    first = connections[0]
    role = first.add(koi.key, "/v1/roles", {"name": "R", "permissions": {"customers": {"read": "all"}}})
    user = first.add(koi.key, "/v1/users", {"name": "U", "role": role["id"]})
    key = first.add(koi.key, "/v1/keys", {"name": "K", "user": user["id"]})["key"]
    customer = first.add(koi.key, "/v1/customers", {"name": "A"})
    path = f"/v1/customers/{customer['id']}"

    def change(path, body):
        assert first.ask(koi.key, "PATCH", path, body)[0] == 200

    assert statuses(connections, key, path=path) == {200}
    change(f"/v1/roles/{role['id']}", {"permissions": {"customers": {"read": "own"}}})
    assert statuses(connections, key, path=path) == {404}
    change(path, {"owner": user["id"]})
    assert statuses(connections, key, path=path) == {200}
    change(path, {"owner": None})
    change(f"/v1/users/{user['id']}", {"active": False})
    assert statuses(connections, key, path=path) == {401}


def test_a_key_that_is_revoked_while_it_is_in_use_never_opens_again(koi, connections):
    """Others ask without pause while it ends: none may have it remembered once more."""
    made = connections[0].add(koi.key, "/v1/keys", {"name": "ERP"})

    def use(connection):
        answers = []
        while not answers or answers[-1] == 200:
            answers.append(connection.ask(made["key"])[0])
        return answers + [connection.ask(made["key"])[0] for _ in range(20)]

    with ThreadPoolExecutor(LOOPS) as pool:
        runs = [pool.submit(use, connection) for connection in connections[1:]]
        assert connections[0].ask(koi.key, "DELETE", f"/v1/keys/{made['id']}")[0] == 204
        for run in runs:
            answers = run.result()
            assert set(answers[answers.index(401) :]) == {401}
