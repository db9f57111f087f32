"""People who sign in to the pages of a Koi."""

from dataclasses import dataclass

import requests
from playwright.sync_api import expect

PASSWORD = "eleven blue herons"


@dataclass
class Person:
    name: str
    email: str
    password: str = PASSWORD
    id: int = 0


def administrator(koi, name="Ada Adams", email="ada@example.com"):
    """The first administrator, let in by the link that Koi prints when it starts."""
    person = Person(name, email)
    accept(koi, koi.first_link, {"name": name, "email": email})
    person.id = listed(koi, email)["id"]
    return person


def colleague(koi, role, name="Bea Brown", email="bea@example.com", **fields):
    """Somebody with one of the roles that Koi brings along, who has accepted an invitation."""
    roles = ask(koi, "GET", "/v1/roles")["items"]
    number = next(each["id"] for each in roles if each["key"] == role)
    body = {"name": name, "email": email, "role": number, "language": "en", **fields}
    person = Person(name, email, id=ask(koi, "POST", "/v1/users", body)["id"])
    accept(koi, ask(koi, "POST", "/v1/invitations", {"user": person.id})["link"])
    return person


def accept(koi, link, fields=None):
    body = {"token": link.split("#")[1], "password": PASSWORD, **(fields or {})}
    with requests.Session() as browser:
        answer = browser.post(koi.url + "/v1/invitations/acceptance", json=body)
        assert answer.ok, answer.text
        # Accepting signs in, too.
        assert browser.delete(koi.url + "/v1/sessions/current").ok


def listed(koi, email):
    return next(user for user in ask(koi, "GET", "/v1/users")["items"] if user["email"] == email)


def ask(koi, method, path, body=None):
    answer = requests.request(method, koi.url + path, json=body, headers=koi.authorization)
    assert answer.ok, answer.text
    return answer.json() if answer.text else None


def sign_in(page, person):
    """Types e-mail and password into the front page, as it is shown to who is not signed in."""
    page.fill("#email", person.email)
    page.fill("#password", person.password)
    page.press("#password", "Enter")
    expect(page.locator("#sign-out")).to_be_visible()
