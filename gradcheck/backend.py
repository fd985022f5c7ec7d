"""TensorFlow, imported quietly when first used and never before."""

from __future__ import annotations

import functools
import importlib
import os
import warnings
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from gradcheck.errors import BackendError

OLDEST = (2, 15)
# Set where baselines are recorded with older versions, as far as they can be: gradcheck upgrade does.
OLDER_TOO = "GRADCHECK_OLDER_TENSORFLOW"


def tensorflow_version() -> str:
    """Return the installed TensorFlow's version without importing it.

    Raises:
        BackendError: TensorFlow is not installed.
    """
    for distribution in ("tensorflow", "tensorflow-cpu", "tf-nightly", "tf-nightly-cpu", "tensorflow-macos"):
        try:
            return version(distribution)
        except PackageNotFoundError:
            continue
    raise BackendError(
        "TensorFlow is not installed: gradcheck verifies TensorFlow's gradients and needs "
        f"version {OLDEST[0]}.{OLDEST[1]} or newer. Install it with: pip install tensorflow"
    )


def check_version(found: str) -> None:
    """Accept a TensorFlow version that gradcheck supports.

    Raises:
        BackendError: It is older than the oldest supported one.
    """
    numbers = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
    if numbers < OLDEST and not os.environ.get(OLDER_TOO):
        raise BackendError(
            f"TensorFlow must be at least {OLDEST[0]}.{OLDEST[1]}; found {found}. "
            "Upgrade it with: pip install --upgrade tensorflow"
        )


@functools.cache
def load() -> Any:
    """Import TensorFlow without its start-up messages and return the module.

    Raises:
        BackendError: TensorFlow is missing, too old, or its import fails.
    """
    check_version(tensorflow_version())
    # Read by the C++ runtime when it is loaded; a user's own setting wins.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = importlib.import_module("tensorflow")
    except ImportError as error:
        raise BackendError(f"TensorFlow is installed but cannot be imported: {error}") from error
    module.get_logger().setLevel("ERROR")
    return module


class _LazyTensorFlow:
    """Stand in for the module until an attribute is read."""

    def __getattr__(self, name: str) -> Any:
        return getattr(load(), name)


tf: Any = _LazyTensorFlow()
