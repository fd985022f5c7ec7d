"""The running gradcheck itself, which is put into every environment: the same code computes with each TensorFlow."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from gradcheck.errors import UsageError

NAME = "gradcheck"


@dataclass(frozen=True)
class Package:
    """An installed gradcheck, read once: in an editable one files may change while environments are made.

    Attributes:
        version: Of the distribution.
        metadata: Its text, by which the copy tells its own version.
        requirements: What it needs besides TensorFlow, as pip takes them.
        files: What is in the package's folder, by path.
    """

    version: str
    metadata: str
    requirements: tuple[str, ...]
    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """One number of all files."""
        found = hashlib.sha256()
        for name in sorted(self.files):
            found.update(f"{name}\0{len(self.files[name])}\0".encode())
            found.update(self.files[name])
        return found.hexdigest()

    def copy_into(self, folder: Path) -> None:
        """Put the package into a folder of packages, in place of an older copy.

        Raises:
            UsageError: The folder cannot be written.
        """
        try:
            beside = folder / f".{NAME}-{secrets.token_hex(8)}"
            for name, content in self.files.items():
                path = beside / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            for old in (folder / NAME, *folder.glob(f"{NAME}-*.dist-info")):
                shutil.rmtree(old, ignore_errors=True)
            beside.rename(folder / NAME)
            about = folder / f"{NAME}-{self.version}.dist-info"
            about.mkdir()
            (about / "METADATA").write_text(self.metadata, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot copy gradcheck into {folder}: {error.strerror}") from error


def installed_package() -> Package:
    """Return the gradcheck that is running.

    Raises:
        UsageError: It was not installed, so nothing tells what it requires.
    """
    try:
        found = distribution(NAME)
    except PackageNotFoundError:
        raise UsageError(
            "gradcheck is not installed, so what it requires is not known: install its clone, pip install ."
        ) from None
    folder = Path(__file__).parent.parent
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return Package(found.version, found.read_text("METADATA") or "", requirements_of(found), files)


def requirements_of(found: Distribution) -> tuple[str, ...]:
    """Return what a distribution requires, without TensorFlow, which each environment chooses, and without extras."""
    parsed = [Requirement(text) for text in found.requires or ()]
    return tuple(
        str(required)
        for required in parsed
        if required.name.lower() != "tensorflow" and "extra" not in str(required.marker or "")
    )
