"""My account: who I am, my password, second factor, sign-ins and API keys."""

import time

import requests
from playwright.sync_api import expect

from one_time_code import STEP, code
from people import administrator, ask, colleague, sign_in


def open_account(open_page, person, **options):
    page = open_page("/account.html", **options)
    sign_in(page, person)
    expect(page.locator("#sessions li")).to_have_count(1)
    return page


def test_name_language_and_time_zone_are_changed(open_page, koi):
    ada = administrator(koi)
    page = open_account(open_page, ada)
    page.fill("#name", "艾达")
    page.select_option("#my-language", "zh")
    page.fill("#time-zone", "Europe/Berlin")
    page.press("#time-zone", "Enter")
    expect(page.locator("#profile .done")).to_have_text("已保存")
    me = ask(koi, "GET", f"/v1/users/{ada.id}")
    assert (me["name"], me["language"], me["timeZone"]) == ("艾达", "zh", "Europe/Berlin")


def test_a_time_zone_that_there_is_not_is_refused_at_its_field(open_page, koi):
    page = open_account(open_page, administrator(koi), refused=[422])
    page.fill("#time-zone", "Europe/Atlantis")
    page.press("#time-zone", "Enter")
    expect(page.locator("#time-zone-issue")).to_be_visible()


def test_a_new_password_ends_the_other_sign_ins(open_page, koi):
    ada = administrator(koi)
    other = open_page(refused=[401])
    sign_in(other, ada)
    page = open_page("/account.html")
    sign_in(page, ada)
    expect(page.locator("#sessions li")).to_have_count(2)
    page.fill("#current", ada.password)
    ada.password = "twelve green herons"
    page.fill("#new", ada.password)
    page.fill("#again", ada.password)
    page.press("#again", "Enter")
    expect(page.locator("#password-form .done")).to_be_visible()
    expect(page.locator("#sessions li")).to_have_count(1)
    other.reload()
    expect(other.locator("#sign-in")).to_be_visible()
    sign_in(other, ada)


def test_a_wrong_current_password_is_refused(open_page, koi):
    page = open_account(open_page, administrator(koi), refused=[401, 403, 422])
    page.fill("#current", "not this one")
    page.fill("#new", "twelve green herons")
    page.fill("#again", "twelve green herons")
    page.press("#again", "Enter")
    expect(page.locator("#password-form .problem, #password-form .issue").first).to_be_visible()


def test_with_a_second_factor_signing_in_takes_a_code_or_a_recovery_code(open_page, koi):
    ada = administrator(koi)
    page = open_account(open_page, ada)
    page.fill("#factor-begin-password", ada.password)
    page.press("#factor-begin-password", "Enter")
    expect(page.locator("#factor-code")).to_be_focused()
    secret = page.input_value("#factor-secret")
    assert page.get_attribute("#factor-link", "href").startswith("otpauth://totp/")
    page.fill("#factor-code", code(secret))
    page.press("#factor-code", "Enter")
    expect(page.locator("#codes")).to_be_visible()
    recovery = page.locator("#codes").inner_text().split()
    assert len(recovery) >= 8

    for proof in [next_code(secret), recovery[0]]:
        other = open_page(refused=[401])
        other.fill("#email", ada.email)
        other.fill("#password", ada.password)
        other.press("#password", "Enter")
        expect(other.locator("#code")).to_be_focused()
        other.fill("#code", proof)
        other.press("#code", "Enter")
        expect(other.locator("#sign-out")).to_be_visible()

    page.fill("#factor-password", ada.password)
    page.press("#factor-password", "Enter")
    expect(page.locator("#factor-begin")).to_be_visible()
    sign_in(open_page(), ada)


def next_code(secret):
    """No code is taken twice; that of the next half minute is taken already, since clocks differ."""
    return code(secret, time.time() + STEP)


def test_a_sign_in_is_ended_from_another_browser(open_page, koi):
    ada = administrator(koi)
    other = open_page(refused=[401])
    sign_in(other, ada)
    page = open_page("/account.html")
    sign_in(page, ada)
    page.locator("#sessions").get_by_role("button", name="End").click()
    expect(page.locator("#sessions li")).to_have_count(1)
    other.reload()
    expect(other.locator("#sign-in")).to_be_visible()


def test_a_key_is_made_shown_once_and_revoked(open_page, koi):
    page = open_account(open_page, administrator(koi))
    page.fill("#key-name", "ERP")
    page.fill("#key-scopes", "customers.read, contacts.*")
    page.press("#key-name", "Enter")
    expect(page.locator("#keys")).to_contain_text("ERP")
    key = page.input_value("#key")
    assert read(koi, key, "customers") == 200
    page.reload()
    expect(page.locator("#keys")).to_contain_text("customers.read")
    expect(page.locator("#key")).to_be_hidden()
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#keys").get_by_role("button", name="Revoke").first.click()
    expect(page.locator("#keys")).not_to_contain_text("ERP")
    assert read(koi, key, "customers") == 401


def read(koi, key, resource):
    return requests.get(f"{koi.url}/v1/{resource}", headers={"Authorization": f"Bearer {key}"}).status_code


def test_who_may_not_make_keys_is_not_asked_to(open_page, koi):
    page = open_account(open_page, colleague(koi, "sales"))
    expect(page.locator("#key-form")).to_be_hidden()


def test_how_one_is_told_is_chosen(open_page, koi):
    ada = administrator(koi)
    page = open_account(open_page, ada)
    page.select_option("#kind-recordShared", "none")
    page.click("#preferences [type=submit]")
    expect(page.locator("#preferences .done")).to_have_text("Saved")
    page.reload()
    expect(page.locator("#kind-recordShared")).to_have_value("none")
