"""Settings: whole numbers that stay exact, and what is kept where a graph changes."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.errors import UsageError
from gradcheck.golden import W1, W2
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.proofs.setting import draw_setting, golden_setting, largest_sum, usual_sizes

DEEP = TwoHeadGraph(("dense",) * 3, ("dense",) * 3, ("dense",) * 3, loss1="squared_error", loss2="squared_error",
                    reduction="sum", dtype="float64")  # fmt: skip


def test_another_wiring_keeps_what_fits_and_counts_what_does_not() -> None:
    parallel = golden_setting(wiring=Wiring.PARALLEL)
    assert np.array_equal(parallel.point.values[W1], golden_setting().point.values[W1])
    assert np.array_equal(parallel.point.values[W2], np.arange(15.0).reshape(3, 5))
    assert parallel.name == "the golden case with wiring=parallel"
    back = parallel.changed(wiring=Wiring.CHAINED)
    assert np.array_equal(back.point.values[W2], golden_setting().point.values[W2])


def test_deep_graphs_get_small_numbers() -> None:
    drawn = draw_setting(DEEP, usual_sizes(DEEP), 0, name="deep")
    assert largest_sum(DEEP, drawn.point) < 2.0**53
    assert all(np.abs(drawn.point.values[name]).max() <= 1 for name in DEEP.variables)


def test_too_large_sizes_are_refused() -> None:
    with pytest.raises(UsageError, match="no whole numbers are exact in float32 at these sizes"):
        draw_setting(DEEP.changed(dtype="float32"), dict.fromkeys(DEEP.axes, 8), 0, name="deep")


def test_the_same_seed_draws_the_same() -> None:
    first, again, other = (draw_setting(DEEP, usual_sizes(DEEP), seed, name="x").point for seed in (3, 3, 4))
    assert all(np.array_equal(first.values[name], again.values[name]) for name in first.values)
    assert any(not np.array_equal(first.values[name], other.values[name]) for name in first.values)
