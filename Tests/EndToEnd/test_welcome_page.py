"""What links open: the first administrator, an invitation, a new password."""

from playwright.sync_api import expect

from people import PASSWORD, administrator, ask, colleague, sign_in


def choose_password(page, password=PASSWORD):
    page.fill("#password", password)
    page.fill("#again", password)
    page.press("#again", "Enter")


def test_the_first_start_prints_a_link_that_makes_the_administrator(open_page, koi):
    page = open_page(koi.first_link.removeprefix(koi.url))
    expect(page).to_have_url(koi.url + "/welcome.html")
    page.fill("#name", "Ada Adams")
    page.fill("#email", "ada@example.com")
    choose_password(page)
    expect(page.locator("#sign-out")).to_be_visible()
    expect(page.locator(".places")).to_contain_text("Team")


def test_a_link_works_once(open_page, koi):
    link = koi.first_link.removeprefix(koi.url)
    administrator(koi)
    page = open_page(link, refused=[400, 401, 403, 404, 409, 410, 422])
    expect(page.locator("#problem")).to_be_visible()
    expect(page.locator("#acceptance")).to_be_hidden()


def test_a_page_without_its_link_says_so(open_page, koi):
    page = open_page("/welcome.html", locale="zh-CN")
    expect(page.locator("#problem")).to_contain_text("链接")


def test_two_passwords_that_differ_are_not_sent(open_page, koi):
    page = open_page(koi.first_link.removeprefix(koi.url))
    page.fill("#name", "Ada Adams")
    page.fill("#email", "ada@example.com")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD + "!")
    page.press("#again", "Enter")
    expect(page.locator("#again-issue")).to_have_text("This is not the same password.")


def test_a_password_that_is_too_short_is_refused_at_its_field(open_page, koi):
    page = open_page(koi.first_link.removeprefix(koi.url), refused=[422])
    page.fill("#name", "Ada Adams")
    page.fill("#email", "ada@example.com")
    choose_password(page, "short")
    expect(page.locator("#password-issue")).to_be_visible()
    choose_password(page)
    expect(page.locator("#sign-out")).to_be_visible()


def test_a_new_password_by_link(open_page, koi):
    bea = colleague(koi, "sales")
    link = ask(koi, "POST", "/v1/invitations", {"user": bea.id})["link"]
    page = open_page("/welcome.html#" + link.split("#")[1])
    bea.password = "twelve green herons"
    choose_password(page, bea.password)
    expect(page.locator("#sign-out")).to_be_visible()
    other = open_page()
    sign_in(other, bea)
