"""What oracles need of TensorFlow's private modules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gradcheck.backend import load


def forget_failure() -> None:
    """Undo what ``tf.map_fn`` leaves to later operations where the function that it maps raises."""
    load()
    from tensorflow.python.ops import variable_scope

    variable_scope.get_variable_scope()._caching_device = None


@contextmanager
def products_apart() -> Iterator[None]:
    """Have eager forward mode trace the products of operations anew in the block, and keep none of these.

    TensorFlow keeps them, with what was true of the tangents that they were traced for: then what forward mode in
    forward mode gives depends on what a process computed before.
    """
    load()
    from tensorflow.python.eager import forwardprop

    uses = (forwardprop._jvp_exact_config, forwardprop._jvp_relaxed_config)
    kept = [use.function_cache for use in uses]
    apart = type(kept[0])()
    for use in uses:
        use.function_cache = apart
    try:
        yield
    finally:
        for use, cache in zip(uses, kept, strict=True):
            use.function_cache = cache
