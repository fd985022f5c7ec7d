"""What oracles need of TensorFlow's private modules."""

from __future__ import annotations

from gradcheck.backend import load


def forget_failure() -> None:
    """Undo what ``tf.map_fn`` leaves to later operations where the function that it maps raises."""
    load()
    from tensorflow.python.ops import variable_scope

    variable_scope.get_variable_scope()._caching_device = None


def forget_products() -> None:
    """Have eager forward mode trace the products of operations anew.

    TensorFlow keeps them, with what was true of the tangents that they were traced for: then what forward mode in
    forward mode gives depends on what a process computed before.
    """
    load()
    from tensorflow.python.eager import forwardprop

    forwardprop._jvp_function_cache.clear()
