"""Every kind of change is found and named; what rounding explains is none."""

from __future__ import annotations

from dataclasses import replace

import ml_dtypes
import numpy as np
import pytest

from baseline.made import ANSWERS, NEW, OLD, baseline, gradients
from gradcheck.baseline.case import Answer, Case, Sort
from gradcheck.baseline.compare import UNITS, Kind, Verdict, compare, distance
from gradcheck.gradient import Unconnected
from gradcheck.raised import Raised

VALUES = np.array([[1.0, 2.0], [0.0, -3.0]], np.float32)


def held(before: Answer, after: Answer, noise: float = 0.0, sort: Sort = Sort.GRADIENT) -> Kind:
    """Return what becomes of one answer between two versions."""
    old, new = (replace(gradients({"w": answer}, {"w": noise}), sort=sort) for answer in (before, after))
    found = compare(baseline(old), baseline(new, environment=NEW))
    assert found.exit_code == found.changes[0].kind.changed
    return found.changes[0].kind


def moved(by: float, values: np.ndarray = VALUES) -> np.ndarray:
    """Return values whose second entry is larger by a share."""
    found = values.copy()
    found.flat[1] = found.flat[1] * (1 + by)
    return found


PLANTED = {
    "one entry off by 1 %": (VALUES, moved(0.01), Kind.BEYOND),
    "one entry off in the last place": (VALUES, moved(2.0**-23), Kind.WITHIN),
    "a zero of the other sign": (np.float32([0.0]), np.float32([-0.0]), Kind.WITHIN),
    "None for an array": (VALUES, Unconnected(), Kind.PRESENCE),
    "an array for None": (Unconnected(), VALUES, Kind.PRESENCE),
    "zeros for None": (Unconnected(), np.zeros_like(VALUES), Kind.PRESENCE),
    "an error for a value": (VALUES, Raised("ValueError", "no"), Kind.ERROR),
    "a value for an error": (Raised("ValueError", "no"), VALUES, Kind.ERROR),
    "an error of another type": (Raised("ValueError", "no"), Raised("TypeError", "no"), Kind.ERROR),
    "an error in other words": (Raised("ValueError", "no"), Raised("ValueError", "never"), Kind.IDENTICAL),
    "NaN for a number": (VALUES, moved(np.nan), Kind.BEYOND),
    "infinity for NaN": (moved(np.nan), moved(np.inf), Kind.BEYOND),
    "NaN in the same place": (moved(np.nan), moved(np.nan), Kind.IDENTICAL),
    "another shape": (VALUES, VALUES.T[:1], Kind.BEYOND),
    "another dtype": (VALUES, VALUES.astype(np.float64), Kind.BEYOND),
    "an integer": (np.array([1, 2]), np.array([1, 3]), Kind.BEYOND),
    "a small complex part": (np.complex128([1, 1j]), np.complex128([1, 1j * (1 + 2.0**-52)]), Kind.WITHIN),
    "a large complex part": (np.complex128([1, 1j]), np.complex128([1, -1j]), Kind.BEYOND),
    "nothing at all": (np.zeros((0, 2)), np.zeros((0, 2)), Kind.IDENTICAL),
    "something tiny for zeros": (np.zeros(2), np.array([0.0, 1e-300]), Kind.BEYOND),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_named(name: str) -> None:
    before, after, kind = PLANTED[name]
    assert held(before, after) is kind


def test_a_changed_step_law_and_flow_are_named() -> None:
    assert held(VALUES, moved(0.01), sort=Sort.STEP) is Kind.BEYOND
    assert held("holds", "broken: it does not", sort=Sort.LAW) is Kind.LAW
    assert held("connected", "blocked", sort=Sort.FLOW) is Kind.FLOW
    assert held("holds", "holds", sort=Sort.LAW) is Kind.IDENTICAL


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", ml_dtypes.bfloat16])
def test_the_bound_is_in_units_of_the_largest_entry(dtype: object) -> None:
    values = np.array([4.0, 1.0], dtype)
    unit = 4.0 * float(ml_dtypes.finfo(dtype).eps)  # type: ignore[arg-type]
    few, many = (np.array([4.0, 1.0 + n * unit], dtype) for n in (2, UNITS * 2))
    assert distance(values, few) == pytest.approx(2.0)
    assert held(values, few) is Kind.WITHIN
    assert held(values, many) is Kind.BEYOND


def test_measured_rounding_widens_the_bound_and_no_more() -> None:
    assert held(VALUES, moved(1e-3)) is Kind.BEYOND
    assert held(VALUES, moved(1e-3), noise=1e-3) is Kind.WITHIN
    assert held(VALUES, moved(0.01), noise=1e-3) is Kind.BEYOND


def test_what_one_environment_gives_twice_is_noise_only_within_rounding() -> None:
    old = baseline(gradients({"w": VALUES}))
    kinds = [
        compare(old, baseline(gradients({"w": after}))).changes[0].kind for after in (moved(2.0**-23), moved(0.01))
    ]
    assert kinds == [Kind.NOISE, Kind.BEYOND]


def test_a_second_recording_tells_noise_from_change() -> None:
    old, new = baseline(gradients({"w": VALUES})), baseline(gradients({"w": moved(0.01)}), environment=NEW)
    noisy = baseline(gradients({"w": moved(0.02)}), environment=NEW)
    other = baseline(gradients({"w": moved(0.02)}), environment={"tensorflow": "2.18.1"})
    assert compare(old, new).changes[0].kind is Kind.BEYOND
    assert compare(old, new, again=[noisy]).changes[0].kind is Kind.NOISE
    assert compare(old, new, again=[new]).changes[0].kind is Kind.BEYOND
    assert compare(old, new, again=[other]).changes[0].kind is Kind.BEYOND


def test_a_change_is_no_noise_because_a_third_recording_repeats_one_of_the_two() -> None:
    old, new = baseline(gradients({"w": VALUES})), baseline(gradients({"w": moved(0.01)}))
    assert old.environment == new.environment
    for repeated in (old, new):
        assert compare(old, new, again=[repeated]).changes[0].kind is Kind.BEYOND
    assert compare(old, new, again=[baseline(gradients({"w": moved(0.02)}))]).changes[0].kind is Kind.NOISE


def test_noise_in_the_last_place_hides_no_larger_change() -> None:
    old, new = baseline(gradients({"w": VALUES})), baseline(gradients({"w": moved(0.01)}), environment=NEW)
    noisy = baseline(gradients({"w": moved(0.01 + 2.0**-20)}), environment=NEW)
    assert compare(old, new, again=[noisy]).changes[0].kind is Kind.BEYOND
    gone = baseline(gradients({"w": Unconnected()}), environment=NEW)
    flips = baseline(gradients({"w": VALUES}), environment=NEW)
    assert compare(old, gone, again=[gone]).changes[0].kind is Kind.PRESENCE
    assert compare(old, gone, again=[flips]).changes[0].kind is Kind.NOISE
    bits = replace(old, environment=NEW)
    last = baseline(gradients({"w": moved(2.0**-23)}), environment=NEW)
    assert compare(gone, bits, again=[last]).changes[0].kind is Kind.PRESENCE


def test_a_problem_that_failed_as_a_whole_says_why_at_each_answer() -> None:
    failed = Case("graph-000", "graph-000", Sort.GRADIENT, {}, {"all": Raised("Killed", "exit code -11")})
    whole, nothing = baseline(gradients()), baseline(failed, environment=NEW)
    for before, after in ((whole, nothing), (nothing, whole)):
        found = compare(before, after)
        assert len(found.changes) == len(ANSWERS)
        assert {str(c.after if before is whole else c.before) for c in found.changes} == {"Killed: exit code -11"}
        assert set(found.counts) == {Kind.ERROR}
    assert [c.kind for c in compare(nothing, nothing).changes] == [Kind.IDENTICAL]


def test_what_one_recording_lacks_is_an_error_both_ways() -> None:
    more = Case("graph-000.0/eager/loss1", "graph-000", Sort.GRADIENT, {}, {"w": VALUES})
    few, many = baseline(gradients()), baseline(gradients(), more)
    for before, after in ((few, many), (many, few)):
        found = compare(before, replace(after, environment=NEW))
        assert [c.kind for c in found.changes if c.case.name == more.name] == [Kind.ERROR]


def test_a_problem_that_was_not_recorded_before_is_left_out() -> None:
    more = Case("losses/eager/total", "losses", Sort.GRADIENT, {}, {"w": VALUES})
    found = compare(baseline(gradients()), baseline(gradients(), more, environment=NEW))
    assert {change.case.problem for change in found.changes} == {"graph-000"}


def test_the_verdict_in_words() -> None:
    old = baseline(gradients())

    def verdict(values: Answer, *, lenient: bool = False) -> Verdict:
        new = baseline(gradients({**ANSWERS, "embedding": values}), environment=NEW)
        return compare(old, new, lenient=lenient).verdict

    assert verdict(VALUES) is Verdict.SAFE
    assert verdict(moved(2.0**-23)) is Verdict.REVIEW
    assert verdict(moved(2.0**-23), lenient=True) is Verdict.SAFE
    assert verdict(moved(0.01), lenient=True) is Verdict.UNSAFE


def test_counts_by_tag_and_the_worst_first() -> None:
    after = {"a": moved(2.0**-23), "b": moved(0.01), "c": moved(0.5), "d": VALUES}
    old = baseline(gradients(dict.fromkeys(after, VALUES)))
    found = compare(old, baseline(gradients(after), environment=NEW))
    assert found.count_by("layer") == dict.fromkeys(("dense", "sigmoid"), found.counts)
    assert [change.part for change in found.worst()] == ["c", "b", "a"]
    assert found.before == OLD
