"""`scripts/serve`, the one command to a running demo company."""

import re

import requests

from running_koi import ROOT, Koi


def test_one_command_serves_a_page_and_the_api_of_a_demo_company(folder):
    koi = Koi(folder, command=[ROOT / "scripts/serve"]).start()
    try:
        assert "Koi" in requests.get(koi.url).text
        key = re.search(r"Key: (\S+)", koi.log).group(1)
        page = requests.get(koi.url + "/v1/customers?limit=3", headers={"Authorization": f"Bearer {key}"})
        assert page.status_code == 200
        assert len(page.json()["items"]) == 3
    finally:
        assert koi.stop() == 0


def tour():
    """The paths at which the README has newcomers look, by what is to be seen there."""
    readme = (ROOT / "README.md").read_text()
    table = readme[readme.index("**The demo company**") : readme.index("To begin with an empty Koi")]
    return re.findall(r"`(/v1/[^`]+)`", table)


def test_the_tour_of_the_readme_shows_something_everywhere(folder):
    koi = Koi(folder, command=[ROOT / "scripts/serve"]).start()
    try:
        # Nothing that its people did in the year was refused.
        assert "demo:" not in koi.log
        key = re.search(r"Key: (\S+)", koi.log).group(1)
        assert len(tour()) > 10
        for path in tour():
            answer = requests.get(koi.url + path, headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == 200, (path, answer.text)
            assert answer.json().get("items") != [], path
    finally:
        assert koi.stop() == 0


def test_what_to_sign_in_with_is_printed_at_each_start_and_kept_from_others(folder):
    proofs = []
    for _ in range(2):
        koi = Koi(folder, command=[ROOT / "scripts/serve"]).start()
        try:
            email, password = re.search(r"Sign in as (\S+) with the password (\S+)", koi.log).groups()
            answer = requests.post(koi.url + "/v1/sessions", json={"email": email, "password": password})
            assert answer.status_code == 201
            proofs.append((email, password))
        finally:
            assert koi.stop() == 0
    assert proofs[0] == proofs[1]
    assert oct((koi.folder / "demo-sign-in").stat().st_mode & 0o777) == "0o600"
