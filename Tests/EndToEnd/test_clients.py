"""One story, told by each of the clients that people use."""

import pytest

import clients


@pytest.fixture(params=clients.ALL, ids=lambda client: client.__name__)
def client(request, koi):
    client = request.param(koi)
    yield client
    client.close()


def test_a_customer_is_made_read_found_changed_removed_and_restored(client):
    made = client.send("POST", "/v1/customers", {"name": "重庆机械", "tier": "vip"})
    assert made.status == 201
    place = made.fields["location"]
    client.send("POST", "/v1/customers", {"name": "Acme", "tier": "low"})

    read = client.send("GET", place)
    assert read.status == 200
    assert read.json == made.json
    assert read.json["name"] == "重庆机械"

    found = client.send("GET", "/v1/customers", query={"name.has": "机械", "tier": "vip,potential"})
    assert found.status == 200
    assert found.json == {"items": [made.json], "next": None}

    changed = client.send("PATCH", place, {"notes": "今天来过"}, fields={"If-Match": read.etag})
    assert changed.status == 200
    assert changed.json["notes"] == "今天来过"
    assert changed.json["version"] == 2
    assert changed.etag != read.etag

    late = client.send("PATCH", place, {"notes": "?"}, fields={"If-Match": read.etag})
    assert late.status == 412
    assert late.fields["content-type"] == "application/problem+json"
    assert late.json["code"] == "changed_meanwhile"

    known = client.send("GET", place, fields={"If-None-Match": changed.etag})
    assert known.status == 304
    assert known.etag == changed.etag
    assert known.text == ""

    assert client.send("DELETE", place).status == 204
    assert client.send("GET", place).status == 404
    assert client.send("GET", "/v1/customers", query={"removed": "true"}).json["items"][0]["id"] == 1

    restored = client.send("PUT", place + "/restoration")
    assert restored.status == 200
    assert restored.json["removedAt"] is None
    assert restored.json["notes"] == "今天来过"
    assert client.send("GET", place).json == restored.json


def test_a_problem_is_told_in_the_language_of_the_client(client):
    wrong = {"name": "", "size": -1}
    english = client.send("POST", "/v1/customers", wrong, fields={"Accept-Language": "en"})
    chinese = client.send("POST", "/v1/customers", wrong, fields={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert english.status == chinese.status == 422
    assert {error["field"] for error in english.json["errors"]} == {"name", "size"}
    assert english.json["detail"].isascii()
    assert "字段" in chinese.json["detail"]


def test_nobody_gets_in_without_a_key(client):
    answer = client.send("GET", "/v1/customers", fields={"Authorization": "Bearer wrong"})
    assert answer.status == 401
    assert answer.fields["www-authenticate"].startswith("Bearer")


def test_a_part_that_is_sent_as_null_takes_its_default(client):
    preference = {"text": "钓鱼", "kind": None}
    made = client.send("POST", "/v1/contacts", {"name": "李明", "preferences": [preference]})
    assert made.json["preferences"] == [{"kind": "preference", "text": "钓鱼", "source": None, "date": None}]
