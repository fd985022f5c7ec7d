"""Running the blocks of one page in their order, in this process and in a folder of its own."""

from __future__ import annotations

import io
import linecache
import os
import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gradcheck.cli import app
from pages.blocks import Block
from pages.given import GIVEN
from pages.unrun import check_unrun

RUNNABLE = ("python", "sh", "given")
# A pytest within a pytest: this one has imported what it would rewrite.
_INSIDE = ("-p", "no:cacheprovider", "--color=no", "-W", "ignore::pytest.PytestAssertRewriteWarning")
# What no two runs share.
_TIMES = re.compile(r"\bin \d+\.\d+s\b")


class Differs(AssertionError):
    """A block does not do what its page says."""


@dataclass
class PageRun:
    """What is known while a page is run.

    Attributes:
        folder: Where its files are.
        names: What its Python blocks have defined.
        output: What the block before printed; ``None`` where there is none, or it was not run.
    """

    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    output: str | None = None

    def run(self, block: Block) -> None:
        """Run a block, or compare it with what the one before it printed.

        Raises:
            Differs: It raises, ends otherwise than its page says, prints something else, or belongs to nobody.
        """
        if block.marker == "file":
            self._write(block)
        elif block.language in RUNNABLE:
            self._run(block)
        elif block.language == "text" and self.output is not None:
            self._compare(block)
        else:
            raise Differs(f"{block.place}: this block belongs to no runner: {block.text[:80]!r}")

    def _write(self, block: Block) -> None:
        path = self.folder / block.value
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        self.output = None

    def _run(self, block: Block) -> None:
        self.output = None
        with fresh(self.folder):
            if block.language == "sh":
                printed = [self._command(block, line) for line in _lines(block.text)]
                self.output = None if None in printed else "".join(filter(None, printed))
            elif block.language == "given":
                self.output = self._given(block)
            else:
                self.output = self._python(block)

    def _given(self, block: Block) -> str:
        with redirect_stdout(io.StringIO()) as out:
            self.names |= GIVEN[block.text]() or {}
        return out.getvalue()

    def _python(self, block: Block) -> str:
        name = str(self.folder / f"line{block.line}.py")
        linecache.cache[name] = (len(block.text), None, block.text.splitlines(keepends=True), name)
        expected = block.value if block.marker == "raises" else ""
        found = ""
        with redirect_stdout(io.StringIO()) as out:
            try:
                exec(compile(block.text, name, "exec"), self.names)
            except Exception as error:
                found = type(error).__name__
                if found != expected:
                    raise Differs(f"{block.place}: {found}: {error}") from error
                print(error)
        if found != expected:
            raise Differs(f"{block.place}: expected {expected}, and nothing was raised")
        return out.getvalue()

    def _command(self, block: Block, line: str) -> str | None:
        """Run a command and return what it prints, or ``None`` where it is one that a test cannot run."""
        if check_unrun(line, block.place):
            return None
        code, printed = _call(shlex.split(line, comments=True), block.place)
        expected = int(block.value) if block.marker == "exit" else 0
        if code != expected:
            raise Differs(f"{block.place}: {line!r} ends with {code}, expected {expected}:\n{printed}")
        return printed

    def _compare(self, block: Block) -> None:
        found, expected = _plain(self.output or "", self.folder), _plain(block.text, self.folder)
        if not _pattern(expected).fullmatch(f"{found}\n"):
            raise Differs(f"{block.place}: expected\n{expected}\nfound\n{found}")
        self.output = None


def _call(words: list[str], place: str) -> tuple[int, str]:
    program, arguments = words[0], words[1:]
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()):
        if program == "gradcheck":
            result = CliRunner().invoke(app, arguments)
            if result.exception and not isinstance(result.exception, SystemExit):
                raise Differs(f"{place}: {result.exception!r}") from result.exception
            return result.exit_code, result.output
        if program == "pytest":
            code = int(pytest.main([*_INSIDE, *arguments]))
        elif program == "python":
            code = 0
            runpy.run_path(arguments[0], run_name="__main__")
        elif program == "cat":
            code = 0
            print(Path(arguments[0]).read_text(encoding="utf-8"), end="")
        else:
            raise Differs(f"{place}: this command belongs to no runner: {shlex.join(words)}")
    return code, out.getvalue()


@contextmanager
def fresh(folder: Path) -> Iterator[None]:
    """Stand in a folder, and import its modules anew: a page may have changed them."""
    before, path, writes = Path.cwd(), list(sys.path), sys.dont_write_bytecode
    linecache.checkcache()
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:], sys.dont_write_bytecode = path, writes
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]


def _lines(text: str) -> list[str]:
    """Return the commands of a block, those that go on in the next line joined."""
    lines = text.replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def _plain(text: str, folder: Path) -> str:
    lines = (line.rstrip() for line in _TIMES.sub("in …s", text.replace(f"{folder}/", "")).splitlines())
    return "\n".join(lines).strip("\n")


def _pattern(expected: str) -> re.Pattern[str]:
    """Return what output must match: a line ``…`` stands for any lines, and ``…`` in a line for any text."""
    parts = []
    for line in expected.splitlines():
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(r"[^\n]*?".join(map(re.escape, line.split("…"))) + "\n")
    return re.compile("".join(parts))
