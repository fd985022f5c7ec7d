"""The pytest plugin: fixtures, what a failed ``assert`` says, and what is told at the end of a session.

Loading it imports no TensorFlow. Under pytest-xdist each worker hands what its tests found to the
controller with their reports.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gradcheck.errors import LawBroken, UsageError

if TYPE_CHECKING:
    from gradcheck.flow.result import Flow

_FLOWS: pytest.StashKey[list[Flow]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add gradcheck's options."""
    group = parser.getgroup("gradcheck")
    group.addoption(
        "--gradcheck-witnesses",
        metavar="DIR",
        default=".gradcheck",
        help="Folder that failing cases of gradcheck's fixtures are written to (default: .gradcheck).",
    )
    group.addoption(
        "--gradcheck-report",
        metavar="FILE",
        action="append",
        default=[],
        help="Write broken claims and recorded flows to FILE: .md, .json or, as JUnit XML, .xml. May be repeated.",
    )

    group.addoption(
        "--gradcheck-update",
        action="store_true",
        help="Write the baselines that tests compare gradients with, instead of comparing.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect what is found, and refuse a report that could not be written in the end."""
    from gradcheck.report.session import check_report

    config.pluginmanager.register(_Findings(config), "gradcheck-findings")
    try:
        for path in _reports(config):
            check_report(path)
    except UsageError as error:
        raise pytest.UsageError(f"--gradcheck-report: {error}") from error


@pytest.fixture
def gradcheck_law(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]  # noqa: ANN201  # a function with assert_law's own signature
    """Assert laws as `gradcheck.assert_law` does, and keep failing cases as witness files."""
    from gradcheck.assertions import assert_law

    folder = Path(request.config.getoption("--gradcheck-witnesses"))

    def check(*args, **options) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN003
        assert_law(*args, witnesses=folder, **options)

    return check


@pytest.fixture
def gradcheck_flow(request: pytest.FixtureRequest) -> Callable[..., Flow]:
    """Tell which loss reaches which variable as `gradcheck.flow` does, and record it for the report."""
    from gradcheck.flow.flow import flow as find_flow

    recorded = request.node.stash.setdefault(_FLOWS, [])

    def record(losses: Callable[..., Any], *args: Any, variables: Any = None) -> Flow:
        found = find_flow(losses, *args, variables=variables)
        recorded.append(found)
        return found

    return record


@pytest.fixture
def gradcheck_baseline(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Compare the gradients of losses with a file that is committed beside the test, as `gradcheck.assert_baseline`.

    The file is ``gradcheck_baselines/FILE-TEST.safetensors`` in the test's folder, after the test file's name and the
    test's, with ``-NAME`` behind them where ``name`` is given, as it is where a test compares several;
    ``--gradcheck-update`` writes it.
    """
    from gradcheck.assertions import assert_baseline

    update = bool(request.config.getoption("--gradcheck-update"))

    def check(losses: Callable[..., Any], *args: Any, name: str = "") -> Any:
        return assert_baseline(_baseline_path(request, name), losses, *args, update=update)

    return check


def _baseline_path(request: pytest.FixtureRequest, name: str) -> Path:
    words = "-".join(filter(None, (request.path.stem, request.node.name, name)))
    return request.path.parent / "gradcheck_baselines" / f"{re.sub('[^A-Za-z0-9_.=-]+', '_', words)}.safetensors"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Send what a test found along with its report, in plain values that pass between processes."""
    report = yield
    flows = item.stash.get(_FLOWS, [])
    broken = _find_broken(call.excinfo.value) if call.excinfo and report.failed else []
    if flows or broken:
        report.gradcheck = {
            "broken": [str(error) for error in broken],
            "flows": [_values(item.config, flow) for flow in flows],
        }
        flows.clear()
    return report


class _Findings:
    """What the tests of a session found, told and written at its end."""

    def __init__(self, config: pytest.Config) -> None:
        from gradcheck.report.session import Session

        self._config, self._session = config, Session()
        self._told: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test found, wherever it ran."""
        from gradcheck.report.session import Broken, Recorded

        found = getattr(report, "gradcheck", {"broken": (), "flows": ()})
        self._session.broken += [Broken(report.nodeid, text) for text in found["broken"]]
        self._session.flows += [Recorded(report.nodeid, values) for values in found["flows"]]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, in the one process that has seen all tests."""
        from gradcheck.report.session import write_report

        if hasattr(self._config, "workerinput") or self._config.getoption("collectonly"):
            return
        for path in _reports(self._config):
            try:
                write_report(self._session, path)
                self._told.append(f"report written to {path}")
            except UsageError as error:
                self._told.append(f"no report: {error}")
                session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what is broken and how to see it again."""
        found = self._session
        if not (found.broken or found.flows or self._told):
            return
        terminalreporter.section("gradcheck")
        terminalreporter.write_line(found.summary)
        for broken in found.broken:
            terminalreporter.write_line(f"{broken.test}: {broken.claim}")
            terminalreporter.write_line(f"  see it again: {broken.again}")
        for line in self._told:
            terminalreporter.write_line(line)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Say of a flow's table or kind that is not as expected which cells differ, and why."""
    # Whoever compares a flow has imported it.
    if op != "==" or "gradcheck.flow.result" not in sys.modules:
        return None
    from gradcheck.report.comparing import explain_comparison

    return explain_comparison(left, right)


def _reports(config: pytest.Config) -> list[Path]:
    return [Path(name) for name in config.getoption("--gradcheck-report")]


def _values(config: pytest.Config, flow: Flow) -> dict[str, Any]:
    """Return a flow for the report; without one it is only counted, and its paths are not looked for."""
    from gradcheck.flow.record import to_values

    return to_values(flow) if _reports(config) else {}


def _find_broken(error: BaseException | None) -> list[LawBroken]:
    """Return the broken claims in what a test raised, however they are wrapped."""
    if error is None:
        return []
    if isinstance(error, LawBroken):
        return [error]
    inside = [*getattr(error, "exceptions", ()), error.__cause__]
    if not error.__suppress_context__:
        inside.append(error.__context__)
    return [broken for wrapped in inside for broken in _find_broken(wrapped)]
