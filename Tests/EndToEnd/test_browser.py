"""A real Chromium opens the page that Koi serves, and talks to the API from it."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser():
    assert CHROMIUM, "there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        # Chromium has no sandbox of its own where it runs as root, as in a container.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser, koi):
    """The page at `/`, opened. Whatever it complained about, or asked of other hosts, fails the test at its end."""
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"{request.url}: {request.failure}"))
    page.on("response", lambda answer: answer.status >= 400 and complaints.append(f"{answer.url}: {answer.status}"))
    page.on("request", lambda request: request.url.startswith(koi.url) or complaints.append(request.url))
    page.goto(koi.url, wait_until="networkidle")
    yield page
    page.close()
    assert complaints == []


FETCH = """
async ([method, path, key, body]) => {
    const answer = await fetch(path, {
        method,
        headers: { Authorization: `Bearer ${key}`, ...(body && { "Content-Type": "application/json" }) },
        body: body && JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
}
"""


def test_the_page_opens(page):
    assert "Koi" in page.title()


def test_a_script_of_the_page_makes_and_finds_a_customer(page, koi):
    made = page.evaluate(FETCH, ["POST", "/v1/customers", koi.key, {"name": "重庆机械"}])
    assert made["status"] == 201
    found = page.evaluate(FETCH, ["GET", "/v1/customers?name.has=机械", koi.key, None])
    assert found == {"status": 200, "body": {"items": [made["body"]], "next": None}}
