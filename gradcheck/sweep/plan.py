"""Which points a sweep judges: each has a number, and the number says all of it.

Point ``n`` of a plan is of graph ``n // points_a_graph``, has the sizes of batch ``n // batch``, and takes its
values from a counter-based generator at ``n``. So any part of a sweep can be computed alone and again, in any order
and on any machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Any

from gradcheck.engines import engines
from gradcheck.errors import UsageError, unknown
from gradcheck.golden import SEED_GRAPH
from gradcheck.graph import DTYPES, Sizes, TwoHeadGraph
from gradcheck.laws import laws
from gradcheck.layer import layers, losses
from gradcheck.sample import Choices, polynomial_twin, sample_graph

DEFAULT_POINTS = 10**6
MOST_POINTS = 2**48  # a point's number, times what it draws, must fit the generator's counter
_WIDEST = 8
_FEWEST_GRAPHS, _MOST_GRAPHS = 4, 256  # tracing a graph takes as long as judging some hundred thousand points
_LARGEST_TASK = 2**22  # points: what a sweep that is killed has to do again
_FEWEST_SIZES = 8  # of a graph
# An empty batch is tried, but not once in nine: it has little to say.
_BATCHES = (8, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 1, 0)
_GOLDEN_RATIO = 0.6180339887498949


@dataclass(frozen=True)
class Span:
    """Points from number ``start`` up to, and without, number ``stop``."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def halves(self) -> tuple[Span, Span]:
        """Return both halves."""
        middle = (self.start + self.stop) // 2
        return Span(self.start, middle), Span(middle, self.stop)


@dataclass(frozen=True)
class Batch:
    """Points of one graph and one size, by their numbers."""

    graph: TwoHeadGraph
    sizes: Sizes
    span: Span


@dataclass(frozen=True)
class Plan:
    """What a sweep judges.

    Attributes:
        points: How many; ``None`` for as many as there is time for.
        seed: Which graphs, sizes and values.
        engines: Names of the engines.
        laws: Names of the laws; empty for all that need nothing beyond the engines.
        dtypes: ``"float32"``, ``"float64"`` or both, which take turns.
        exact: Whether graphs are polynomials and points are integers, so that no tolerance is needed.
        batch: How many points have the same sizes and are judged together.
        points_a_graph: After how many points comes the next graph.
        points_a_span: How many points are judged in one task.
        layers, losses: Names of those that graphs are drawn from; all that are installed here if empty. They are kept,
            since where more are installed, or fewer, other graphs would be drawn.

    Raises:
        UsageError: A name is not known or a number is out of range.
    """

    points: int | None = None
    seed: int = 0
    engines: tuple[str, ...] = ("graph",)
    laws: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = DTYPES
    exact: bool = False
    batch: int = 2**13
    points_a_graph: int = 2**20
    points_a_span: int = 2**20
    layers: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("engines", "laws", "dtypes", "layers", "losses"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "layers", self.layers or layers.names())
        object.__setattr__(self, "losses", self.losses or losses.names())
        self._check_numbers()
        self._check_names()

    def _check_numbers(self) -> None:
        if not isinstance(self.seed, int) or isinstance(self.seed, bool):
            raise UsageError(f"seed must be a whole number; found {self.seed!r}")
        numbers = {"batch": self.batch, "points_a_graph": self.points_a_graph, "points_a_span": self.points_a_span}
        for name, number in (numbers if self.points is None else {"points": self.points, **numbers}).items():
            if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MOST_POINTS:
                raise UsageError(f"{name} must be a whole number from 1 to 2^48; found {number!r}")
        for name, number in numbers.items():
            if number & (number - 1) or number < self.batch:
                raise UsageError(f"{name} must be a power of two of at least {self.batch}; found {number}")

    def _check_names(self) -> None:
        if not self.engines or not self.dtypes:
            raise UsageError("a sweep needs at least one engine and one dtype; found none")
        for engine in self.engines:
            if not engines[engine].sees_absence and self.exact:
                raise UsageError(f"engine {engine} approximates, so that no exact sweep judges it")
        for law in self.laws:
            if not laws[law].identity and self.exact:
                raise UsageError(f"law {law} is no identity of polynomials, so that no exact sweep judges it")
        for dtype in self.dtypes:
            if dtype not in DTYPES:
                raise unknown("dtype", dtype, DTYPES)
        for kind, missing in (
            ("layer", [name for name in self.layers if name not in layers]),
            ("loss", [name for name in self.losses if name not in losses]),
        ):
            if missing:
                raise UsageError(f"a sweep draws graphs from a {kind} that is not installed here: {', '.join(missing)}")

    @property
    def endless(self) -> Plan:
        """The plan without an end: of two plans that differ in their number of points alone, it is the same."""
        return replace(self, points=None)

    @property
    def name(self) -> str:
        """A few digits for a file's name; of two plans that differ in their number of points alone, the same."""
        return hashlib.blake2b(json.dumps(self.endless.to_json()).encode(), digest_size=4).hexdigest()

    # --- points ----------------------------------------------------------------------------

    def graph(self, number: int) -> TwoHeadGraph:
        """Return the graph of a point: the seed's in each dtype, then random ones."""
        return _graph(self.seed, number // self.points_a_graph, self.dtypes, self.layers, self.losses, self.exact)

    def sizes(self, number: int) -> Sizes:
        """Return the sizes of a point: a walk through all combinations that meets each once before any again."""
        index, place = divmod(number, self.points_a_graph)
        axes = self.graph(number).axes
        combinations = len(_BATCHES) * _WIDEST ** (len(axes) - 1)
        offset = Choices(self.seed, index).below(combinations)
        step = int(combinations * _GOLDEN_RATIO) | 1  # odd, as no divisor of a power of two is
        left = (offset + place // self.batch * step) % combinations
        found = {}
        for axis in axes:
            options = len(_BATCHES) if axis == "batch" else _WIDEST
            left, digit = divmod(left, options)
            found[axis] = _BATCHES[digit] if axis == "batch" else digit + 1
        return found

    def batches(self, span: Span) -> Iterator[Batch]:
        """Yield what a span judges, in stacks of points of the same sizes."""
        start = span.start
        while start < span.stop:
            stop = min(span.stop, (start // self.batch + 1) * self.batch)
            yield Batch(self.graph(start), self.sizes(start), Span(start, stop))
            start = stop

    def spans(self) -> Iterator[Span]:
        """Yield all spans, without end where the number of points is not given."""
        start = 0
        while self.points is None or start < self.points:
            stop = start + self.points_a_span
            yield Span(start, stop if self.points is None else min(stop, self.points))
            start = stop

    # --- JSON ------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: Any) -> Plan:
        """Build the plan that `to_json` stored.

        Raises:
            UsageError: A field is missing or unknown, or no plan has its value.
        """
        if not isinstance(stored, Mapping) or set(stored) != {field.name for field in fields(cls)}:
            raise UsageError(f"a sweep's plan has other fields than this gradcheck's: {stored!r:.200}")
        try:
            return cls(**stored)
        except TypeError as error:
            raise UsageError(f"a sweep's plan is not usable: a field has the wrong type: {stored!r:.200}") from error


def plan_of(
    points: int | None,
    *,
    seed: int = 0,
    engines: Sequence[str] = ("graph",),
    laws: Sequence[str] = (),
    dtypes: Sequence[str] = (),
    exact: bool = False,
) -> Plan:
    """Return a plan in which a short sweep sees several graphs and sizes, and a long one does not trace too many.

    Raises:
        UsageError: A name is not known or a number is out of range.
    """
    points_a_graph = 2**20 if points is None else _points_a_graph(points)
    batch = min(2**13, max(1, points_a_graph // _FEWEST_SIZES))
    chosen = tuple(dtypes) or (("float64",) if exact else DTYPES)
    if exact and chosen != ("float64",):
        raise UsageError(f"integers are exact in float64 alone; found {', '.join(chosen)}")
    return Plan(
        points, seed, tuple(engines), tuple(laws), chosen, exact, batch,
        points_a_graph=points_a_graph, points_a_span=points_a_graph,  # so that one worker alone traces a graph
    )  # fmt: skip


def _points_a_graph(points: int) -> int:
    fewest, most = points // _FEWEST_GRAPHS, -(-points // _MOST_GRAPHS)
    wanted = max(min(2**20, 1 << max(0, fewest.bit_length() - 1)), 1 << (most - 1).bit_length())
    return min(wanted, _LARGEST_TASK)


@lru_cache(maxsize=16)
def _graph(
    seed: int, index: int, dtypes: tuple[str, ...], among: tuple[str, ...], ends: tuple[str, ...], exact: bool
) -> TwoHeadGraph:
    seeds = index < len(dtypes)
    graph = SEED_GRAPH.changed(dtype=dtypes[index]) if seeds else sample_graph(seed, index, dtypes, among, ends)
    return polynomial_twin(graph) if exact else graph
