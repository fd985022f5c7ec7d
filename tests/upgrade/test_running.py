"""Programs are run to their end, and what they say is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gradcheck.errors import UsageError
from gradcheck.upgrade import running
from gradcheck.upgrade.running import Finished, run_program


def test_what_a_program_says_and_returns_is_kept(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd()); print(os.environ['X'], file=sys.stderr); sys.exit(3)"
    found = run_program([sys.executable, "-S", "-c", code], folder=tmp_path, environment={"X": "1"})
    assert found.code == 3
    assert set(found.output.split()) == {str(tmp_path.resolve()), "1"}


def test_a_program_that_says_much_does_not_wait_for_a_reader() -> None:
    assert len(run_program([sys.executable, "-S", "-c", "print('x' * 2_000_000)"]).output) > 2_000_000


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("stubborn", [False, True])
def test_a_program_ends_when_whoever_waits_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, stubborn: bool
) -> None:
    monkeypatch.setattr(running, "_PATIENCE", 2.0)
    began, ended = tmp_path / "began", tmp_path / "ended"
    # Said outright: whoever runs tests in the background passes on that interrupts are ignored.
    heeded = f"signal.signal(signal.SIGINT, signal.{'SIG_IGN' if stubborn else 'default_int_handler'})"
    wait = "open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    told = "open(sys.argv[2], 'w').close()"
    code = f"import os, signal, sys, time\n{heeded}\ntry: {wait}\nexcept KeyboardInterrupt: {told}"

    def interrupt() -> None:
        if began.exists() and began.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_program([sys.executable, "-S", "-c", code, str(began), str(ended)], tick=interrupt)
    assert ended.exists() != stubborn
    with pytest.raises(ProcessLookupError):
        os.kill(int(began.read_text()), 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere nothing tells that a parent was killed")
def test_a_program_ends_when_whoever_waits_is_killed() -> None:
    inner = (
        "import os, sys, time; os.write(int(sys.argv[1]), b'began'); time.sleep(60); os.write(int(sys.argv[1]), b'!')"
    )
    outer = (
        "import sys; from gradcheck.upgrade.running import run_program, subprocess\n"
        "whole = subprocess.Popen.__init__\n"
        "subprocess.Popen.__init__ = lambda *a, **k: whole(*a, **{**k, 'close_fds': False})\n"
        "run_program([sys.executable, '-S', '-c', sys.argv[1], sys.argv[2]])"
    )
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    waits = subprocess.Popen([sys.executable, "-c", outer, inner, str(writer)], close_fds=False)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read(5) == b"began"
        waits.kill()
        waits.wait()
        assert pipe.read() == b""  # which comes once nobody holds the other end


def test_a_missing_program_is_one_line() -> None:
    with pytest.raises(UsageError, match=r"^cannot run no-such-program: No such file or directory$"):
        run_program(["no-such-program"])


def test_the_last_lines_are_shown() -> None:
    assert Finished(1, "\n".join(map(str, range(20)))).last_lines.split() == ["14", "15", "16", "17", "18", "19"]
    assert Finished(1, "\n").last_lines == "  (it said nothing)"
