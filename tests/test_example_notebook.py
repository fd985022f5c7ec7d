"""The notebook runs from top to bottom and shows what is stored; a changed output and a raising cell are noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from executed import differences, execute, read, record
from nbclient.exceptions import CellExecutionError

from notebook.shown import must_be_accessible, pictures, tables

PATH = Path(__file__).parent.parent / "examples" / "proofs.ipynb"
HINT = "if that is right: python -m pytest tests/test_example_notebook.py --gradcheck-update"
SMALL = [
    "import os\nos.write(2, b'a log\\n')\nprint('one')",
    "class Shown:\n    __repr__ = lambda self: 'plain'\n    _repr_html_ = lambda self: '<b>rich</b>'\nShown()",
]


def notebook(*sources: str) -> Any:
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{place}") for place, source in enumerate(sources)]
    return nbformat.v4.new_notebook(cells=cells)


def outputs(stored: Any, kind: str) -> list[str]:
    """Return what cells show of a kind of text."""
    shown = [output for cell in stored.cells for output in cell.get("outputs", [])]
    return [output.data[kind] for output in shown if kind in output.get("data", {})]


def test_the_notebook_shows_what_is_stored(request: pytest.FixtureRequest) -> None:
    stored = read(PATH)
    found = execute(stored, PATH.parent)
    if request.config.getoption("--gradcheck-update"):
        record(PATH, found)
        stored = read(PATH)
    assert differences(stored, found) == [], HINT


def test_the_stored_notebook_shows_a_flow_verdicts_proofs_and_a_witness() -> None:
    html = outputs(read(PATH), "text/html")
    for title in ("Which loss reaches which variable", "✓ tested", "✕ violated", "✓ shown", "✕ falls", "▶ 48"):
        assert any(title in shown for shown in html), title
    assert sum(len(pictures(shown)) for shown in html) == 6
    assert sum(len(tables(shown)) for shown in html) >= 6
    for shown in html:
        must_be_accessible(shown)


def test_what_is_stored_holds_on_every_machine() -> None:
    text = PATH.read_text(encoding="utf-8")
    stored = read(PATH)
    assert not any(word in text for word in ("/tmp/", "/home/", "site-packages", "ipykernel", " object at 0x"))
    assert set(stored.metadata) == {"kernelspec", "language_info"}
    assert all(cell.metadata == {} for cell in stored.cells)
    assert not any(output.get("name") == "stderr" for cell in stored.cells for output in cell.get("outputs", []))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return execute(notebook(*SMALL), tmp_path_factory.mktemp("small"))


def test_a_notebook_that_was_recorded_shows_the_same(small: Any, tmp_path: Path) -> None:
    record(tmp_path / "small.ipynb", small)
    again = read(tmp_path / "small.ipynb")
    assert differences(again, small) == []
    assert outputs(again, "text/html") == ["<b>rich</b>"]
    assert outputs(again, "text/plain") == ["plain"]
    assert [output.text for output in again.cells[0].outputs] == ["one\n"]


def _change_text(cells: Any) -> None:
    cells[0].outputs[0].text = "two\n"


def _change_html(cells: Any) -> None:
    cells[1].outputs[0].data["text/html"] = "<b>poor</b>"


def _change_plain(cells: Any) -> None:
    cells[1].outputs[0].data["text/plain"] = "another"


def _forget_html(cells: Any) -> None:
    del cells[1].outputs[0].data["text/html"]


def _forget_outputs(cells: Any) -> None:
    cells[0].outputs = []


def _run_twice(cells: Any) -> None:
    cells[1].execution_count = 3


def _raise(cells: Any) -> None:
    cells[0].outputs = [nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_change_text, "-stdout: two\n+stdout: one"),
        (_change_html, "-text/html: <b>poor</b>\n+text/html: <b>rich</b>"),
        (_change_plain, "-text/plain: another\n+text/plain: plain"),
        (_forget_html, "+text/html: <b>rich</b>"),
        (_forget_outputs, "+stdout: one"),
        (_run_twice, "-[3]\n+[2]"),
        (_raise, "-raised ValueError: no\n+stdout: one"),
    ],
)
def test_a_stored_output_that_is_not_what_is_shown_is_noticed(
    small: Any, change: Callable[[Any], None], said: str
) -> None:
    stored = nbformat.from_dict(small)
    change(stored.cells)
    (difference,) = differences(stored, small)
    assert difference.endswith(said)


def test_a_cell_too_many_is_noticed(small: Any) -> None:
    with pytest.raises(ValueError, match=r"longer|shorter"):
        differences(notebook(*SMALL, "3"), small)


def test_a_cell_that_raises_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="no such head"):
        execute(notebook("raise ValueError('no such head')", "print('after')"), tmp_path)
