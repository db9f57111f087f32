"""The log: what happened, by whom and when."""

from playwright.sync_api import expect

from people import administrator, ask, colleague, sign_in


def test_the_log_says_what_happened_and_is_narrowed(open_page, koi):
    ada = administrator(koi)
    ask(koi, "POST", "/v1/customers", {"name": "Acme"})
    page = open_page("/log.html")
    sign_in(page, ada)
    events = page.locator("#events > li")
    expect(events.filter(has_text="Signed in")).not_to_have_count(0)
    page.select_option("#resource", "customers")
    page.get_by_role("button", name="Show").click()
    expect(events).to_have_count(1)
    expect(events).to_contain_text("Acme")
    page.fill("#to", "2020-01-01")
    page.fill("#from", "2020-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#nothing")).to_be_visible()


def test_who_may_not_read_the_log_is_not_led_there(open_page, koi):
    page = open_page()
    sign_in(page, colleague(koi, "sales"))
    expect(page.locator(".places")).to_contain_text("Team")
    expect(page.locator(".places")).not_to_contain_text("Log")
