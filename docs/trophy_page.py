"""Make docs/trophies.md from the scripts of docs/trophies, and record what they print on the installed TensorFlow.

python docs/trophy_page.py           writes the page
python docs/trophy_page.py record    runs every script first, and keeps its verdict in docs/trophies.json
python docs/trophy_page.py record NAME ...    runs the scripts of these trophies alone
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from gradcheck.backend import tensorflow_version
from gradcheck.examine.known import Known, known_faults

DOCS = Path(__file__).parent
PAGE = DOCS / "trophies.md"
RECORD = DOCS / "trophies.json"
SCRIPTS = DOCS / "trophies"
SHOWN = "2.21.0"  # what a script prints there stands on the page
VERSIONS = ("2.15.1", "2.18.1", SHOWN, "2.23.0.dev20261026")
RUN = "import runpy, sys; sys.exit(runpy.run_path(sys.argv[1])['main']() not in ('BUG', 'OK'))"
NO_OPTION = "no such option"


@dataclass(frozen=True)
class Trophy:
    """A fault as the page tells it: its claim, its cause, and what its script printed on which version."""

    name: str
    claim: str
    cause: str
    verdicts: tuple[str, ...]
    printed: str
    issue: str


def script_of(name: str) -> Path:
    """Return the script of a trophy."""
    return SCRIPTS / f"{name.replace('-', '_')}.py"


def trophies() -> list[Trophy]:
    """Return every known fault once, with its script's words and record, by name."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    once: dict[str, Known] = {}
    for fault in known_faults():
        once.setdefault(fault.trophy, fault)
    return [_trophy(fault, record[name]) for name, fault in sorted(once.items())]


def page() -> str:
    """Return the page."""
    template = (DOCS / "trophies.md.jinja").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True)
    found = trophies()
    mended = sum(trophy.verdicts[VERSIONS.index(SHOWN) :] == ("BUG", "OK") for trophy in found)
    return environment.from_string(template).render(trophies=found, versions=VERSIONS, mended=mended)


def record(names: Sequence[str]) -> None:
    """Run scripts, all if none is named, each in a process, and keep the verdicts for the installed TensorFlow."""
    kept: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    installed = tensorflow_version()
    for script in sorted(map(script_of, names)) or sorted(SCRIPTS.glob("*.py")):
        command = [sys.executable, "-c", RUN, str(script)]
        printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip().splitlines()
        verdict = printed[-1] if printed and printed[-1] in ("BUG", "OK") else NO_OPTION
        one = kept.setdefault(script.stem.replace("_", "-"), {"verdicts": {}, "printed": ""})
        one["verdicts"][installed] = verdict
        if installed == SHOWN:
            one["printed"] = "\n".join(printed)
        print(f"{script.stem}: {verdict}", flush=True)
    scripts = {script.stem.replace("_", "-") for script in SCRIPTS.glob("*.py")}
    kept = {name: one for name, one in sorted(kept.items()) if name in scripts}
    RECORD.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _trophy(fault: Known, record: dict[str, Any]) -> Trophy:
    words = ast.get_docstring(ast.parse(script_of(fault.trophy).read_text(encoding="utf-8"))) or ""
    claim, _, cause = re.sub(r"(;|\. It) needs only TensorFlow\.", ".", words).partition("\n\n")
    verdicts = tuple(record["verdicts"].get(known, "not run") for known in VERSIONS)
    return Trophy(fault.trophy, " ".join(claim.split()), cause, verdicts, record["printed"], fault.issue)


if __name__ == "__main__":
    if sys.argv[1:2] == ["record"]:
        record(sys.argv[2:])
    PAGE.write_text(page(), encoding="utf-8")
