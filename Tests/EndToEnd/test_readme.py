"""The conversation in README.md, word for word."""

import os
import subprocess

import pytest

from conversation import comparable, turns
from running_koi import BINARY, PATIENCE, ROOT

README = ROOT / "README.md"
SECTION = "A first conversation"
ADDRESS = "http://127.0.0.1:8080"


def test_the_first_conversation_goes_word_for_word_as_readme_tells_it(koi, tmp_path):
    told = turns(README.read_text(), SECTION) if README.exists() else []
    if not told:
        pytest.skip(f"README.md has no section {SECTION!r} with console blocks yet")
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
        assert result.stderr == "", f"README.md:{turn.line}: {turn.command}"
        answer = result.stdout.replace(koi.url, ADDRESS)
        assert comparable(answer) == comparable(turn.answer), f"README.md:{turn.line}: {turn.command}"


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
