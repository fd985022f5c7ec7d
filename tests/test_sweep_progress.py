"""How far a sweep is, where no person looks: a line a minute, which says what a person would see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradcheck.cli.sweep_progress import line_a_minute
from gradcheck.sweep.run import Seen

HALF_WAY = Seen(points=500_000, total=1_000_000, fresh=300_000, seconds=150.0, broken=0, causes=0, memory=3 * 2**29)
WORDS = "500,000 points, 2,000/s, 0 broken, 1,536 MiB"


def shown(*seconds: float, seen: Seen = HALF_WAY, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what is written where a sweep shows itself after so many seconds."""
    show = line_a_minute()
    for now in seconds:
        show(replace(seen, seconds=now))
    return capsys.readouterr().err.splitlines()


def test_a_line_tells_how_far_it_is_and_how_long_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(150.0, capsys=capsys) == [f"{WORDS}, 0:04:10 left"]


@pytest.mark.parametrize(
    ("seconds", "lines"),
    [
        ((0.5, 59.9), 0),
        ((59.9, 60.0, 60.5, 119.9), 1),
        ((60.0, 120.0, 120.5), 2),
        ((30.0, 400.0, 400.5), 1),  # a span that took long is not told of several times
        ((65.0, 121.0), 2),
    ],
)
def test_there_is_a_line_a_minute(seconds: tuple[float, ...], lines: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(shown(*seconds, capsys=capsys)) == lines


@pytest.mark.parametrize("unknown", [{"total": None}, {"fresh": 0}])
def test_a_time_that_nobody_knows_is_not_told(unknown: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = shown(150.0, seen=replace(HALF_WAY, **unknown), capsys=capsys)
    assert line.endswith("0 broken, 1,536 MiB")


def test_broken_points_are_told_with_their_causes(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = shown(150.0, seen=replace(HALF_WAY, broken=1_200, causes=2), capsys=capsys)
    assert "1,200 broken, 2 causes, 1,536 MiB" in line
