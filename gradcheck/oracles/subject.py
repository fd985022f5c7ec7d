"""A subject: an operation at a point in one dtype, and the ways to take its gradient, each run at most once."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from gradcheck.backend import tf
from gradcheck.domain import Domain
from gradcheck.gradient import Array
from gradcheck.op import COMPLEX, Edge, Op
from gradcheck.oracles._tensorflow import forget_failure
from gradcheck.raised import Raised

T = TypeVar("T")
Tensor = Any
Tensors = Sequence[Tensor]


# For each input an array, or None: the gradient that TensorFlow gives.
Answer = tuple[Array | None, ...] | Raised


@dataclass(eq=False)
class Subject:
    """An operation at one point.

    Attributes:
        op: The operation.
        edge: Where it is called otherwise than usual, ``None`` if nowhere.
        dtype: The dtype of its inputs.
        seed: Which point.
        noise: For each input how far rounding alone may carry its gradient, once that is known.
    """

    op: Op
    edge: Edge | None
    dtype: str
    seed: int = 0
    values: list[Array] = field(default_factory=list)
    noise: list[float] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if not self.values:
            key = zlib.crc32(f"{self.op.name}/{self.edge.name if self.edge else ''}".encode())
            stream = np.random.Generator(np.random.Philox(key=[key, self.seed]))
            drawn = [self._draw(place, stream) for place in range(len(self.domains))]
            self.values = [as_dtype(values, self.dtype) for values in drawn]

    @property
    def label(self) -> str:
        """The operation, its edge and its dtype."""
        return "/".join((self.op.name, *([self.edge.name] if self.edge else []), self.dtype))

    @property
    def smooth(self) -> bool:
        """Whether there is a derivative at this point."""
        return self.edge is None or self.edge.smooth

    @property
    def kind(self) -> str:
        """The kind of dtype: half, real or complex."""
        if self.dtype in COMPLEX:
            return "complex"
        return "half" if self.dtype in ("float16", "bfloat16") else "real"

    @property
    def epsilon(self) -> float:
        """The unit in the last place of 1."""
        return {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23, "complex64": 2.0**-23}.get(
            self.dtype, 2.0**-52
        )

    @property
    def domains(self) -> tuple[Any, ...]:
        """The domain, or the value, of each input."""
        return self.edge.inputs if self.edge and self.edge.inputs else self.op.inputs

    @property
    def absent(self) -> Mapping[int, str]:
        """Why the gradient of an input is rightly None; an edge of other inputs has no such reasons."""
        return self.op.absent if len(self.domains) == len(self.op.inputs) else {}

    def keep(self, place: int, move: Array) -> Array:
        """Return a move of an input that keeps its contract."""
        domain = self.op.inputs[place] if place < len(self.op.inputs) else None
        chosen = self.domains[place]
        keeper = chosen if isinstance(chosen, Domain) else domain
        return keeper.keep(move) if keeper and np.shape(move) else move

    def at(self, values: Sequence[Array], dtype: str | None = None) -> Subject:
        """Return the same operation at another point."""
        dtype = dtype or self.dtype
        return Subject(self.op, self.edge, dtype, self.seed, [as_dtype(value, dtype) for value in values])

    def call(self, inputs: Tensors) -> list[Tensor]:
        """Return the outputs that can have a gradient."""
        function = self.edge.call if self.edge and self.edge.call else self.op.call
        outputs = tf.nest.flatten(function(*inputs), expand_composites=True)
        return [tf.convert_to_tensor(out) for out in outputs if out.dtype.is_floating or out.dtype.is_complex]

    def apply(self, *inputs: Tensor) -> list[Tensor]:
        """Return what `call` does, as a function that can be traced."""
        return self.call(inputs)

    @cached_property
    def inputs(self) -> list[Tensor]:
        """The values as tensors."""
        with tf.init_scope():  # whoever asks first may be tracing
            return [tf.constant(value, self.dtype) for value in self.values]

    @cached_property
    def outputs(self) -> list[Array] | Raised:
        """What the operation gives at the point."""
        # Whoever asks first may be tracing; but where that is left, tapes pause, and some operations have one inside.
        with nullcontext() if tf.executing_eagerly() else tf.init_scope():
            return attempt(lambda: [to_array(out) for out in self.call(self.inputs)])

    @cached_property
    def cotangents(self) -> list[Array]:
        """What the outputs are pulled by: numbers of either sign between 1/2 and 1."""
        if isinstance(self.outputs, Raised):
            return []
        stream = np.random.Generator(np.random.Philox(key=self.seed + 1))
        return [as_dtype(_signed(stream, out.shape, np.iscomplexobj(out)), out.dtype) for out in self.outputs]

    @cached_property
    def tangents(self) -> list[Array]:
        """A direction for each input that keeps its contract."""
        stream = np.random.Generator(np.random.Philox(key=self.seed + 2))
        moves = [_signed(stream, value.shape, np.iscomplexobj(value)) for value in self.values]
        return [as_dtype(self.keep(place, move), self.dtype) for place, move in enumerate(moves)]

    @cached_property
    def eager(self) -> Answer:
        """The gradients by a tape, eagerly: what most oracles start from."""
        return attempt(lambda: self.arrays(self.pull(self.inputs)))

    def pull(self, inputs: Tensors) -> list[Any]:
        """Return the gradients by a tape, as TensorFlow gives them."""
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = self.call(inputs)
        found: list[Any] = tape.gradient(outputs, list(inputs), output_gradients=self.weights(outputs))
        return found

    def weights(self, outputs: Tensors) -> list[Tensor]:
        """Return the cotangents as tensors of the outputs' dtypes."""
        return [tf.constant(c, out.dtype) for c, out in zip(self.cotangents, outputs, strict=True)]

    def arrays(self, gradients: Sequence[Any]) -> tuple[Array | None, ...]:
        """Return gradients as dense arrays."""
        return tuple(None if g is None else to_array(g) for g in gradients)

    def _draw(self, place: int, stream: np.random.Generator) -> Array:
        wanted = self.domains[place]
        if isinstance(wanted, Domain):
            return wanted.values(stream, imaginary=self.dtype in COMPLEX)
        return np.asarray(wanted)


def attempt(run: Callable[[], T]) -> T | Raised:
    """Return a result, or what was raised."""
    try:
        return run()
    except Exception as error:
        forget_failure()
        return Raised.of(error)


def to_array(tensor: Any) -> Array:
    """Return a tensor, or dense the slices of one, as an array; NumPy alone makes none of a bfloat16 scalar."""
    dense = tf.convert_to_tensor(tensor)
    return np.array(dense.numpy(), dense.dtype.as_numpy_dtype)


def as_dtype(values: Array, dtype: Any) -> Array:
    """Return an array rounded to a dtype of TensorFlow's."""
    return np.asarray(values).astype(tf.as_dtype(dtype).as_numpy_dtype)


def _signed(stream: np.random.Generator, shape: tuple[int, ...], imaginary: bool) -> Array:
    signs = stream.choice([-1.0, 1.0], shape) * stream.uniform(0.5, 1.0, shape)
    return signs + 1j * stream.uniform(-1.0, 1.0, shape) if imaginary else signs
