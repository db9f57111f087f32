"""The team page: people, teams and roles, for whoever may."""

import re

import pytest
from playwright.sync_api import expect

from people import PASSWORD, administrator, ask, colleague, listed, sign_in


def open_team(open_page, person, **options):
    page = open_page("/team.html", **options)
    sign_in(page, person)
    expect(page.locator("#people li").first).to_be_visible()
    return page


def test_a_colleague_is_added_invited_and_signs_in(open_page, koi):
    page = open_team(open_page, administrator(koi))
    page.click("#add-user")
    page.fill("#user-name", "Bea Brown")
    page.fill("#user-email", "bea@example.com")
    page.select_option("#user-role", label="Sales")
    page.press("#user-email", "Enter")
    link = page.locator("#link")
    expect(link).to_have_value(re.compile(r"/welcome\.html#\S+$"))

    other = open_page("/welcome.html#" + link.input_value().split("#")[1])
    expect(other.locator("#email")).to_have_value("bea@example.com")
    other.fill("#password", PASSWORD)
    other.fill("#again", PASSWORD)
    other.press("#again", "Enter")
    expect(other.locator("#sign-out")).to_be_visible()
    assert listed(koi, "bea@example.com")["role"] == 3


def test_somebody_who_leaves_is_not_let_in_any_more(open_page, koi):
    ada, bea = administrator(koi), colleague(koi, "sales")
    other = open_page(refused=[401])
    sign_in(other, bea)
    page = open_team(open_page, ada)
    page.locator("#people li", has_text="Bea Brown").get_by_role("button", name="Change").click()
    page.uncheck("#user-active")
    page.click("#user-form [type=submit]")
    expect(page.locator("#people li", has_text="Bea Brown")).to_contain_text("Not in use")
    other.reload()
    expect(other.locator("#sign-in")).to_be_visible()


def test_an_address_that_is_taken_is_refused_at_its_field(open_page, koi):
    ada = administrator(koi)
    page = open_team(open_page, ada, refused=[422])
    page.click("#add-user")
    page.fill("#user-name", "Another Ada")
    page.fill("#user-email", ada.email)
    page.press("#user-email", "Enter")
    expect(page.locator("#user-email-issue")).to_be_visible()


def test_teams_stand_as_a_tree(open_page, koi):
    page = open_team(open_page, administrator(koi))
    for name, parent in [("Sales", None), ("Sales East", "Sales")]:
        page.click("#add-team")
        page.fill("#team-name", name)
        if parent:
            page.select_option("#team-parent", label=parent)
        page.press("#team-name", "Enter")
        expect(page.locator("#teams")).to_contain_text(name)
    expect(page.locator("#teams ul ul .main")).to_have_text("Sales East")
    page.locator("#teams ul ul").get_by_role("button", name="Remove").click()
    expect(page.locator("#teams ul ul")).to_have_count(0)


def test_a_role_is_made_with_its_rights_and_held_back_fields(open_page, koi):
    page = open_team(open_page, administrator(koi))
    page.click("#add-role")
    page.fill("#role-name", "Inside sales")
    page.get_by_label("All others: See").select_option("own")
    page.get_by_label("customers: See").select_option("team")
    page.click("#add-held")
    page.locator("#held select").nth(1).select_option("phone")
    page.locator("#held select").nth(2).select_option("masked")
    page.click("#role-form [type=submit]")
    expect(page.locator("#roles")).to_contain_text("Inside sales")
    role = next(each for each in ask(koi, "GET", "/v1/roles")["items"] if each["name"] == "Inside sales")
    assert role["permissions"]["*"]["read"] == "own"
    assert role["permissions"]["customers"] == {"read": "team"}
    assert role["fields"] == {"customers": {"phone": {"read": "masked", "write": False}}}

    page.locator("#roles li", has_text="Inside sales").get_by_role("button", name="Change").click()
    page.get_by_label("customers: See").select_option("")
    page.locator("#held").get_by_role("button", name="Remove").click()
    page.click("#role-form [type=submit]")
    expect(page.locator("#role-dialog")).to_be_hidden()
    role = ask(koi, "GET", f"/v1/roles/{role['id']}")
    assert role["permissions"].get("customers", {}).get("read") is None
    assert role["fields"].get("customers", {}).get("phone") is None


@pytest.mark.parametrize("role", ["sales", "viewer"])
def test_who_may_not_change_anything_sees_no_actions(open_page, koi, role):
    page = open_team(open_page, colleague(koi, role))
    for name in ["#add-user", "#add-team", "#add-role"]:
        expect(page.locator(name)).to_be_hidden()
    others = page.locator("#people li").filter(has_not_text="Bea Brown")
    for place in [others, page.locator("#teams"), page.locator("#roles")]:
        for name in ["Change", "Remove", "Link to sign in", "Hand over"]:
            expect(place.get_by_role("button", name=name)).to_have_count(0)
    expect(others).not_to_have_count(0)
    page.locator("#roles li").first.get_by_role("button", name="Look").click()
    expect(page.locator("#role-form [type=submit]")).to_be_hidden()
    expect(page.locator("#role-name")).to_be_disabled()


def test_the_administrator_cannot_change_their_own_role(open_page, koi):
    page = open_team(open_page, administrator(koi))
    page.locator("#people li", has_text="Ada Adams").get_by_role("button", name="Change").click()
    expect(page.locator("#user-role")).to_be_disabled()
    page.fill("#user-name", "Ada Byron")
    page.press("#user-name", "Enter")
    expect(page.locator("#people")).to_contain_text("Ada Byron")


def test_who_leaves_hands_over_first(open_page, koi):
    ada, bea = administrator(koi), colleague(koi, "sales")
    cy = colleague(koi, "sales", "Cy Clark", "cy@example.com")
    for number in range(3):
        ask(koi, "POST", "/v1/customers", {"name": f"Acme {number}", "owner": bea.id})
    page = open_team(open_page, ada, refused=[409])
    line = page.locator("#people li", has_text="Bea Brown")
    line.get_by_role("button", name="Change").click()
    page.uncheck("#user-active")
    page.click("#user-form [type=submit]")
    expect(page.locator("#handover-hint")).to_contain_text("still looks after")
    page.get_by_label("Successor").select_option(label="Cy Clark")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#outcome")).to_contain_text("Cy Clark: 3")
    page.click("#handover-go")
    expect(page.locator("#outcome")).to_contain_text("3 records handed over")
    assert {each["owner"] for each in ask(koi, "GET", "/v1/customers")["items"]} == {cy.id}
    page.keyboard.press("Escape")
    line.get_by_role("button", name="Change").click()
    page.uncheck("#user-active")
    page.click("#user-form [type=submit]")
    expect(line).to_contain_text("Not in use")
