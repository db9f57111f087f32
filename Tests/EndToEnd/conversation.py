"""Reads the conversations of a Markdown document: commands behind `$ `, and below each its exact answer."""

import re
from typing import NamedTuple


class Turn(NamedTuple):
    line: int
    command: str
    answer: str


def turns(document, section):
    """What the ```console blocks of a section have, in order; empty where there is no such section."""
    found = []
    is_inside = is_console = False
    for number, line in enumerate(document.splitlines(), start=1):
        if line.startswith("```"):
            is_console = is_inside and line == "```console"
        elif is_console and line.startswith("$ "):
            found.append(Turn(number, line[2:], ""))
        elif is_console and found and not found[-1].answer and found[-1].command.endswith("\\"):
            found[-1] = found[-1]._replace(command=found[-1].command + "\n" + line.removeprefix("> "))
        elif is_console and found:
            found[-1] = found[-1]._replace(answer=found[-1].answer + line + "\n")
        elif line.startswith("## "):
            is_inside = line == "## " + section
    return found


# What differs from one run to the next, and what stands for it when answers are compared.
VARYING = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "DATE"),
    (r'"requestId":"\w+"', '"requestId":"REQUEST"'),
    (r'"(\d+)-\w+"', r'"\1-REPRESENTATION"'),
    (r"koi_\w+", "KEY"),
]


def comparable(answer):
    """An answer with all that may differ replaced, and without the line end that curl does not print."""
    for pattern, name in VARYING:
        answer = re.sub(pattern, name, answer)
    return answer.strip().replace("\r\n", "\n")
