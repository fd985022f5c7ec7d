"""What multiplying losses does to gradients."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from gradcheck.engines import Engine, engines
from gradcheck.gradient import Array, Gradient, MaybeGradient, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import register_law
from gradcheck.objective import loss1, loss2, stop
from gradcheck.trial import Check, Trial

_CLEARLY = 2.0**-10  # a share of the gradient that float32 cannot lose


@register_law
class ProductRule:
    """The sharp form of the seed's second claim, for vector and for scalar losses."""

    name = "product"
    sentence = "The gradient of a product is that of each loss, weighted by the other as a constant."
    equation = "grad(loss1*loss2, w) = grad(stop(loss1)*loss2, w) + grad(loss1*stop(loss2), w)"
    needs = (loss1 * loss2, stop(loss1) * loss2, loss1 * stop(loss2))
    identity = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None

    def judge(self, trial: Trial) -> Iterator[Check]:
        for w in trial.variables(reached=["loss2"], unreached=["loss1"]):
            product, weighted = trial.grad(loss1 * loss2, w), trial.grad(stop(loss1) * loss2, w)
            yield Check(f"grad(loss1*loss2, {w}) = grad(stop(loss1)*loss2, {w})", w, trial.identical(weighted, product))
        for w in trial.variables(reached=["loss1"]):
            product = trial.grad(loss1 * loss2, w)
            weighted = trial.grad(stop(loss1) * loss2, w) + trial.grad(loss1 * stop(loss2), w)
            claim = f"grad(loss1*loss2, {w}) = grad(stop(loss1)*loss2, {w}) + grad(loss1*stop(loss2), {w})"
            yield Check(claim, w, trial.close(weighted, product))


@register_law
class ProductDiffers:
    """The seed's second claim: a product is no way to join the losses.

    Its exceptions are exact: ``grad(loss1*loss2, w2) - grad(loss2, w2)`` is the gradient of loss2
    weighted by ``loss1 - 1``, which vanishes where every loss1 is 1, where loss2's gradient is
    zero (one class, say, or an empty batch), or where the weighted examples cancel. Differences of
    the losses, which know no derivative rule, tell where that is.
    """

    name = "product-differs"
    sentence = "Multiplying by a loss changes the gradient, even of variables that loss does not reach."
    equation = "grad(loss1*loss2, w2) != grad(loss2, w2), but where grad((stop(loss1) - 1)*loss2, w2) = 0"
    needs = (loss1 * loss2, loss2)
    identity = False

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if not graph.reached_by("loss2") - graph.reached_by("loss1"):
            return "every variable that loss2 reaches is reached by loss1 too"
        return None if engine.sees_absence else "differences themselves tell where it applies"

    def judge(self, trial: Trial) -> Iterator[Check]:
        for w2 in trial.variables(reached=["loss2"], unreached=["loss1"]):
            alone, product = trial.grad(loss2, w2), trial.grad(loss1 * loss2, w2)
            must = partial(_must_differ, trial, w2, alone)
            yield Check(f"grad(loss1*loss2, {w2}) != grad(loss2, {w2})", w2, trial.different(alone, product, must))


def _must_differ(trial: Trial, w2: str, alone: MaybeGradient, indices: Array) -> Array:
    """Return at which points differences tell the product from loss2 beyond doubt."""
    differences = trial.at(trial.arena.among(indices).in_float64()).by(engines["numeric"])
    numeric, product = differences.grad(loss2, w2), differences.grad(loss1 * loss2, w2)
    assert isinstance(numeric, Gradient) and isinstance(product, Gradient)
    distance = np.abs(product.values - numeric.values)
    scale = np.maximum(numeric.scale, product.scale)[:, None]
    apart = np.any(distance > _CLEARLY * scale + numeric.doubt + product.doubt, axis=1)
    # A saturated unit can leave float32 no gradient at all, where float64 still has one.
    return np.asarray(apart & (isinstance(alone, Unconnected) or alone.scale[indices] > 0))
