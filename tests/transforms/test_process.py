"""Worker processes: whatever happens to one, this process gets an error's text and nothing is left running."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gradcheck.errors import EngineError
from gradcheck.transforms import _process
from gradcheck.transforms._process import Workers

WORKERS = {
    "answers": """
import json, sys
import numpy as np
for line in sys.stdin:
    case = json.load(open(line.strip()))
    np.savez(case["result"], found=np.array(case["given"]))
    print(json.dumps({"error": None}), flush=True)
""",
    "fails": """
import json, sys
for line in sys.stdin:
    print(json.dumps({"error": "ValueError: no such device"}), flush=True)
""",
    "ends": """
import sys
sys.stdin.readline()
print("out of memory", file=sys.stderr)
sys.exit(3)
""",
    "silent": """
import sys
sys.stdin.read()
""",
}


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Start worker processes of the kinds above."""
    started = []

    def start(*kinds: str, seconds: float = 60.0) -> Workers:
        monkeypatch.setattr(_process, "_MODULE", "stand_in")
        settings = []
        for kind in kinds:
            folder = tmp_path / kind
            folder.mkdir(exist_ok=True)
            (folder / "stand_in.py").write_text(WORKERS[kind])
            settings.append((("PYTHONPATH", str(folder)),))
        started.append(Workers(settings, seconds))
        return started[-1]

    yield start
    for one in started:
        one.close(0.0)


def test_arrays_come_back_for_one_case_after_another(start) -> None:
    workers = start("answers")
    for given in ([1.0, 2.0], [3.0]):
        assert np.array_equal(workers.run({"given": given})["found"], given)
    assert workers.alive


def test_error_of_a_worker_is_the_error(start) -> None:
    workers = start("silent", "fails")
    with pytest.raises(EngineError, match=r"^ValueError: no such device$"):
        workers.run({})
    assert not workers.alive


def test_end_of_a_worker_is_told_with_its_last_words(start) -> None:
    with pytest.raises(EngineError, match=r"^worker process 1 ended with exit code 3: out of memory$"):
        start("silent", "ends").run({})


def test_silent_worker_is_ended(start) -> None:
    workers = start("silent", seconds=0.1)
    with pytest.raises(EngineError, match=r"^no answer from a worker process within 0\.1 seconds$"):
        workers.run({})
    assert not workers.alive


def test_worker_that_is_gone_already_is_told(start) -> None:
    workers = start("silent")
    workers._processes[0].kill()
    workers._processes[0].wait()
    with pytest.raises(EngineError, match=r"^a worker process is gone: "):
        workers.run({})
