"""A baseline as one file, safe to load from a stranger.

The file is a safetensors file: a header of JSON, then arrays. Nothing in it is run, and no size in it is believed: the
library holds each against the file's length. What the arrays mean stands in the header's metadata, with
a checksum of all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gradcheck.baseline.case import Answer, Baseline, Case, Sort
from gradcheck.errors import UsageError
from gradcheck.files import write_bytes
from gradcheck.gradient import Array, Unconnected
from gradcheck.raised import Raised

FORMAT = "gradcheck-baseline"
VERSION = 1
LARGEST = 2**30  # bytes
_PLAIN = ("bool", "float16", "float32", "float64", "complex64")
_WHOLE = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
_BYTES = ("complex128", "bfloat16")  # that safetensors has not for NumPy: kept as bytes along a last axis


def save(baseline: Baseline, path: Path) -> None:
    """Write a baseline beside its target, and put it in its place as a whole.

    Raises:
        UsageError: The path cannot be written.
    """
    write_bytes(path, to_bytes(baseline))


def load(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        UsageError: The file is missing, too large, truncated, changed, of a later format, or no baseline.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is no baseline: it is larger than {LARGEST // 2**20} MiB")
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    try:
        return from_bytes(content)
    except UsageError as error:
        raise UsageError(f"{path} {error}") from error


def to_bytes(baseline: Baseline) -> bytes:
    """Return the file of a baseline."""
    from safetensors.numpy import save as serialise

    arrays: dict[str, Array] = {}
    index = {
        "format": FORMAT,
        "version": VERSION,
        "environment": dict(baseline.environment),
        "problems": {name: dict(problem) for name, problem in baseline.problems.items()},
        "cases": [_case_to_json(case, arrays) for case in baseline.cases.values()],
        "inputs": {
            problem: {name: _keep(arrays, value) for name, value in values.items()}
            for problem, values in baseline.inputs.items()
        },
    }
    stored = {name: np.asarray(_as_stored(value), order="C") for name, value in arrays.items()}
    # One text: the library writes several in any order.
    return serialise(stored, {"gradcheck": json.dumps({"checksum": _checksum(index, stored), "index": index})})


def from_bytes(content: bytes) -> Baseline:
    """Return the baseline in a file's content.

    Raises:
        UsageError: It is none; the message goes on after the file's name.
    """
    stored, text = _open(content)
    try:
        whole = json.loads(text)
        checksum, index = whole["checksum"], whole["index"]
        version = index["version"] if index["format"] == FORMAT else None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UsageError("is no baseline: its index cannot be read") from error
    if version != VERSION:
        raise UsageError(f"has format version {version!r:.20}; this gradcheck reads version {VERSION}")
    if checksum != _checksum(index, stored):
        raise UsageError("is damaged: its content does not match its checksum")
    try:
        return _from_json(index, stored)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UsageError(f"is no whole baseline: {type(error).__name__} in its index") from error


def _open(content: bytes) -> tuple[dict[str, Array], str]:
    from safetensors import SafetensorError
    from safetensors.numpy import load as parse

    try:
        arrays = parse(content)
        length = int.from_bytes(content[:8], "little")
        text = json.loads(content[8 : 8 + length])["__metadata__"]["gradcheck"]
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise UsageError("is no baseline, or only a part of one") from error
    return arrays, str(text)


def _checksum(index: Any, arrays: Mapping[str, Array]) -> str:
    digest = hashlib.sha256(json.dumps(index).encode())
    for name in sorted(arrays):
        value = arrays[name]
        digest.update(f"\0{name}\0{value.dtype.str}{value.shape}\0".encode())
        digest.update(value.tobytes())
    return digest.hexdigest()


# --- the index ---------------------------------------------------------------------------------


def _case_to_json(case: Case, arrays: dict[str, Array]) -> dict[str, Any]:
    return {
        "name": case.name,
        "problem": case.problem,
        "sort": case.sort.value,
        "tags": dict(case.tags),
        "answers": {part: _answer_to_json(answer, arrays) for part, answer in case.answers.items()},
        "noise": {part: noise for part, noise in case.noise.items() if noise},
    }


def _answer_to_json(answer: Answer, arrays: dict[str, Array]) -> Any:
    if isinstance(answer, str):
        return {"says": answer}
    if isinstance(answer, Unconnected):
        return None
    if isinstance(answer, Raised):
        return {"raised": answer.kind, "message": answer.message}
    return _keep(arrays, answer)


def _keep(arrays: dict[str, Array], value: Array) -> dict[str, str]:
    """Keep an array under a number, the same bits once, and return where it is."""
    value = np.asarray(value)
    if value.dtype.name not in (*_PLAIN, *_WHOLE, *_BYTES):
        raise UsageError(f"a baseline cannot hold values of dtype {value.dtype.name}")
    key = hashlib.blake2b(value.tobytes() + f"{value.dtype.str}{value.shape}".encode(), digest_size=12).hexdigest()
    arrays[key] = value
    return {"array": key, "dtype": value.dtype.name}


def _as_stored(value: Array) -> Array:
    if value.dtype.name not in _BYTES:
        return value
    return np.frombuffer(value.tobytes(), np.uint8).reshape(*value.shape, value.dtype.itemsize)


def _from_json(index: Mapping[str, Any], stored: Mapping[str, Array]) -> Baseline:
    cases = {case.name: case for case in _cases(index["cases"], stored)}
    inputs = {
        str(problem): {str(name): _array(place, stored) for name, place in values.items()}
        for problem, values in index["inputs"].items()
    }
    environment = {str(name): str(value) for name, value in index["environment"].items()}
    return Baseline(environment, {str(k): dict(v) for k, v in index["problems"].items()}, cases, inputs)


def _cases(stored: Any, arrays: Mapping[str, Array]) -> Iterator[Case]:
    for one in stored:
        answers = {str(part): _answer(answer, arrays) for part, answer in one["answers"].items()}
        noise = {str(part): float(size) for part, size in one["noise"].items()}
        tags = {str(name): str(value) for name, value in one["tags"].items()}
        yield Case(str(one["name"]), str(one["problem"]), Sort(one["sort"]), tags, answers, noise)


def _answer(stored: Any, arrays: Mapping[str, Array]) -> Answer:
    if stored is None:
        return Unconnected()
    if "says" in stored:
        return str(stored["says"])
    if "raised" in stored:
        return Raised(str(stored["raised"]), str(stored["message"]))
    return _array(stored, arrays)


def _array(place: Mapping[str, str], arrays: Mapping[str, Array]) -> Array:
    value = arrays[place["array"]]
    if place["dtype"] not in _BYTES:
        return value
    return np.frombuffer(value.tobytes(), _dtype(place["dtype"])).reshape(value.shape[:-1])


def _dtype(name: str) -> Any:
    if name == "bfloat16":
        import ml_dtypes

        return ml_dtypes.bfloat16
    return np.dtype(name)
