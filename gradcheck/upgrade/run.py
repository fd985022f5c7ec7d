"""An upgrade: record with each version, compare every two, and find where changes came in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

from gradcheck.baseline.case import Baseline
from gradcheck.baseline.compare import Comparison, compare
from gradcheck.baseline.expectations import Expectation, apply
from gradcheck.errors import UsageError
from gradcheck.upgrade.environments import Environments
from gradcheck.upgrade.recordings import Recorder
from gradcheck.upgrade.result import FirstChange, Pair, Upgrade, changed_problems, differing_problems, first_changes
from gradcheck.upgrade.versions import between

Note = Callable[[str], None]


@dataclass(frozen=True)
class Accepted:
    """What need not be reviewed.

    Attributes:
        lenient: Whether that are differences within their bound.
        lines: What a team expects.
    """

    lenient: bool = False
    lines: Sequence[Expectation] = ()

    def compare(self, before: Baseline, after: Baseline, again: Sequence[Baseline]) -> Comparison:
        """Compare two recordings, and accept what is to be accepted."""
        return apply(compare(before, after, again=again, lenient=self.lenient), self.lines)


@dataclass(frozen=True)
class Run:
    """Everything that an upgrade needs.

    Attributes:
        versions: The one to start from, and the others in their order.
        environments: Where they are installed.
        recorder: What records with them.
        accepted: What need not be reviewed.
        note: Told of each step.
    """

    versions: Sequence[str]
    environments: Environments
    recorder: Recorder
    accepted: Accepted = field(default_factory=Accepted)
    note: Note = print

    def upgrade(self, *, bisect: bool = False) -> Upgrade:
        """Record, compare, and tell noise from changes.

        Args:
            bisect: Whether releases between two versions are tried for what changed between them.

        Raises:
            UsageError: An environment or a recording could not be made.
        """
        recorded = self._record()
        again = self._record_again(recorded)
        self.note("comparing")
        comparisons = {
            (one, other): self.accepted.compare(recorded[one], recorded[other], again)
            for one, other in combinations(self.versions, 2)
        }
        found = first_changes(self.versions, comparisons)
        if bisect:
            found = [better for first in _by_place(found) for better in self._bisect(first, recorded, again)]
        problems = recorded[self.versions[0]].problems
        return Upgrade(self.versions, comparisons, problems, sorted(found, key=lambda c: c.problem), bisect)

    def _record(self) -> dict[str, Baseline]:
        start, *later = self.versions
        # Environments first: what cannot be installed is known before the long work.
        for version in self.versions:
            self.environments.get(version)
        self.note(f"TensorFlow {start}: recording")
        recorded = {start: self.recorder.first(self.environments.get(start))}
        for version in later:
            self.note(f"TensorFlow {version}: recording the same")
            count = len(recorded[start].problems)
            recorded[version] = self.recorder.like(self.environments.get(version), self._first_file, count)
        return recorded

    def _record_again(self, recorded: Mapping[str, Baseline]) -> list[Baseline]:
        """Record what differs once more in every environment: what differs there too is noise."""
        start, *later = self.versions
        differ = {version: differing_problems(compare(recorded[start], recorded[version])) for version in later}
        differ[start] = sorted({name for names in differ.values() for name in names})
        again = []
        for version in self.versions:
            if differ[version]:
                self.note(f"TensorFlow {version}: recording again what differs, in {_count(differ[version])}")
                environment = self.environments.get(version)
                again.append(self.recorder.again(environment, self._first_file, differ[version]))
        return again

    @property
    def _first_file(self) -> Path:
        return self.recorder.path(self.versions[0])

    # --- bisection ---------------------------------------------------------------------------------

    def _bisect(
        self,
        found: Sequence[FirstChange],
        recorded: Mapping[str, Baseline],
        again: Sequence[Baseline],
        *,
        without: frozenset[str] = frozenset(),
    ) -> list[FirstChange]:
        """Return where problems that changed between the same two versions changed first, release by release."""
        releases = [
            one for one in between(found[0].before, found[0].version) if one not in without and self._there(one)
        ]
        if not releases:
            return list(found)
        middle = releases[len(releases) // 2]
        try:
            kinds = changed_problems(self._hold_against(middle, [c.problem for c in found], recorded, again))
        except UsageError as error:
            self.note(f"TensorFlow {middle} is left out: {error}")
            return self._bisect(found, recorded, again, without=without | {middle})
        early = [replace(c, version=middle, kinds=kinds[c.problem]) for c in found if c.problem in kinds]
        late = [replace(c, before=middle) for c in found if c.problem not in kinds]
        halves = [half for half in (early, late) if half]
        return [better for half in halves for better in self._bisect(half, recorded, again, without=without)]

    def _there(self, release: str) -> bool:
        try:
            return bool(self.environments.python_for(release))
        except UsageError:
            return False

    def _hold_against(
        self, release: str, names: Sequence[str], recorded: Mapping[str, Baseline], again: Sequence[Baseline]
    ) -> Comparison:
        environment = self.environments.get(release)
        self.note(f"TensorFlow {release}: recording what changed later, in {_count(names)}")
        found = self.recorder.again(environment, self._first_file, names, label="between")
        return self.accepted.compare(_only(recorded[self.versions[0]], names), found, again)


def _count(names: Sequence[str]) -> str:
    return "1 problem" if len(names) == 1 else f"{len(names):,} problems"


def _by_place(found: Sequence[FirstChange]) -> list[list[FirstChange]]:
    places: dict[Pair, list[FirstChange]] = {}
    for change in found:
        places.setdefault((change.before, change.version), []).append(change)
    return list(places.values())


def _only(recorded: Baseline, names: Sequence[str]) -> Baseline:
    """Return a recording of some problems only."""
    chosen = set(names)
    problems = {name: problem for name, problem in recorded.problems.items() if name in chosen}
    return replace(recorded, problems=problems, cases={n: c for n, c in recorded.cases.items() if c.problem in chosen})
