"""What a result depends on besides the code: versions, machine and flags."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gradcheck.backend import load, tensorflow_version

FLAGS = ("TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS", "XLA_FLAGS", "TF_XLA_FLAGS")
_FEATURES = ("avx", "fma", "sse4", "amx", "asimd", "sve", "bf16")


def describe_environment() -> dict[str, str]:
    """Return names and values, without importing TensorFlow."""
    found = {"tensorflow": tensorflow_version(), "python": platform.python_version()}
    for name in ("gradcheck", "keras", "numpy"):
        found[name] = _version(name) or _version(f"{name}-nightly") or "not installed"
    found["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return found | {flag: os.environ[flag] for flag in FLAGS if flag in os.environ}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def describe_machine() -> dict[str, str]:
    """Return the processor and its features, which kernels are chosen by."""
    model, features = _processor()
    return {"processor": model, "processor features": features}


def onednn_dtypes() -> frozenset[str]:
    """Return the dtypes that oneDNN has kernels for on this processor: those for bfloat16 need AVX-512."""
    return frozenset({"float32", "bfloat16"} if "avx512f" in _processor()[1].split() else {"float32"})


@cache
def onednn_kernels() -> frozenset[str]:
    """Return the dtypes for which oneDNN's kernels run here; importing TensorFlow tells.

    TensorFlow takes them by itself on processors with features for neural networks, and where ``TF_ENABLE_ONEDNN_OPTS``
    is 1.
    """
    load()
    # As TensorFlow's own tests ask: nothing public says it.
    from tensorflow.python.util import _pywrap_util_port

    return onednn_dtypes() if _pywrap_util_port.IsMklEnabled() else frozenset()


def _processor() -> tuple[str, str]:
    """Return the processor's name, and which of the features that kernels are chosen by it has."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown", "unknown"
    known = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = known.get("flags", known.get("Features", "")).split()
    return known.get("model name", platform.machine()), " ".join(flag for flag in flags if flag.startswith(_FEATURES))
