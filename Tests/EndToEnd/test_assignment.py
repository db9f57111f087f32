"""Assignment by rules, when many leads come at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import requests

LEADS = 160


def call(koi, method, path, body=None):
    answer = requests.request(method, koi.url + path, json=body, headers=koi.authorization, timeout=30)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def at_once(koi, start, number):
    """Makes a lead together with all others, over a connection of its own that is open before."""
    with requests.Session() as session:
        session.headers.update(koi.authorization)
        session.get(koi.url + "/healthz").raise_for_status()
        start.wait()
        answer = session.post(koi.url + "/v1/leads", json={"name": f"Lead {number}"}, timeout=30)
        assert answer.status_code == 201, answer.text
        return answer.json()


def test_nobody_gets_more_than_the_rule_allows(start_koi):
    koi = start_koi("--password-cost", "10")
    capacities = [3, 5, 7, 11]
    users = [call(koi, "POST", "/v1/users", {"name": f"U{number}"})["id"] for number in range(len(capacities))]
    entries = [{"user": user, "capacity": capacity} for user, capacity in zip(users, capacities)]
    call(koi, "POST", "/v1/assignment-rules", {"name": "All", "method": "least_load", "users": entries})
    start = Barrier(LEADS)
    with ThreadPoolExecutor(LEADS) as pool:
        made = list(pool.map(lambda number: at_once(koi, start, number), range(LEADS)))
    owners = Counter(lead["owner"] for lead in made)
    assert [owners[user] for user in users] == capacities
    assert owners[None] == LEADS - sum(capacities)
    for user, capacity in zip(users, capacities):
        page = call(koi, "GET", f"/v1/leads?owner={user}&total=true&limit=1")
        assert page["total"] == capacity
