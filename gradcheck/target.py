"""Finding the losses that a user names: ``MODULE:FUNCTION`` or ``path/to/file.py:FUNCTION``."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any

from gradcheck.errors import UsageError, unknown


def load_losses(target: str) -> Callable[..., Any]:
    """Import a module or a file, and return what is called so in it.

    The current folder can be imported from, and so can a file's own. What the import prints goes to
    stderr, so that a report on stdout has nothing around it.

    Raises:
        UsageError: The target has no colon, the import fails, there is no such name, or it cannot be called.
    """
    source, colon, name = target.rpartition(":")
    if not (source and colon and name):
        raise UsageError(f"the losses must be given as MODULE:FUNCTION or FILE.py:FUNCTION; found {target!r}")
    with redirect_stdout(sys.stderr):
        module = _import(source)
    found = reduce(_attribute, name.split("."), module)
    if not callable(found):
        raise UsageError(f"{target} must be callable, such as a function that returns losses; found {found!r:.80}")
    return found


def check_arguments(losses: Callable[..., Any], inputs: Sequence[object], target: str) -> None:
    """Find out before tracing whether a function can be called with so many inputs.

    Raises:
        UsageError: It takes fewer or more.
    """
    try:
        signature = inspect.signature(losses)
    except (TypeError, ValueError):
        return  # a callable that does not tell: tracing it will
    try:
        signature.bind(*inputs)
    except TypeError as error:
        raise UsageError(
            f"{target}{signature} cannot be called with {len(inputs)} --input: {error}. "
            'Give one for each argument, such as --input "float32[None,3]", or name a function without arguments'
        ) from error


def _import(source: str) -> ModuleType:
    path = Path(source)
    if path.suffix != ".py":
        _search_first(Path.cwd())
        return _run(lambda: importlib.import_module(source), source)
    if not path.is_file():
        raise UsageError(f"cannot import {source}: there is no such file")
    _search_first(path.resolve().parent)
    return _run(lambda: _from_file(path), source)


def _from_file(path: Path) -> ModuleType:
    # A file called keras.py must not take the place of the library.
    name = path.stem if path.stem not in sys.modules else f"{path.stem} at {path.resolve()}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look their modules up
    spec.loader.exec_module(module)
    return module


def _search_first(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _run(load: Callable[[], ModuleType], source: str) -> ModuleType:
    try:
        return load()
    except (Exception, SystemExit) as error:  # whatever a user's module raises, its user must learn what and where
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _inside(frame.filename)]
        where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
        raise UsageError(f"cannot import {source}: {type(error).__name__}: {error}{where}") from error


def _inside(file: str) -> bool:
    """Whether a frame is of the import machinery or of this module."""
    return file.startswith("<frozen") or file in (__file__, importlib.__file__)


def _attribute(owner: Any, name: str) -> Any:
    if hasattr(owner, name):
        return getattr(owner, name)
    known = [
        key for key, value in getattr(owner, "__dict__", {}).items() if not key.startswith("_") and callable(value)
    ]
    raise unknown("function", name, known)
