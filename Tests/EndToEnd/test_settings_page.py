"""The settings of the company."""

from playwright.sync_api import expect

from people import administrator, ask, colleague, sign_in


def test_settings_are_changed_and_a_password_is_never_shown(open_page, koi):
    page = open_page("/settings.html")
    sign_in(page, administrator(koi))
    page.fill("#company-name", "重庆机械有限公司")
    page.fill("#currency", "eur")
    page.fill("#mail-server", "localhost")
    page.fill("#mail-from", "koi@example.com")
    page.fill("#mail-user", "koi")
    page.fill("#mail-password", "secret of the mail server")
    page.select_option("#mail-security", "none")
    page.click("[type=submit]")
    expect(page.locator("#settings .done")).to_have_text("Saved")
    settings = ask(koi, "GET", "/v1/settings")
    assert (settings["companyName"], settings["currency"]) == ("重庆机械有限公司", "EUR")
    assert settings["mail"]["server"] == "localhost"
    page.reload()
    expect(page.locator("#mail-password-state")).to_contain_text("Set on")
    expect(page.locator("#mail-password")).to_have_value("")


def test_what_is_wrong_is_said_at_its_field(open_page, koi):
    page = open_page("/settings.html", refused=[422])
    sign_in(page, administrator(koi))
    expect(page.locator("#company-zone")).not_to_have_value("")
    page.fill("#company-zone", "Europe/Atlantis")
    page.fill("#mail-port", "99999")
    page.press("#mail-port", "Enter")
    expect(page.locator("#company-zone-issue")).to_be_visible()
    expect(page.locator("#mail-port-issue")).to_be_visible()


def test_who_may_not_change_them_is_not_led_there(open_page, koi):
    page = open_page()
    sign_in(page, colleague(koi, "sales"))
    expect(page.locator(".places")).not_to_contain_text("Settings")


def test_a_mail_that_cannot_be_sent_says_why(open_page, koi):
    page = open_page("/settings.html")
    sign_in(page, administrator(koi))
    expect(page.locator("#company-zone")).not_to_have_value("")
    page.fill("#mail-server", "localhost")
    # Nothing listens at the discard port.
    page.fill("#mail-port", "9")
    page.fill("#mail-from", "koi@example.com")
    page.select_option("#mail-security", "none")
    page.press("#mail-from", "Enter")
    expect(page.locator("#settings .done")).to_have_text("Saved")
    page.press("#mail-to", "Enter")
    expect(page.locator("#mail-test .problem")).to_be_visible(timeout=20_000)
