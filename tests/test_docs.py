"""The documentation names what there is, in the very words of the code."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcheck.backend import tensorflow_version, tf
from gradcheck.engines import engines
from gradcheck.laws import laws
from gradcheck.report.routes import routes_markdown
from gradcheck.training.known import KNOWN
from gradcheck.training.laws import step_laws
from gradcheck.training.optimizers import find_optimizers
from gradcheck.training.plan import one_of_each
from gradcheck.training.routes import routes
from gradcheck.training.table import compare_routes
from pages.blocks import find_pages

TOP = Path(__file__).parent.parent


@pytest.mark.parametrize("law", list(laws), ids=lambda law: law.name)
def test_law_is_documented_in_its_own_words(law) -> None:
    text = (TOP / "docs" / "laws.md").read_text()
    assert f"## {law.name}\n\n{law.sentence}\n\n```text\n{law.equation}\n```" in text


@pytest.mark.parametrize("law", list(step_laws), ids=lambda law: law.name)
def test_law_of_a_step_is_documented_in_its_own_words(law) -> None:
    text = (TOP / "docs" / "training.md").read_text()
    assert f"### {law.name}\n\n{law.sentence}\n\n```text\n{law.equation}\n```" in text


@pytest.mark.parametrize("route", list(routes), ids=lambda route: route.name)
def test_route_is_documented_in_its_own_words(route) -> None:
    text = (TOP / "docs" / "training.md").read_text()
    assert f"| `{route.name}` | {route.about} | {route.why_wrong or ''}".rstrip() in text


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.reason[:40])
def test_what_is_known_to_differ_is_documented(known) -> None:
    text = (TOP / "docs" / "training.md").read_text()
    sentence = (known.reason[0].upper() + known.reason[1:]).partition(" (docs/")[0]
    assert sentence in text
    assert ", ".join(f"`{name}`" for name in known.optimizers) in text


def test_the_table_of_routes_is_what_the_program_makes() -> None:
    text = (TOP / "docs" / "training.md").read_text()
    made_with = re.search(r"with TensorFlow (\d+\.\d+)", text)
    assert made_with
    if not tensorflow_version().startswith(made_with[1]):
        pytest.skip(f"the page shows TensorFlow {made_with[1]}: make it anew with gradcheck routes --markdown")
    rows = list(compare_routes(one_of_each(find_optimizers())))
    assert routes_markdown(rows) in text


@pytest.mark.parametrize("engine", list(engines), ids=lambda engine: engine.name)
def test_engine_is_documented_in_its_own_words(engine) -> None:
    assert f"| `{engine.name}` | {engine.about} |" in (TOP / "docs" / "laws.md").read_text()


@pytest.mark.parametrize("page", [page for page in find_pages() if page.endswith(".md")])
def test_links_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)", (TOP / page).read_text())
    assert [target for target in targets if not ((TOP / page).parent / target).exists()] == []


# --- why is my gradient None? ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def why_none() -> dict[str, Any]:
    return runpy.run_path(str(TOP / "docs" / "why_none.py"))


def test_the_page_on_none_is_what_the_program_makes(why_none) -> None:
    text = (TOP / "docs" / "why-is-my-gradient-none.md").read_text()
    made_with = re.search(r"with TensorFlow (\d+\.\d+)", text)
    assert made_with
    if not tensorflow_version().startswith(made_with[1]):
        pytest.skip(f"the page shows TensorFlow {made_with[1]}: make it anew with python docs/why_none.py")
    assert why_none["page"]() == text, "make it anew with python docs/why_none.py"


def test_every_model_of_none_is_on_the_page(why_none) -> None:
    files = {path.stem for path in (TOP / "docs" / "none").glob("*.py")}
    assert sorted(why_none["ORDER"]) == sorted(files)
    assert f"lists {len(files)} causes" in (TOP / "README.md").read_text()


@pytest.mark.parametrize(
    ("loss", "mended", "message"),
    [
        ("w * 2.0", "w * 1.0", r"the loss must have no gradient; found 2\.0"),
        ("tf.round(w)", "tf.floor(w)", "the mend must have a gradient; found None, blocked by Floor"),
        ("tf.round(w)", "tf.linalg.lu([[w]])[0][0, 0]", "found LookupError: .* Lu, blocked by Lu"),
        ("tf.round(w)", "w * 0.0", r"the mend must have a gradient; found 0\.0, dead"),
    ],
)
def test_a_model_that_does_not_show_what_it_says_is_refused(why_none, tmp_path, loss, mended, message) -> None:
    file = tmp_path / "model.py"
    file.write_text(
        '"""Heading\n\nReason.\n\nRemedy."""\nimport tensorflow as tf\nw = tf.Variable(1.0)\n'
        f"def loss():\n    return {loss}\ndef mended():\n    return {mended}\n"
    )
    with pytest.raises(ValueError, match=message):
        why_none["cause"](file)


# What the page says in passing of other operations, on this vector; by the section that says it.
W = tf.Variable([0.3, 0.7, 1.4])
IN_PASSING = {
    ("rounding", "tf.floor"): lambda: tf.floor(W),
    ("rounding", "tf.math.ceil"): lambda: tf.math.ceil(W),
    ("rounding", "tf.math.floordiv"): lambda: tf.math.floordiv(W, 0.5),
    ("argmax", "tf.argmin"): lambda: tf.cast(tf.argmin(W), tf.float32),
    ("argmax", "tf.math.top_k"): lambda: tf.cast(tf.math.top_k(W).indices, tf.float32),
    ("cond_predicate", "tf.case"): lambda: tf.case([(W[0] > 1.0, lambda: tf.ones([]))], default=lambda: tf.zeros([])),
    ("cond_predicate", "tf.switch_case"): lambda: tf.switch_case(tf.cast(W[0], tf.int32), [lambda: tf.ones([])]),
    ("shape_only", "tf.zeros_like"): lambda: tf.zeros_like(W),
    ("not_differentiable", "tf.range"): lambda: tf.range(0.0, W[2], 0.5),
    ("not_differentiable", "tf.image.hsv_to_rgb"): lambda: tf.image.hsv_to_rgb(W),
    ("not_differentiable", "tf.edit_distance"): lambda: tf.edit_distance(
        tf.sparse.from_dense(W[tf.newaxis]), tf.sparse.from_dense(W[tf.newaxis])
    ),
    ("no_gradient", "tf.linalg.lu"): lambda: tf.linalg.lu(W * tf.eye(3))[0],
    ("no_gradient", "tf.unique"): lambda: tf.unique(W)[0],
    ("no_gradient", "tf.image.adjust_contrast"): lambda: tf.image.adjust_contrast(W * tf.ones([2, 2, 3]), 2.0),
    ("no_gradient", "tf.math.bincount"): lambda: tf.math.bincount([0, 1, 1], weights=W),
    ("dead_relu", "tf.clip_by_value"): lambda: tf.clip_by_value(W, 2.0, 3.0),
}


@pytest.mark.parametrize(("section", "name"), list(IN_PASSING))
def test_what_the_page_says_in_passing_is_true(section, name) -> None:
    words = ast.get_docstring(ast.parse((TOP / "docs" / "none" / f"{section}.py").read_text()))
    assert name in words
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(IN_PASSING[section, name]())
    if section == "no_gradient":
        with pytest.raises(LookupError, match="gradient registry has no entry"):
            tape.gradient(loss, W)
    elif section == "dead_relu":
        assert not np.any(tape.gradient(loss, W))
    else:
        assert tape.gradient(loss, W) is None


# Keras 2 draws from a range whose end is a float.
@pytest.mark.filterwarnings("ignore:non-integer arguments to randrange:DeprecationWarning")
def test_what_the_page_says_of_other_ways_not_to_watch_is_true() -> None:
    norm = tf.keras.layers.BatchNormalization()
    frozen = tf.keras.layers.Dense(1, trainable=False)
    x = tf.ones([1, 2])
    with tf.GradientTape(persistent=True) as tape:
        with tape.stop_recording():
            unseen = 2.0 * W
        loss = tf.reduce_sum(norm(x, training=False) * frozen(x)) + tf.reduce_sum(unseen)
    assert tape.gradient(loss, W) is None
    assert tape.gradient(loss, norm.moving_mean) is None
    assert np.any(tape.gradient(loss, frozen.kernel))
