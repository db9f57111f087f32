"""A real Chromium opens the page that Koi serves, and talks to the API from it."""

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


def test_the_page_opens(open_page):
    assert "Koi" in open_page().title()


def test_a_script_of_the_page_makes_and_finds_a_customer(open_page, koi):
    page = open_page()
    made = page.evaluate(FETCH, ["POST", "/v1/customers", koi.key, {"name": "重庆机械"}])
    assert made["status"] == 201
    found = page.evaluate(FETCH, ["GET", "/v1/customers?name.has=机械", koi.key, None])
    assert found == {"status": 200, "body": {"items": [made["body"]], "next": None}}
