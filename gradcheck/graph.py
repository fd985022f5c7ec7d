"""The structure of a two-head computation: what is compiled, without sizes or values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import Enum
from functools import cached_property
from typing import Any, Literal, get_args

from gradcheck.errors import UsageError, unknown
from gradcheck.layer import Layer, LossFunction, layers, losses
from gradcheck.objective import Objective

DTYPES = ("float32", "float64")
REDUCTIONS = ("none", "sum", "mean")
BLOCKS = ("trunk", "head1", "head2")
MOST_LAYERS = 3

Reduction = Literal["none", "sum", "mean"]
Block = Literal["trunk", "head1", "head2"]
Sizes = Mapping[str, int]


class Wiring(str, Enum):
    """What head 2 reads."""

    CHAINED = "chained"  # head 1's output
    STOPPED = "stopped"  # head 1's output, through tf.stop_gradient
    PARALLEL = "parallel"  # the trunk's output, as head 1 does

    def __repr__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True)
class TwoHeadGraph:
    """An embedding, a trunk and two heads, each head ending in a loss.

    The repr rebuilds the graph; two graphs are equal when they have the same structure.

    Args:
        trunk: Names of the layers after the embedding lookup, none to three.
        head1: Names of the layers of head 1, none to three.
        head2: Names of the layers of head 2, none to three.
        wiring: ``"chained"``, ``"stopped"`` or ``"parallel"``.
        loss1: Name of the loss on head 1's output.
        loss2: Name of the loss on head 2's output.
        reduction: ``"none"`` keeps losses of shape ``[batch]``; ``"sum"`` and ``"mean"`` give
            scalars.
        dtype: ``"float32"`` or ``"float64"``.

    Raises:
        UsageError: A layer, a loss or an option is not known, or a part has too many layers.
    """

    trunk: tuple[str, ...] = ()
    head1: tuple[str, ...] = ("dense",)
    head2: tuple[str, ...] = ("dense",)
    wiring: Wiring = Wiring.CHAINED
    loss1: str = "sparse_softmax_cross_entropy"
    loss2: str = "sparse_softmax_cross_entropy"
    reduction: Reduction = "none"
    dtype: str = "float32"

    def __post_init__(self) -> None:
        for block in BLOCKS:
            names = tuple(getattr(self, block))
            object.__setattr__(self, block, names)
            if len(names) > MOST_LAYERS:
                raise UsageError(f"{block} must have at most {MOST_LAYERS} layers; found {len(names)}")
            for name in names:
                layers[name]
        for name in (self.loss1, self.loss2):
            losses[name]
        if self.wiring not in [wiring.value for wiring in Wiring]:
            raise unknown("wiring", self.wiring, [wiring.value for wiring in Wiring])
        object.__setattr__(self, "wiring", Wiring(self.wiring))
        if self.reduction not in get_args(Reduction):
            raise unknown("reduction", self.reduction, REDUCTIONS)
        if self.dtype not in DTYPES:
            raise unknown("dtype", self.dtype, DTYPES)

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields alone: what is worked out from them is worked out again."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    # --- parts -----------------------------------------------------------------------------

    def block(self, block: str) -> tuple[tuple[str, Layer], ...]:
        """Return the layers of one block, each with its path, such as ``"head1/0"``."""
        return tuple((f"{block}/{i}", layers[name]) for i, name in enumerate(getattr(self, block)))

    def all_layers(self) -> Iterator[tuple[str, Layer]]:
        """Yield every layer with its path, trunk first."""
        return iter(self._layers)

    @cached_property
    def _layers(self) -> tuple[tuple[str, Layer], ...]:
        return tuple(layer for block in BLOCKS for layer in self.block(block))

    @property
    def loss_functions(self) -> tuple[LossFunction, LossFunction]:
        """The two losses."""
        return losses[self.loss1], losses[self.loss2]

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of all variables, such as ``"embedding"`` and ``"head1/0/kernel"``."""
        paths = (f"{path}/{name}" for path, layer in self.all_layers() for name in layer.parameters)
        return ("embedding", *paths)

    @property
    def kinked(self) -> bool:
        """Whether some layer has points without a derivative."""
        return any(layer.kinks for _, layer in self.all_layers())

    # --- reach: which loss reaches which variable, known by construction ----------------------

    def reached_by(self, loss: str) -> frozenset[str]:
        """Return the variables that a gradient of ``"loss1"`` or ``"loss2"`` flows to."""
        return self._reached[loss]

    @cached_property
    def _reached(self) -> Mapping[str, frozenset[str]]:
        shared = {"embedding", "trunk"}
        blocks = {
            ("loss1", Wiring.CHAINED): shared | {"head1"},
            ("loss1", Wiring.STOPPED): shared | {"head1"},
            ("loss1", Wiring.PARALLEL): shared | {"head1"},
            ("loss2", Wiring.CHAINED): shared | {"head1", "head2"},
            ("loss2", Wiring.STOPPED): {"head2"},
            ("loss2", Wiring.PARALLEL): shared | {"head2"},
        }
        return {
            loss: frozenset(name for name in self.variables if block_of(name) in blocks[loss, self.wiring])
            for loss in ("loss1", "loss2")
        }

    def connects(self, objective: Objective, variable: str) -> bool:
        """Whether a gradient of ``objective`` flows to ``variable``."""
        live = objective.value.live & {"loss1", "loss2"}
        return any(variable in self.reached_by(loss) for loss in live)

    # --- sizes -----------------------------------------------------------------------------

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the sizes that a point chooses."""
        widths = (path for path, layer in self.all_layers() if layer.resizes)
        return ("batch", "vocabulary", "embedding", *widths)

    def widths(self, sizes: Sizes) -> dict[str, tuple[int, int]]:
        """Return the input and output width of every layer, by path."""
        found: dict[str, tuple[int, int]] = {}

        def walk(block: str, width: int) -> int:
            for path, layer in self.block(block):
                out = sizes[path] if layer.resizes else width
                found[path], width = (width, out), out
            return width

        trunk = walk("trunk", sizes["embedding"])
        head1 = walk("head1", trunk)
        walk("head2", trunk if self.wiring is Wiring.PARALLEL else head1)
        return found

    def outputs(self, sizes: Sizes) -> tuple[int, int]:
        """Return the width of head 1's and of head 2's output."""
        widths = self.widths(sizes)

        def last(block: str, default: int) -> int:
            paths = [path for path, _ in self.block(block)]
            return widths[paths[-1]][1] if paths else default

        trunk = last("trunk", sizes["embedding"])
        head1 = last("head1", trunk)
        return head1, last("head2", trunk if self.wiring is Wiring.PARALLEL else head1)

    def shapes(self, sizes: Sizes) -> dict[str, tuple[int, ...]]:
        """Return the shape of every variable."""
        shapes: dict[str, tuple[int, ...]] = {"embedding": (sizes["vocabulary"], sizes["embedding"])}
        widths = self.widths(sizes)
        for path, layer in self.all_layers():
            size = dict(zip(("in", "out"), widths[path], strict=True))
            for name, axes in layer.parameters.items():
                shapes[f"{path}/{name}"] = tuple(size[axis] for axis in axes)
        return shapes

    def ranks(self) -> dict[str, int]:
        """Return the rank of every variable."""
        ranks = {
            f"{path}/{name}": len(axes) for path, layer in self.all_layers() for name, axes in layer.parameters.items()
        }
        return {"embedding": 2, **ranks}

    def changed(self, **options: Any) -> TwoHeadGraph:
        """Return the graph with some of its fields changed."""
        return replace(self, **options)

    # --- JSON ------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Return the graph as JSON values."""
        plain = asdict(self)
        return {
            name: list(value) if isinstance(value, tuple) else str(getattr(value, "value", value))
            for name, value in plain.items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TwoHeadGraph:
        """Build a graph from `to_json`'s values.

        Raises:
            UsageError: A field is missing, unknown or has a value no graph can have.
        """
        names = {field.name for field in fields(cls)}
        if not isinstance(values, Mapping) or set(values) != names:
            raise UsageError(f"a graph must have exactly the fields {', '.join(sorted(names))}; found {values!r}")
        if not all(isinstance(values[block], list) for block in BLOCKS):
            raise UsageError("a graph's trunk, head1 and head2 must be lists of layer names")
        plain: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(**plain)


def block_of(variable: str) -> str:
    """Return the part of the graph that ``variable`` belongs to, such as ``"head1"``."""
    return variable.split("/", 1)[0]
