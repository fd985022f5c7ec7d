"""Directions are signed, exact and always the same; projections miss no entry."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.directions import COUNT, directions, project

shapes = st.lists(st.integers(1, 8), min_size=0, max_size=3).map(tuple)


@given(shapes)
def test_entries_are_sixteenths_between_a_half_and_one_of_either_sign(shape: tuple[int, ...]) -> None:
    along = directions(shape)
    assert along.shape == (COUNT, *shape)
    assert np.all(along * 16 == np.round(along * 16))
    assert np.all((np.abs(along) >= 0.5) & (np.abs(along) < 1))


def test_directions_are_signed_both_ways_and_differ() -> None:
    along = directions((100,))
    assert 200 < (along > 0).sum() < 600
    assert len(np.unique(along, axis=0)) == COUNT


def test_directions_are_the_same_in_every_version() -> None:
    assert directions((2, 2))[0].tolist() == [[0.6875, -0.875], [-0.9375, -0.75]]


@given(shapes, st.integers(0, 2**32 - 1))
def test_projections_of_whole_numbers_are_exact(shape: tuple[int, ...], seed: int) -> None:
    values = np.random.Generator(np.random.Philox(seed)).integers(-1000, 1000, (3, *shape)).astype(np.float32)
    found = project(values)
    expected = [
        [math.fsum(float(x) * float(d) for x, d in zip(v.flat, along.flat, strict=True)) for along in directions(shape)]
        for v in values
    ]
    assert found.tolist() == expected


@pytest.mark.parametrize("size", [2, 16, 256])
def test_a_zeroed_and_a_moved_entry_are_seen(size: int) -> None:
    gradient = np.arange(1.0, size + 1)[None]
    for place in range(size):
        zeroed, rolled = gradient.copy(), np.roll(gradient, place, axis=1)
        zeroed[0, place] = 0
        assert np.all(project(zeroed) != project(gradient))
        assert place == 0 or np.any(project(rolled) != project(gradient))


def test_empty_gradients_project_to_zero() -> None:
    assert project(np.zeros((2, 0, 3))).tolist() == [[0.0] * COUNT] * 2
