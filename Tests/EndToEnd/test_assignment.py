"""Assignment by rules, when many leads come at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests


def call(koi, method, path, body=None):
    answer = requests.request(method, koi.url + path, json=body, headers=koi.authorization, timeout=30)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def test_nobody_gets_more_than_the_rule_allows(start_koi):
    koi = start_koi("--password-cost", "10")
    capacities = [3, 5, 7, 11]
    users = [call(koi, "POST", "/v1/users", {"name": f"U{number}"})["id"] for number in range(len(capacities))]
    entries = [{"user": user, "capacity": capacity} for user, capacity in zip(users, capacities)]
    call(koi, "POST", "/v1/assignment-rules", {"name": "All", "method": "least_load", "users": entries})
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda number: call(koi, "POST", "/v1/leads", {"name": f"Lead {number}"}), range(80)))
    owners = Counter(lead["owner"] for lead in made)
    assert [owners[user] for user in users] == capacities
    assert owners[None] == 80 - sum(capacities)
