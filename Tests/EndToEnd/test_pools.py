"""Two hundred people who reach for the same customer at once, over real connections: one gets it."""

import threading

import pytest
import requests

from test_ownership import Client


@pytest.fixture
def pool(koi):
    made = ask(koi, "POST", "/v1/pools", {"name": "公海", "dailyClaims": 2})
    return made["id"]


def ask(koi, method, path, body=None):
    answer = requests.request(method, koi.url + path, json=body, headers=koi.authorization)
    assert answer.ok, answer.text
    return answer.json()


def pooled(koi, pool, name):
    customer = ask(koi, "POST", "/v1/customers", {"name": name})["id"]
    ask(koi, "PUT", f"/v1/customers/{customer}/pool", {"pool": pool, "reason": "Nobody answers"})
    return customer


def at_once(claims):
    """Sends all claims together, each over a connection of its own that is open before."""
    answers, start = [], threading.Barrier(len(claims))

    def claim(client, path):
        with requests.Session() as session:
            session.headers.update(client.session.headers)
            session.get(client.url + "/healthz").raise_for_status()
            start.wait()
            answers.append((client, session.put(client.url + path)))

    threads = [threading.Thread(target=claim, args=one) for one in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_two_hundred_claims_at_once_one_wins_and_the_others_are_told_who(koi, pool):
    people = [Client(koi, f"P{number}") for number in range(4)]
    customer = pooled(koi, pool, "重庆机械")
    path = f"/v1/customers/{customer}/claim"
    answers = at_once([(people[number % 4], path) for number in range(200)])

    owner = ask(koi, "GET", f"/v1/customers/{customer}")["owner"]
    for client, answer in answers:
        if client.id == owner:
            assert answer.status_code == 200
            continue
        assert answer.status_code == 409, answer.text
        assert answer.json()["code"] == "claimed_already"
        assert answer.json()["claimedBy"]["id"] == owner
    contests = ask(koi, "GET", f"/v1/pools/{pool}/contests?limit=500")["items"]
    assert [one["user"] for one in contests if one["kind"] == "won"] == [owner]
    assert len([one for one in contests if one["kind"] == "lost"]) == 150


def test_nobody_takes_more_than_the_cap_however_many_are_claimed_at_once(koi, pool):
    person = Client(koi, "Greedy")
    customers = [pooled(koi, pool, f"Firm {number}") for number in range(20)]
    answers = at_once([(person, f"/v1/customers/{customer}/claim") for customer in customers])
    codes = sorted(answer.status_code for _, answer in answers)
    assert codes == [200] * 2 + [409] * 18
    assert {answer.json()["code"] for _, answer in answers if answer.status_code == 409} == {"claim_cap"}
    assert len(person.names()) == 2
