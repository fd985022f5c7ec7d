"""A path is told line by line of the user's code, its cuts alone."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

from gradcheck.flow.paths import Step
from gradcheck.flow.stages import Stage, short, stages


def test_operations_of_one_line_are_joined_and_cuts_stand_alone() -> None:
    path = [
        Step("ReadVariableOp", "r", "m.py", 3, "y = x * w"),
        Step("Mul", "m", "m.py", 3, "y = x * w"),
        Step("Round", "r", "m.py", 3, "y = x * w", block="flat"),
        Step("Mul", "m", "m.py", 3, "y = x * w"),
        Step("Mul", "m", "m.py", 4, "z = 2 * y"),
        Step("Sum", "s"),
    ]
    assert stages(path) == [
        Stage(("ReadVariableOp", "Mul"), "m.py", 3, "y = x * w", None),
        Stage(("Round",), "m.py", 3, "y = x * w", "flat"),
        Stage(("Mul",), "m.py", 3, "y = x * w", None),
        Stage(("Mul",), "m.py", 4, "z = 2 * y", None),
        Stage(("Sum",), "", 0, "", None),
    ]
    assert stages(path)[0].place == "m.py:3  y = x * w"
    assert stages(path)[-1].place == "made by a library"


def test_a_cut_within_a_layer_names_the_layer() -> None:
    path = [
        Step("MatMul", "m/d/MatMul", "m.py", 3, "y = model(x)", scope="m/d"),
        Step("Bucketize", "m/bins/Bucketize", "m.py", 3, "y = model(x)", "flat", "m/bins"),
    ]
    assert [stage.title for stage in stages(path)] == ["MatMul", "Bucketize in m/bins"]


def test_files_inside_the_current_folder_are_shown_from_there(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (inside,) = stages([Step("Mul", "m", str(tmp_path / "deep" / "m.py"), 1, "")])
    (outside,) = stages([Step("Mul", "m", "/elsewhere/m.py", 1, "")])
    assert (inside.file, outside.file) == (str(Path("deep/m.py")), "/elsewhere/m.py")


def test_a_cell_of_a_notebook_is_named_as_there(monkeypatch) -> None:
    names = {"/tmp/ipykernel_7/1.py": ("Cell", "In[3]")}
    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=names.get))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    cell, module = stages([Step("Mul", "m", "/tmp/ipykernel_7/1.py", 2, "y = x * w"), Step("Sum", "s", "/tmp/m.py", 1)])
    assert (cell.place, module.file) == ("In[3]:2  y = x * w", "/tmp/m.py")


def test_ipython_without_a_shell_names_nothing(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert stages([Step("Sum", "s", "/tmp/m.py", 1)])[0].file == "/tmp/m.py"


def test_the_middle_of_many_operations_is_counted() -> None:
    assert short(["A", "B", "C", "D"]) == "A, B, C, D"
    assert short(["A", "B", "C", "D", "E", "F"]) == "A, B, C, … 2 more …, F"
