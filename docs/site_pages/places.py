"""Where pages stand, and how one is written."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parent.parent
TOP = DOCS.parent
GENERATED = DOCS / "_generated"


def write_if_changed(path: Path, text: str) -> None:
    """Write a page, unless it is there already: Sphinx makes anew what is newer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
