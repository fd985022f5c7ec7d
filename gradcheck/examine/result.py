"""The result of an examination: what is new, known and gone, by cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gradcheck.examine.finding import Examined, Finding
from gradcheck.examine.known import Known, find_gone, find_known


@dataclass(frozen=True)
class Cause:
    """Findings that have one cause, as far as can be told.

    Attributes:
        name: A trophy's name if it is known, else the operation and what disagrees.
        findings: Where it shows; the first stands for the others.
        known: The known fault, ``None`` if it is new.
    """

    name: str
    findings: tuple[Finding, ...]
    known: Known | None = None


@dataclass(frozen=True)
class Result:
    """What an examination found.

    Attributes:
        examined: What became of each operation.
        causes: The findings, grouped; new ones first.
        gone: Known faults that did not show though their places were judged.
        executed: The gradient functions of TensorFlow's that ran.
        interrupted: Whether the run was stopped early.
    """

    examined: tuple[Examined, ...]
    causes: tuple[Cause, ...]
    gone: tuple[Known, ...]
    executed: frozenset[str] = frozenset()
    interrupted: bool = False

    @property
    def new(self) -> tuple[Cause, ...]:
        """The causes that are not known."""
        return tuple(cause for cause in self.causes if cause.known is None)

    @property
    def killed(self) -> tuple[Examined, ...]:
        """The operations that ended their process."""
        return tuple(one for one in self.examined if one.killed)

    @property
    def exit_code(self) -> int:
        """0 if everything is as known, 1 if something is new or gone, 3 if a process was killed."""
        return 1 if self.new or self.gone else 3 if self.killed else 0


def summarise(
    examined: Iterable[Examined], known: Sequence[Known] | None = None, *, interrupted: bool = False
) -> Result:
    """Group findings by cause, and hold them against what is known."""
    found = tuple(sorted(examined, key=lambda one: one.op))
    groups: dict[str, list[Finding]] = {}
    faults: dict[str, Known | None] = {}
    for finding in (finding for one in found for finding in one.findings):
        fault = find_known(finding, known)
        name = fault.trophy if fault else f"{finding.op}: {finding.doubt.what}"
        groups.setdefault(name, []).append(finding)
        faults[name] = fault
    causes = sorted((Cause(name, tuple(group), faults[name]) for name, group in groups.items()), key=_order)
    executed = frozenset[str]().union(*(one.executed for one in found))
    return Result(found, tuple(causes), tuple(find_gone(found, known)), executed, interrupted)


def _order(cause: Cause) -> tuple[bool, str]:
    return cause.known is not None, cause.name


def by_family(result: Result, families: Mapping[str, str]) -> dict[str, list[Examined]]:
    """Return what became of the operations of each family."""
    rows: dict[str, list[Examined]] = {}
    for one in result.examined:
        rows.setdefault(families[one.op], []).append(one)
    return dict(sorted(rows.items()))
