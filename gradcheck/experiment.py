"""The seed's experiment through TensorFlow 1's own API, and its six claims judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.errors import UsageError
from gradcheck.gradient import Array, Unconnected

Values = Array | Unconnected
Key = tuple[str, str]  # what was differentiated, by which variable
EMBEDDING, W1, W2 = "embedding_matrix", "output1", "output2"
RATE, BETA1, BETA2, EPSILON = (np.float32(value) for value in (0.01, 0.9, 0.999, 1e-8))  # as Adam's kernel holds them
_UNIT = 2.0**-24  # float32 rounds to within this share
_CLEAR = 1e-3  # beside gradients this large Adam's epsilon takes less than 0.04% off a move
# Smallest and largest move at steps 1 and 2, for a clear gradient g and then r*g with 2/3 <= r <= 3/2.
# Step 1: RATE * |g| / (|g| + 3.2e-7). Step 2: RATE * (0.9 + r)/1.9 * sqrt(1.999 / (0.999 + r^2)), which is
# 0.9703 of RATE at r = 2/3, 0.9908 at r = 3/2, and largest at r = 1.11: 1.00136.
_WINDOWS = np.array([[0.00999, 0.01], [0.0097, 0.010014]])


@dataclass(frozen=True, eq=False)
class Experiment:
    """Everything the seed's experiment prints, and what is needed to judge it.

    Attributes:
        counts: How many trainable variables there are before head 1, after it, and after head 2.
        pairs: Name and shape of each (gradient, variable) pair, for loss1 and loss2; None if absent.
        values: Each variable, in the order made, before and after every step: ``[steps + 1, *shape]``.
        gradients: By objective and weight, at the start of every step, ``[steps, *shape]``.
        parallel: The same where head 2 reads the embedded input, at the start only, ``[1, *shape]``.
    """

    counts: tuple[int, ...]
    pairs: tuple[tuple[tuple[str, tuple[int, ...] | None], ...], ...]
    values: Mapping[str, Array]
    gradients: Mapping[Key, Values]
    parallel: Mapping[Key, Values]


@dataclass(frozen=True)
class Claim:
    """One sentence of the seed's answer, and whether the experiment bears it out."""

    number: int
    sentence: str
    expected: str
    found: str
    holds: bool


def run_experiment(
    *, seed: int = 0, first: slice | None = None, second: slice | None = None, steps: int = 2, examples: int = 100
) -> Experiment:
    """Train both heads as the seed does, recording every value and gradient.

    Args:
        seed: Any integer; the variables, the ids and the labels follow from it.
        first, second: Which trainable variables each loss trains; by default those that its head added.
        steps: How often to train, at least 1.
        examples: Size of the one batch, at least 1.

    Raises:
        UsageError: ``steps`` or ``examples`` is below 1, or a slice selects no variable.
    """
    for name, value in {"steps": steps, "examples": examples}.items():
        if value < 1:
            raise UsageError(f"{name} must be at least 1; found {value}")
    words = np.random.Philox(key=seed % 2**128).random_raw(3 * (examples + 1)).reshape(3, -1)
    with tf.Graph().as_default():
        counts, feed, objectives = _build(words, chained=True)
        params = tf.compat.v1.trainable_variables()
        params1, params2 = params[first or slice(counts[0], counts[1])], params[second or slice(counts[1], None)]
        if not params1 or not params2:
            raise UsageError(f"first and second must each select a variable; found {first} and {second}")
        optimizer = tf.compat.v1.train.AdamOptimizer(0.01)
        lists = {"loss1": params1, "loss2": params2, "loss1+loss2": params2, "loss1*loss2": params2}
        pairs = {f: optimizer.compute_gradients(objectives[f], var_list=lists[f]) for f in lists}
        computed = {(f, v.op.name): g for f in pairs for g, v in pairs[f] if v.op.name != EMBEDDING}
        train = optimizer.apply_gradients(pairs["loss1"] + pairs["loss2"])
        values, gradients = _train(feed, objectives, computed, train, steps)
    with tf.Graph().as_default():
        _, parallel = _train(*_build(words, chained=False)[1:], {}, tf.no_op(), 1)
    shapes = (tuple((v.op.name, g if g is None else tuple(g.shape)) for g, v in pairs[f]) for f in ("loss1", "loss2"))
    return Experiment(counts, tuple(shapes), values, gradients, parallel)


def judge_claims(experiment: Experiment) -> list[Claim]:
    """Compare what the seed's answer says with what the experiment did, claim by claim."""
    return [claim for judge in (_judge_lists, _judge_training, _judge_objectives) for claim in judge(experiment)]


def adam_by_hand(gradients: Array, after: Array) -> tuple[Array, Array]:
    """Compute Adam's moves in float64, and how far from them float32 may take them.

    ``m = b1*m + (1-b1)*g``, ``v = b2*v + (1-b2)*g^2``, and step t moves a variable by
    ``-rate * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + epsilon)``. Each step rounds m four times
    at most, each within a unit of ``size``, the sum of its terms' magnitudes, and v five times, which
    its square root halves; what follows rounds ten times, and storing the variable once.

    Args:
        gradients: What was applied at each step, ``[steps, *shape]``.
        after: The variable after each step, of the same shape.

    Returns:
        The moves, and the largest error allowed in each: float64, of the gradients' shape.

    References:
        Kingma and Ba (2015), the end of section 2; Higham (2002), chapter 3.
    """
    beta1, beta2, power1, power2 = float(BETA1), float(BETA2), BETA1, BETA2
    m = v = size = np.zeros(gradients.shape[1:])
    moves, allowed = np.zeros(gradients.shape), np.zeros(gradients.shape)
    for step, g in enumerate(gradients.astype(np.float64)):
        m, size = beta1 * m + (1 - beta1) * g, beta1 * size + (1 - beta1) * np.abs(g)
        v = beta2 * v + (1 - beta2) * g**2
        scale = float(RATE) * np.sqrt(1 - float(power2)) / (1 - float(power1)) / (np.sqrt(v) + float(EPSILON))
        moves[step] = -scale * m
        allowed[step] = _UNIT * ((6.5 * (step + 1) + 10) * scale * size + np.abs(after[step]))
        # TensorFlow keeps the powers in float32, and 1 - b2^t would magnify that rounding a thousandfold.
        power1, power2 = power1 * BETA1, power2 * BETA2
    return moves, allowed


def _build(words: Array, *, chained: bool) -> tuple[tuple[int, ...], dict[Any, Array], dict[str, Any]]:
    """Build the seed's model, or the one whose head 2 reads the embedded input."""
    v1, entropy = tf.compat.v1, tf.nn.sparse_softmax_cross_entropy_with_logits
    inputs = [v1.placeholder(tf.int32, [None]) for _ in range(3)]
    # The seed drew ids from a normal distribution: truncated, some were negative, which a CPU refuses to look up.
    feed = {i: row[1:] % np.uint64(limit) for i, row, limit in zip(inputs, words, (5, 4, 5), strict=True)}
    initial = [v1.random_normal_initializer(seed=int(word) >> 33) for word in words[:, 0]]
    embedding = v1.get_variable(EMBEDDING, [5, 3], tf.float32, initial[0], use_resource=False)
    vectors = tf.nn.embedding_lookup(params=embedding, ids=inputs[0])
    counts = [len(v1.trainable_variables())]
    logits = tf.matmul(vectors, v1.get_variable(W1, [3, 4], tf.float32, initial[1], use_resource=False))
    counts.append(len(v1.trainable_variables()))
    read = logits if chained else vectors
    w2 = v1.get_variable(W2, [read.shape[1], 5], tf.float32, initial[2], use_resource=False)
    counts.append(len(v1.trainable_variables()))
    loss1 = entropy(labels=inputs[1], logits=logits)
    loss2, stopped = (entropy(labels=inputs[2], logits=tf.matmul(x, w2)) for x in (read, tf.stop_gradient(read)))
    objectives = {"loss1": loss1, "loss2": loss2, "loss1+loss2": loss1 + loss2, "loss1*loss2": loss1 * loss2}
    objectives |= {"sum(stop(loss1)*loss2)": tf.reduce_sum(tf.stop_gradient(loss1) * loss2), "stopped loss2": stopped}
    return tuple(counts), feed, objectives


def _train(
    feed: dict[Any, Array], objectives: dict[str, Any], computed: dict[Key, Any], train: Any, steps: int
) -> tuple[dict[str, Array], dict[Key, Values]]:
    """Run the steps and stack what was seen at each; what was not computed comes from tf.gradients alone."""
    variables = {variable.op.name: variable for variable in tf.compat.v1.trainable_variables()}
    gradients = {(f, w): tf.gradients(objectives[f], variables[w])[0] for f in objectives for w in (W1, W2)} | computed
    present = {key: gradient for key, gradient in gradients.items() if gradient is not None}
    with tf.compat.v1.Session() as session:
        session.run(tf.compat.v1.global_variables_initializer())
        values, seen = [session.run(variables)], []
        for _ in range(steps):
            # Not while training, which may overwrite a reference variable that a gradient has yet to read.
            seen.append(session.run(present, feed_dict=feed))
            session.run(train, feed_dict=feed)
            values.append(session.run(variables))
    recorded = {key: np.stack([step[key] for step in seen]) if key in present else Unconnected() for key in gradients}
    return {name: np.stack([step[name] for step in values]) for name in variables}, recorded


def _judge_lists(experiment: Experiment) -> Iterator[Claim]:
    names, (before, between, _), g = list(experiment.values), experiment.counts, experiment.gradients
    trained = [[name for name, _ in pairs] for pairs in experiment.pairs]
    wide, both = [names[:between], names[:before] + names[between:]], [[EMBEDDING, W1], [EMBEDDING, W2]]
    for number, sentence, expected, found in (
        (1, "Trainable variables are counted before and after each head.", (1, 2, 3), experiment.counts),
        (1, "loss1 trains params[1:2], w1 alone; loss2 trains params[2:], w2 alone.", [[W1], [W2]], trained),
        (1, "params[:2] and params[:1] + params[2:] add the embedding.", both, wide),
        (2, "Each loss gives one (gradient, variable) pair.", (((W1, (3, 4)),), ((W2, (4, 5)),)), experiment.pairs),
    ):
        yield Claim(number, sentence, str(expected), str(found), expected == found)
    yield _nonzero(2, "var_list leaves grad(loss2, w1) out, which is there all the same.", W1, g["loss2", W1])
    yield _agree(2, "A stop_gradient removes grad(loss2, w1).", W1, (Unconnected(), g["stopped loss2", W1]))
    yield _agree(2, "A stop_gradient trains w2 as var_list does.", W2, (g["stopped loss2", W2], g["loss2", W2]))


def _judge_training(experiment: Experiment) -> Iterator[Claim]:
    before, after = experiment.values[EMBEDDING][:1], experiment.values[EMBEDDING][1:]
    yield _agree(3, "The embedding never changes.", EMBEDDING, (np.broadcast_to(before, after.shape), after))
    for loss, name in (("loss1", W1), ("loss2", W2)):
        moves, gradients = np.diff(experiment.values[name].astype(np.float64), axis=0), experiment.gradients[loss, name]
        yield _nonzero(3, f"{name} changes at every step.", name, moves)
        if not isinstance(gradients, Unconnected):  # as claim 2 has it
            expected, allowed = adam_by_hand(gradients, experiment.values[name][1:])
            yield _agree(3, f"Adam moves {name} by {loss}'s gradient, nothing else.", name, (expected, moves), allowed)
            yield _judge_figures(name, gradients[:2], np.abs(moves[:2]), allowed[:2])


def _judge_figures(name: str, gradients: Array, moves: Array, allowed: Array) -> Claim:
    """Look for the figures of the seed's tables, wherever they are bound to come out."""
    low, high = _WINDOWS[: len(moves)].T[:, :, None, None]
    ratio = gradients / np.where(np.abs(gradients[0]) >= _CLEAR, gradients[0], np.inf)
    judged = (ratio >= 2 / 3) & (ratio <= 3 / 2)
    windows = " and then ".join(f"{least} to {most}" for least, most in _WINDOWS[: len(moves)])
    sentence = f"{name} moves by {windows}, where its gradient is clear and steady."
    claim = _agree(3, sentence, name, (np.clip(moves, low, high), moves), np.where(judged, allowed, np.inf))
    seen = [(m[j].min(), m[j].max(), j.sum()) for m, j in zip(moves, judged, strict=True) if j.any()]
    spans = " and then ".join(f"{least:.6f} to {most:.6f} in {count} entries" for least, most, count in seen)
    return replace(claim, found=spans or "no such entry") if claim.holds else claim


def _judge_objectives(experiment: Experiment) -> Iterator[Claim]:
    g, p, law = experiment.gradients, experiment.parallel, "sum(stop(loss1)*loss2)"
    yield _agree(4, "loss1 does not reach w2.", W2, (Unconnected(), g["loss1", W2]))
    for w in (name for name, _ in experiment.pairs[1] if name != EMBEDDING):
        alone, product = g["loss2", w], g["loss1*loss2", w]
        yield _agree(4, f"grad(loss1+loss2, {w}) = grad(loss2, {w}).", w, (alone, g["loss1+loss2", w]))
        yield _agree(5, f"grad(loss1*loss2, {w}) = grad({law}, {w}).", w, (g[law, w], product))
        if not isinstance(alone, Unconnected) and not isinstance(product, Unconnected):
            yield _nonzero(5, f"grad(loss1*loss2, {w}) - grad(loss2, {w}) is not 0.", w, product - alone)
    for loss, own, other in (("loss1", W1, W2), ("loss2", W2, W1)):
        sides = p[loss, own], p["loss1+loss2", own]
        yield _agree(6, f"In parallel, grad(loss1+loss2, {own}) = grad({loss}, {own}).", own, sides)
        yield _agree(6, f"In parallel, {loss} does not reach {other}.", other, (Unconnected(), p[loss, other]))


def _nonzero(number: int, sentence: str, name: str, values: Values) -> Claim:
    """Demand an entry that is not zero at every step; NaN is no such entry."""
    sizes = [] if isinstance(values, Unconnected) else [float(np.max(np.abs(step))) for step in values]
    found = f"{name}, largest by step: {', '.join(f'{size:.4g}' for size in sizes) or 'no gradient'}"
    return Claim(number, sentence, "not all 0 at any step", found, bool(sizes) and all(size > 0 for size in sizes))


def _agree(number: int, sentence: str, name: str, sides: tuple[Values, Values], allowed: Array | None = None) -> Claim:
    """Demand of (expected, found) the same bits at every step, or a distance of at most ``allowed``."""
    expected, found = sides
    if isinstance(expected, Unconnected) or isinstance(found, Unconnected):
        rule, text = ("no gradient" if isinstance(side, Unconnected) else "a gradient" for side in sides)
        return Claim(number, sentence, rule, f"{name}: {text}", rule == text)
    if allowed is None:
        rule, wrong = "the same bits", expected.view(np.uint32) != found.view(np.uint32)
    else:
        rule, wrong = "the same but for rounding", ~(np.abs(found - expected) <= allowed)
    if not wrong.any():
        return Claim(number, sentence, rule, f"{rule} in {found.size} entries", True)
    # What is not a number is further off than any number.
    distance = np.where(wrong, np.nan_to_num(np.abs(found - expected), nan=np.inf), -1.0)
    at = tuple(int(i) for i in np.unravel_index(np.argmax(distance), distance.shape))
    text = f"expected {expected[at]:.9g}, found {found[at]:.9g}; {wrong.sum()} of {wrong.size} entries differ"
    return Claim(number, sentence, rule, f"{name}, step {at[0] + 1}, entry {list(at[1:])}: {text}", False)
