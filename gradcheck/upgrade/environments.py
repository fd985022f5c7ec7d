"""An isolated environment for each version of TensorFlow, made once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gradcheck.errors import UsageError
from gradcheck.files import write_whole
from gradcheck.upgrade.package import Package
from gradcheck.upgrade.uv import MISSING, RUNNING, Uv, candidates
from gradcheck.upgrade.versions import NIGHTLY, requirement

if TYPE_CHECKING:
    from filelock import BaseFileLock

MARKER = "gradcheck-upgrade.json"  # written last: without it an environment is not whole
_DAY = 24 * 60 * 60.0
Note = Callable[[str], None]


@dataclass(frozen=True)
class Environment:
    """A place where one version of TensorFlow is installed.

    Attributes:
        version: As it was asked for.
        folder: Where it is.
        stamp: Other for every time it was made.
    """

    version: str
    folder: Path
    stamp: str

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return interpreter(self.folder)


@dataclass(frozen=True)
class Environments:
    """Environments for one gradcheck and one user's requirements.

    Attributes:
        folder: Where they are kept.
        uv: What makes them.
        package: The gradcheck that is put into each.
        requirements: What a user's own model needs, as pip takes it.
        files: Of such requirements.
        fresh: Whether what is kept is made again.
        note: Told of each step.
    """

    folder: Path
    uv: Uv
    package: Package
    requirements: Sequence[str] = ()
    files: Sequence[Path] = ()
    fresh: bool = False
    note: Note = print
    _made: dict[str, Environment] = field(default_factory=dict)
    _offered: dict[str, Sequence[str]] = field(default_factory=dict)

    def get(self, version: str) -> Environment:
        """Return the environment of a version, and make it where it is missing, incomplete or too old.

        Raises:
            UsageError: It cannot be made, and why.
        """
        if version not in self._made:
            self._made[version] = self._prepare(version)
        return self._made[version]

    def _prepare(self, version: str) -> Environment:
        folder = self.folder / f"tensorflow-{version}-{self._key()}"
        with _lock(folder):
            stamp = None if self.fresh else _stamp(folder, version)
            if stamp is None:
                stamp = self._make(folder, version)
            self.package.copy_into(_packages(folder))
        return Environment(version, folder, stamp)

    def python_for(self, version: str) -> Sequence[str]:
        """Return the Pythons that a version can be installed with, the one to be tried first in front.

        Raises:
            UsageError: There is no such version.
        """
        if version not in self._offered:
            asked = requirement(version)
            self._offered[version] = [python for python in candidates() if self.uv.offers(asked, python)]
        return self._offered[version]

    def _key(self) -> str:
        wanted = [RUNNING, *self.package.requirements, *self.requirements]
        digest = hashlib.sha256("\0".join(wanted).encode())
        for file in self.files:
            try:
                digest.update(file.read_bytes())
            except OSError as error:
                raise UsageError(f"cannot read {file}: {error.strerror}") from error
        return digest.hexdigest()[:12]

    def _make(self, folder: Path, version: str) -> str:
        self.note(f"TensorFlow {version}: looking for a Python that it can be installed with")
        python = self._empty(folder, version)
        self.note(f"TensorFlow {version}: installing it with Python {python}, once")
        wanted = [requirement(version), *self.package.requirements, *self.requirements]
        newest = requirement(version) if version == NIGHTLY else ""
        self.uv.install(interpreter(folder), wanted, self.files, newest=newest)
        stamp = json.dumps({"tensorflow": version, "python": python, "made": time.time()})
        write_whole(folder / MARKER, stamp)
        return stamp

    def _empty(self, folder: Path, version: str) -> str:
        """Make an empty environment with the first Python that there is, and return which."""
        offered = self.python_for(version)
        said = []
        for python in offered:
            _remove(folder)
            told = self.uv.make(folder, python)
            if told.code == 0:
                return python
            said.append(f"  Python {python}:\n{told.last_lines}")
        if not offered:
            raise UsageError(
                f"TensorFlow {version} cannot be installed with Python {' or '.join(candidates())} on this machine: "
                "choose another version"
            )
        raise UsageError(
            f"TensorFlow {version} needs Python {' or '.join(offered)}, and uv found none of them. "
            f"Install one, such as with uv python install {offered[0]}. uv says\n" + "\n".join(said)
        )


def cache_folder() -> Path:
    """Return where environments are kept: below the user's own cache folder.

    Raises:
        UsageError: The package that knows where that is has not been installed.
    """
    try:
        from platformdirs import user_cache_path
    except ImportError:
        raise UsageError(MISSING) from None
    return user_cache_path("gradcheck", appauthor=False) / "upgrade"


def clean(folder: Path) -> int:
    """Remove all environments that are kept, and return how many there were.

    Raises:
        UsageError: One cannot be removed.
    """
    found = [path for path in folder.glob("tensorflow-*") if path.is_dir()]
    for path in found:
        _remove(path)
    for lock in folder.glob("tensorflow-*.lock"):
        lock.unlink(missing_ok=True)
    return len(found)


def interpreter(folder: Path) -> Path:
    """Return an environment's interpreter."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _packages(folder: Path) -> Path:
    found = [*folder.glob("lib/python*/site-packages"), *folder.glob("Lib/site-packages")]
    if not found:
        raise UsageError(f"{folder} is no environment of Python: remove it with gradcheck upgrade --clean")
    return found[0]


def _stamp(folder: Path, version: str) -> str | None:
    """Return the marker of an environment that is whole, and of a nightly no older than a day."""
    try:
        text = (folder / MARKER).read_text(encoding="utf-8")
        made = float(json.loads(text)["made"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    old = version == NIGHTLY and not 0 <= time.time() - made < _DAY
    return text if not old and interpreter(folder).exists() else None


def _remove(folder: Path) -> None:
    try:
        if folder.exists():
            # The marker first, so that what is left of it when this is interrupted is not taken for whole.
            (folder / MARKER).unlink(missing_ok=True)
            shutil.rmtree(folder)
    except OSError as error:
        raise UsageError(f"cannot remove {folder}: {error.strerror}") from error


def _lock(folder: Path) -> BaseFileLock:
    """Return what keeps two runs from making one environment at a time."""
    try:
        from filelock import FileLock
    except ImportError:
        raise UsageError(MISSING) from None
    folder.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{folder}.lock")
