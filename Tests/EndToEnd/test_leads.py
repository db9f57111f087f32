"""Leads over real connections: many who convert one at once, and the form of a web site."""

from concurrent.futures import ThreadPoolExecutor

import requests


def call(koi, method, path, body=None):
    return requests.request(method, koi.url + path, json=body, headers={"Authorization": f"Bearer {koi.key}"}, timeout=60)


def test_a_lead_that_many_convert_at_once_is_converted_once(koi):
    lead = call(koi, "POST", "/v1/leads", {"name": "王芳", "company": "重庆机械", "need": "轴承"}).json()["id"]
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: call(koi, "PUT", f"/v1/leads/{lead}/conversion"), range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    for resource in ("customers", "contacts", "needs"):
        assert len(call(koi, "GET", f"/v1/{resource}").json()["items"]) == 1


def test_a_form_of_a_web_site_makes_a_lead(koi):
    form = call(koi, "POST", "/v1/forms", {"name": "Contact", "minimumSeconds": 0, "redirect": "https://example.com/thanks"}).json()
    sent = requests.post(
        f"{koi.url}/intake/{form['token']}",
        data={"name": "李明", "mobile": "138 0013 8000", "submit": "Send"},
        headers={"Origin": "https://www.example.com", "Sec-Fetch-Site": "cross-site", "Accept": "text/html"},
        allow_redirects=False,
        timeout=60,
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, "https://example.com/thanks")
    assert [lead["name"] for lead in call(koi, "GET", "/v1/leads").json()["items"]] == ["李明"]
