"""The fixture ``gradcheck_baseline`` compares gradients with a file beside the test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]
TEST = """
    import tensorflow as tf

    w, table = tf.Variable([[{first}], [2.0]], name="w"), tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="table")

    def losses(x):
        rows = tf.gather(table, [0, 0])
        return {{"a": tf.reduce_sum({factor} * tf.tanh(x @ w)), "b": tf.reduce_sum({rows} * 3.0)}}

    def test_gradients(gradcheck_baseline):
        gradcheck_baseline(losses, tf.constant([[1.0, {given}]]))
        assert w.numpy()[0, 0] == {first}
"""
PLAIN = {"first": "0.5", "given": "0.25", "factor": "1.0", "rows": "rows"}


@pytest.fixture
def test_file(pytester: pytest.Pytester) -> Callable[..., None]:
    """Write the test, with some of its parts changed."""
    return lambda **changes: pytester.makepyfile(TEST.format(**{**PLAIN, **changes})) and None


def test_a_missing_file_fails_and_says_how_to_write_it(test_file: Callable[..., None], run: Run) -> None:
    test_file()
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there is no baseline *safetensors: write it with pytest --gradcheck-update*"])


def test_what_was_written_is_compared(pytester: pytest.Pytester, test_file: Callable[..., None], run: Run) -> None:
    test_file()
    run("--gradcheck-update").assert_outcomes(passed=1)
    (written,) = (pytester.path / "gradcheck_baselines").iterdir()
    assert written.name.endswith("-test_gradients.safetensors")
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"factor": "1.01"}, "beyond bound: losses/eager/a/w, *ULP where*are allowed"),
        ({"rows": "tf.stop_gradient(rows)"}, "presence changed: losses/eager/b/table"),
        ({"rows": "tf.stop_gradient(rows)"}, "flow changed: losses/flow/b, table"),
    ],
)
def test_what_changed_is_told(changes: dict[str, str], told: str, test_file: Callable[..., None], run: Run) -> None:
    test_file()
    run("--gradcheck-update")
    test_file(**changes)
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{told}*", "*write it anew with pytest --gradcheck-update*"])


def test_other_weights_and_inputs_are_no_change(test_file: Callable[..., None], run: Run) -> None:
    test_file()
    run("--gradcheck-update")
    test_file(first="-0.75", given="9.0")
    run().assert_outcomes(passed=1)


def test_another_shape_is_told(pytester: pytest.Pytester, test_file: Callable[..., None], run: Run) -> None:
    test_file()
    run("--gradcheck-update")
    test_file(given="0.25], [3.0, 4.0")
    result = run()
    result.stdout.fnmatch_lines(["*input 0 is float32[[]2, 2[]]; float32[[]1, 2[]] was recorded*"])


def test_several_in_one_test_have_names(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import tensorflow as tf
        w = tf.Variable(2.0)

        def test_two(gradcheck_baseline):
            gradcheck_baseline(lambda: w * w, name="square")
            gradcheck_baseline(lambda: w * w * w, name="cube")
        """
    )
    run("--gradcheck-update").assert_outcomes(passed=1)
    names = sorted(path.name for path in (pytester.path / "gradcheck_baselines").iterdir())
    assert [name.rpartition("-")[2] for name in names] == ["cube.safetensors", "square.safetensors"]
    run().assert_outcomes(passed=1)
