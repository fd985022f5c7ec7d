"""Where gradients are taken: sizes, parameters, batches and labels, one point or many at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcheck.errors import UsageError
from gradcheck.graph import Sizes, TwoHeadGraph

Array = NDArray[Any]

COEFFICIENTS = ("a", "b")
COTANGENTS = ("u", "v")
_WORDS_A_BLOCK = 4  # Philox4x64 makes four 64-bit words at a time


@dataclass(frozen=True, eq=False)
class Point:
    """One place to take gradients at: every size and every value, so that it can be stored whole.

    Attributes:
        sizes: Value of each of the graph's axes.
        values: Every variable by name, ``ids`` and labels, the coefficients ``a`` and ``b``, and
            the cotangents ``u`` and ``v`` of loss2's shape. Floats are float64 and, when drawn, are
            multiples of a power of two that float32 holds exactly.
    """

    sizes: Sizes
    values: Mapping[str, Array]

    def to_json(self) -> dict[str, Any]:
        """Return the point as JSON values, which hold every bit of it."""
        return {"sizes": dict(self.sizes), "values": {name: value.tolist() for name, value in self.values.items()}}

    @classmethod
    def from_json(cls, graph: TwoHeadGraph, stored: Any) -> Point:
        """Build the point of ``graph`` that `to_json` stored.

        Raises:
            UsageError: A value is missing or unknown, or its shape is not the graph's.
        """
        if not isinstance(stored, Mapping) or set(stored) != {"sizes", "values"}:
            raise UsageError("a point must have exactly the fields sizes and values")
        sizes, found = stored["sizes"], stored["values"]
        _check_sizes(graph, sizes)
        shapes = value_shapes(graph, sizes)
        if not isinstance(found, Mapping) or set(found) != set(shapes):
            raise UsageError(f"a point of this graph must have the values {', '.join(shapes)}; found {found!r:.200}")
        limits = _integer_limits(graph, sizes)
        return cls(
            dict(sizes), {name: _array(name, found[name], shape, limits.get(name)) for name, shape in shapes.items()}
        )

    def stacked(self) -> Points:
        """Return this point as a stack of one."""
        return Points(self.sizes, {name: value[None] for name, value in self.values.items()})


@dataclass(frozen=True, eq=False)
class Points:
    """Points of the same sizes, stacked: every value has a leading points axis.

    Attributes:
        narrow: Whether float32 is known to hold every float.
    """

    sizes: Sizes
    values: Mapping[str, Array]
    narrow: bool = False

    def __len__(self) -> int:
        return len(self.values["ids"])

    def __getitem__(self, index: int) -> Point:
        return Point(self.sizes, {name: value[index] for name, value in self.values.items()})

    def __iter__(self) -> Iterator[Point]:
        return (self[i] for i in range(len(self)))

    def take(self, indices: Any) -> Points:
        """Return the points at ``indices`` (integers, booleans or a slice)."""
        return Points(self.sizes, {name: value[indices] for name, value in self.values.items()}, self.narrow)

    def replaced(self, indices: Any, others: Points) -> Points:
        """Return the points with those at ``indices`` replaced by ``others``."""
        values = {name: value.copy() for name, value in self.values.items()}
        for name, value in others.values.items():
            values[name][indices] = value
        return Points(self.sizes, values)

    def map_floats(self, change: Any) -> Points:
        """Return points whose float values are ``change(name, value)``."""
        changed = {
            name: change(name, value) if value.dtype == np.float64 else value for name, value in self.values.items()
        }
        return Points(self.sizes, changed)

    def rounded(self, dtype: str) -> Points:
        """Return the points with every float rounded to what ``dtype`` can hold."""
        if dtype == "float64" or (dtype == "float32" and self.narrow):
            return self
        return self.map_floats(lambda _, value: value.astype(dtype).astype(np.float64))


def stack(points: Sequence[Point]) -> Points:
    """Stack points of the same sizes."""
    names = points[0].values
    return Points(points[0].sizes, {name: np.stack([point.values[name] for point in points]) for name in names})


def draw(graph: TwoHeadGraph, sizes: Sizes, count: int, *, seed: int = 0, start: int = 0) -> Points:
    """Draw generic points: no value is zero, and none is special.

    Point ``i`` depends on the graph, the sizes, the seed and ``start + i`` alone, and on no
    version of NumPy: its bits come from Philox, whose stream is fixed, and are turned into
    multiples of a power of two.

    Args:
        sizes: Value of each of the graph's axes; ``batch`` at least 0, the others at least 1.
        count: How many points.
        seed: Any integer.
        start: Index of the first point.

    Raises:
        UsageError: A size is missing, unknown or too small, or a number is negative.

    References:
        Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3.
    """
    return _draw(graph, sizes, count, seed, start, bound=None)


def draw_integers(
    graph: TwoHeadGraph, sizes: Sizes, count: int, *, bound: int, seed: int = 0, start: int = 0
) -> Points:
    """Draw points whose floats are integers from ``-bound`` to ``bound``, for exact arithmetic."""
    return _draw(graph, sizes, count, seed, start, bound=bound)


def value_shapes(graph: TwoHeadGraph, sizes: Sizes) -> dict[str, tuple[int, ...]]:
    """Return the shape of every value of a point, in the order in which they are drawn."""
    batch = sizes["batch"]
    shapes = dict(graph.shapes(sizes))
    shapes["ids"] = (batch,)
    for i, (loss, width) in enumerate(zip(graph.loss_functions, graph.outputs(sizes), strict=True), start=1):
        shapes[f"labels{i}"] = (batch,) if loss.labels == "classes" else (batch, width)
    weighted: tuple[int, ...] = (batch,) if graph.reduction == "none" else ()
    shapes.update(dict.fromkeys(COEFFICIENTS, ()))
    shapes.update(dict.fromkeys(COTANGENTS, weighted))
    return shapes


def _draw(graph: TwoHeadGraph, sizes: Sizes, count: int, seed: int, start: int, bound: int | None) -> Points:
    _check_sizes(graph, sizes)
    for name, number in (("count", count), ("start", start), ("bound", bound or 0)):
        if number < 0:
            raise UsageError(f"{name} must be at least 0; found {number}")
    shapes = value_shapes(graph, sizes)
    lengths = {name: int(np.prod(shape)) for name, shape in shapes.items()}
    bits = _random_words(_key(graph, sizes, seed, bound), sum(lengths.values()), count, start)
    values: dict[str, Array] = {}
    offset = 0
    for name, shape in shapes.items():
        words = bits[:, offset : offset + lengths[name]].reshape(count, *shape)
        offset += lengths[name]
        values[name] = _value(graph, sizes, name, words, bound)
    narrow = bound is None and all(_narrow(graph, sizes, name) for name in graph.variables)
    return Points(dict(sizes), values, narrow)


def _value(graph: TwoHeadGraph, sizes: Sizes, name: str, words: Array, bound: int | None) -> Array:
    if name == "ids":
        return _below(words, sizes["vocabulary"]).astype(np.int32)
    if name.startswith("labels"):
        which = int(name[-1]) - 1
        kind = graph.loss_functions[which].labels
        if kind == "classes":
            return _below(words, graph.outputs(sizes)[which]).astype(np.int32)
        if kind == "distribution":
            return _distribution(words)
    if bound is not None:
        return _below(words, 2 * bound + 1).astype(np.float64) - bound
    # Odd multiples of 2^-13 between -2 and 2: never zero, and exact in float32. No step on the way rounds either.
    unit = _unit(graph, sizes, name)
    drawn = (words >> np.uint64(50)).view(np.int64).astype(np.float64)  # which is quicker from signed numbers
    drawn *= 2.0 * unit
    drawn += (1.0 - 2.0**14) * unit + _center(graph, name)
    return np.asarray(drawn)


def _below(words: Array, limit: int) -> Array:
    """Turn 64 random bits into an integer from 0 to ``limit - 1``."""
    return np.asarray(((words >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32))


def _distribution(words: Array) -> Array:
    """Cut 1 into multiples of 2^-10, one a class, whose sum is exactly 1."""
    cuts = np.sort(_below(words[..., 1:], 1025), axis=-1).astype(np.float64)
    ends = np.full((*words.shape[:-1], 1), 1024.0)
    return np.asarray(np.diff(np.concatenate([0 * ends, cuts, ends], axis=-1)) / 1024.0)


def _narrow(graph: TwoHeadGraph, sizes: Sizes, name: str) -> bool:
    """Whether float32 holds what is drawn: a layer may have any center."""
    steps = _center(graph, name) / _unit(graph, sizes, name)
    return steps.is_integer() and abs(steps) < 2**23


def _unit(graph: TwoHeadGraph, sizes: Sizes, name: str) -> float:
    """Return what values are odd multiples of, around their center."""
    return 2.0**-13 * _scale(graph, sizes, name)


def _scale(graph: TwoHeadGraph, sizes: Sizes, name: str) -> float:
    """Keep activations near 1: a power of two near ``1 / sqrt(in)`` for a kernel."""
    path, _, parameter = name.rpartition("/")
    known = dict(graph.all_layers())
    if path not in known:
        return 1.0
    axes = known[path].parameters[parameter]
    width = graph.widths(sizes)[path][0] if len(axes) == 2 else 4
    return float(2.0 ** -round(np.log2(width) / 2))


def _center(graph: TwoHeadGraph, name: str) -> float:
    path, _, parameter = name.rpartition("/")
    known = dict(graph.all_layers())
    return known[path].centers.get(parameter, 0.0) if path in known else 0.0


def _key(graph: TwoHeadGraph, sizes: Sizes, seed: int, bound: int | None) -> int:
    text = json.dumps([graph.to_json() | {"dtype": None}, sorted(sizes.items()), seed, bound], sort_keys=True)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")


def _random_words(key: int, words: int, count: int, start: int) -> NDArray[np.uint64]:
    blocks = -(-words // _WORDS_A_BLOCK)
    stream = np.random.Philox(key=key)
    stream.advance(start * blocks)
    return stream.random_raw(count * blocks * _WORDS_A_BLOCK).reshape(count, blocks * _WORDS_A_BLOCK)


def _check_sizes(graph: TwoHeadGraph, sizes: Any) -> None:
    if not isinstance(sizes, Mapping) or set(sizes) != set(graph.axes):
        raise UsageError(f"sizes must name exactly the graph's axes {', '.join(graph.axes)}; found {sizes!r:.200}")
    for axis, size in sizes.items():
        least = 0 if axis == "batch" else 1
        if not isinstance(size, int) or isinstance(size, bool) or size < least:
            raise UsageError(f"size {axis} must be an integer of at least {least}; found {size!r}")


def _integer_limits(graph: TwoHeadGraph, sizes: Sizes) -> dict[str, int]:
    """Return how many values each integer input can take."""
    limits = {"ids": sizes["vocabulary"]}
    for i, (loss, width) in enumerate(zip(graph.loss_functions, graph.outputs(sizes), strict=True), start=1):
        if loss.labels == "classes":
            limits[f"labels{i}"] = width
    return limits


def _array(name: str, stored: Any, shape: tuple[int, ...], limit: int | None) -> Array:
    try:
        array = np.asarray(stored, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"value {name} must be numbers of shape {shape}; found {stored!r:.80}") from error
    # JSON cannot tell an empty [0, 3] from an empty [0].
    array = array.reshape(shape) if array.size == 0 and 0 in shape else array
    if array.shape != shape:
        raise UsageError(f"value {name} must have shape {shape}; found {array.shape}")
    if limit is None:
        return array
    if not np.isin(array, np.arange(limit)).all():
        raise UsageError(f"value {name} must be integers from 0 to {limit - 1}; found {stored!r:.80}")
    return array.astype(np.int32)
