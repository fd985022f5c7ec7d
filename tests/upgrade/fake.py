"""uv and the environments' gradcheck, played: nothing is installed, and what is recorded is made up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from gradcheck.baseline.case import Answer, Baseline, Case, Sort
from gradcheck.baseline.store import load, save
from gradcheck.upgrade.environments import Environments
from gradcheck.upgrade.package import Package
from gradcheck.upgrade.recordings import Recorder
from gradcheck.upgrade.run import Accepted, Run
from gradcheck.upgrade.running import Finished
from gradcheck.upgrade.uv import RUNNING, Uv

PACKAGE = Package("1.2.3", "Name: gradcheck\nVersion: 1.2.3\n", ("numpy>=1.24",), {"__init__.py": b"", "a/b.css": b"x"})
NAMES = ("graph-000", "graph-001", "step-[x]")
NO_WHEELS = "error: No solution found when resolving dependencies\n"
Answers = Callable[[str, str, int], Answer]


def usual(version: str, problem: str, time: int) -> Answer:
    """Answer the same whatever the version."""
    return np.float32([1.0, 2.0])


@dataclass
class Machine:
    """A machine that has programs only in name.

    Attributes:
        answers: What a version computes for a problem, the first time and later.
        offered: The Pythons that a requirement has wheels for; all if it is not there.
        pythons: That are installed.
        fails: What uv says when it is to install, empty if it does.
        refuses: What recording ends with, by version.
        commands: Everything that was run, uv's name and the environment's left out.
    """

    answers: Answers = usual
    offered: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pythons: Sequence[str] = (RUNNING,)
    fails: str = ""
    refuses: Mapping[str, Finished] = field(default_factory=dict)
    commands: list[list[str]] = field(default_factory=list)
    times: dict[tuple[str, str], int] = field(default_factory=dict)

    def __call__(self, command: Sequence[str], *, folder: Path | None = None, **_: Any) -> Finished:
        """Play the program."""
        program, *arguments = command
        self.commands.append(arguments)
        if program != "uv":
            return self._record(Path(program).parent.parent, arguments)
        assert folder is not None
        if arguments[0] == "venv":
            return self._venv(Path(arguments[-1]), arguments[-2])
        if arguments[1] == "compile":
            return self._compile(Path(arguments[2]).read_text().strip(), arguments[-1])
        return Finished(1, self.fails) if self.fails else Finished(0, "")

    def ran(self, *words: str) -> list[list[str]]:
        """Return the commands in which all words stand."""
        return [command for command in self.commands if set(words) <= set(command)]

    def _compile(self, requirement: str, python: str) -> Finished:
        offered = self.offered.get(requirement)
        if offered is not None and not offered:
            return Finished(1, f"{NO_WHEELS}  cause: Because there is no version of {requirement}\n")
        return Finished(0, "") if offered is None or python in offered else Finished(1, NO_WHEELS)

    def _venv(self, folder: Path, python: str) -> Finished:
        if (RUNNING if python == sys.executable else python) not in self.pythons:
            return Finished(2, f"error: No interpreter found for Python {python}\n")
        for place in ("bin", "Scripts", "lib/python3.11/site-packages"):
            (folder / place).mkdir(parents=True)
        (folder / "bin" / "python").touch()
        (folder / "Scripts" / "python.exe").touch()
        return Finished(0, "")

    def _record(self, environment: Path, arguments: Sequence[str]) -> Finished:
        version = environment.name.split("-")[1]
        if version in self.refuses:
            return self.refuses[version]
        given = list(pairwise(arguments))
        file = Path(arguments[arguments.index("record") + 1])
        like = next((load(Path(value)) for name, value in given if name == "--like"), None)
        globs = [value for name, value in given if name == "--only"]
        problems = dict(like.problems) if like else {name: {"kind": "graph"} for name in NAMES}
        chosen = [name for name in problems if not globs or any(fnmatchcase(name, glob) for glob in globs)]
        cases = [self._case(version, name) for name in chosen]
        kept = {name: problems[name] for name in chosen}
        save(Baseline({"tensorflow": version}, kept, {case.name: case for case in cases}), file)
        return Finished(0, "")

    def _case(self, version: str, name: str) -> Case:
        time = self.times.get((version, name), 0)
        self.times[version, name] = time + 1
        answers = {"w": self.answers(version, name, time)}
        return Case(f"{name}/eager/loss", name, Sort.GRADIENT, {"engine": "eager"}, answers)


def environments(machine: Machine, folder: Path, **more: Any) -> Environments:
    """Return environments that a machine makes."""
    return Environments(folder / "cache", Uv("uv", folder / "cache", machine), PACKAGE, note=lambda _: None, **more)


def run(machine: Machine, folder: Path, *versions: str, accepted: Accepted | None = None, **more: Any) -> Run:
    """Return an upgrade on a machine."""
    recorder = Recorder(machine, folder / "out", PACKAGE.digest, **more)
    made = environments(machine, folder)
    return Run(versions, made, recorder, accepted or Accepted(), made.note)
