"""The examples of docs/integrate.md that write: an ERP, a web form and a call centre, in Python and with curl."""

import json
import os
import subprocess
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from running_koi import PATIENCE, ROOT

EXAMPLES = ROOT / "scripts/examples"


@pytest.fixture
def run(koi, tmp_path):
    def run(script, *arguments, stdin="", code=0, key=None):
        done = subprocess.run(
            [EXAMPLES / script, *arguments],
            env={**os.environ, "KOI_URL": koi.url, "KOI_KEY": key or koi.key},
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
        assert done.returncode == code, done.stderr
        return done

    return run


@pytest.fixture
def call(koi):
    def call(method, path, body=None, status=200):
        answer = requests.request(method, koi.url + path, json=body, headers=koi.authorization, timeout=PATIENCE)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    return call


CUSTOMERS, CONTACTS = "number,name,phone,address\n", "number,customer,name,mobile,email\n"


@pytest.fixture
def sync(run, tmp_path):
    """Runs with these rows of the ERP; what it is told, by number, and what was refused."""

    def sync(customers, contacts="", *right, code=0):
        (tmp_path / "customers.csv").write_text(CUSTOMERS + customers, "utf-8")
        (tmp_path / "contacts.csv").write_text(CONTACTS + contacts, "utf-8")
        done = run("erp_sync.py", "customers.csv", "contacts.csv", "state.json", *right, code=code)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        return {one["number"]: one for one in told}, [line.split(":")[0] for line in done.stderr.splitlines()]

    return sync


def test_erp(call, sync):
    customers, contacts = "C-1,重庆机械,023 6868 1234,\nC/2,Acme,,Street 1\nC-3\n", "P-1,C-1,李明,138 0013 8000,\nP-2,C-9,Li,,\n"
    for _ in range(2):
        assert sync(customers, contacts, code=1) == ({}, ["customers C-3", "contacts P-2"])
    assert [(one["name"], one["version"]) for one in call("GET", "/v1/customers")["items"]] == [("重庆机械", 1), ("Acme", 1)]
    assert call("GET", "/v1/contacts/by/erp/P-1")["customers"][0]["customer"] == 1

    # What people change is told until the ERP has it, and another field of the same record goes the other way.
    call("PATCH", "/v1/customers/2", {"phone": "010 6868 1234", "tier": "vip"})
    news = {"resource": "customers", "number": "C/2", "koi": 2, "version": 2, "set": {"phone": "010 6868 1234"}}
    renamed = "C/2,Acme Ltd,,Street 1\n"
    for version in (2, 3):
        assert sync(renamed) == ({"C/2": {**news, "version": version}}, [])
    assert [call("GET", "/v1/customers/2")[name] for name in ("name", "phone")] == ["Acme Ltd", "010 6868 1234"]
    assert sync("C/2,Acme Ltd,010 6868 1234,Street 1\n") == ({}, [])

    # What both have changed stays as it is on either side, unless somebody says who is right.
    call("PATCH", "/v1/customers/2", {"phone": "1111"})
    told, _ = sync("C/2,Acme Ltd,2222,Street 1\n")
    assert (told["C/2"]["set"], told["C/2"]["erp"]) == ({"phone": "1111"}, {"phone": "2222"})
    assert call("GET", "/v1/customers/2")["phone"] == "1111"
    assert sync("C/2,Acme Ltd,2222,Street 1\n", "", "erp") == ({}, [])
    assert call("GET", "/v1/customers/2")["phone"] == "2222"


def test_erp_leaves_what_people_have_made_of_its_records(call, sync, tmp_path):
    customers, contacts = "C-1,A,,\nC-2,B,,\n", "P-1,C-1,Li,,\n"
    assert sync(customers, contacts) == ({}, [])
    call("POST", "/v1/customers", {"name": "Of nobody's ERP"}, 201)
    links = [{"customer": 1, "role": "采购", "main": True}, {"customer": 3}]
    call("PATCH", "/v1/contacts/1", {"customers": links})
    assert sync(customers, contacts) == ({}, [])
    kept = call("GET", "/v1/contacts/1")["customers"]
    assert [(one["customer"], one["role"]) for one in kept] == [(1, "采购"), (3, None)]
    assert sync(customers, "P-1,C-2,Li,,\n") == ({}, [])
    assert [one["customer"] for one in call("GET", "/v1/contacts/1")["customers"]] == [3, 2]

    call("DELETE", "/v1/customers/2", status=204)
    for _ in range(2):
        assert sync(customers)[0] == {"C-2": {"resource": "customers", "number": "C-2", "koi": 2, "gone": True}}
    call("PUT", "/v1/customers/2/restoration")
    assert sync(customers) == ({}, [])

    # Of a position of another log nobody knows who has changed what since.
    call("PATCH", "/v1/customers/1", {"name": "As it was restored"})
    state = json.loads((tmp_path / "state.json").read_text("utf-8"))
    (tmp_path / "state.json").write_text(json.dumps({**state, "position": "1-0123456789abcdef"}), "utf-8")
    told, _ = sync(customers)
    assert (told["C-1"]["set"], told["C-1"]["erp"]) == ({"name": "As it was restored"}, {"name": "A"})
    assert sync(customers, "", "erp") == ({}, [])
    assert call("GET", "/v1/customers/1")["name"] == "A"


def test_erp_with_curl(call, run):
    lines = 'C-1\t{"name": "重庆机械"}\nC 2/ä\t{"name": "Acme"}\n'
    for _ in range(2):
        run("erp_sync.sh", stdin=lines)
    assert [(one["name"], one["externalIds"], one["version"]) for one in call("GET", "/v1/customers")["items"]] == [
        ("重庆机械", [{"system": "erp", "key": "C-1"}], 1),
        ("Acme", [{"system": "erp", "key": "C 2/ä"}], 1),
    ]
    refused = run("erp_sync.sh", stdin='C-3\t{"name": ""}\nC-4\t{"name": "Next"}', code=1)
    assert "C-3: " in refused.stderr and "required" in refused.stderr
    assert len(call("GET", "/v1/customers")["items"]) == 3


def test_web_form(koi, call, run):
    role = call("POST", "/v1/roles", {"name": "Form", "permissions": {"contacts": {"create": "own"}}}, 201)["id"]
    user = call("POST", "/v1/users", {"name": "Form", "role": role}, 201)["id"]
    key = call("POST", "/v1/keys", {"name": "Form", "user": user}, 201)["key"]
    environment = {**os.environ, "KOI_URL": koi.url, "KOI_KEY": key}
    pipes = {"stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen([EXAMPLES / "web_form.py", "0"], env=environment, **pipes) as process:
        try:
            url = f"http://127.0.0.1:{process.stderr.readline().split()[-1]}/"
            page = requests.get(url, timeout=PATIENCE).text
            submission = page.split('name="submission" value="')[1].split('"')[0]
            form = {"submission": submission, "name": "李明", "mobile": "138 0013 8000", "notes": '<b>"你好"</b>'}
            for _ in range(2):
                assert requests.post(url, form, timeout=PATIENCE).status_code == 200
            corrected = {**form, "name": "李明明"}
            assert requests.post(url, corrected, timeout=PATIENCE).status_code == 200
            assert requests.post(url, {str(number): "x" for number in range(30)}, timeout=PATIENCE).status_code == 400
            wrong = requests.post(url, {**form, "submission": uuid.uuid4(), "email": "nobody"}, timeout=PATIENCE)
            assert wrong.status_code == 422 and "&lt;b&gt;" in wrong.text and "<b>" not in wrong.text
            assert requests.post(url, {**form, "submission": uuid.uuid4(), "website": "x"}, timeout=PATIENCE).status_code == 200
            assert requests.post(url, {"submission": "x"}, timeout=PATIENCE).status_code == 400
            assert requests.post(url, b"x" * 30_000, timeout=PATIENCE).status_code == 413
        finally:
            process.kill()

    fields = f"submission={uuid.uuid4()}&name=%E7%8E%8B+%5C%22+5%&mobile=13900139000&email=w%40example.com&notes=a%0Ab"
    for _ in range(2):
        run("web_form.sh", stdin=fields, key=key)
    run("web_form.sh", stdin="name=x", key=key, code=65)
    contacts = call("GET", "/v1/contacts")["items"]
    assert [one["name"] for one in contacts] == ["李明", "李明明", '王 \\" 5%']
    assert contacts[2]["email"] == "w@example.com"
    assert contacts[0]["notes"] == form["notes"]


@pytest.mark.parametrize("script", ["call_log.py", "call_log.sh"])
def test_call_centre(call, run, script):
    call("POST", "/v1/contacts", {"name": "Li", "mobile": "138 0013 8000", "notes": 'Says "hi" \\ 你好\nonce'}, 201)
    for _ in range(2):
        assert run(script, "17", "+86 138-0013-8000", 'Asks for "7" \\ prices').stdout == "1\n"
    run(script, "18", "13800138000", "Again")
    notes = call("GET", "/v1/contacts/1")["notes"]
    assert notes == 'Says "hi" \\ 你好\nonce\n[call 17] Asks for "7" \\ prices\n[call 18] Again'
    for number in ("19", "20"):
        assert run(script, number, "+49 30 901820", "New").stdout == "2\n"
    made = call("GET", "/v1/contacts/2")
    assert made["notes"] == "[call 19] New\n[call 20] New"
    for number in ("21", "22"):
        assert run(script, number, "anonymous", "Tells\x07 no number").stdout == "3\n"
    assert call("GET", "/v1/contacts/3")["notes"] == "[call 21] Tells no number\n[call 22] Tells no number"
    assert len(call("GET", "/v1/contacts")["items"]) == 3


def test_call_centre_goes_on_where_notes_are_full_or_the_contact_was_removed(call, run):
    call("POST", "/v1/contacts", {"name": "Li", "mobile": "13800138000", "notes": "Important\n[call 1] " + "x" * 9_950}, 201)
    assert run("call_log.py", "2", "13800138000", "New").stdout == "1\n"
    assert run("call_log.py", "3", "13800138000", "y" * 100).stdout == "1\n"
    assert call("GET", "/v1/contacts/1")["notes"] == "Important\n[call 2] New\n[call 3] " + "y" * 100
    assert run("call_log.py", "4", "+49 30 901820", "New").stdout == "2\n"
    call("DELETE", "/v1/contacts/2", status=204)
    assert run("call_log.py", "5", "+49 30 901820", "Again").stdout == "2\n"
    assert call("GET", "/v1/contacts/2")["notes"] == "[call 4] New\n[call 5] Again"


@pytest.mark.parametrize("command", [[EXAMPLES / "web_form.sh"], [sys.executable, "-c", "import koi; koi.ask('POST', '/v1/contacts', {})"]])
def test_what_is_refused_for_now_is_sent_again_under_the_same_key(command):
    keys = []

    class Busy(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            keys.append(self.headers["Idempotency-Key"])
            self.send_response(503 if len(keys) == 1 else 201)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {**os.environ, "KOI_URL": f"http://127.0.0.1:{server.server_port}", "KOI_KEY": "x", "PYTHONPATH": EXAMPLES}
        form = f"submission={uuid.uuid4()}&name=x"
        done = subprocess.run(command, env=environment, input=form, capture_output=True, text=True, timeout=PATIENCE)
        server.shutdown()
    assert done.returncode == 0, done.stderr
    assert len(keys) == 2 and keys[0] == keys[1]
