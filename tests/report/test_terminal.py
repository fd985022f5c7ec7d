"""What a person reads: recorded failure texts, the table, and a closing line that says how it went."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from gradcheck import compare
from gradcheck.compare import Budget, Comparison
from gradcheck.experiment import Claim
from gradcheck.explain import Explanation, explain
from gradcheck.golden import W1, W2, golden_gradients
from gradcheck.gradient import Gradient, largest
from gradcheck.objective import loss2
from gradcheck.report.terminal import describe_violation, print_report
from gradcheck.results import Cell, Report, Violation
from gradcheck.witness import Witness

Make = Callable[..., Witness]
MESSAGES = Path(__file__).parent.parent / "messages"
FIGURES = golden_gradients()[loss2, W2][None].astype(np.float32)


def gradient(values: np.ndarray) -> Gradient:
    return Gradient(values, largest(values))


def put(value: float, *at: int) -> Gradient:
    """Return the golden gradient with another number in one place."""
    changed = FIGURES.copy()
    changed[(0, *at)] = value
    return gradient(changed)


def close(found: Gradient) -> Comparison:
    budget = Budget(16, "4 steps there and back, sums of at most 5 terms")
    return compare.close(gradient(FIGURES), found, allowed=np.array([16 * 2.0**-23 * 50]), budget=budget)


BROKEN: dict[str, tuple[Comparison, dict[str, Any]]] = {
    "entries_differ": (
        close(put(50.5, 3, 4)),
        {"law": "additivity", "claim": f"grad(loss1 + loss2, {W2}) = grad(loss1, {W2}) + grad(loss2, {W2})"},
    ),
    "presence": (
        compare.unconnected(gradient(np.ones((1, 3, 4))), points=1),
        {"law": "leak", "engine": "xla", "claim": f"grad(loss2, {W1}) is None", "variable": W1},
    ),
    "bits": (
        compare.identical(gradient(FIGURES), put(float(np.nextafter(np.float32(32), np.float32(33))), 0, 1), points=1),
        {},
    ),
    "nan": (
        close(put(np.nan, 2, 0)),
        {"law": "agreement", "engine": "xla", "claim": f"grad(loss2, {W2}) by xla = by eager"},
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_failure_text_is_the_recorded_one(name: str, make_witness: Make) -> None:
    comparison, fields = BROKEN[name]
    assert comparison.broken.all()
    witness = make_witness(explanation=explain(comparison, 0), **fields)
    recorded = (MESSAGES / f"{name}.txt").read_text(encoding="utf-8")
    assert witness.describe(Path("witness-7f3a.json")) + "\n" == recorded


def test_every_recorded_text_is_compared() -> None:
    assert {path.stem for path in MESSAGES.iterdir() if not path.stem.startswith("assert_")} == set(BROKEN)


def test_a_witness_that_was_not_written_has_no_way_to_replay(make_witness: Make) -> None:
    assert "reproduce" not in make_witness().describe()
    assert describe_violation(Violation(make_witness(), Path("w.json"))).endswith(
        "\n  reproduce  gradcheck replay w.json"
    )


def test_a_variable_that_is_not_the_graphs_is_still_described(make_witness: Make) -> None:
    assert "  where      head3/0/kernel, float32 ()" in make_witness(variable="head3/0/kernel").describe()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell(), "-"),
        (Cell(structural=3), "proved"),
        (Cell(tested=12345, worst=0.512), "12,345 · 0.51"),
        (Cell(tested=12, structural=3, worst=0.0), "12 · 0"),
        (Cell(tested=12, identities=1, doubt_bits=299.6), "12 · 0\n2^-299"),
        (Cell(identities=2, doubt_bits=64.0), "2^-64"),
        (Cell(tested=12, broken=1234, identities=1), "violated 1,234"),
        (Cell(errors=["failed"], tested=3), "error"),
    ],
)
def test_a_cell_says_what_is_known(cell: Cell, text: str) -> None:
    assert cell.words == text


def printed(cell: Cell, **fields: Any) -> str:
    report = Report(
        {("addition", "eager"): cell, ("addition", "xla"): Cell()},
        {"tensorflow": "2.21.0"},
        graphs=3,
        points=1234,
        **fields,
    )
    out = io.StringIO()
    print_report(report, Console(file=out, width=140))
    return out.getvalue()


def test_a_report_has_its_table_its_legend_and_its_closing_line() -> None:
    text = printed(Cell(tested=12, worst=0.5), seconds=7.4)
    assert [word in text for word in ("addition", "eager", "xla", "12 · 0.5", "not applicable")] == [True] * 5
    assert text.splitlines()[-1] == (
        "All laws hold. 1,234 points on 3 random graphs and the golden case, in 7 s, TensorFlow 2.21.0."
    )


def test_what_was_left_out_and_drawn_again_is_said() -> None:
    text = printed(Cell(tested=12, ill_conditioned=1500), redrawn=2000)
    assert "1,500 comparisons were left out: there, rounding alone swamps the gradient" in text
    assert ", 2,000 drawn again near kinks, in " in text
    assert "left out" not in printed(Cell(tested=12))


def test_a_violation_is_printed_whole_with_its_brackets(make_witness: Make) -> None:
    witness = make_witness(explanation=Explanation("[bold]same bits", ("1 of 20 elements differ; worst [3, 4]",)))
    text = printed(Cell(broken=1), violations=[Violation(witness, Path("witness-7f3a.json"))])
    assert witness.describe(Path("witness-7f3a.json")) in text
    assert text.splitlines()[-1].startswith("Violated. 1,234 points")


def test_each_error_is_printed_once_with_its_brackets() -> None:
    text = printed(Cell(errors=["engine eager failed: [Op:MatMul]"] * 3))
    assert text.count("engine eager failed: [Op:MatMul]") == 1
    assert text.splitlines()[-1].startswith("An engine failed. ")


def test_an_interrupted_run_says_so() -> None:
    assert "Interrupted; so far 1,234 points" in printed(Cell(tested=1), interrupted=True)


def test_claims_of_the_seed_are_listed_and_explained_where_broken() -> None:
    claims = [Claim(1, "w1 moves", "a move", "a move", True), Claim(2, "w2 [stays]", "the same bits", "0.5", False)]
    text = printed(Cell(tested=1), claims=claims)
    assert [word in text for word in ("w1 moves", "w2 [stays]", "expected the same bits", "found 0.5")] == [True] * 4
    assert "expected a move" not in text
    assert text.splitlines()[-1].startswith("Violated. ")
    assert "seed" not in printed(Cell(tested=1))


def test_reasons_do_not_crowd_the_table() -> None:
    assert "head 2" not in printed(Cell(reasons=Counter({"head 2 does not read head 1": 3})))
