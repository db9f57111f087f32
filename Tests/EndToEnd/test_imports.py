"""Files that are taken in and written out by the built program: beside kill -9, by its commands, and as streams."""

import csv
import io
import json
import subprocess
import tempfile
import time

import requests

from running_koi import BINARY, ENVIRONMENT

ROWS = 6000


def table(rows, name="Company"):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["公司名称", "电话", "email", "备注"])
    for number in range(rows):
        writer.writerow([f"{name} {number}", f"023 {number:08}", f"{number}@example.com", "一, 二\n三"])
    return out.getvalue()


def ask(koi, method, path, **options):
    headers = {"Authorization": f"Bearer {koi.key}", **options.pop("headers", {})}
    return requests.request(method, koi.url + path, headers=headers, timeout=60, **options)


def state(koi, path):
    return ask(koi, "GET", path).json()


def wait_for_end(koi, path, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = state(koi, path)
        if now["state"] not in ("running", "undoing"):
            return now
        time.sleep(0.1)
    raise AssertionError(now)


def names(koi):
    lines = ask(koi, "GET", "/v1/customers?fields=name&sort=id", headers={"Accept": "application/x-ndjson"})
    return [json.loads(line)["name"] for line in lines.text.splitlines()]


def test_kill_in_the_midst_doubles_and_loses_nothing(start_koi, crashes):
    koi = start_koi()
    body = table(ROWS).encode("gb18030")
    made = ask(koi, "POST", "/v1/imports?resource=customers", data=body, headers={"Content-Type": "text/csv"})
    assert made.status_code == 201, made.text
    assert made.json()["encoding"] == "gb18030"
    path = f"/v1/imports/{made.json()['id']}"
    assert ask(koi, "PUT", path + "/execution").status_code == 202
    for crash in range(crashes):
        begun = time.monotonic()
        while state(koi, path)["counts"]["rows"] < ROWS * (crash + 1) // (crashes + 2) and time.monotonic() - begun < 60:
            time.sleep(0.02)
        koi.kill()
        koi.start()
    done = wait_for_end(koi, path)
    assert done["state"] == "done", done
    assert done["counts"]["created"] == ROWS
    assert names(koi) == [f"Company {number}" for number in range(ROWS)]


def test_commands_take_in_and_write_out(koi, tmp_path):
    (tmp_path / "old.csv").write_text(table(20) + "Bad,x,y,\n", encoding="utf-8-sig")
    run = subprocess.run(
        [BINARY, "import", tmp_path / "old.csv", "--as", "customers", "--errors", tmp_path / "bad.csv", "--data", koi.folder],
        capture_output=True, text=True, timeout=60, env=ENVIRONMENT,
    )
    assert run.returncode == 1, run.stderr
    assert "created 20" in run.stdout and "refused 1" in run.stdout
    assert "公司名称 → name" in run.stderr
    assert "Bad,x,y,,42," in (tmp_path / "bad.csv").read_text(encoding="utf-8-sig")
    out = subprocess.run(
        [BINARY, "export", "customers", "--format", "ndjson", "--data", koi.folder],
        capture_output=True, text=True, timeout=60, env=ENVIRONMENT,
    )
    assert out.returncode == 0, out.stderr
    assert len(out.stdout.splitlines()) == 20


def test_a_large_file_is_spooled_and_a_cell_too_large_names_its_line(koi):
    body = "name,notes\nAcme,\nBeta," + "x" * (10 << 20) + "\nCeta,\n"
    made = ask(koi, "POST", "/v1/imports?resource=customers", data=body.encode(), headers={"Content-Type": "text/csv"})
    path = f"/v1/imports/{made.json()['id']}"
    assert [problem["line"] for problem in made.json()["preview"]["problems"]] == [3]
    ask(koi, "PUT", path + "/execution")
    assert wait_for_end(koi, path)["counts"]["refused"] == 1
    assert names(koi) == ["Acme", "Ceta"]
    errors = ask(koi, "GET", path + "/errors", stream=True)
    assert b"3,A cell is larger than 1 MiB" in errors.content[-200:]


def test_a_company_moves_to_another_koi(koi, start_koi, tmp_path):
    ask(koi, "POST", "/v1/users", json={"name": "Wang", "email": "wang@example.com", "role": 1})
    made = ask(koi, "POST", "/v1/customers", json={"name": "重庆机械", "owner": 2}).json()
    ask(koi, "POST", "/v1/contacts", json={"name": "李明", "customers": [{"customer": made["id"]}]})
    # More than fits into one answer of a command.
    notes = [{"method": "POST", "path": "/v1/customers?allowDuplicate=true", "body": {"name": f"{n}", "notes": "n" * 9_000}} for n in range(50)]
    for _ in range(10):
        assert ask(koi, "POST", "/v1/batch", json={"operations": notes}).status_code == 200
    file = tmp_path / "company.ndjson"
    file.write_text(koi.command("export", "--company").stdout, "utf-8")
    assert ask(koi, "GET", "/v1/exports").json()["items"][0]["state"] == "gone"

    with tempfile.TemporaryDirectory(prefix="koi-") as folder:
        other = start_koi("--password-cost", "10", on=folder)
        known = ask(other, "POST", "/v1/users", json={"name": "Wang Fang", "email": "wang@example.com", "role": 1}).json()
        for _ in range(2):
            assert "not taken in: 0" in other.command("import", file, "--company").stdout
        (customer,) = ask(other, "GET", "/v1/customers", params={"q": "重庆机械"}).json()["items"]
        assert ask(other, "GET", "/v1/customers?total=true&limit=1").json()["total"] == 501
        assert (customer["name"], customer["owner"], customer["version"]) == ("重庆机械", known["id"], 1)
        assert ask(other, "GET", "/v1/contacts").json()["items"][0]["customers"][0]["customer"] == customer["id"]

        text = file.read_text("utf-8")
        file.write_text(text.replace("重庆", "上海"), "utf-8")
        changed = subprocess.run([BINARY, "import", file, "--company", "--data", folder], env=ENVIRONMENT, capture_output=True, text=True)
        assert changed.returncode == 1 and "not whole" in changed.stderr
