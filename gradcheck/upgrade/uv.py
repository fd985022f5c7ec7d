"""uv, which makes environments and installs into them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gradcheck.errors import UsageError
from gradcheck.upgrade.running import Finished, Runner, run_program
from gradcheck.upgrade.versions import PYTHONS

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
MISSING = "gradcheck upgrade makes its environments with uv: install it with pip install 'gradcheck[upgrade]'"
_NO_SOLUTION = "No solution found"
_NO_VERSION = "there is no version of"


def find_uv() -> str:
    """Return uv's program: that of the package, or one on the path.

    Raises:
        UsageError: There is none.
    """
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found is None:
        raise UsageError(MISSING)
    return found


def candidates() -> tuple[str, ...]:
    """Return the Pythons to try: the running one, then the others from the newest on."""
    return (RUNNING, *(python for python in PYTHONS if python != RUNNING))


@dataclass(frozen=True)
class Uv:
    """uv, asked for what an environment needs.

    It runs in a folder of its own: settings that lie in the current one, which may be a stranger's, choose no packages.

    Attributes:
        program: Its path.
        folder: Where it runs.
        run: How it is run.
    """

    program: str
    folder: Path
    run: Runner = run_program

    def offers(self, requirement: str, python: str) -> bool:
        """Whether a package can be installed with a version of Python, which need not be there.

        Raises:
            UsageError: There is no such version of the package at all, or uv could not find out.
        """
        with TemporaryDirectory() as folder:
            asked = Path(folder, "requirements.in")
            asked.write_text(f"{requirement}\n", encoding="utf-8")
            options = ("--quiet", "--no-header", "--no-deps", "--only-binary", ":all:", "--no-python-downloads")
            versions = ("--python", sys.executable, "--python-version", python)
            told = self._run("pip", "compile", str(asked), *options, *versions)
        if told.code == 0:
            return True
        if _NO_SOLUTION not in told.output:
            raise _failed(f"uv cannot find out whether {requirement} can be installed", told)
        if _NO_VERSION in told.output:
            raise UsageError(f"there is no {requirement.replace('==', ' ')} to install: check the version's number")
        return False

    def make(self, folder: Path, python: str) -> Finished:
        """Make an empty environment; the outcome tells whether that Python is there."""
        chosen = sys.executable if python == RUNNING else python
        return self._run("venv", "--quiet", "--python", chosen, str(folder))

    def install(self, python: Path, requirements: Sequence[str], files: Sequence[Path], *, newest: str = "") -> None:
        """Install into an environment.

        Args:
            python: The environment's interpreter.
            requirements: As pip takes them.
            files: Of requirements.
            newest: A package whose newest version is looked for again, however recently it was.

        Raises:
            UsageError: uv failed.
        """
        listed = [part for file in files for part in ("--requirements", str(file.resolve()))]
        fresh = ["--refresh-package", newest] if newest else []
        told = self._run("pip", "install", "--quiet", "--python", str(python), *fresh, *listed, *requirements)
        if told.code:
            raise _failed(f"uv cannot install {requirements[0]} and what it is wanted with", told)

    def _run(self, *arguments: str) -> Finished:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.run([self.program, *arguments], folder=self.folder)


def _failed(claim: str, told: Finished) -> UsageError:
    return UsageError(f"{claim}; it says\n{told.last_lines}")
