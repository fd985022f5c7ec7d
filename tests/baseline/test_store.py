"""A baseline comes back as it was, bit by bit; what is no whole baseline is refused in one sentence."""

from __future__ import annotations

import json
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as serialise

from baseline.made import ANSWERS, EVERY_DTYPE, OLD, baseline, gradients
from gradcheck.baseline import store
from gradcheck.baseline.case import Baseline, Case, Sort
from gradcheck.errors import UsageError
from gradcheck.gradient import Unconnected
from gradcheck.raised import Raised


def whole() -> Baseline:
    law = Case("graph-000/xla/laws", "graph-000", Sort.LAW, {}, {"sum": "holds", "product": "broken: it is"})
    made = baseline(gradients({**ANSWERS, **EVERY_DTYPE}, {"embedding": 0.25}), law)
    return replace(made, inputs={"graph-000": {"variable w": np.array([[0.1, -0.0]], np.float32)}})


def test_a_baseline_comes_back_bit_by_bit(tmp_path: Path) -> None:
    made = whole()
    store.save(made, tmp_path / "b")
    found = store.load(tmp_path / "b")
    assert (found.environment, found.problems) == (made.environment, made.problems)
    assert list(found.cases) == list(made.cases)
    for name, case in made.cases.items():
        back = found.cases[name]
        assert (back.problem, back.sort, back.tags, back.noise) == (case.problem, case.sort, case.tags, case.noise)
        assert list(back.answers) == list(case.answers)
        for part, answer in case.answers.items():
            other = back.answers[part]
            assert type(other) is type(answer), part
            if isinstance(answer, np.ndarray):
                assert (other.dtype, other.shape, other.tobytes()) == (answer.dtype, answer.shape, answer.tobytes())
            elif isinstance(answer, (str, Raised)):
                assert other == answer
            else:
                assert isinstance(answer, Unconnected)
    kept = found.inputs["graph-000"]["variable w"]
    assert kept.tobytes() == made.inputs["graph-000"]["variable w"].tobytes()


def test_the_same_baseline_is_the_same_file() -> None:
    assert store.to_bytes(whole()) == store.to_bytes(whole())


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        store.load(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def test_a_part_of_a_file_is_refused(tmp_path: Path) -> None:
    content = store.to_bytes(whole())
    for length in {*range(0, len(content), 97), 1, 7, 8, 9, len(content) - 1}:
        assert "is no baseline" in refused(tmp_path / "b", content[:length])


def test_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    content = store.to_bytes(whole())
    for place in range(0, len(content), 53):
        changed = bytearray(content)
        changed[place] ^= 0x10
        refused(tmp_path / "b", bytes(changed))


class Trap:
    """Would run code if it were ever unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('unpickled')",)


def signed(index: object, arrays: dict[str, np.ndarray]) -> bytes:
    """Return a file whose checksum is right."""
    text = json.dumps({"checksum": store._checksum(index, arrays), "index": index})
    return bytes(serialise(arrays, {"gradcheck": text}))


def hostile() -> dict[str, bytes]:
    """Return contents that a stranger might send."""
    array = {"x": np.zeros(4)}
    deep = "[" * 100_000 + "]" * 100_000
    other, later = {"format": "other", "version": 1}, {"format": store.FORMAT, "version": 2}
    huge = json.dumps({"x": {"dtype": "F64", "shape": [2**40, 2**20], "data_offsets": [0, 2**63]}}).encode()
    return {
        "nothing": b"",
        "text": b"hello, world",
        "a pickle": pickle.dumps(Trap()),
        "a header that claims 2^60 bytes": (2**60).to_bytes(8, "little") + b"{}",
        "an array that claims 2^63 bytes": len(huge).to_bytes(8, "little") + huge + b"\0" * 64,
        "no index": serialise(array),
        "an index that is no JSON": serialise(array, {"gradcheck": "{"}),
        "an index that is deep": serialise(array, {"gradcheck": deep}),
        "an index of another format": signed(other, array),
        "a later version": signed(later, array),
    }


@pytest.mark.parametrize("name", hostile())
def test_what_a_stranger_may_send_is_refused(name: str, tmp_path: Path) -> None:
    message = refused(tmp_path / "b", hostile()[name])
    assert ("version 2; this gradcheck reads version 1" in message) == (name == "a later version")


@pytest.mark.parametrize("damage", ["cases", "answers", "array", "sort", "dtype"])
def test_an_index_that_does_not_hold_together_is_refused(damage: str, tmp_path: Path) -> None:
    text = _index(store.to_bytes(whole()))
    case = text["cases"][0]
    answer = case["answers"]["complex128"]
    changes = {
        "cases": lambda: text.update(cases=3),
        "answers": lambda: case.update(answers=[]),
        "array": lambda: answer.update(array="missing"),
        "sort": lambda: case.update(sort="other"),
        "dtype": lambda: answer.update(dtype="float16"),
    }
    changes[damage]()
    message = refused(tmp_path / "b", signed(text, {"x": np.zeros(1)}))
    assert "is no whole baseline" in message


def test_a_zip_bomb_is_no_baseline(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("../../escaped", b"\0" * 10_000_000)
    refused(tmp_path / "b", (tmp_path / "bomb").read_bytes())


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGEST", 8)
    assert "larger than" in refused(tmp_path / "b", store.to_bytes(whole()))


def test_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^cannot read .*: No such file or directory$"):
        store.load(tmp_path / "missing")


def test_a_dtype_that_cannot_be_kept_is_told() -> None:
    with pytest.raises(UsageError, match="cannot hold values of dtype str"):
        store.to_bytes(baseline(gradients({"w": np.array(["x"])})))


def _index(content: bytes) -> dict[str, Any]:
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return dict(json.loads(header["__metadata__"]["gradcheck"])["index"])


def test_the_environment_is_kept() -> None:
    assert store.from_bytes(store.to_bytes(whole())).environment == OLD
