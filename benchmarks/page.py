"""The page of figures: each program writes its own part, with the machine and the versions that it ran on."""

from __future__ import annotations

import importlib
import json
import platform
from collections.abc import Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from machine import describe_machine

DOCS = Path(__file__).parent.parent / "docs"
FIGURES, PAGE, PICTURE = DOCS / "performance.json", DOCS / "performance.md", DOCS / "scaling.svg"
_PACKAGES = ("tensorflow", "keras", "numpy", "torch", "jax")


def keep(part: str, figures: Any) -> None:
    """Put a program's figures in place of those of its last run, and write the page anew."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    machine = {name: fact for name, fact in describe_machine().items() if name != "load"}
    kept[part] = {"date": date.today().isoformat(), "machine": machine, "versions": _versions(), "figures": figures}
    FIGURES.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    write_page()


def write_page() -> None:
    """Write the page and its picture from the figures."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8"))
    loader = FileSystemLoader(DOCS)
    templates = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    PAGE.write_text(
        templates.get_template("performance.md.jinja").render(kept=kept, better=list(_better(kept))), encoding="utf-8"
    )
    if "sweep" in kept:
        scaling = importlib.import_module("scaling")
        PICTURE.write_text(scaling.draw(kept["sweep"]["figures"]), encoding="utf-8")


def _better(kept: dict[str, Any]) -> Iterator[str]:
    """Yield in what a peer is better."""
    for one in kept.get("peers", {}).get("figures", []):
        for dtype, ratio in one["ratios"].items():
            if ratio < 1:
                yield f"{one['name']} is {1 / ratio:.1f} times faster a point than gradcheck in {dtype}."
    rows = kept.get("detection", {}).get("figures", {}).get("rows", [])
    own = {(row["dtype"], row["fault"]): row["caught"] for row in rows if row["checker"] == "gradcheck"}
    for row in rows:
        mine = own.get((row["dtype"], row["fault"]), {})
        for size, caught in row["caught"].items():
            worse = _share(caught) - _share(mine.get(size, caught))
            if worse < 0 if row["fault"] == "none" else worse > 0:
                where = f"{row['checker']}, {row['dtype']}, {row['fault']}, {int(size) ** 2:,} entries"
                yield f"{where}: alarms at {caught}, gradcheck at {mine[size]}."


def _share(caught: str) -> float:
    alarms, points = caught.split(" of ")
    return int(alarms) / int(points)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    write_page()
