"""Every optimizer of the installed TensorFlow is found, and none is invented."""

from __future__ import annotations

import inspect

import pytest

from gradcheck.backend import tf
from gradcheck.errors import UsageError
from gradcheck.training.optimizers import choose_optimizers, find_optimizers


def classes(module, base=None):
    base = base or module.Optimizer
    found = {name: getattr(module, name) for name in dir(module)}
    kinds = [o for o in found.values() if inspect.isclass(o) and issubclass(o, base)]
    return {kind for kind in kinds if kind is not base}


def test_every_class_of_both_modules_is_found() -> None:
    assert {o.kind for o in find_optimizers() if o.api == "keras"} == classes(tf.keras.optimizers)
    v1 = tf.compat.v1.train
    assert {o.kind for o in find_optimizers() if o.api == "v1"} == classes(v1) | classes(v1.experimental, v1.Optimizer)


def test_names_are_unique_and_say_where_an_optimizer_is_from() -> None:
    names = [optimizer.name for optimizer in find_optimizers()]
    assert len(set(names)) == len(names)
    assert {"keras.Adam", "keras.SGD:nesterov", "v1.GradientDescent", "v1.Momentum:use_nesterov"} <= set(names)


@pytest.mark.parametrize("optimizer", find_optimizers(), ids=str)
def test_every_optimizer_is_made_or_says_why_not(optimizer) -> None:
    if reason := optimizer.why_not():
        assert optimizer.family == "v1.SyncReplicas", reason
        return
    made = optimizer.make()
    assert type(made) is optimizer.kind
    assert optimizer.make() is not made


def test_a_variant_has_its_options() -> None:
    (optimizer,) = choose_optimizers(["keras.SGD:nesterov"])
    assert optimizer.make().nesterov is True
    assert (optimizer.family, optimizer.variant) == ("keras.SGD", "nesterov")


def test_a_family_chooses_its_variants() -> None:
    chosen = {optimizer.name for optimizer in choose_optimizers(["keras.Adam"])}
    assert {"keras.Adam", "keras.Adam:amsgrad", "keras.Adam:weight_decay"} <= chosen
    assert not any(name.startswith("keras.AdamW") for name in chosen)


def test_an_unknown_name_is_refused_with_what_it_may_have_meant() -> None:
    with pytest.raises(UsageError, match=r"optimizer .*keras\.Adm.*keras\.Adam"):
        choose_optimizers(["keras.Adm"])
