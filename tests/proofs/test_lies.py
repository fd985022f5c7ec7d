"""Lies in the algebra, in an engine, in the structure and in the training: each proof notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from gradcheck.engines import engines
from gradcheck.flow.cell import Kind
from gradcheck.graph import Wiring
from gradcheck.proofs import case as asked
from gradcheck.proofs import picture, proofs, rules, structure, trained
from gradcheck.proofs.formula import Number, Wrapped
from gradcheck.training.history import History
from proofs.cases import lying, walk, wrong

DENSE = rules.LAYERS["dense"]
CHAIN = ("sum-rule", "product-rule", "var-list", "stop-gradient", "independent-heads", "accumulation", "numeric")


def _with_rule(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    monkeypatch.setitem(rules.LAYERS, "dense", replace(DENSE, **changes))


# --- in the algebra ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHAIN)
def test_a_wrong_sign_in_a_vjp_is_caught_by_tensorflow_and_by_sympy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = DENSE.to_parameter["kernel"]
    _with_rule(monkeypatch, to_parameter={"kernel": lambda dy, x, p: Number(-1) * kernel(dy, x, p)})
    found = walk(name)
    assert found.exit_code == 1
    assert {"algebra", "sympy"} <= {fact.by for fact in found.wrong}


@pytest.mark.parametrize("name", ["var-list", "indexed-slices", "exact-identity", "none-is-not-zero"])
def test_a_cotangent_that_is_doubled_on_its_way_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_rule(monkeypatch, to_input=lambda dy, x, p: Number(2) * DENSE.to_input(dy, x, p))
    assert walk(name).exit_code == 1


def test_a_wrong_forward_line_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_rule(monkeypatch, forward=lambda x, p: Number(-1) * DENSE.forward(x, p))
    assert any("Y₁" in text for text in wrong(walk("sum-rule")))


def test_a_wrong_slope_of_a_loss_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = rules.LOSSES["plain_sum"]
    monkeypatch.setitem(rules.LOSSES, "plain_sum", replace(plain, slope=lambda y, t: Number(3) * plain.slope(y, t)))
    assert any("∂L₂/∂Y₂" in text for text in wrong(walk("sum-rule")))


def test_one_wrong_entry_of_a_derivation_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = asked.work_out

    def lie(lines, given):
        values = honest(lines, given)
        values["loss2:head2/0/kernel"] = values["loss2:head2/0/kernel"].copy()
        values["loss2:head2/0/kernel"][3, 4] += 1
        return values

    monkeypatch.setattr(asked, "work_out", lie)
    found = wrong(walk("sum-rule"))
    assert "∂L₂/∂W₂, differentiated anew: of 20 entries, 1 differ (sympy)" in found
    assert "∂L₂/∂W₂ = Y₁ᵀ · ∂L₂/∂Y₂: not the same (algebra)" in found


@dataclass(frozen=True)
class Sly(Wrapped):
    """Right where the embedding's first entry is 1, as it is in the golden case, and wrong elsewhere."""

    def evaluate(self, values):
        inner = self.of.evaluate(values)
        return inner + inner * (values["embedding"][0, 0] - 1)

    def text(self):
        return self.of.text()

    def mathml(self):
        return self.of.mathml()


def test_a_rule_that_is_right_at_the_golden_point_alone_is_caught_for_all_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel = DENSE.to_parameter["kernel"]
    _with_rule(monkeypatch, to_parameter={"kernel": lambda dy, x, p: Sly(kernel(dy, x, p))})
    (text,) = wrong(walk("sum-rule"))
    assert text == (
        "∂L₂/∂W₂, ∂J/∂W₂: the same polynomials in all 35 unknowns, for all values: ∂L₂/∂W₂ is another (sympy)"
    )


# --- in an engine ------------------------------------------------------------------------------------


def _negate(g: np.ndarray) -> None:
    g[..., 0, 0] = -g[..., 0, 0]


def _one_more(g: np.ndarray) -> None:
    g[..., -1, -1] += 1.0


@pytest.mark.parametrize("change", [_negate, _one_more])
@pytest.mark.parametrize("name", ["sum-rule", "product-rule", "stop-gradient", "independent-heads", "accumulation"])
def test_an_engine_that_lies_is_caught(
    name: str, change: Callable[[np.ndarray], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engines._entries, "eager", lying(change, by="head2"))
    found = walk(name)
    assert found.exit_code == 1
    assert not found.concludes


def test_an_engine_that_raises_is_a_fact_of_its_own(failing_eager: None) -> None:
    found = walk("sum-rule")
    assert found.exit_code == 3
    assert any("no such [kernel]" in text for text in wrong(found))


def test_an_engine_that_is_off_by_a_percent_passes_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(g: np.ndarray) -> None:
        g *= g.dtype.type(1.01)

    monkeypatch.setitem(engines._entries, "eager", lying(change, by="head2"))
    assert any(text.startswith("every entry of grad") for text in wrong(walk("floating-point")))


# --- in the structure --------------------------------------------------------------------------------


def test_a_picture_that_draws_a_path_too_many_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(picture._PARTS, (1, Wiring.CHAINED), {"trunk", "head1", "head2"})
    assert "the picture's lanes are the traced graph's: not for loss1 and head2/0/kernel (traced graph)" in wrong(
        walk("sum-rule")
    )


def test_a_picture_without_its_stop_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(picture._PARTS, (2, Wiring.STOPPED), {"trunk", "head1", "head2"})
    assert walk("stop-gradient").exit_code == 1


@pytest.mark.parametrize("name", ["sum-rule", "var-list", "stop-gradient", "independent-heads"])
def test_a_traced_graph_that_says_otherwise_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = structure.find_cell

    def lie(*asked):
        return replace(honest(*asked), kind=Kind.INDEPENDENT)

    monkeypatch.setattr(structure, "find_cell", lie)
    found = walk(name)
    assert found.exit_code == 1
    assert "traced graph" in {fact.by for fact in found.wrong}


# --- in the training ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["var-list", "none-is-not-zero"])
def test_a_variable_that_moves_by_one_bit_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = trained.Training.history

    def lie(self, route=None) -> History:
        found = honest(self, route)
        moved = found.values["embedding"].copy()
        moved[-1] = np.nextafter(moved[-1], np.inf)
        return replace(found, values={**found.values, "embedding": moved})

    monkeypatch.setattr(trained.Training, "history", lie)
    found = walk(name)
    assert found.exit_code == 1
    assert not found.concludes


# --- in the breaking ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["stop-gradient", "independent-heads"])
def test_a_premise_that_was_not_removed_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(proofs[name]), "remove", lambda self, setting: setting)
    assert walk(name, broken=True).exit_code == 1


def test_a_fall_for_another_reason_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(g: np.ndarray) -> None:
        g *= 2

    monkeypatch.setitem(engines._entries, "eager", lying(change, by="head2"))
    found = walk("product-rule", broken=True)
    assert found.exit_code == 1
