"""The chain rule written out: names, order, and what a conclusion needs."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.objective import loss1, loss2
from gradcheck.point import draw_integers
from gradcheck.proofs.algebra import LOSS, Algebra, given_at, needed, work_out
from gradcheck.proofs.measured import measure
from gradcheck.proofs.setting import usual_sizes
from gradcheck.proofs.symbolic import differentiate

DEEP = TwoHeadGraph(
    trunk=("dense", "dense_bias", "dense"),
    head1=("dense_bias", "dense", "dense"),
    head2=("dense", "dense", "dense_bias"),
    loss1="plain_sum",
    loss2="squared_error",
    reduction="none",
    dtype="float64",
)


def test_names_say_the_part_and_the_place() -> None:
    algebra = Algebra(DEEP)
    keys = ("embedding", "trunk/1/bias", "trunk/2", "head1/0/kernel", "head1/1", "head1/2", "head2/2/bias", "head2/2")
    assert [algebra.name(key).text() for key in keys] == ["E", "a₂", "H₃", "W₁₁", "Y₁₂", "Y₁", "b₂₃", "Y₂"]


def test_a_part_of_one_layer_needs_no_number() -> None:
    algebra = Algebra(TwoHeadGraph(trunk=("dense",)))
    assert [algebra.name(key).text() for key in ("trunk/0/kernel", "trunk/0", "head2/0/kernel")] == ["V", "H", "W₂"]


def test_no_two_tensors_share_a_name() -> None:
    algebra = Algebra(DEEP)
    lines = [*algebra.forward(), *algebra.backward(LOSS[1], 1), *algebra.backward(LOSS[2], 2)]
    texts = [line.left.text() for line in lines]
    assert len(set(texts)) == len(texts)


def test_only_what_a_conclusion_needs_is_kept() -> None:
    lines = [*Algebra(DEEP).forward(), *Algebra(DEEP).backward(LOSS[1], 1)]
    kept = needed(lines, ["loss1:head1/2/kernel"])
    assert [line.left.key for line in kept][-2:] == ["loss1:head1/2", "loss1:head1/2/kernel"]
    assert not any(line.left.key.startswith("head2") for line in kept)


@pytest.mark.parametrize("wiring", list(Wiring))
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_every_line_is_what_tensorflow_has_and_sympy_finds(wiring: Wiring, reduction: str) -> None:
    graph = DEEP.changed(wiring=wiring, reduction=reduction)
    sizes = dict(usual_sizes(graph))
    algebra, point = Algebra(graph, sizes["batch"]), draw_integers(graph, sizes, 1, bound=1, seed=1)[0]
    lines = [*algebra.forward(), *algebra.backward(LOSS[1], 1), *algebra.backward(LOSS[2], 2)]
    given = given_at(point.values)
    values, found = work_out(lines, given), measure(graph, point, {"loss1": loss1, "loss2": loss2})
    for line in lines:
        assert np.array_equal(values[line.left.key], found[line.left.key]), line.text
    assert {key for key in found if ":" in key} == {line.left.key for line in lines if ":" in line.left.key}
    for name, formula in {"loss1": loss1, "loss2": loss2}.items():
        for w in graph.variables:
            expected = values.get(f"{name}:{w}", np.zeros(given[w].shape, int))
            assert np.array_equal(differentiate(graph, given, formula, w), expected), (name, w)
