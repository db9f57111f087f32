"""Whatever comes over the socket gets a 4xx that names what is wrong, soon, and the server goes on."""

import pytest
import requests

from raw import Line
from running_koi import SLOWNESS

# A few milliseconds on an idle machine.
SOON = 0.1 * SLOWNESS

# The body, and what the answer must name.
BAD_BODIES = {
    "spaces alone": (b"  ", "line 1, column 3"),
    "half an object": (b'{"name": "A"', "line 1, column 13"),
    "a comma too many": (b'{"name": "A",}', "line 1, column 14"),
    "two names alike": (b'{"name": "A", "name": "B"}', "line 1, column 15"),
    "a second value": (b'{"name": "A"} {}', "line 1, column 15"),
    "single quotes": (b"{'name': 'A'}", "line 1, column 2"),
    "a comment": (b'{"name": "A"}\n// why', "line 2, column 1"),
    "a byte order mark": (b'\xef\xbb\xbf{"name": "A"}', "line 1, column 1"),
    "UTF-16": ('{"name": "A"}'.encode("utf-16-le"), "line 1, column 2"),
    "a lone high surrogate": (rb'{"name": "\ud83d"}', "line 1"),
    "a lone low surrogate": (rb'{"name": "\udc2f"}', "line 1"),
    "a surrogate as UTF-8": (b'{"name": "\xed\xa0\xbd"}', "line 1"),
    "overlong UTF-8": (b'{"name": "\xc0\xaf"}', "line 1"),
    "cut UTF-8": (b'{"name": "\xe9\x87"}', "line 1"),
    "Latin-1": ('{"name": "Müller"}'.encode("latin-1"), "line 1"),
    "a bare NUL in a text": (b'{"name": "A\x00B"}', "line 1, column 12"),
    "a NUL after the value": (b'{"name": "A"}\x00', "line 1, column 14"),
    "not a number": (b'{"size": NaN}', "line 1, column 10"),
    "an infinite number": (b'{"size": Infinity}', "line 1, column 10"),
    "a number with a zero in front": (b'{"size": 007}', "line 1"),
    "a number beyond all doubles": (b'{"size": 1e999}', "line 1"),
    "100,000 arrays": (b"[" * 100_000, "line 1"),
    "100,000 objects": (b'{"a":' * 100_000, "line 1"),
    "100,000 arrays in a field": (b'{"notes":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "line 1"),
}

# Members of a customer, and the field that the answer must name.
BAD_FIELDS = {
    "an unknown field": (b'{"name": "A", "colour": "red"}', "colour"),
    "a field that Koi sets": (b'{"name": "A", "version": 7}', "version"),
    "an empty name": (b'{"name": ""}', "name"),
    "a name of spaces": (b'{"name": "   "}', "name"),
    "no name": (b"{}", "name"),
    "a name that is a number": (b'{"name": 5}', "name"),
    "a name that is too long": (b'{"name": "' + b"x" * 201 + b'"}', "name"),
    "an escaped NUL": (rb'{"name": "A\u0000B"}', "name"),
    "a size below zero": (b'{"name": "A", "size": -1}', "size"),
    "a size of 2^63": (b'{"name": "A", "size": 9223372036854775808}', "size"),
    "a size of 1e300": (b'{"name": "A", "size": 1e300}', "size"),
    "a size with a fraction": (b'{"name": "A", "size": 1.5}', "size"),
    "a size as a text": (b'{"name": "A", "size": "5"}', "size"),
    "an unknown tier": (b'{"name": "A", "tier": "gold"}', "tier"),
    "tags that are one text": (b'{"name": "A", "tags": "new"}', "tags"),
    "a tag that is a number": (b'{"name": "A", "tags": ["a", 1]}', "tags[1]"),
    "an unknown custom field": (b'{"name": "A", "custom": {"x": 1}}', "custom.x"),
    "an owner that is not there": (b'{"name": "A", "owner": 99}', "owner"),
    "a day that is not there": (b'{"name": "A", "kind": "person", "birthday": "2026-02-30"}', "birthday"),
    "a script as a website": (b'{"name": "A", "website": "javascript:alert(1)"}', "website"),
}

# A parameter and its value, as they stand in the query.
BAD_PARAMETERS = [
    "colour=red",
    "tier=gold",
    "tier.gt=vip",
    "name.like=A",
    "size=many",
    "size=%2B5",
    "size.gte=9223372036854775808",
    "size=1e3",
    "owner=you",
    "createdAt.gte=yesterday",
    "total=yes",
    "limit=0",
    "limit=501",
    "limit=-1",
    "limit=9223372036854775808",
    "sort=notes",
    "sort=colour",
    "sort=",
    "fields=colour",
    "fields=",
    "expand=name",
    "cursor=x",
    "cursor=AAAAAAAAAAAAAAAA",
    "view=1",
    "name.has=",
    "name=" + "x" * 1001,
    "custom.colour=red",
]


@pytest.fixture
def line(koi):
    koi.key
    with Line(koi) as line:
        yield line
    # The server goes on, and nothing was stored.
    answer = requests.get(koi.url + "/v1/customers?total=true", headers=koi.authorization)
    assert answer.json() == {"items": [], "next": None, "total": 0}


@pytest.mark.parametrize("body, place", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_not_json_is_refused_with_the_place(line, body, place):
    answer = line.ask("POST", "/v1/customers", body=body)
    assert answer.status == 400
    assert answer.problem["code"] == "bad_json"
    assert place in answer.problem["detail"].lower()
    assert answer.seconds < SOON
    # RFC 9112 §9.3: the body was read to its end, so the connection can be kept.
    assert not answer.is_closed
    assert line.ask("GET", "/v1/customers").status == 200


@pytest.mark.parametrize("body, field", BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_a_field_that_is_not_as_it_should_be_is_named(line, body, field):
    answer = line.ask("POST", "/v1/customers", body=body)
    assert answer.status == 422
    assert [error["field"] for error in answer.problem["errors"]] == [field]
    assert answer.seconds < SOON


def test_all_bad_fields_are_named_at_once(line):
    answer = line.ask("POST", "/v1/customers", body=b'{"name": "", "size": -1, "tier": 1, "x": 1}')
    assert {error["field"] for error in answer.problem["errors"]} == {"name", "size", "tier", "x"}


@pytest.mark.parametrize("body", [b"", b"[]", b'"A"', b"5", b"null"])
def test_a_body_that_is_no_object_is_refused(line, body):
    answer = line.ask("POST", "/v1/customers", body=body)
    assert 400 <= answer.status < 500
    assert "object" in answer.problem["detail"]


def test_a_body_of_another_type_is_refused(line):
    head = line.head("POST", "/v1/customers", "Content-Type: text/xml", "Content-Length: 4")
    line.send(head + b"<a/>")
    answer = line.answer()
    assert answer.status == 415
    assert "application/json" in answer.problem["detail"]


@pytest.mark.parametrize("parameter", BAD_PARAMETERS, ids=lambda parameter: parameter[:30])
def test_a_parameter_that_cannot_be_used_is_named(line, parameter):
    answer = line.ask("GET", "/v1/customers?" + parameter)
    assert answer.status == 400
    assert [error["field"] for error in answer.problem["errors"]] == [parameter.split("=")[0]]
    assert answer.seconds < SOON
    assert not answer.is_closed


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "number", ["0", "-1", "9223372036854775808", "1e3", "+1", "01x", "1%00", "%31%2F2", "９"]
)
def test_a_number_that_no_record_can_have_is_refused(line, method, number):
    answer = line.ask(method, "/v1/customers/" + number, body=b"{}" if method == "PATCH" else None)
    assert answer.status in (400, 404)
    assert answer.problem["detail"]
    assert answer.seconds < SOON


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808"])
def test_a_number_out_of_range_is_told_its_range(line, number):
    assert "1 to 9223372036854775807" in line.ask("GET", "/v1/customers/" + number).problem["detail"]


@pytest.mark.parametrize(
    "target",
    [
        "/v1/customers/%ff",
        "/v1/customers/%c0%af",
        "/v1/customers/%ed%a0%80",
        "/v1/customers?name=%ff",
        "/v1/customers?name=%ed%a0%80",
        "/v1/customers?%ff=1",
        b"/v1/customers/\xff",
        b"/v1/customers?name=\xff",
    ],
)
def test_a_path_or_query_that_is_not_utf_8_is_refused(line, target):
    answer = line.ask("GET", target)
    assert answer.status == 400
    assert "UTF-8" in answer.problem["detail"]
    assert answer.seconds < SOON


@pytest.mark.parametrize("target", ["/v1/customers/%zz", "/v1/customers?name=%", "/v1/customers?name=%00"])
def test_an_escape_that_cannot_be_used_is_refused(line, target):
    answer = line.ask("GET", target)
    assert answer.status == 400
    assert "percent sign" in answer.problem["detail"] or "U+0000" in answer.problem["detail"]
    assert answer.seconds < SOON


@pytest.mark.parametrize(
    "head",
    [
        b"GET /v1/customers\x00 HTTP/1.1\r\nHost: koi\r\n\r\n",
        b"GET /v1/customers HTTP/1.1\r\nHost: koi\r\nX-Field: a\x00b\r\n\r\n",
        b"GET /v1/customers HTTP/1.1\r\n\r\n",
        b"GET /v1/customers HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /v1/customers HTTP/1.1\r\nHost : koi\r\n\r\n",
        b"GET  /v1/customers HTTP/1.1\r\nHost: koi\r\n\r\n",
        b"POST /v1/customers HTTP/1.1\r\nHost: koi\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /v1/customers HTTP/1.1\r\nHost: koi\r\nContent-Length: +2\r\n\r\n{}",
        b"POST /v1/customers HTTP/1.1\r\nHost: koi\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nHost: koi\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=lambda head: repr(head.replace(b"HTTP/1.1\r\n", b""))[:60],
)
def test_a_request_that_cannot_be_read_is_refused_and_the_connection_closed(line, head):
    line.send(head + (b"\r\n\r\n" if head.startswith(b"\x16") else b""))
    answer = line.answer()
    # RFC 9112 §2.2: what follows can no longer be told apart from the bad request.
    assert answer.status == 400
    assert answer.problem["detail"]
    assert answer.is_closed
    assert answer.seconds < SOON


@pytest.mark.parametrize(
    "target, fields, status",
    [
        ("/" + "x" * 9_000, [], 414),
        ("/v1/customers", ["X-Field: " + "x" * 40_000], 431),
        ("/v1/customers", [f"X-{number}: 1" for number in range(200)], 431),
    ],
    ids=["path", "field", "fields"],
)
def test_a_head_that_is_too_large_is_refused_and_the_connection_closed(line, target, fields, status):
    answer = line.ask("GET", target, *fields)
    assert answer.status == status
    assert answer.problem["detail"]
    assert answer.is_closed


def test_a_body_of_10_mb_is_refused_before_it_is_read(line):
    answer = line.ask("POST", "/v1/customers", body=b" " * 10_000_000)
    assert answer.status == 413
    assert "too large" in answer.problem["title"].lower() or "larger" in answer.problem["detail"]
    # RFC 9110 §15.5.14: the connection may be closed, as the rest of the body is not worth reading.
    assert answer.is_closed


def test_a_body_that_says_10_mb_is_refused_by_its_head_alone(line):
    line.send(line.head("POST", "/v1/customers", "Content-Type: application/json", "Content-Length: 10000000"))
    answer = line.answer()
    assert answer.status == 413
    assert answer.is_closed
    assert answer.seconds < SOON


def test_a_chunked_body_of_10_mb_is_refused_where_it_grows_too_large(line):
    line.send(
        line.head("POST", "/v1/customers", "Content-Type: application/json", "Transfer-Encoding: chunked")
    )
    for _ in range(160):
        line.send(b"10000\r\n" + b" " * 65_536 + b"\r\n")
    answer = line.answer()
    assert answer.status == 413
    assert answer.is_closed


class TestCursors:
    @pytest.fixture
    def pages(self, koi):
        for number in range(6):
            made = requests.post(
                koi.url + "/v1/customers", json={"name": f"A{number}"}, headers=koi.authorization
            )
            assert made.status_code == 201

        def page(query):
            return requests.get(koi.url + "/v1/customers?" + query, headers=koi.authorization)

        return page

    def test_a_cursor_goes_on_where_the_page_before_ended(self, pages):
        names = []
        cursor = ""
        while cursor is not None:
            page = pages("limit=2&sort=-name" + (f"&cursor={cursor}" if cursor else "")).json()
            names += [item["name"] for item in page["items"]]
            cursor = page["next"]
        assert names == ["A5", "A4", "A3", "A2", "A1", "A0"]

    @pytest.mark.parametrize("other", ["sort=name", "sort=-name&tier=vip", "sort=-name&removed=true", ""])
    def test_a_cursor_of_another_list_is_refused(self, pages, other):
        cursor = pages("limit=2&sort=-name").json()["next"]
        answer = pages(f"limit=2&{other}&cursor={cursor}")
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]

    def test_a_cursor_of_another_resource_is_refused(self, koi, pages):
        cursor = pages("limit=2").json()["next"]
        answer = requests.get(koi.url + f"/v1/contacts?limit=2&cursor={cursor}", headers=koi.authorization)
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]

    def test_a_cursor_with_any_character_changed_does_no_harm(self, pages):
        cursor = pages("limit=2&sort=name").json()["next"]
        for place in range(len(cursor)):
            changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
            assert pages(f"limit=2&sort=name&cursor={changed}").status_code in (200, 400)
