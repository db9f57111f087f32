"""One customer on the front page: who owns it, with whom it is shared, what happened, and who is told of it."""

from playwright.sync_api import expect

from people import administrator, ask, colleague, sign_in


def open_customer(open_page, person, **options):
    page = open_page(**options)
    sign_in(page, person)
    page.locator("tbody button").first.click()
    expect(page.locator("#ownership")).to_be_visible()
    return page


def test_a_customer_is_handed_on_with_a_reason(open_page, koi):
    ada, bea = administrator(koi), colleague(koi, "sales")
    customer = ask(koi, "POST", "/v1/customers", {"name": "Acme", "owner": ada.id})
    page = open_customer(open_page, ada)
    page.locator("#owner-change summary").click()
    page.select_option("#new-owner", label=bea.name)
    page.fill("#reason", "moved to the coast")
    page.press("#reason", "Enter")
    expect(page.locator("#owners li").first).to_contain_text("Bea Brown")
    expect(page.locator("#owners li").first).to_contain_text("moved to the coast")
    assert ask(koi, "GET", f"/v1/customers/{customer['id']}")["owner"] == bea.id


def test_a_shared_customer_is_told_of_and_opened_from_the_bell(open_page, koi):
    ada, bea = administrator(koi), colleague(koi, "sales")
    ask(koi, "POST", "/v1/customers", {"name": "Acme", "owner": ada.id})
    page = open_customer(open_page, ada)
    page.locator("#share-change summary").click()
    page.select_option("#share-user", label=bea.name)
    page.click("#share-form [type=submit]")
    expect(page.locator("#collaborators")).to_contain_text("Bea Brown")

    other = open_page()
    sign_in(other, bea)
    expect(other.locator("tbody tr")).to_have_count(1)
    other.click("#bell")
    other.locator("#notifications a", has_text="Acme").click()
    expect(other.locator("#record-title")).to_have_text("Acme")
    expect(other.locator("#owner-change")).to_be_hidden()

    page.locator("#collaborators").get_by_role("button", name="End").click()
    expect(page.locator("#collaborators li")).to_have_count(0)
    other.reload()
    expect(other.locator("#empty")).to_be_visible()


def test_the_timeline_says_who_changed_what(open_page, koi):
    ada = administrator(koi)
    customer = ask(koi, "POST", "/v1/customers", {"name": "Acme", "tier": "low"})
    ask(koi, "PATCH", f"/v1/customers/{customer['id']}", {"tier": "vip"})
    page = open_customer(open_page, ada)
    newest = page.locator("#timeline li").first
    expect(newest).to_contain_text("Changed")
    newest.locator("summary").click()
    expect(newest.locator("del")).to_have_text("Low")
    expect(newest.locator("ins")).to_have_text("VIP")
