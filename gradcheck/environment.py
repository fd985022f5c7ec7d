"""What a result depends on besides the code: versions, machine and flags."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from gradcheck.backend import tensorflow_version

_FLAGS = ("TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS", "XLA_FLAGS", "TF_XLA_FLAGS")


def describe_environment() -> dict[str, str]:
    """Return names and values, without importing TensorFlow."""
    found = {"tensorflow": tensorflow_version(), "python": platform.python_version()}
    for name in ("gradcheck", "keras", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    found["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return found | {flag: os.environ[flag] for flag in _FLAGS if flag in os.environ}
