"""Why a claim falls: each proof's stated reason is shown, accounts for the gap, and no other reason passes for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gradcheck.engines import engines
from gradcheck.flow.cell import Kind
from gradcheck.golden import GOLDEN_GRAPH
from gradcheck.gradient import Unconnected
from gradcheck.proofs import in_order, structure, trained
from gradcheck.proofs.catalogue import accumulation, identity, rounding, slices
from gradcheck.proofs.walk import Fact, Walk
from gradcheck.training.history import History
from gradcheck.transforms._function import Function
from gradcheck.transforms._joint import Batch, Gradients, Joint
from proofs.cases import honest_walk, lying, walk

NAMES = [proof.name for proof in in_order()]
GRADIENTS = {"algebra", "traced graph", "eager"}
TRAINED = {"algebra", "traced graph", "training"}
WHO_SAYS_SO = {
    "sum-rule": GRADIENTS,
    "product-rule": GRADIENTS,
    "var-list": TRAINED,
    "stop-gradient": GRADIENTS | TRAINED,
    "independent-heads": GRADIENTS,
    "none-is-not-zero": {"algebra", "training"},
    "indexed-slices": {"algebra", "eager"},
    "accumulation": {"algebra", "eager"},
    "numeric": {"eager", "numeric"},
    "floating-point": {"eager"},
    "exact-identity": {"algebra", "eager"},
}


@pytest.mark.parametrize("name", NAMES)
def test_the_reason_is_shown_where_the_claim_falls_and_only_there(name: str) -> None:
    fallen = honest_walk(name, broken=True)
    assert {fact.by for fact in fallen.reasons} == WHO_SAYS_SO[name]
    assert all(fact.holds and not fact.concludes for fact in fallen.reasons)
    assert not honest_walk(name).reasons


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_claim_is_concluded_from_the_derivation_or_the_numbers(name: str, broken: bool) -> None:
    found = honest_walk(name, broken=broken)
    concluding = [*(line.fact for line in found.derivation.lines), *found.numbers.facts]
    judged = [fact for fact in concluding if fact.concludes]
    assert judged
    assert all(fact.holds for fact in judged) is not broken


@pytest.mark.parametrize("name", NAMES)
def test_a_line_that_concludes_is_a_fact_that_does(name: str) -> None:
    for broken in (False, True):
        found = honest_walk(name, broken=broken)
        facts = list(found.facts)[: len(found.derivation.lines)]
        for line, fact in zip(found.derivation.lines, facts, strict=True):
            assert (fact.statement, fact.holds, fact.concludes, fact.reason) == (
                line.text, line.holds, line.concludes, line.reason,
            )  # fmt: skip


def test_the_claim_falls_as_a_line_above_the_one_that_is_so() -> None:
    claim, instead = honest_walk("sum-rule", broken=True).derivation.lines[-2:]
    assert (claim.text, claim.holds, claim.concludes) == ("∂J/∂W₂ = ∂L₂/∂W₂", False, True)
    assert (claim.value, claim.found) == ([[f] * 5 for f in (32, 38, 44, 50)], [[f] * 5 for f in (64, 76, 88, 100)])
    assert (instead.text, instead.holds, instead.reason) == ("∂J/∂W₂ = ∂L₁′/∂W₂ + ∂L₂/∂W₂", True, True)
    assert claim.key == instead.key


def test_a_line_that_concludes_and_is_false_is_a_claim_that_does_not_hold() -> None:
    honest = honest_walk("sum-rule")
    lines = honest.derivation.lines
    lie = replace(honest.derivation, lines=(*lines[:-1], replace(lines[-1], holds=False)))
    found = replace(honest, derivation=lie)
    assert (found.concludes, found.exit_code) == (False, 1)


def test_a_line_that_is_false_where_the_premise_is_gone_is_not_forgiven() -> None:
    fallen = honest_walk("sum-rule", broken=True)
    lines = fallen.derivation.lines
    lie = replace(fallen.derivation, lines=(*lines[:-1], replace(lines[-1], holds=False)))
    assert [fact.statement for fact in replace(fallen, derivation=lie).wrong] == [lines[-1].text]


def test_a_fall_of_which_nothing_shows_the_reason_is_not_as_stated() -> None:
    def without(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        return tuple(replace(fact, reason=False) for fact in facts)

    fallen = honest_walk("floating-point", broken=True)
    mute = replace(fallen, numbers=replace(fallen.numbers, facts=without(fallen.numbers.facts)))
    assert not mute.concludes
    assert mute.exit_code == 1
    assert [f"{fact.statement}: {fact.found}" for fact in mute.wrong] == [
        "the stated reason is shown: no fact shows it"
    ]


# --- the numbers account for the whole gap -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "statements"),
    [
        ("sum-rule", ["the two sides differ by exactly grad(loss1 + loss2, head2/0/kernel)"]),
        (
            "product-rule",
            ["the two sides differ by exactly grad((loss1 + loss2) * stop_gradient(loss2), head2/0/kernel)"],
        ),
        (
            "var-list",
            ["what is first applied to embedding is grad(loss2, embedding)", "Adam moves embedding by its formula"],
        ),
        (
            "stop-gradient",
            [
                "the two sides differ by exactly grad(loss2, head1/0/kernel)",
                "what is first applied to head1/0/kernel is the joint gradient",
                "Adam moves head1/0/kernel by its formula",
            ],
        ),
        ("independent-heads", ["the two sides differ by exactly grad(loss2, head1/0/kernel)"]),
        (
            "none-is-not-zero",
            [
                "with momentum 1/2, zeros move embedding by half of its last move",
                "with weight decay 1/4, zeros move embedding to 7/8 of what it was",
            ],
        ),
        (
            "indexed-slices",
            [
                "the penalty adds exactly the table to the gradient",
                "each of the 2 rows that were not read has itself as its gradient",
            ],
        ),
        (
            "accumulation",
            [
                f"by {w} the two sides differ by exactly 1/8*grad(M1) + 1/8*grad(M2) - 1/4*grad(M4)"
                for w in GOLDEN_GRAPH.variables
            ]
            + [
                "the eight examples count 1/4, 1/4, 1/8, 1/8 and four times 1/16",
            ],
        ),
        (
            "numeric",
            [
                "the remainder goes as h instead",
                "the remainder is h*<grad(f, X), max(d, 0)>, and the higher orders that sympy has",
                "the numeric engine sees a kink here",
            ],
        ),
        (
            "floating-point",
            [
                "before bfloat16 every entry is within the bound",
                "after it, every entry is that one rounded to 8 binary digits",
            ],
        ),
        (
            "exact-identity",
            [
                "w^3 - w is zero at each of the 3 numbers of S, and at 2 it is 6",
                "at all 32 points the wrong gradient is the right one, bit for bit",
            ],
        ),
    ],
)  # fmt: skip
def test_the_numbers_account_for_the_gap(name: str, statements: list[str]) -> None:
    found = honest_walk(name, broken=True)
    assert [fact.statement for fact in found.numbers.facts if fact.reason] == statements


# --- lies: the claim falls, but not for the stated reason --------------------------------------------


def _other_reason(found: Walk) -> list[str]:
    """Demand that the claim fell and was not as stated, and return which reasons do not hold."""
    assert found.broken
    assert not found.concludes
    assert found.exit_code == 1
    return [fact.statement for fact in found.reasons if not fact.holds]


def _doubled(g: np.ndarray) -> None:
    g *= 2


def _one_more(g: np.ndarray) -> None:
    g[..., -1, -1] += 1


def _off_by_a_percent(g: np.ndarray) -> None:
    g *= g.dtype.type(1.01)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("sum-rule", _doubled),
        ("product-rule", _doubled),
        ("stop-gradient", _doubled),
        ("independent-heads", _doubled),
        ("indexed-slices", _doubled),
        ("accumulation", _doubled),
        ("numeric", _one_more),
        ("floating-point", _off_by_a_percent),
    ],
)
def test_an_engine_whose_gradients_are_wrong_beside(
    name: str, change: Callable[[np.ndarray], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engines._entries, "eager", lying(change))
    assert _other_reason(walk(name, broken=True))


@pytest.mark.parametrize("name", ["var-list", "stop-gradient", "none-is-not-zero"])
def test_a_training_that_moves_by_something_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = trained.Training.history

    def lie(self, route=None) -> History:
        found = honest(self, route)
        moved = {w: np.array(values) for w, values in found.values.items()}
        for values in moved.values():
            values[-1] += 0.25
        return replace(found, values=moved)

    monkeypatch.setattr(trained.Training, "history", lie)
    assert any("move" in statement for statement in _other_reason(walk(name, broken=True)))


@pytest.mark.parametrize("name", ["var-list", "stop-gradient"])
def test_an_optimizer_that_is_given_something_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = trained.Training.history

    def lie(self, route=None) -> History:
        found = honest(self, route)
        given = {w: g if isinstance(g, Unconnected) else 2 * g for w, g in found.gradients.items()}
        return replace(found, gradients=given)

    monkeypatch.setattr(trained.Training, "history", lie)
    assert any("first applied" in statement for statement in _other_reason(walk(name, broken=True)))


def test_a_penalty_that_is_twice_as_strong(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = slices.READ_WHOLE

    def twice(joint: Joint, batch: Batch) -> Gradients:
        found = zip(joint.variables.items(), honest.run(joint, batch), strict=True)
        return [g + table if name == "embedding" else g for (name, table), g in found]

    monkeypatch.setattr(slices, "READ_WHOLE", Function("another penalty", "", "", twice))
    assert "the penalty adds exactly the table to the gradient" in _other_reason(walk("indexed-slices", broken=True))


def test_micro_batches_that_are_weighted_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = [share / 2 for share in accumulation._ALIKE]
    monkeypatch.setattr(accumulation, "AVERAGED", accumulation._accumulating(shares))
    assert any("the two sides differ" in statement for statement in _other_reason(walk("accumulation", broken=True)))


def test_numbers_that_are_few_but_not_all_zeros_of_the_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "TOO_SMALL", 2)
    assert any("is zero at each" in statement for statement in _other_reason(walk("exact-identity", broken=True)))


def test_a_reduction_that_is_wrong_by_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounding, "_coarsened", lambda g: np.asarray(g * np.float32(1.01)))
    assert _other_reason(walk("floating-point", broken=True)) == [
        "after it, every entry is that one rounded to 8 binary digits"
    ]


@pytest.mark.parametrize("name", ["sum-rule", "product-rule", "var-list", "stop-gradient", "independent-heads"])
def test_a_traced_graph_that_has_no_such_path(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = structure.find_cell

    def lie(*asked):
        return replace(honest(*asked), kind=Kind.INDEPENDENT)

    monkeypatch.setattr(structure, "find_cell", lie)
    assert any(text.startswith("a path carries") for text in _other_reason(walk(name, broken=True)))
