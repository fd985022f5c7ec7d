"""The pytest plugin: where failing cases go, and the lines that show them again.

Loading it imports no TensorFlow.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_FOUND: pytest.StashKey[list[str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add gradcheck's options."""
    group = parser.getgroup("gradcheck")
    group.addoption(
        "--gradcheck-witnesses",
        metavar="DIR",
        default=".gradcheck",
        help="Folder that failing cases of gradcheck's fixtures are written to (default: .gradcheck).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the list of lines for the summary."""
    config.stash[_FOUND] = []


@pytest.fixture
def gradcheck_law(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]  # noqa: ANN201  # a function with assert_law's own signature
    """Assert laws as `gradcheck.assert_law` does, and keep failing cases as witness files."""
    from gradcheck.assertions import assert_law
    from gradcheck.errors import LawBroken

    folder = Path(request.config.getoption("--gradcheck-witnesses"))

    def check(*args, **options) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN003
        try:
            assert_law(*args, witnesses=folder, **options)
        except LawBroken as broken:
            request.config.stash[_FOUND].append(str(broken).splitlines()[-1].removeprefix("  reproduce").strip())
            raise

    return check


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List how to see every failing case again."""
    found: list[str] = config.stash[_FOUND]
    lines = list(dict.fromkeys(found))
    if lines:
        terminalreporter.section("gradcheck: see failing cases again")
        for line in lines:
            terminalreporter.write_line(line)
