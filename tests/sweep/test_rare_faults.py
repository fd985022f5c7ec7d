"""Faults that show at few points are met by a sweep on its own walk, made small, and replayed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from gradcheck.cli import app
from gradcheck.engines import engines
from gradcheck.golden import W2
from gradcheck.gradient import Array
from gradcheck.point import Points
from gradcheck.sweep.judge import Broken, Judged, judge_span
from gradcheck.sweep.log import Log, create, read
from gradcheck.sweep.look import look_into
from gradcheck.sweep.plan import Plan, Span
from gradcheck.witness import load_witness
from sweep.fake import Fake, sweep
from sweep.lies import At, Change, lying

# Of 8^4, with any batch. The walk meets this one at its 237th stack, and each before its 4,608th (test_plan).
ONE = {"vocabulary": 3, "embedding": 6, "head1/0": 2, "head2/0": 7}


def plan(stacks: int, points: int, law: str) -> Plan:
    """Plan so many stacks of so many points, each stack of other sizes."""
    number = stacks * points
    return Plan(
        number, seed=1, laws=(law,), dtypes=("float64",), batch=points, points_a_graph=number, points_a_span=number // 4
    )


@dataclass(frozen=True)
class Rare:
    """A fault of the joint gradient.

    Attributes:
        shows: Whether it does, at each of some points.
        change: What it makes of a variable's gradient at those, given the points.
        most: At how many points of the plan at most it shows.
    """

    name: str
    plan: Plan
    variable: str
    shows: At
    change: Change
    most: int


# --- one entry, at one combination of sizes ----------------------------------------------------------


def at_one_size(points: Points) -> Array:
    return np.full(len(points), all(points.sizes.get(axis) == size for axis, size in ONE.items()))


def one_entry_is_wrong(gradient: Array, _: Points) -> Array:
    gradient[:, 1, 5] *= 1.01
    return gradient


# --- two ids repeat, and there is a single class -----------------------------------------------------


def reads(points: Points) -> Array:
    """Count how often each row is read, at each point."""
    return np.asarray((points.values["ids"][:, :, None] == np.arange(points.sizes["vocabulary"])).sum(1))


def two_ids_repeat_and_a_class_is_single(points: Points) -> Array:
    single = points.sizes.get("head2/0") == 1
    return np.asarray(((reads(points) > 1).sum(1) == 2) & single)


def repeated_ids_count_once(gradient: Array, points: Points) -> Array:
    return np.asarray(gradient / np.maximum(reads(points), 1)[:, :, None])


# --- no examples at all ------------------------------------------------------------------------------


def without_examples(points: Points) -> Array:
    return np.full(len(points), points.sizes["batch"] == 0)


def nothing_by_nothing(gradient: Array, _: Points) -> Array:
    return np.full_like(gradient, np.nan)


RARE = [
    Rare("one entry at one of 4,096 sizes", plan(512, 1, "addition"), W2, at_one_size, one_entry_is_wrong, 1),
    Rare(
        "two ids repeat and a class is single",
        plan(128, 16, "additivity"),
        "embedding",
        two_ids_repeat_and_a_class_is_single,
        repeated_ids_count_once,
        most=100,
    ),
    Rare("batch 0", plan(64, 4, "addition"), W2, without_examples, nothing_by_nothing, most=4 * 64 // 16),
]


def work(plan: Plan, span: Span) -> tuple[Judged, int]:
    return judge_span(plan, span), 0


def look(plan: Plan, broken: Broken) -> tuple[str, str, str, dict[str, Any]] | None:
    found = look_into(plan, broken)
    return found.sent() if found else None


def swept(rare: Rare, folder: Path) -> Log:
    """Sweep the whole plan as workers do, in this process."""
    sweep(create(folder, rare.plan), Fake(1), work=work, look=look)
    return read(folder)


def replayed(witness: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["replay", str(witness)])
    return result.exit_code, result.stdout


@pytest.mark.parametrize("rare", RARE, ids=lambda rare: rare.name)
def test_a_rare_fault_is_found_made_small_and_replayed(
    rare: Rare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as plant:
        plant.setitem(engines._entries, "graph", lying(rare.shows, rare.change, rare.variable))
        log = swept(rare, tmp_path / "sweep")
        assert 0 < log.tally.broken <= rare.most
        (cause,) = log.causes.values()
        path = log.folder / cause.witness
        witness = load_witness(path)
        assert rare.shows(witness.point.stacked()).all()
        assert sum(witness.point.sizes.values()) < sum(rare.plan.sizes(cause.broken.point).values())
        assert (witness.graph.loss1, witness.graph.reduction) == ("plain_sum", "sum")
        code, words = replayed(path)
        assert code == 1
        assert words.startswith(f"{witness.law} broken by engine graph\n")
    assert replayed(path) == (0, f"{witness.law} holds on engine graph at this point now.\n")


@pytest.mark.parametrize("rare", RARE, ids=lambda rare: rare.name)
def test_without_the_fault_the_same_sweep_finds_nothing(rare: Rare, tmp_path: Path) -> None:
    log = swept(rare, tmp_path / "sweep")
    assert log.judged == rare.plan.points
    assert sum(count.judged for count in log.tally.counts.values()) > 0.9 * log.judged
    assert (log.tally.broken, log.tally.errors, log.causes) == (0, {}, {})
