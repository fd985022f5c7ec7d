"""The seed's experiment through TensorFlow 1's own API, and its six claims judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from gradcheck.backend import tf
from gradcheck.errors import UsageError
from gradcheck.gradient import Array, Unconnected

Gradients = Mapping[tuple[str, str], Union[Array, Unconnected]]  # by objective and variable
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
        variables: Their names, in the order they were made.
        pairs: Variable and gradient's shape of each pair that ``compute_gradients`` gave, for loss1
            and for loss2; None where there is no gradient.
        values: Each variable before the first step and after every step, ``[steps + 1, *shape]``.
        gradients: Each objective's by w1 and w2 at the start of every step, ``[steps, *shape]``.
        parallel: The same where head 2 reads the embedded input, at the start only, ``[1, *shape]``.
    """

    counts: tuple[int, ...]
    variables: tuple[str, ...]
    pairs: tuple[tuple[tuple[str, tuple[int, ...] | None], ...], ...]
    values: Mapping[str, Array]
    gradients: Gradients
    parallel: Gradients


@dataclass(frozen=True)
class Claim:
    """One sentence of the seed's answer, and whether the experiment bears it out."""

    number: int
    sentence: str
    expected: str
    found: str
    holds: bool

    def __str__(self) -> str:
        """Return the claim as a report gives it, passed or failed."""
        verdict = "holds" if self.holds else "is broken"
        first = f"claim {self.number} {verdict}: {self.sentence}"
        return f"{first}\n  expected   {self.expected}\n  found      {self.found}"


@dataclass(frozen=True, eq=False)
class _Network:
    inputs: list[Any]
    variables: list[Any]
    counts: list[int]
    objectives: dict[str, Any]


def run_experiment(
    *, seed: int = 0, first: slice | None = None, second: slice | None = None, steps: int = 2, examples: int = 100
) -> Experiment:
    """Train both heads as the seed does, recording every value and gradient.

    Args:
        seed: Any integer; the variables, the ids and the labels follow from it.
        first: Which trainable variables loss1 trains; by default those that head 1 added.
        second: Which trainable variables loss2 trains; by default those that head 2 added.
        steps: How often to train, at least 1.
        examples: Size of the one batch, at least 1.

    Raises:
        UsageError: ``steps`` or ``examples`` is below 1, or a slice selects no variable.
    """
    for name, value in {"steps": steps, "examples": examples}.items():
        if value < 1:
            raise UsageError(f"{name} must be at least 1; found {value}")
    words = np.random.Philox(key=seed % 2**128).random_raw(3 * (examples + 1)).reshape(3, -1)
    # The seed drew ids from a normal distribution: truncated, some were negative, which a CPU refuses to look up.
    batch = [row[1:] % np.uint64(limit) for row, limit in zip(words, (5, 4, 5), strict=True)]
    seeds = [int(word >> np.uint64(33)) for word in words[:, 0]]
    with tf.Graph().as_default():
        network = _build(seeds, chained=True)
        params, (before, between, _) = network.variables, network.counts
        params1 = _select(params, "first", first or slice(before, between))
        params2 = _select(params, "second", second or slice(between, None))
        optimizer = tf.compat.v1.train.AdamOptimizer(float(RATE))
        lists = {"loss1": params1, "loss2": params2, "loss1+loss2": params2, "loss1*loss2": params2}
        pairs = {f: optimizer.compute_gradients(network.objectives[f], var_list=lists[f]) for f in lists}
        computed = {(f, v.op.name): g for f in pairs for g, v in pairs[f] if v.op.name != EMBEDDING}
        train = optimizer.apply_gradients(pairs["loss1"] + pairs["loss2"])
        values, gradients = _train(network, _differentiate(network) | computed, train, batch, steps)
    with tf.Graph().as_default():
        apart = _build(seeds, chained=False)
        _, parallel = _train(apart, _differentiate(apart), tf.no_op(), batch, 1)
    shapes = (tuple((v.op.name, None if g is None else tuple(g.shape)) for g, v in pairs[f]) for f in ("loss1", "loss2"))
    return Experiment(tuple(network.counts), tuple(values), tuple(shapes), values, gradients, parallel)


def judge_claims(experiment: Experiment) -> list[Claim]:
    """Compare what the seed's answer says with what the experiment did, claim by claim."""
    judges = (_judge_slices, _judge_pairs, _judge_training, _judge_objectives)
    return [claim for judge in judges for claim in judge(experiment)]


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


def _build(seeds: Sequence[int], *, chained: bool) -> _Network:
    """Build the seed's model, or the one whose head 2 reads the embedded input."""
    v1, counts = tf.compat.v1, []
    data, labels1, labels2 = inputs = [v1.placeholder(tf.int32, [None]) for _ in range(3)]
    vectors = tf.nn.embedding_lookup(params=_variable(EMBEDDING, [5, 3], seeds[0]), ids=data)
    counts.append(len(v1.trainable_variables()))
    network_output1 = tf.matmul(vectors, _variable(W1, [3, 4], seeds[1]))
    counts.append(len(v1.trainable_variables()))
    read = network_output1 if chained else vectors
    w2 = _variable(W2, [4 if chained else 3, 5], seeds[2])
    counts.append(len(v1.trainable_variables()))
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits
    loss1 = entropy(labels=labels1, logits=network_output1)
    loss2 = entropy(labels=labels2, logits=tf.matmul(read, w2))
    objectives = {
        "loss1": loss1,
        "loss2": loss2,
        "loss1+loss2": loss1 + loss2,
        "loss1*loss2": loss1 * loss2,
        "sum(stop(loss1)*loss2)": tf.reduce_sum(tf.stop_gradient(loss1) * loss2),
        "stopped loss2": entropy(labels=labels2, logits=tf.matmul(tf.stop_gradient(read), w2)),
    }
    return _Network(inputs, v1.trainable_variables(), counts, objectives)


def _variable(name: str, shape: list[int], seed: int) -> Any:
    initializer = tf.compat.v1.random_normal_initializer(seed=seed)
    return tf.compat.v1.get_variable(name, shape, tf.float32, initializer=initializer, use_resource=False)


def _select(params: list[Any], name: str, part: slice) -> list[Any]:
    if not params[part]:
        raise UsageError(f"{name} must select at least one of the {len(params)} variables; found {part}")
    return params[part]


def _differentiate(network: _Network) -> dict[tuple[str, str], Any]:
    """Differentiate every objective by both heads' weights with tf.gradients, which knows no var_list."""
    weights = [variable for variable in network.variables if variable.op.name != EMBEDDING]
    return {(f, w.op.name): tf.gradients(value, [w])[0] for f, value in network.objectives.items() for w in weights}


def _train(
    network: _Network, gradients: dict[tuple[str, str], Any], train: Any, batch: list[Array], steps: int
) -> tuple[dict[str, Array], Gradients]:
    """Run the steps and stack what was seen at each."""
    feed = dict(zip(network.inputs, batch, strict=True))
    variables = {variable.op.name: variable for variable in network.variables}
    present = {key: gradient for key, gradient in gradients.items() if gradient is not None}
    values, seen = [], []
    with tf.compat.v1.Session() as session:
        session.run(tf.compat.v1.global_variables_initializer())
        values.append(session.run(variables))
        for _ in range(steps):
            # Not while training, which may overwrite a reference variable that a gradient has yet to read.
            seen.append(session.run(present, feed_dict=feed))
            session.run(train, feed_dict=feed)
            values.append(session.run(variables))
    recorded = {key: np.stack([step[key] for step in seen]) if key in present else Unconnected() for key in gradients}
    return {name: np.stack([step[name] for step in values]) for name in variables}, recorded


def _judge_slices(experiment: Experiment) -> Iterator[Claim]:
    counts, names = experiment.counts, list(experiment.variables)
    yield _same(1, "Trainable variables are counted before and after each head.", "1, 2, 3", f"{counts}"[1:-1])
    trained = [[name for name, _ in pairs] for pairs in experiment.pairs]
    yield _same(1, "params[1:2] is w1 and params[2:] is w2.", _trains([W1], [W2]), _trains(*trained))
    wide = _trains(names[: counts[1]], names[: counts[0]] + names[counts[1] :])
    sentence = "params[:2] and params[:1] + params[2:] add the embedding."
    yield _same(1, sentence, _trains([EMBEDDING, W1], [EMBEDDING, W2]), wide)


def _judge_pairs(experiment: Experiment) -> Iterator[Claim]:
    sentence = "compute_gradients gives each loss one (gradient, variable) pair."
    yield _same(2, sentence, str((((W1, (3, 4)),), ((W2, (4, 5)),))), str(experiment.pairs))
    gradients = experiment.gradients
    yield _nonzero(2, "var_list leaves grad(loss2, w1) out, which is there all the same.", W1, gradients["loss2", W1])
    yield _absent(2, "A stop_gradient between the heads removes grad(loss2, w1).", gradients, ("stopped loss2", W1))
    sides = {W2: (gradients["stopped loss2", W2], gradients["loss2", W2])}
    yield _identical(2, "w2's gradient is the same with a var_list as with a stop_gradient.", sides)


def _judge_training(experiment: Experiment) -> Iterator[Claim]:
    embedding = experiment.values[EMBEDDING]
    start = np.broadcast_to(embedding[:1], embedding[1:].shape)
    yield _identical(3, "The embedding never changes.", {EMBEDDING: (start, embedding[1:])})
    for loss, name in (("loss1", W1), ("loss2", W2)):
        moves = np.diff(experiment.values[name].astype(np.float64), axis=0)
        yield _nonzero(3, f"{name} changes at every step.", name, moves)
        gradients = experiment.gradients[loss, name]
        yield _nonzero(3, f"{loss} reaches {name}.", name, gradients)
        if isinstance(gradients, Unconnected):
            continue
        expected, allowed = adam_by_hand(gradients, experiment.values[name][1:])
        sentence = f"Adam moves {name} by the gradient of {loss} and by nothing else."
        holds = Claim(3, sentence, f"within {np.max(allowed):.1g}", f"the same in {moves.size} entries", True)
        yield _unless(~(np.abs(moves - expected) <= allowed), holds, name, expected, moves)
        yield _judge_figures(name, gradients[:2], np.abs(moves[:2]), allowed[:2])


def _judge_figures(name: str, gradients: Array, moves: Array, allowed: Array) -> Claim:
    """Look for the figures of the seed's tables, wherever they are bound to come out."""
    low, high = _WINDOWS[: len(moves)].T[:, :, None, None]
    clear = np.abs(gradients[0]) >= _CLEAR
    ratio = gradients / np.where(clear, gradients[0], 1.0)
    judged = clear & (ratio >= 2 / 3) & (ratio <= 3 / 2)
    spans = [f"{m[j].min():.6f} to {m[j].max():.6f}" if j.any() else "none" for m, j in zip(moves, judged, strict=True)]
    found = f"{', then '.join(spans)}, in {' and '.join(str(j.sum()) for j in judged)} entries"
    expected = ", then ".join(f"{least} to {most}" for least, most in _WINDOWS[: len(moves)])
    sentence = f"{name} moves by Adam's step where its gradient is clear and steady."
    nearest = np.clip(moves, low, high)
    wrong = judged & ~(np.abs(moves - nearest) <= allowed)
    return _unless(wrong, Claim(3, sentence, expected, found, True), name, nearest, moves)


def _judge_objectives(experiment: Experiment) -> Iterator[Claim]:
    g, p, names = experiment.gradients, experiment.parallel, [n for n, _ in experiment.pairs[1] if n != EMBEDDING]
    sides = {n: (g["loss2", n], g["loss1+loss2", n]) for n in names}
    yield _identical(4, "grad(loss1+loss2, params2) = grad(loss2, params2).", sides)
    yield _absent(4, "loss1 does not reach w2.", g, ("loss1", W2))
    alone, product = g["loss2", W2], g["loss1*loss2", W2]
    both = isinstance(alone, np.ndarray) and isinstance(product, np.ndarray)
    yield _nonzero(5, "grad(loss1*loss2, w2) - grad(loss2, w2) is not 0.", W2, product - alone if both else Unconnected())
    sides = {n: (g["sum(stop(loss1)*loss2)", n], g["loss1*loss2", n]) for n in names}
    yield _identical(5, "grad(loss1*loss2, params2) = grad(sum(stop(loss1)*loss2), params2).", sides)
    sides = {W1: (p["loss1", W1], p["loss1+loss2", W1]), W2: (p["loss2", W2], p["loss1+loss2", W2])}
    yield _identical(6, "In parallel, grad(loss1+loss2, w) = grad(w's own loss, w).", sides)
    yield _absent(6, "In parallel, neither loss reaches the other's weights.", p, ("loss1", W2), ("loss2", W1))


def _same(number: int, sentence: str, expected: str, found: str) -> Claim:
    return Claim(number, sentence, expected, found, expected == found)


def _trains(first: list[str], second: list[str]) -> str:
    return f"loss1 trains {', '.join(first)}; loss2 trains {', '.join(second)}"


def _absent(number: int, sentence: str, gradients: Gradients, *keys: tuple[str, str]) -> Claim:
    there = [f"grad({f}, {name})" for f, name in keys if not isinstance(gradients[f, name], Unconnected)]
    return _same(number, sentence, "no gradient", ", ".join(there) or "no gradient")


def _nonzero(number: int, sentence: str, name: str, values: Array | Unconnected) -> Claim:
    """Demand an entry that is not zero at every step; NaN is no such entry."""
    if isinstance(values, Unconnected):
        return Claim(number, sentence, "a gradient", f"{name}: no gradient", False)
    sizes = [float(np.max(np.abs(step))) for step in values]
    still = [f"{name}, step {i}: largest entry {size}" for i, size in enumerate(sizes, start=1) if not size > 0]
    found = "; ".join(still) or f"{name}: largest entry {min(sizes):.4g} or more"
    return Claim(number, sentence, "an entry that is not 0 at every step", found, not still)


def _identical(number: int, sentence: str, sides: Mapping[str, tuple[Array | Unconnected, Array | Unconnected]]) -> Claim:
    """Demand the same bits in every entry at every step, of pairs (expected, found)."""
    count = 0
    for name, (expected, found) in sides.items():
        if isinstance(expected, Unconnected) or isinstance(found, Unconnected):
            return Claim(number, sentence, "the same bits", f"{name}: no gradient", False)
        wrong = np.ascontiguousarray(expected).view(np.uint32) != np.ascontiguousarray(found).view(np.uint32)
        if wrong.any():
            return Claim(number, sentence, "the same bits", _worst(name, expected, found, wrong), False)
        count += found.size
    return Claim(number, sentence, "the same bits", f"the same bits in {count} entries", count > 0)


def _unless(wrong: NDArray[np.bool_], claim: Claim, name: str, expected: Array, found: Array) -> Claim:
    return replace(claim, found=_worst(name, expected, found, wrong), holds=False) if wrong.any() else claim


def _worst(name: str, expected: Array, found: Array, wrong: NDArray[np.bool_]) -> str:
    """Name the entry that is furthest off, with NaN before any number."""
    distance = np.where(wrong, np.nan_to_num(np.abs(expected - found), nan=np.inf), -1.0)
    at = tuple(int(i) for i in np.unravel_index(np.argmax(distance), distance.shape))
    where = f"{name}, step {at[0] + 1}, entry {list(at[1:])}"
    return f"{where}: expected {expected[at]:.9g}, found {found[at]:.9g}; {wrong.sum()} of {wrong.size} entries differ"
