"""sympy as the judge: stops, products, degrees and lines; and what is said where it is missing."""

from __future__ import annotations

import builtins
from fractions import Fraction

import numpy as np
import pytest

from gradcheck.errors import UsageError
from gradcheck.golden import GOLDEN_GRAPH, W1, W2
from gradcheck.graph import Wiring
from gradcheck.objective import loss1, loss2, stop
from gradcheck.proofs.algebra import given_at
from gradcheck.proofs.setting import golden_setting
from gradcheck.proofs.symbolic import along_a_line, degree_along, differentiate, load_sympy

GOLDEN = given_at(golden_setting().point.values)


def test_the_golden_gradients_are_found_anew() -> None:
    assert differentiate(GOLDEN_GRAPH, GOLDEN, loss2, W2).tolist() == [[f] * 5 for f in (32, 38, 44, 50)]
    assert not differentiate(GOLDEN_GRAPH, GOLDEN, loss1, W2).any()


def test_a_stop_holds_a_factor_still() -> None:
    held = differentiate(GOLDEN_GRAPH, GOLDEN, stop(loss1) * loss2, W1)
    free = differentiate(GOLDEN_GRAPH, GOLDEN, loss1 * loss2, W1)
    assert np.array_equal(free - held, differentiate(GOLDEN_GRAPH, GOLDEN, loss1 * stop(loss2), W1))
    assert np.array_equal(held, 154 * differentiate(GOLDEN_GRAPH, GOLDEN, loss2, W1))


def test_a_stop_between_the_heads_cuts() -> None:
    stopped = GOLDEN_GRAPH.changed(wiring=Wiring.STOPPED)
    assert not differentiate(stopped, GOLDEN, loss2, W1).any()


@pytest.mark.parametrize(("variable", "degree"), [("embedding", 2), (W1, 2), (W2, 2)])
def test_the_golden_gradient_is_of_degree_2(variable: str, degree: int) -> None:
    assert degree_along(GOLDEN_GRAPH, GOLDEN, loss1 + loss2, variable) == degree


def test_along_a_line_the_losses_are_a_polynomial() -> None:
    moves = {name: np.ones(GOLDEN[name].shape, int).astype(object) for name in GOLDEN_GRAPH.variables}
    coefficients = along_a_line(GOLDEN_GRAPH, GOLDEN, loss1 + loss2, moves)
    assert coefficients[0] == 154 + 8525
    gradients = [differentiate(GOLDEN_GRAPH, GOLDEN, loss1 + loss2, w) for w in GOLDEN_GRAPH.variables]
    assert coefficients[1] == sum(Fraction(g.sum()) for g in gradients)
    assert len(coefficients) == 4


def test_without_sympy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "sympy":
            raise ImportError(name)
        return honest(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match=r"install it with: pip install 'gradcheck\[proofs\]'"):
        load_sympy()
