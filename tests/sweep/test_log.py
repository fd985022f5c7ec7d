"""What is done is kept: a damaged line is judged again, a damaged folder is refused, and nothing counts twice."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.files import write_whole
from gradcheck.sweep.covered import Covered
from gradcheck.sweep.judge import Broken
from gradcheck.sweep.log import Cause, Done, Log, create, read, resumed, started
from gradcheck.sweep.plan import Span
from sweep.made import PLAN, judge, plain, whole

SPANS = list(PLAN.spans())


def done(span: Span) -> Done:
    judged = judge(PLAN, span)
    return Done(span, judged.tally, tuple(judged.broken))


def cause(point: int) -> Cause:
    return Cause(Broken(point, "additivity", "graph"), "name", "words", "witness-1.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with five spans and a cause."""
    log = create(tmp_path / "sweep", PLAN)
    for span in SPANS[:5]:
        log.add(done(span))
    log.add(cause(31))
    return log.folder


def judged_again(folder: Path) -> list[Span]:
    """Go on to the end; return what was still missing."""
    with resumed(folder) as log:
        missing = list(log.missing())
        for span in missing:
            log.add(done(span))
    assert plain(read(folder).tally) == whole()
    return missing


def test_what_is_added_is_read_again(folder: Path) -> None:
    log = read(folder)
    assert log.plan == PLAN
    assert [one.span for one in log.done] == SPANS[:5]
    assert log.causes == {cause(31).broken: cause(31)}
    assert [one.point for one in log.broken] == [31, 128, 225, 322, 419, 516, 613]
    assert log.judged == 640
    assert list(log.missing()) == SPANS[5:] == judged_again(folder)


# --- damage ------------------------------------------------------------------------------------


@given(st.integers(0, 10**6))
def test_a_log_cut_off_anywhere_loses_only_what_was_cut(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    log = create(folder, PLAN)
    for span in SPANS[:3]:
        log.add(done(span))
    path = folder / "spans.log"
    content = path.read_bytes()
    cut %= len(content) + 1
    path.write_bytes(content[:cut])
    whole_lines = content[:cut].count(b"\n")
    missing = judged_again(folder)
    assert missing == SPANS[whole_lines:]
    assert path.read_bytes().count(b"\n") == len(SPANS)


@given(st.data())
def test_a_flipped_bit_in_the_log_is_judged_again(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    log = create(folder, PLAN)
    for span in SPANS[:3]:
        log.add(done(span))
    path = folder / "spans.log"
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    # A newline that is lost, or gained in the middle of a line, costs what stands around it.
    assert set(judged_again(folder)) >= set(SPANS[3:])


def test_a_damaged_line_in_the_middle_is_judged_again(folder: Path) -> None:
    path = folder / "spans.log"
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2].replace(b'"points":128', b'"points":127')
    path.write_bytes(b"\n".join(lines))
    assert judged_again(folder) == [SPANS[2], *SPANS[5:]]


def test_a_line_that_is_there_twice_counts_once(folder: Path) -> None:
    path = folder / "spans.log"
    path.write_bytes(path.read_bytes() * 2)
    assert judged_again(folder) == SPANS[5:]


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_in_what_is_swept_is_refused(folder: Path, bit: int) -> None:
    path = folder / "sweep.json"
    content = bytearray(path.read_bytes())
    place = content.index(b'"seed": 5') + len('"seed": ')
    content[place] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"checksum is not that|is no sweep's|it is not a text file"):
        read(folder)


def change(**fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda header: header | fields


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (change(version=1), r"has sweep version 1; this gradcheck reads version 2"),
        (change(format="gradcheck-witness"), 'expected "format": "gradcheck-sweep"'),
        (change(part=[1, 2]), "is damaged: its checksum is not that of what it says"),
        (lambda header: [header], 'expected "format": "gradcheck-sweep"'),
        (lambda header: "", r"Expecting value: line 1|expected \"format\""),
    ],
)
def test_a_foreign_or_future_folder_is_refused(folder: Path, damage: Any, message: str) -> None:
    path = folder / "sweep.json"
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    for reading in (lambda: read(folder), lambda: resumed(folder).__enter__()):
        with pytest.raises(UsageError, match=message) as refused:
            reading()
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["sweep.json", "spans.log"])
def test_a_file_that_is_lost_is_told(folder: Path, name: str) -> None:
    (folder / name).unlink()
    for reading in (lambda: read(folder), lambda: resumed(folder).__enter__()):
        with pytest.raises(UsageError, match=name):
            reading()


def test_a_folder_that_holds_none_is_refused(tmp_path: Path) -> None:
    for reading in (lambda: read(tmp_path / "none"), lambda: resumed(tmp_path / "none").__enter__()):
        with pytest.raises(UsageError, match=r"none holds no sweep: sweep\.json is not there"):
            reading()
    assert not (tmp_path / "none").exists()


# --- one sweep, one process -----------------------------------------------------------------------


def test_a_sweep_is_never_started_over_another(folder: Path) -> None:
    for start in (lambda: create(folder, PLAN), lambda: started(folder, PLAN).__enter__()):
        with pytest.raises(UsageError, match="holds a sweep already: go on with --resume"):
            start()
    (folder / "sweep.json").unlink()
    with pytest.raises(UsageError, match=r"holds a spans\.log without its sweep\.json"):
        create(folder, PLAN)
    assert (folder / "spans.log").read_bytes().count(b"\n") == 6


def test_a_start_that_was_killed_before_its_end_is_no_sweep(tmp_path: Path) -> None:
    log = create(tmp_path, PLAN)
    (tmp_path / "sweep.json").unlink()
    assert create(tmp_path, PLAN).plans == log.plans


HOLD = """
import sys
from pathlib import Path
from gradcheck.sweep.log import resumed
with resumed(Path(sys.argv[1])) as log:
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_two_processes_on_one_folder_are_refused_until_the_first_is_gone(folder: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match="sweep is being swept by another process"), resumed(folder):
            pass
        assert plain(read(folder).tally)["points"] == 640  # who only reads may
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert judged_again(folder) == SPANS[5:]


def test_two_in_one_process_are_refused(tmp_path: Path) -> None:
    with started(tmp_path, PLAN), pytest.raises(UsageError, match="another process"), resumed(tmp_path):
        pass


def test_where_it_goes_on_is_noted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with resumed(folder) as log:
        (first,) = log.environments
    monkeypatch.setenv("TF_DETERMINISTIC_OPS", "1" if first.get("TF_DETERMINISTIC_OPS") != "1" else "0")
    for _ in range(2):
        with resumed(folder) as log:
            assert len(log.environments) == 2
    assert list(read(folder).environments) == list(log.environments)


# --- a disk that is full ---------------------------------------------------------------------------


def refused_at(log: Log, span: Span, reason: int) -> None:
    with pytest.raises(UsageError) as refused:
        log.add(done(span))
    told = f"cannot write {log.folder / 'spans.log'}: {os.strerror(reason)}; what is done so far is kept: "
    assert str(refused.value) == f"{told}go on with gradcheck sweep --resume {log.folder}"


def test_a_full_disk_is_an_error_and_no_loss(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with resumed(folder) as log:
        monkeypatch.setattr(os, "fsync", full)
        refused_at(log, SPANS[5], errno.ENOSPC)
        assert log.judged == 640
    monkeypatch.undo()
    assert (folder / "spans.log").read_bytes().count(b"\n") == 6
    assert judged_again(folder) == SPANS[5:]


@pytest.mark.parametrize("room", [0, 1, 50, 300])
def test_a_file_that_may_not_grow_keeps_whole_lines_alone(folder: Path, room: int) -> None:
    path = folder / "spans.log"
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with resumed(folder) as log:
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, limits[1]))
            # Where there is room for a part of the line, that part is written before the rest is refused.
            refused_at(log, SPANS[5], errno.ENOSPC if room else errno.EFBIG)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before
    assert judged_again(folder) == SPANS[5:]


FILL = """
import sys
from pathlib import Path
from gradcheck.errors import UsageError
from gradcheck.sweep.log import resumed
from sweep.test_log import SPANS, done
try:
    with resumed(Path(sys.argv[1])) as log:
        while True:
            for span in log.missing():
                log.add(done(span))
            log.plans = (type(log.plan)(**log.plan.to_json() | {"points": 2 * log.plan.points}),)
except UsageError as error:
    print(log.judged, error)
"""


def may_mount() -> bool:
    unshare = shutil.which("unshare")
    return (
        unshare is not None
        and subprocess.run([unshare, "-rm", "true"], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.skipif(not may_mount(), reason="no file system may be mounted here")
def test_a_file_system_that_is_full_keeps_what_is_done(tmp_path: Path) -> None:
    create(tmp_path / "sweep", PLAN)
    tests = Path(__file__).parent.parent
    script = """
    mkdir "$1/full" && mount -t tmpfs -o size=64k tmpfs "$1/full" && cp "$1"/sweep/* "$1/full" &&
    PYTHONPATH="$2" "$3" -c "$4" "$1/full" && cp -r "$1/full" "$1/kept"
    """
    command = ["unshare", "-rm", "sh", "-c", script, "sh", str(tmp_path), str(tests), sys.executable, FILL]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    judged, _, told = run.stdout.partition(" ")
    assert told.startswith(
        f"cannot write {tmp_path}/full/spans.log: No space left on device; what is done so far is kept"
    )
    kept = read(tmp_path / "kept")
    assert kept.judged == int(judged) > 640
    content = (tmp_path / "kept" / "spans.log").read_bytes()
    assert content.endswith(b"\n")
    assert content.count(b"\n") == len(kept.done)


def test_a_header_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: (said.append("through"), fsync(file))[1])
    monkeypatch.setattr(os, "replace", lambda *paths: (said.append("named"), replace(*paths))[1])
    write_whole(tmp_path / "file", "text")
    assert said == ["through", "named"]


# --- spans that overlap --------------------------------------------------------------------------

spans = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 80), st.integers(1, 30))


@given(st.lists(spans, max_size=12), spans)
def test_points_that_spans_share_count_once(offered: list[Span], asked: Span) -> None:
    covered, points = Covered([]), set()
    for span in offered:
        fresh = set(range(span.start, span.stop))
        assert covered.takes(span) == points.isdisjoint(fresh)
        points |= fresh if points.isdisjoint(fresh) else set()
    left = list(covered.without(asked))
    assert [n for span in left for n in range(span.start, span.stop)] == sorted(
        set(range(asked.start, asked.stop)) - points
    )
    assert all(len(span) for span in left)
    assert all(one.stop < other.start for one, other in pairwise(left))


@given(st.lists(spans, max_size=12))
def test_a_log_counts_overlapping_lines_once(tmp_path_factory: pytest.TempPathFactory, offered: list[Span]) -> None:
    log = create(tmp_path_factory.mktemp("overlap"), PLAN)
    for span in offered:
        log.add(done(span))
    assert judged_again(log.folder) == list(read_missing(offered))


def read_missing(offered: list[Span]) -> list[Span]:
    covered = Covered([])
    for span in offered:
        covered.takes(span)
    return [left for span in SPANS for left in covered.without(span)]
