"""What a test session found: broken claims and recorded flows, as Markdown, JSON and JUnit XML."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradcheck.environment import describe_environment
from gradcheck.errors import unknown
from gradcheck.files import check_writable, write_whole

FORMAT = "gradcheck-session"
VERSION = 1
_REPRODUCE = "  reproduce  "


@dataclass(frozen=True)
class Broken:
    """A claim that a test found broken.

    Attributes:
        test: The test's id.
        text: What the assertion said.
    """

    test: str
    text: str

    @property
    def claim(self) -> str:
        """The first line of what was said."""
        return self.text.partition("\n")[0]

    @property
    def again(self) -> str:
        """A command that shows it again: from its file where there is one, else the test."""
        last = self.text.rstrip().rpartition("\n")[2]
        return last.removeprefix(_REPRODUCE) if last.startswith(_REPRODUCE) else f"pytest {shlex.quote(self.test)}"


@dataclass(frozen=True)
class Recorded:
    """A flow that a test recorded.

    Attributes:
        test: The test's id.
        values: The flow as JSON values; see `gradcheck.flow.record`.
    """

    test: str
    values: Mapping[str, Any]

    def rows(self) -> Iterator[list[str]]:
        """Yield a list of texts for each variable: its name, and its cell of each loss."""
        cells = {(cell["loss"], cell["variable"]): cell for cell in self.values["cells"]}
        for name in self.values["variables"]:
            yield [name, *(cells[loss, name]["label"] for loss in self.values["losses"])]


@dataclass
class Session:
    """Everything that a session's tests found, in their order."""

    broken: list[Broken] = field(default_factory=list)
    flows: list[Recorded] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """How many claims are broken and how many flows were recorded."""
        return f"{_count(len(self.broken), 'claim')} broken, {_count(len(self.flows), 'flow')} recorded"


def check_report(path: Path) -> None:
    """Find out before the tests whether a report can be written.

    Raises:
        UsageError: No report has this suffix, or the path cannot be written.
    """
    if path.suffix not in _MAKERS:
        raise unknown("report suffix", path.suffix or str(path), _MAKERS)
    check_writable(path)


def write_report(session: Session, path: Path) -> None:
    """Write a report in the form that the path's suffix names.

    Raises:
        UsageError: The path cannot be written.
    """
    write_whole(path, _MAKERS[path.suffix](session))


def to_json(session: Session) -> str:
    """Return the session as JSON text; `session.schema.json` beside this file describes it."""
    values = {
        "format": FORMAT,
        "version": VERSION,
        "environment": describe_environment(),
        "broken": [{"test": b.test, "claim": b.claim, "text": b.text, "again": b.again} for b in session.broken],
        "flows": [{"test": recorded.test, "flow": recorded.values} for recorded in session.flows],
    }
    return json.dumps(values, indent=1) + "\n"


def to_markdown(session: Session) -> str:
    """Return the session as a page of Markdown."""
    parts = ["# gradcheck", f"{session.summary}."]
    if session.broken:
        parts.append("## Broken claims")
    for broken in session.broken:
        parts += [f"### `{broken.test}`", _fenced(broken.text), f"See it again: `{broken.again}`"]
    if session.flows:
        parts.append("## Flows")
    for recorded in session.flows:
        parts += [f"### `{recorded.test}`", _markdown_table(recorded)]
    return "\n\n".join(parts) + "\n"


def to_junit(session: Session) -> str:
    """Return the session as JUnit XML: a test case for each test that broke a claim or recorded a flow."""
    from junitparser import Failure, JUnitXml, TestCase, TestSuite

    from gradcheck.html import printable
    from gradcheck.report.junit import finish

    suite = TestSuite("gradcheck")
    tests = [broken.test for broken in session.broken] + [recorded.test for recorded in session.flows]
    for test in dict.fromkeys(tests):
        file, _, name = test.partition("::")
        case = TestCase(printable(name or file), classname=printable(file))
        case.result = []
        for broken in (broken for broken in session.broken if broken.test == test):
            case.result += [Failure(printable(broken.claim))]
            case.result[-1].text = printable(broken.text)
        tables = [_markdown_table(recorded) for recorded in session.flows if recorded.test == test]
        case.system_out = printable("\n\n".join(tables))
        suite.add_testcase(case)
    xml = JUnitXml()
    xml.add_testsuite(suite)
    return finish(xml)


def _markdown_table(recorded: Recorded) -> str:
    lines = [["variable", *recorded.values["losses"]], ["---"] * (1 + len(recorded.values["losses"]))]
    return "\n".join(_markdown_row(line) for line in (*lines, *recorded.rows()))


def _markdown_row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"


def _fenced(text: str) -> str:
    """Put a text in a fence that is longer than any in the text."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}text\n{text}\n{fence}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


_MAKERS: Mapping[str, Callable[[Session], str]] = {".json": to_json, ".md": to_markdown, ".xml": to_junit}
