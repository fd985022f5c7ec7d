"""The examples run, say what they show, and would notice if it were not so."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from gradcheck import LawBroken, assert_step

# Keras 2 draws from a range whose end is a float.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange:DeprecationWarning")
EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(path, capsys) -> None:
    runpy.run_path(str(path), run_name="__main__")
    assert "the embedding is, bit for bit, what it was" in capsys.readouterr().out


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_would_notice_a_leak(path) -> None:
    built = runpy.run_path(str(path))["build"]()
    model, step, *read = built
    w2 = getattr(model, "weights", model)[2]
    with pytest.raises(LawBroken, match=r"moved by at most 0\.0[01]\d* at step 1"):
        assert_step(step, leaves=[w2], read=read[0] if read else None)


def test_there_is_an_example_for_each_api() -> None:
    assert {path.stem for path in EXAMPLES} == {"two_heads_keras", "two_heads_tape", "two_heads_v1"}
