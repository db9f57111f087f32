"""The front page in a real Chromium: the key, the customers, one record, both languages, a phone."""

import shutil

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def chromium():
    assert CHROMIUM, "there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        # Chromium has no sandbox of its own where it runs as root, as in a container.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(chromium, koi):
    """Opens the front page in a browser of its own; what the pages complained about fails the test at its end."""
    contexts, complaints = [], []

    def open(**options):
        contexts.append(chromium.new_context(**{"locale": "en-GB", **options}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith(koi.url) or complaints.append(request.url))
        page.goto(koi.url)
        return page

    yield open
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page, key):
    page.fill("#key", key)
    page.press("#key", "Enter")


def fill(koi, count=25):
    """Makes customers; the newest has a name that would show if text were read as HTML."""
    for number in range(1, count):
        add(koi, {"name": f"Acme {number:02}", "phone": f"+86 23 6868 {number:04}"})
    add(koi, {"name": "重庆机械 <b>&amp;</b>", "tier": "vip"})


def add(koi, customer):
    answer = requests.post(f"{koi.url}/v1/customers", json=customer, headers=koi.authorization)
    assert answer.status_code == 201


def test_a_key_opens_the_customers(open_page, koi):
    fill(koi)
    page = open_page()
    expect(page.locator("#health")).to_have_text("The server is up")
    sign_in(page, koi.key)
    expect(page.locator("tbody tr")).to_have_count(20)
    expect(page.locator("tbody tr").first).to_contain_text("重庆机械 <b>&amp;</b>")
    page.click("#next")
    expect(page.locator("tbody tr")).to_have_count(5)
    page.click("#previous")
    expect(page.locator("tbody tr")).to_have_count(20)


def test_customers_are_found_by_pinyin_and_opened_by_keyboard(open_page, koi):
    fill(koi)
    page = open_page()
    sign_in(page, koi.key)
    page.fill("#q", "cqjx")
    page.press("#q", "Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.focus("tbody button")
    page.keyboard.press("Enter")
    expect(page.locator("#record-title")).to_have_text("重庆机械 <b>&amp;</b>")
    page.keyboard.press("Escape")
    expect(page.locator("tbody button")).to_be_focused()


def test_a_wrong_key_is_refused_and_not_kept(open_page, koi):
    page = open_page()
    sign_in(page, "koi_wrong")
    expect(page.locator("#key-problem")).to_be_visible()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_the_language_is_that_of_the_browser_until_another_is_chosen(open_page):
    page = open_page(locale="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.click("#language")
    expect(page.locator("#title")).to_have_text("Know your customers.")
    page.reload()
    expect(page.locator("#title")).to_have_text("Know your customers.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(open_page, koi, scheme):
    fill(koi, 3)
    page = open_page(viewport={"width": 360, "height": 700}, color_scheme=scheme)
    sign_in(page, koi.key)
    expect(page.locator("tbody tr")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
