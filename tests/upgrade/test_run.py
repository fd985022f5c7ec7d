"""Every two versions are compared, noise is no change, and the version where a change came in is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradcheck.baseline.case import Answer
from gradcheck.baseline.compare import Kind, Verdict
from gradcheck.baseline.expectations import load_expectations
from gradcheck.errors import UsageError
from gradcheck.gradient import Unconnected
from gradcheck.upgrade.run import Accepted
from gradcheck.upgrade.running import Finished
from gradcheck.upgrade.versions import RELEASES, parse_version
from upgrade.fake import Machine, run

FEW, MANY = np.float32([1.0, 2.0]), np.float32([1.0, 2.5])


def since(version: str, problem: str = "graph-001") -> Machine:
    """Return a machine on which one problem's answer changed in a version."""
    place = RELEASES.index(version)

    def answers(asked: str, name: str, _: int) -> Answer:
        return MANY if name == problem and RELEASES.index(parse_version(asked)) >= place else FEW

    return Machine(answers)


def test_nothing_changed_is_safe_and_recorded_once(tmp_path: Path) -> None:
    machine = Machine()
    found = run(machine, tmp_path, "2.15.1", "2.21.0").upgrade()
    assert found.verdict is Verdict.SAFE
    assert found.exit_code == 0
    assert found.upgrades[0].counts == {Kind.IDENTICAL: 3}
    assert len(machine.ran("record")) == 2


def test_a_change_is_unsafe_and_only_it_is_recorded_again(tmp_path: Path) -> None:
    machine = since("2.18.1", "step-[x]")
    found = run(machine, tmp_path, "2.15.1", "2.21.0").upgrade()
    assert found.exit_code == 1
    assert found.upgrades[0].counts == {Kind.IDENTICAL: 2, Kind.BEYOND: 1}
    assert [command[-2] for command in machine.ran("--only")] == ["step-[[]x]", "step-[[]x]"]


@pytest.mark.parametrize("noisy", ["2.15.1", "2.21.0"])
def test_what_two_runs_of_one_version_have_otherwise_is_no_change(tmp_path: Path, noisy: str) -> None:
    def answers(version: str, problem: str, time: int) -> Answer:
        return np.float32([time, 3.0]) if (version, problem) == (noisy, "graph-000") else FEW

    found = run(Machine(answers), tmp_path, "2.15.1", "2.21.0").upgrade()
    assert found.upgrades[0].counts == {Kind.IDENTICAL: 2, Kind.NOISE: 1}
    assert found.verdict is Verdict.REVIEW


def test_an_absent_gradient_is_a_change(tmp_path: Path) -> None:
    machine = Machine(lambda version, *_: Unconnected() if version == "2.21.0" else FEW)
    found = run(machine, tmp_path, "2.15.1", "2.21.0").upgrade()
    assert found.upgrades[0].counts == {Kind.PRESENCE: 3}


def test_what_is_accepted_makes_an_upgrade_safe(tmp_path: Path) -> None:
    file = tmp_path / "accepted"
    file.write_text('skip "graph-001/*" "tensorflow>=2.18" "better now"\n')
    accepted = Accepted(lenient=False, lines=load_expectations(file))
    found = run(since("2.18.1"), tmp_path, "2.15.1", "2.17.1", "2.21.0", accepted=accepted).upgrade()
    assert found.verdict is Verdict.SAFE
    assert not found.first
    found = run(since("2.17.1"), tmp_path / "other", "2.15.1", "2.17.1", "2.21.0", accepted=accepted).upgrade()
    assert [comparison.verdict for comparison in found.upgrades] == [Verdict.UNSAFE, Verdict.SAFE]
    assert found.exit_code == 1


def test_several_versions_are_compared_two_by_two(tmp_path: Path) -> None:
    found = run(since("2.18.1"), tmp_path, "2.15.1", "2.17.1", "2.18.1", "2.21.0").upgrade()
    unsafe = {pair for pair, comparison in found.comparisons.items() if comparison.exit_code}
    assert len(found.comparisons) == 6
    assert unsafe == {(one, other) for one in ("2.15.1", "2.17.1") for other in ("2.18.1", "2.21.0")}
    (first,) = found.first
    assert (first.problem, first.before, first.version, dict(first.kinds)) == (
        "graph-001", "2.17.1", "2.18.1", {Kind.BEYOND: 1},
    )  # fmt: skip


@pytest.mark.parametrize("version", RELEASES[1:])
def test_a_bisection_finds_the_release_of_any_change(tmp_path: Path, version: str) -> None:
    machine = since(version)
    found = run(machine, tmp_path, RELEASES[0], RELEASES[-1]).upgrade(bisect=True)
    (first,) = found.first
    assert (first.before, first.version) == (RELEASES[RELEASES.index(version) - 1], version)
    assert len(machine.ran("install")) <= 6  # both ends, and few of the eight between


def test_problems_that_changed_in_two_releases_are_told_apart(tmp_path: Path) -> None:
    places = {"graph-000": "2.17.1", "step-[x]": "2.20.0"}

    def answers(version: str, name: str, _: int) -> Answer:
        late = name in places and RELEASES.index(version) >= RELEASES.index(places[name])
        return MANY if late else FEW

    found = run(Machine(answers), tmp_path, "2.15.1", "2.21.0").upgrade(bisect=True)
    assert {first.problem: first.version for first in found.first} == places


def test_a_release_that_is_not_there_or_does_not_run_is_left_out(tmp_path: Path) -> None:
    machine = since("2.18.1")
    machine.offered = {"tensorflow==2.17.1": []}
    machine.refuses = {"2.18.1": Finished(2, "gradcheck: cannot be imported")}
    found = run(machine, tmp_path, "2.15.1", "2.21.0").upgrade(bisect=True)
    assert [(first.before, first.version) for first in found.first] == [("2.16.2", "2.19.1")]


def test_how_much_is_recorded_again_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    machine = Machine(lambda version, name, _: FEW if version == "2.15.1" or name == "graph-000" else MANY)
    replace(run(machine, tmp_path, "2.15.1", "2.21.0"), note=told.append).upgrade(bisect=True)
    assert "TensorFlow 2.21.0: recording again what differs, in 2 problems" in told
    assert "TensorFlow 2.18.1: recording what changed later, in 2 problems" in told


def test_every_environment_is_made_before_anything_is_recorded(tmp_path: Path) -> None:
    machine = Machine(offered={"tensorflow==2.99.0": []})
    with pytest.raises(UsageError, match=r"there is no tensorflow 2\.99\.0"):
        run(machine, tmp_path, "2.15.1", "2.99.0").upgrade()
    assert not machine.ran("record")
