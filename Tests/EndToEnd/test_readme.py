"""The conversations in README.md and docs/, word for word."""

import os
import re
import subprocess

import pytest

from conversation import comparable, turns
from running_koi import BINARY, PATIENCE, ROOT

README = ROOT / "README.md"
SECTION = "A first conversation"
CONVERSATIONS = [(README, SECTION), (ROOT / "docs/complaint.md", "A complaint played through")]
ADDRESS = "http://127.0.0.1:8080"


@pytest.mark.parametrize(("document", "section"), CONVERSATIONS, ids=lambda one: getattr(one, "name", None))
def test_a_conversation_goes_word_for_word_as_it_is_told(koi, tmp_path, document, section):
    told = turns(document.read_text("utf-8"), section)
    assert told, f"{document.name} has no section {section!r} with console blocks"
    environment = {
        **os.environ,
        "KEY": koi.key,
        "KOI_DATA": str(koi.folder),
        "PATH": f"{BINARY.parent}:{os.environ['PATH']}",
    }
    for turn in told:
        result = subprocess.run(
            ["bash", "-c", turn.command.replace(ADDRESS, koi.url)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
        assert result.stderr == "", f"{document.name}:{turn.line}: {turn.command}"
        answer = result.stdout.replace(koi.url, ADDRESS)
        assert comparable(answer) == comparable(turn.answer), f"{document.name}:{turn.line}: {turn.command}"


def test_a_conversation_is_read_from_its_section_alone():
    document = """\
## Start
```console
$ elsewhere
```
## A first conversation
```console
$ one
first
line
$ two \\
>   three
```
```sh
not this
```
```console
$ silent
```
## End
```console
$ elsewhere
```
"""
    assert [(turn.command, turn.answer) for turn in turns(document, SECTION)] == [
        ("one", "first\nline\n"),
        ("two \\\n  three", ""),
        ("silent", ""),
    ]


def test_only_what_differs_from_run_to_run_may_differ():
    one = '"1-abc9" {"at":"2026-11-22T14:12:38.765Z","requestId":"a1b2","total":1}\n'
    same = '"1-xyz0" {"at":"2027-01-02T00:00:00.000Z","requestId":"c3d4","total":1}'
    other = '"2-abc9" {"at":"2026-11-22T14:12:38.765Z","requestId":"a1b2","total":1}'
    assert comparable(one) == comparable(same) != comparable(other)


def test_each_option_of_the_table_is_one_of_the_program():
    table = README.read_text().split("<!-- options -->")[1].split("<!-- end of options -->")[0]
    documented = set(re.findall(r"^\| `(--[a-z-]+)", table, re.MULTILINE))
    told = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    assert documented and documented <= set(re.findall(r"--[a-z-]+", told))
