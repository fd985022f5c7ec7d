"""The running gradcheck is what environments get."""

from __future__ import annotations

import email
import subprocess
import sys
from pathlib import Path

import gradcheck
from gradcheck.upgrade.package import Package, installed_package, requirements_of


class Distribution:
    requires = ("tensorflow>=2.15", "numpy>=1.24", 'tomli; python_version < "3.11"', 'jax; extra == "bench"')


def test_requirements_are_without_tensorflow_and_extras() -> None:
    found = requirements_of(Distribution())  # type: ignore[arg-type]
    assert found == ("numpy>=1.24", 'tomli; python_version < "3.11"')


def test_the_installed_package_is_read_whole() -> None:
    found = installed_package()
    folder = Path(str(gradcheck.__file__)).parent
    assert found.files["__init__.py"] == (folder / "__init__.py").read_bytes()
    assert "script.py.jinja" in found.files
    assert not any("__pycache__" in name for name in found.files)
    assert email.message_from_string(found.metadata)["Version"] == found.version


def test_a_copy_takes_the_place_of_an_older_one_and_knows_its_version(tmp_path: Path) -> None:
    old = Package("1.0", "Name: gradcheck\nVersion: 1.0\n", (), {"__init__.py": b"V = 1", "gone.py": b""})
    new = Package("2.0", "Name: gradcheck\nVersion: 2.0\n", (), {"__init__.py": b"V = 2", "deep/er.py": b""})
    old.copy_into(tmp_path)
    new.copy_into(tmp_path)
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()} == {
        "gradcheck/__init__.py", "gradcheck/deep/er.py", "gradcheck-2.0.dist-info/METADATA",
    }  # fmt: skip
    code = "import sys; sys.path.insert(0, sys.argv[1]); import gradcheck; from importlib.metadata import version"
    command = [sys.executable, "-I", "-S", "-c", f"{code}; print(gradcheck.V, version('gradcheck'))", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "2 2.0\n"


def test_the_number_of_the_files_changes_with_any_of_them() -> None:
    numbers = {Package("1", "", (), files).digest for files in ({"a": b"bc"}, {"a": b"b"}, {"ab": b"c"}, {})}
    assert len(numbers) == 4
