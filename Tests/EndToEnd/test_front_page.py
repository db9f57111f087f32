"""The front page in a real Chromium: signing in, the customers, one record, both languages, a phone."""

import pytest
from playwright.sync_api import expect

from people import administrator, ask, colleague, sign_in


def fill(koi, count=25):
    """Makes customers; the newest has a name that would show if text were read as HTML."""
    for number in range(1, count):
        ask(koi, "POST", "/v1/customers", {"name": f"Acme {number:02}", "phone": f"+86 23 6868 {number:04}"})
    ask(koi, "POST", "/v1/customers", {"name": "重庆机械 <b>&amp;</b>", "tier": "vip"})


def test_who_signs_in_sees_the_customers_until_signing_out(open_page, koi):
    ada = administrator(koi)
    fill(koi)
    page = open_page()
    expect(page.locator("#health")).to_have_text("The server is up")
    expect(page.locator("#email")).to_be_focused()
    sign_in(page, ada)
    expect(page.locator("tbody tr")).to_have_count(20)
    expect(page.locator("tbody tr").first).to_contain_text("重庆机械 <b>&amp;</b>")
    page.click("#next")
    expect(page.locator("tbody tr")).to_have_count(5)
    page.click("#previous")
    expect(page.locator("tbody tr")).to_have_count(20)
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(20)
    page.click("#sign-out")
    expect(page.locator("#sign-in")).to_be_visible()
    page.reload()
    expect(page.locator("#sign-in")).to_be_visible()
    expect(page.locator("#content")).to_be_hidden()


def test_customers_are_found_by_pinyin_and_opened_by_keyboard(open_page, koi):
    ada = administrator(koi)
    fill(koi)
    page = open_page()
    sign_in(page, ada)
    page.fill("#q", "cqjx")
    page.press("#q", "Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.focus("tbody button")
    page.keyboard.press("Enter")
    expect(page.locator("#record-title")).to_have_text("重庆机械 <b>&amp;</b>")
    page.keyboard.press("Escape")
    expect(page.locator("tbody button")).to_be_focused()


@pytest.mark.parametrize("locale, sentence", [("en-GB", "password"), ("zh-CN", "密码")])
def test_a_wrong_password_is_refused_in_the_language_of_the_page(open_page, koi, locale, sentence):
    ada = administrator(koi)
    page = open_page(refused=[401], locale=locale)
    page.fill("#email", ada.email)
    page.fill("#password", "something else")
    page.press("#password", "Enter")
    expect(page.locator("#sign-in .problem")).to_contain_text(sentence)
    assert page.evaluate("Object.values(localStorage).includes('yes')") is False


def test_nothing_is_sent_without_a_password(open_page, koi):
    page = open_page()
    page.fill("#email", "ada@example.com")
    page.press("#email", "Enter")
    expect(page.locator("#password-issue")).to_have_text("This is needed.")
    expect(page.locator("#password")).to_be_focused()


def test_it_is_worked_by_keyboard_alone(open_page, koi):
    ada = administrator(koi)
    page = open_page()
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.type(ada.email)
    page.keyboard.press("Tab")
    page.keyboard.type(ada.password)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_be_focused()


def test_a_page_that_needs_somebody_asks_and_goes_on(open_page, koi):
    ada = administrator(koi)
    page = open_page("/account.html")
    sign_in(page, ada)
    expect(page).to_have_url(koi.url + "/account.html")
    expect(page.locator("#name")).to_have_value(ada.name)


def test_a_session_ended_elsewhere_asks_to_sign_in_again(open_page, koi):
    ada = administrator(koi)
    page = open_page(refused=[401])
    sign_in(page, ada)
    other = open_page("/account.html")
    sign_in(other, ada)
    other.locator("#sessions li", has=other.get_by_role("button", name="End")).get_by_role("button").click()
    expect(other.locator("#sessions li")).to_have_count(1)
    page.press("#q", "Enter")
    expect(page.locator("#sign-in")).to_be_visible()


def test_the_language_is_that_of_the_browser_until_another_is_chosen(open_page):
    page = open_page(locale="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.click("#language")
    expect(page.locator("#title")).to_have_text("Know your customers.")
    page.reload()
    expect(page.locator("#title")).to_have_text("Know your customers.")


def test_sales_see_their_own_customers_only(open_page, koi):
    bea = colleague(koi, "sales")
    ask(koi, "POST", "/v1/customers", {"name": "Of others"})
    ask(koi, "POST", "/v1/customers", {"name": "Of Bea", "owner": bea.id})
    page = open_page()
    sign_in(page, bea)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Of Bea")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/account.html", "/team.html", "/log.html", "/settings.html"])
def test_it_fits_a_phone(open_page, koi, scheme, path):
    ada = administrator(koi)
    fill(koi, 3)
    page = open_page(path, viewport={"width": 360, "height": 700}, color_scheme=scheme)
    sign_in(page, ada)
    expect(page.locator("#content")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
