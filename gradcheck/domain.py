"""Domains: where an operation is smooth, how inputs are drawn there, and which moves keep a contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.gradient import Array

Stream = np.random.Generator
Keep = Callable[[Array], Array]


def _as_it_is(values: Array) -> Array:
    return values


@dataclass(frozen=True)
class Domain:
    """Arrays that an operation takes as one of its inputs.

    Attributes:
        shape: Shape of the input.
        draw: ``draw(stream, shape)`` returns float64 values in the domain.
        keep: Maps a move of the input to one that keeps its contract: of a matrix that is read by one
            triangle, a symmetric one.
        build: Makes values of the contract from drawn ones, after an imaginary part was added.
        bring: Brings any real tensor into the domain, smoothly and entry by entry; ``None`` where that cannot be
            done, since entries depend on each other.
    """

    shape: tuple[int, ...]
    draw: Callable[[Stream, tuple[int, ...]], Array]
    keep: Keep = _as_it_is
    build: Keep = _as_it_is
    bring: Callable[[Any], Any] | None = None

    def values(self, stream: Stream, *, imaginary: bool = False) -> Array:
        """Return values of the domain: float64, or complex128 with an imaginary part of the same size."""
        drawn = self.draw(stream, self.shape)
        if imaginary:
            drawn = drawn + 1j * np.asarray(stream.uniform(-1, 1, self.shape)) * np.abs(drawn)
        return self.build(drawn)


def real(*shape: int, low: float = -2.0, high: float = 2.0) -> Domain:
    """Any numbers between two bounds."""
    return Domain(shape or (2, 3), lambda stream, shape: stream.uniform(low, high, shape), bring=_bring(low, high))


def positive(*shape: int) -> Domain:
    """Numbers between 0.3 and 3."""
    return real(*shape, low=0.3, high=3.0)


def unit(*shape: int) -> Domain:
    """Numbers between -0.9 and 0.9."""
    return real(*shape, low=-0.9, high=0.9)


def between(low: float, high: float, *shape: int) -> Domain:
    """Numbers between two bounds."""
    return real(*shape, low=low, high=high)


def away(*shape: int, least: float = 0.2, most: float = 2.0) -> Domain:
    """Numbers of either sign that keep away from zero."""
    return Domain(
        shape or (2, 3),
        lambda stream, shape: stream.uniform(least, most, shape) * stream.choice([-1.0, 1.0], shape),
        bring=_bring(least, most),
    )


def broken(*shape: int) -> Domain:
    """Numbers of either sign that keep away from every half: no rounding, floor or integer is near."""
    return Domain(
        shape or (2, 3),
        lambda stream, shape: stream.integers(-2, 3, shape) + stream.choice([0.2, 0.3, 0.7, 0.8], shape),
    )


def distinct(*shape: int, gap: float = 0.3) -> Domain:
    """Numbers of which no two are near each other: sorting, and what is largest, does not change."""

    def draw(stream: Stream, shape: tuple[int, ...]) -> Array:
        size = int(np.prod(shape))
        places = stream.permutation(size) - (size - 1) / 2
        return (gap * (places + stream.uniform(-0.2, 0.2, size)) + 0.05).reshape(shape)

    return Domain(shape or (2, 3), draw)


def simplex(*shape: int) -> Domain:
    """Rows of positive numbers that sum to one."""

    def build(values: Array) -> Array:
        return np.asarray(values / values.sum(axis=-1, keepdims=True))

    def keep(move: Array) -> Array:
        return np.asarray(move - move.mean(axis=-1, keepdims=True))

    return Domain(shape or (2, 3), positive().draw, keep, build)


def matrices(*shape: int) -> Domain:
    """Square matrices far from singular."""

    def build(values: Array) -> Array:
        return np.asarray(values / values.shape[-1] + 1.5 * np.eye(values.shape[-1]))

    return Domain(shape or (3, 3), real().draw, _as_it_is, build)


def symmetric(*shape: int) -> Domain:
    """Symmetric (Hermitian) matrices whose eigenvalues are apart; moves are symmetric."""

    def build(values: Array) -> Array:
        return _mirrored(values) / 4 + np.diag(np.arange(values.shape[-1]) * 1.5)

    return Domain(shape or (3, 3), real().draw, _mirrored, build)


def definite(*shape: int) -> Domain:
    """Symmetric (Hermitian) positive definite matrices; moves are symmetric."""

    def build(values: Array) -> Array:
        squared = values @ np.conj(np.swapaxes(values, -1, -2))
        return np.asarray(squared / values.shape[-1] + np.eye(values.shape[-1]))

    return Domain(shape or (3, 3), real().draw, _mirrored, build)


def lower(*shape: int) -> Domain:
    """Lower triangular matrices with a positive diagonal; moves are lower triangular."""

    def build(values: Array) -> Array:
        return np.tril(values, -1) / 2 + (np.abs(values) + 0.5) * np.eye(values.shape[-1])

    return Domain(shape or (3, 3), real().draw, np.tril, build)


def _bring(low: float, high: float) -> Callable[[Any], Any]:
    return lambda x: low + (high - low) * tf.sigmoid(x)


def _mirrored(values: Array) -> Array:
    return (values + np.conj(np.swapaxes(values, -1, -2))) / 2
