"""A notebook run from top to bottom in a kernel of its own, and how what it shows differs from what is stored."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

_SECONDS = 300  # for one cell
# What libraries write past Python would be an output too: logs of TensorFlow's with times in them.
_OPTIONS = ["--IPKernelApp.capture_fd_output=False"]
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def read(path: Path) -> Any:
    """Return a notebook, which must be whole."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def execute(notebook: Any, folder: Path) -> Any:
    """Run all cells in order in a fresh kernel, in a folder, and return the notebook with what they showed.

    Raises:
        CellExecutionError: A cell raised.
    """
    fresh = nbformat.from_dict(notebook)
    for cell in _code(fresh):
        cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        fresh, timeout=_SECONDS, kernel_name="python3", extra_arguments=_OPTIONS,
        resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    client.execute()
    return fresh


def record(path: Path, executed: Any) -> None:
    """Write a notebook with what it showed and without what differs from one machine to another."""
    for cell in executed.cells:
        cell.metadata = {}
    executed.metadata = nbformat.from_dict(_METADATA)
    nbformat.write(executed, path)


def differences(stored: Any, found: Any) -> list[str]:
    """Return by cell what is shown otherwise than is stored, as a diff; none where all is the same."""
    pairs = zip(_code(stored), _code(found), strict=True)
    return [text for place, (old, new) in enumerate(pairs, 1) if (text := _difference(f"cell {place}", old, new))]


def _difference(name: str, stored: Any, found: Any) -> str:
    lines = difflib.unified_diff(list(_shown(stored)), list(_shown(found)), f"{name}, stored", f"{name}, found", n=0)
    return "\n".join(line.rstrip("\n") for line in lines)


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _shown(cell: Any) -> Iterator[str]:
    """Yield the lines of everything that a reader sees of a cell."""
    yield f"[{cell.execution_count}]"
    for output in cell.outputs:
        match output.output_type:
            case "stream":
                yield from (f"{output.name}: {line}" for line in output.text.splitlines())
            case "error":
                yield f"raised {output.ename}: {output.evalue}"
            case _:
                for kind, text in sorted(output.data.items()):
                    yield from (f"{kind}: {line}" for line in str(text).splitlines())
