"""Calls that are written out: closures, loops, helpers, constants, shadowed names, and what cannot be."""

from __future__ import annotations

import enum
import functools
import itertools
import math
from collections import namedtuple
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from gradcheck.backend import tf

FACTOR = 3.0
PLACES = [[0, 1], [1, 0]]
DEEP = {"a": (PLACES, {1.5, 2.5}), "b": np.zeros((0, 3), np.float32), 1: slice(None, 2)}
Pair = namedtuple("Pair", "left right")


class Point(NamedTuple):
    """Fields that are annotated alone."""

    left: tf.Tensor
    right: float = FACTOR


@dataclass
class Scale:
    """The same of a data class."""

    by: float
    twice: bool = False


class Axis(enum.IntEnum):
    """Numbers with names."""

    ROWS = 0


class Shape:
    """A class, which stands for itself."""

    sides: int = 4


def helper(x: Any, factor: float = FACTOR) -> Any:
    return x * factor


def twice(call):
    def run(*inputs):
        return call(call(*inputs))

    return run


def shadowing(factor):
    def run(x):
        inner = [2.0 * factor for factor in (1.0, 2.0)]
        return x * sum(inner) + factor + max([x], key=lambda factor: factor[0, 0])

    return run


def counting(x: Any, steps: int = 3) -> Any:
    found: Any = x if steps == 0 else counting(x * 2.0, steps - 1)
    return found


def by_keyword(x, *, factor=math.pi):
    return x * factor


@functools.cache
def remembered(size):
    return tf.ones([size])


@tf.custom_gradient
def decorated(x):
    return x * 2.0, lambda dy: dy * 2.0


def adding(table):
    return lambda x: x + table


def adding_when(flag):
    return lambda x: x + 1.0 if flag else x - flag


def forgetting(call):
    return lambda x: call(x) + itertools.accumulate([1.0, 2.0], max).__next__()


left, right = (lambda x: x + 1.0), (lambda x: x + 2.0)
LOOPED = [lambda x, n=n, call=call: call(x) * n for n, call in ((2, tf.exp), (3, helper))]

CALLS = {
    "a public function": tf.exp,
    "of a module": tf.experimental.numpy.exp2,
    "a lambda": lambda x: helper(x) + FACTOR,
    "a function": helper,
    "a closure": twice(lambda x: x * 2.0),
    "a closure of a closure": twice(twice(helper)),
    "shadowed names": shadowing(5.0),
    "itself": counting,
    "keywords": by_keyword,
    "the left of a line": left,
    "the right of a line": right,
    "the first of a loop": LOOPED[0],
    "the second of a loop": LOOPED[1],
    "a cached function": lambda x: x[0] * remembered(3),
    "a decorated function": decorated,
    "a gradient of one's own": tf.custom_gradient(lambda x: (x * x, lambda dy: 2.0 * dy * x)),
    "recomputed": tf.recompute_grad(tf.recompute_grad(lambda x: tf.sin(x) * x)),
    "a tf.function": tf.function(lambda x: tf.cos(x) * x, autograph=False),
    "partly applied": functools.partial(by_keyword, factor=2.0),
    "Python's own modules": forgetting(lambda x: x * math.tau),
    "constants": lambda x: tf.gather_nd(x, PLACES) + len(DEEP["a"][1]) + DEEP["b"].shape[1] + DEEP[1].stop,
    "a class": lambda x: x * Shape.sides,
    "a named tuple": lambda x: x * Pair(2.0, 3.0).right,
    "a named tuple of fields": lambda x: x * Point(x, 2.0).right + Point(x).left,
    "a data class": lambda x: x * Scale(2.0).by + Scale(3.0).twice,
    "a flag of NumPy's": adding_when(np.bool_(True)),
    "a tensor": adding(tf.constant([[1.0], [2.0]])),
}
OPAQUE = object()
HOPELESS = {
    "a number with a name": (adding(Axis.ROWS), "no expression makes a value of type Axis"),
    "a module of others": (lambda x: x + len(pytest.__name__), "it names pytest, which is neither TensorFlow's nor"),
    "an object": (adding(object()), "no expression makes a value of type object"),
    "an object of the module": (lambda x: x if CHANGED else OPAQUE, "no expression makes a value of type object"),
    "no source": (eval("lambda x: x"), "the source of <lambda> is not found, or has changed"),
    "a name that is not there": (lambda x: x + absent, "absent, which <lambda> names, is not defined"),  # noqa: F821
}
CHANGED = object()
CHANGED = object()
