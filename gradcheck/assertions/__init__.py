"""Assertions for a test suite: the one layer that raises what was found."""

from gradcheck.assertions.baseline import assert_baseline
from gradcheck.assertions.equivalence import assert_same_gradients
from gradcheck.assertions.flow import assert_isolated, assert_reaches
from gradcheck.assertions.laws import assert_law
from gradcheck.assertions.steps import assert_only_changes, assert_step, assert_unchanged
from gradcheck.assertions.table import assert_flow

__all__ = [
    "assert_baseline",
    "assert_flow",
    "assert_isolated",
    "assert_law",
    "assert_only_changes",
    "assert_reaches",
    "assert_same_gradients",
    "assert_step",
    "assert_unchanged",
]
