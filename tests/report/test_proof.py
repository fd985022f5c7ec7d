"""A proof in a terminal: readable at 80 columns, deep graphs included."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.proofs import in_order, proofs
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import LOSSES
from gradcheck.proofs.values import laid_out, shown
from gradcheck.proofs.walk import Curve, Walk
from gradcheck.report.proof import _branch, print_proofs, print_walk
from gradcheck.report.proof_plot import plot
from proofs.cases import honest_walk

DEEP = TwoHeadGraph(("dense", "dense_bias", "dense"), ("dense",) * 3, ("dense_bias",) * 3, "parallel")


def printed(walk: Walk, width: int) -> str:
    console = Console(file=StringIO(), width=width, force_terminal=False, highlight=False)
    print_walk(walk, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("name", proofs.names())
@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal_or_ends_in_blanks(name: str, broken: bool, width: int) -> None:
    walk = honest_walk(name, broken=broken)
    lines = printed(walk, width).splitlines()
    assert max(map(len, lines)) <= width
    assert lines == [line.rstrip() for line in lines]
    assert walk.title in lines[0]


def test_what_shows_the_reason_is_the_last_that_is_told() -> None:
    _, _, end = printed(honest_walk("sum-rule", broken=True), 140).partition("It falls, as it must. ")
    assert end.splitlines()[1:] == [
        "  ✓ ∂J/∂W₂ = ∂L₁′/∂W₂ + ∂L₂/∂W₂ (algebra)",
        "  ✓ a path carries the gradient of loss1 to head2/0/kernel (traced graph)",
        "  ✓ the two sides differ by exactly grad(loss1 + loss2, head2/0/kernel) (eager)",
    ]


def test_a_claim_that_falls_is_told_beside_what_tensorflow_has() -> None:
    text = printed(honest_walk("sum-rule", broken=True), 80)
    assert (
        "  ✕ ∂J/∂W₂ = ∂L₂/∂W₂  claimed, and false without the premise\n"
        "      rows of 32, 38, 44, 50\n"
        "      TensorFlow has rows of 64, 76, 88, 100\n"
    ) in text


def test_the_table_fits_80_columns() -> None:
    console = Console(file=StringIO(), width=80, force_terminal=False, highlight=False)
    print_proofs(in_order(), console)
    assert max(map(len, console.file.getvalue().splitlines())) <= 80  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("wiring", "expected"),
    [
        (
            Wiring.PARALLEL,
            "embedding_lookup dense dense_bias dense ├─ dense │  dense │  dense "
            "│  sparse_softmax_cross_entropy = loss1 └─ dense_bias    dense_bias    dense_bias "
            "   sparse_softmax_cross_entropy = loss2",
        ),
        (
            Wiring.STOPPED,
            "embedding_lookup dense dense_bias dense dense dense dense "
            "├─ sparse_softmax_cross_entropy = loss1 └─ stop_gradient    dense_bias    dense_bias    dense_bias "
            "   sparse_softmax_cross_entropy = loss2",
        ),
    ],
)
def test_branches_are_drawn_as_a_tree(wiring: Wiring, expected: str) -> None:
    picture = draw_picture(DEEP.changed(wiring=wiring), LOSSES)
    assert " ".join(f"{_branch(picture, i)}{row.label}" for i, row in enumerate(picture.rows)) == expected


def test_a_stop_cuts_a_lane() -> None:
    picture = draw_picture(DEEP.changed(wiring=Wiring.STOPPED), LOSSES)
    lanes = [row.lanes["loss2"] for row in picture.rows]
    assert lanes == ["none"] * 8 + ["cut", "carries", "carries", "carries", "starts"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        ("1/3", "1/3"),
        (0.1, "0.1"),
        ([1, 2, 3], "1  2  3"),
        ([[1, 2], [3, 4]], "1  2 | 3  4"),
        ([[32] * 5, [38] * 5], "rows of 32, 38"),
        ([[1, 1]], "1  1"),
        ([], "no entries"),
        (list(range(100)), "0  1  2  3  4  5  6 …"),
    ],
)
def test_numbers_are_one_line(value: object, text: str) -> None:
    assert shown(value, 22) == text


def test_a_matrix_that_fits_no_line_has_a_row_on_each() -> None:
    assert laid_out([[1, 20], [300, 4]], 20) == "1  20 | 300  4"
    assert laid_out([[1, 20], [300, 4]], 10) == "  1  20\n300   4"
    assert laid_out([[i, 100] for i in range(10)], 10).splitlines()[-2:] == ["7  100", "… and 2 more rows"]
    assert laid_out(list(range(100)), 22) == shown(list(range(100)), 22)


def test_a_plot_says_what_each_sign_is() -> None:
    steps = tuple(10.0**-k for k in range(1, 7))
    text = plot([Curve("falls", steps, tuple(h**2 for h in steps)), Curve("rises", steps, (0.0, *steps[:0:-1]))], 60)
    assert "o falls" in text
    assert "x rises" in text
    assert "h = 0.1" in text
    assert max(map(len, text.splitlines())) <= 60
    assert plot([Curve("nothing", steps, (0.0,) * 6)], 60) == "all are exactly 0"
