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
