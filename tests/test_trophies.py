"""TensorFlow's own faults, each expected by version: one that is mended fails here until it is recorded."""

from __future__ import annotations

import runpy
from dataclasses import dataclass
from pathlib import Path

import pytest

from gradcheck.backend import tensorflow_version

DOCS = Path(__file__).parent.parent / "docs"


@dataclass(frozen=True)
class Trophy:
    """A script, the first version it was seen on, and the first that is mended, if any is."""

    script: str
    seen: tuple[int, int] = (2, 15)
    mended: tuple[int, int] | None = None


TROPHIES = [
    Trophy("cond_unknown_shape"),
    Trophy("forward_embedding_lookup"),
    Trophy("forward_sparse_read"),
    Trophy("keras_ema_overwrite", seen=(2, 16)),
    Trophy("keras_loss_scale_slices", seen=(2, 16)),
    Trophy("keras_repeated_ids", seen=(2, 16)),
    Trophy("recompute_kills", mended=(2, 17)),
]


def installed() -> tuple[int, ...]:
    return tuple(map(int, tensorflow_version().split(".")[:2]))


@pytest.mark.parametrize("trophy", TROPHIES, ids=lambda trophy: trophy.script)
def test_fault_is_there_in_the_versions_that_have_it(trophy: Trophy, capsys: pytest.CaptureFixture[str]) -> None:
    if installed() < trophy.seen:
        pytest.skip("not looked for in so old a version")
    expected = "BUG" if trophy.mended is None or installed() < trophy.mended else "OK"
    verdict = runpy.run_path(str(DOCS / "trophies" / f"{trophy.script}.py"))["main"]()
    shown = capsys.readouterr().out
    assert shown.splitlines()[-1] == verdict, "the last line is the verdict"
    assert verdict == expected, f"record in docs/trophies.md what TensorFlow {tensorflow_version()} does:\n{shown}"


def test_every_script_is_expected_and_described() -> None:
    scripts = {path.stem for path in (DOCS / "trophies").glob("*.py")}
    assert scripts == {trophy.script for trophy in TROPHIES}
    page = (DOCS / "trophies.md").read_text(encoding="utf-8")
    for script in scripts:
        assert f"\n## {script.replace('_', '-')}\n" in page
        assert f"(trophies/{script}.py)" in page
