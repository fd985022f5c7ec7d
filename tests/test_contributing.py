"""A layer, a law, an engine, a transform and an operation are one file each: the recipes, followed word for word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parent.parent

FOLLOW = """
import numpy as np
from dataclasses import replace
import gradcheck
from gradcheck.engines import engines
from gradcheck.gradient import Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import all_objectives, laws
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import draw
from gradcheck.trial import Arena, Trial

graph = TwoHeadGraph(trunk=("scaled_softsign",))
arena = Arena(graph, draw(graph, dict.fromkeys(graph.axes, 3), 4), all_objectives())

def broken(law, engine):
    trial = Trial(arena, engine, (engines["eager"], engine))
    return any(check.comparison.broken.any() for check in laws[law].judge(trial))

assert "commutation" in laws and "relaxed" in engines
assert "trunk/0/scale" in graph.variables
for law in ("commutation", "numeric", "agreement", "presence"):
    assert not broken(law, engines["relaxed"]), law

for engine in ("eager", "graph"):
    assert not broken("clipping", engines[engine])

class Liar:
    def __getattr__(self, name): return getattr(engines["relaxed"], name)
    name = "liar"
    def evaluate(self, *args, **options):
        found = engines["relaxed"].evaluate(*args, **options)
        lie = {k: g if isinstance(g, Unconnected) or k[0] != as_objective(loss2 + loss1) else 2 * g
               for k, g in found.gradients.items()}
        return replace(found, gradients=lie)

assert broken("commutation", Liar())

from gradcheck.examine.judge import examine
from gradcheck.examine.plan import Choice
from gradcheck.op import ops

examined = examine(ops["huber"], Choice(edges=True, everything=True))
assert examined.findings == () and len(examined.judged) > 20, examined
assert gradcheck.TwoHeadGraph(trunk=("ops.huber",)).trunk == ("ops.huber",)
print("followed in", gradcheck.__file__)
"""


def recipes() -> dict[str, str]:
    """Return the files of the recipes, by path."""
    text = (TOP / "CONTRIBUTING.md").read_text()
    return dict(re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", text, flags=re.DOTALL))


def test_recipes_are_followed_by_adding_one_file_each(tmp_path: Path) -> None:
    shutil.copytree(TOP / "gradcheck", tmp_path / "gradcheck", ignore=shutil.ignore_patterns("__pycache__"))
    files = recipes()
    assert {Path(path).parent.name for path in files} == {"vocabulary", "laws", "engines", "transforms", "ops"}
    for path, source in files.items():
        assert not (tmp_path / path).exists(), "a recipe adds a file"
        (tmp_path / path).write_text(source)
    found = subprocess.run(
        [sys.executable, "-c", FOLLOW],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-2000:]
    assert f"followed in {tmp_path}" in found.stdout
