"""Errors form one tree, and an unknown name comes with the one that was probably meant."""

from __future__ import annotations

import pytest

from gradcheck.errors import BackendError, EngineError, GradcheckError, LawBroken, UsageError, told, unknown


def test_unknown_name_is_answered_with_the_closest_one() -> None:
    error = unknown("law", "adition", ["leak", "addition"])
    assert isinstance(error, UsageError)
    assert str(error) == "unknown law 'adition'; did you mean 'addition'? Known: addition, leak"


def test_unknown_name_that_is_like_no_other_gets_no_suggestion() -> None:
    assert str(unknown("law", "zzz", ["leak", "addition"])) == "unknown law 'zzz'. Known: addition, leak"


def test_unknown_takes_what_is_no_name() -> None:
    assert str(unknown("dtype", None, ["float32"])) == "unknown dtype None. Known: float32"


@pytest.mark.parametrize("error", [UsageError, BackendError, EngineError, LawBroken])
def test_one_except_clause_catches_every_error(error: type[Exception]) -> None:
    assert issubclass(error, GradcheckError)


def test_a_broken_law_is_a_failed_assertion_and_others_are_not() -> None:
    assert issubclass(LawBroken, AssertionError)
    assert not issubclass(UsageError, AssertionError)


def test_a_missing_backend_is_wrong_usage_and_a_failing_engine_is_not() -> None:
    assert issubclass(BackendError, UsageError)
    assert not issubclass(EngineError, UsageError)


def test_a_name_in_the_wrong_case_is_meant_first() -> None:
    assert "did you mean 'keras.Adam'?" in str(unknown("optimizer", "keras.adam", ["keras.Adam", "keras.Nadam"]))


_FILE = 'File "train.py", line 3, in <module>'
_LOG = "bad log : Tensor had NaN values"
_RUNNING = """Graph execution error:

Detected at node Log defined at (most recent call last):
  File "train.py", line 3, in <module>

bad log : Tensor had NaN values
\t [[{{node Log}}]] [Op:__inference_step_1]"""

_LAYER = "Exception encountered when calling Dense.call().\n\n\x1b[1mno\x1b[0m\n\nArguments received by Dense.call():"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ValueError: "),
        ("first\nsecond", "ValueError: first"),
        (_RUNNING, f"ValueError: {_LOG}"),
        (_RUNNING.replace(_FILE, "<stack traces unavailable>"), f"ValueError: {_LOG}"),
        (_LAYER, "ValueError: no"),
        (f'in user code:\n  File "a.py", line 1\n  TypeError: {_LAYER}', "ValueError: no"),
        ("Graph execution error:\n", "ValueError: Graph execution error:"),
        ('in user code:\n  File "a.py", line 1\n  TypeError: no', "ValueError: no"),
    ],
)
def test_what_was_raised_is_told_in_one_line(text: str, said: str) -> None:
    assert told(ValueError(text)) == said
    assert told(ValueError(text), where=" at step 2") == said.replace(":", " at step 2:", 1)


@pytest.mark.parametrize("count", [60, 61])
def test_of_many_names_the_nearest_are_told(count: int) -> None:
    message = str(unknown("thing", "nam", [f"name{number}" for number in range(count)]))
    assert message.startswith("unknown thing 'nam'; did you mean 'name")
    assert ("Known: name0, name1, name10, " in message) == (count == 60)
    assert (f"Nearest of {count}: name" in message) == (count == 61)
    assert message.count("name") == (61 if count == 60 else 6)
