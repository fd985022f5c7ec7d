"""The words a graph is written in: layers and losses, and the registries that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gradcheck.registry import Registry

Apply = Callable[..., Any]


@dataclass(frozen=True)
class Layer:
    """A function of its input and its parameters, and what is known of it.

    Attributes:
        name: How a graph names it.
        apply: ``apply(x, **parameters)``; ``x`` has shape ``[..., batch, in]``, the result
            ``[..., batch, out]``. Leading axes may be any number: parameters have the same ones. No
            example may depend on another one of the batch.
        parameters: Shape of each parameter in terms of ``"in"`` and ``"out"``.
        resizes: Whether ``out`` is a size of its own; otherwise it equals ``in``.
        centers: The value around which a parameter is drawn, where that is not 0.
        kinks: ``kinks(x)`` returns values ``[..., batch, any]`` whose change of sign marks a point
            where the layer has no derivative; ``None`` for a smooth layer.
        polynomial: Whether the result is a polynomial in the input and the parameters with no
            negative coefficient: then exact arithmetic applies.
    """

    name: str
    apply: Apply
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resizes: bool = False
    centers: Mapping[str, float] = field(default_factory=dict)
    kinks: Apply | None = None
    polynomial: bool = False


@dataclass(frozen=True)
class LossFunction:
    """A function of a head's output and its labels, one value an example.

    Attributes:
        name: How a graph names it.
        apply: ``apply(output, labels)``; ``output`` has shape ``[..., batch, width]``, the result
            ``[..., batch]``.
        labels: ``"classes"`` (int32 ``[..., batch]``), ``"distribution"`` (rows of
            ``[..., batch, width]`` that sum to exactly one) or ``"values"`` (any numbers of that
            shape).
        degree: Degree of the polynomial it is in ``output - labels``; ``None`` if it is none.
    """

    name: str
    apply: Apply
    labels: Literal["classes", "distribution", "values"]
    degree: int | None = None


# "ops.erf" is the catalogue's operation erf as a layer.
layers: Registry[Layer] = Registry("layer", "gradcheck.vocabulary", made={"ops.": "gradcheck.op_layer:operation_layer"})
losses: Registry[LossFunction] = Registry("loss", "gradcheck.vocabulary")


def layer(name: str, **facts: Any) -> Callable[[Apply], Apply]:
    """Register the decorated function as a layer.

    Args:
        name: How graphs name it.
        facts: What else is known of it: the attributes of `Layer` but for ``name`` and ``apply``.

    Raises:
        UsageError: Another layer has that name.
    """

    def register(apply: Apply) -> Apply:
        layers.add(Layer(name, apply, **facts))
        return apply

    return register


def loss(name: str, **facts: Any) -> Callable[[Apply], Apply]:
    """Register the decorated function as a loss.

    Args:
        name: How graphs name it.
        facts: What else is known of it: the attributes of `LossFunction` but for ``name`` and ``apply``.

    Raises:
        UsageError: Another loss has that name.
    """

    def register(apply: Apply) -> Apply:
        losses.add(LossFunction(name, apply, **facts))
        return apply

    return register
