"""Losses of `tf.nn`: cross entropies, sampled ones, CTC, Poisson."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, between, positive, real, simplex
from gradcheck.op import HALF, Family, edge, kink

losses = Family("losses")
NO_SECOND = "its gradient has no gradient"
NO_XLA = "XLA has no kernel for it"
entropy = tf.nn.softmax_cross_entropy_with_logits
sparse_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

# Softmax cross entropies.
losses(
    "softmax_cross_entropy",
    entropy,
    simplex(2, 3),
    real(2, 3),
    dtypes=HALF,
    edges=[
        edge("axis=0", simplex(3, 2), real(2, 3), call=lambda p, x: entropy(tf.transpose(p), x, axis=0)),
        edge(
            "axis=1 of rank 3",
            simplex(2, 2, 3),
            real(2, 3, 2),
            call=lambda p, x: entropy(tf.linalg.matrix_transpose(p), x, axis=1),
        ),
        edge("vector", simplex(3), real(3)),
        edge("one class", [[1.0], [1.0]], real(2, 1)),
        edge("labels of one", [[0.0, 1.0, 0.0]], real(1, 3)),
        edge("saturated", [[0.0, 1.0, 0.0]], [[300.0, -300.0, 0.0]]),
        edge("empty batch", real(0, 3), real(0, 3)),
    ],
)
losses(
    "softmax_cross_entropy_of_logits",
    lambda x: entropy(tf.constant([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]], x.dtype), x),
    real(2, 3),
    # Of labels that sum to something else the documentation says that the gradient is incorrect.
    edges=[kink("labels that sum to 2", call=lambda x: entropy(tf.ones_like(x) * 2 / 3, x))],
)
losses(
    "raw_softmax_cross_entropy",
    lambda x, p: tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=x, labels=p),
    real(2, 3),
    simplex(2, 3),
    edges=[edge("labels broadcast", real(2, 3), simplex(1, 3)), edge("logits broadcast", real(1, 3), simplex(2, 3))],
)
losses(
    "sparse_softmax_cross_entropy",
    lambda x: sparse_entropy([2, 0], x),
    real(2, 3),
    dtypes=HALF,
    edges=[
        edge("rank 3", real(1, 2, 3), call=lambda x: sparse_entropy([[2, 0]], x)),
        edge("vector", real(3), call=lambda x: sparse_entropy(1, x)),
        edge("one class", real(2, 1), call=lambda x: sparse_entropy([0, 0], x)),
        edge("saturated", [[300.0, -300.0, 0.0]], call=lambda x: sparse_entropy([1], x)),
        edge("empty batch", real(0, 3), call=lambda x: sparse_entropy(tf.zeros([0], tf.int64), x)),
    ],
)

# Logistic losses.
losses(
    "sigmoid_cross_entropy",
    tf.nn.sigmoid_cross_entropy_with_logits,
    between(0.1, 0.9, 2, 3),
    real(2, 3),
    dtypes=HALF,
    edges=[edge("zero logits", [0.0, 1.0, 0.3], [0.0, 0.0, 0.0]), edge("far", [0.0, 1.0], [90.0, -90.0])],
)
losses(
    "weighted_cross_entropy",
    tf.nn.weighted_cross_entropy_with_logits,
    between(0.1, 0.9, 2, 3),
    away(2, 3),
    positive(3),
    dtypes=HALF,
    edges=[
        edge("scalar weight", between(0.1, 0.9, 2, 3), away(2, 3), 1.5),
        edge("zero logits", [0.3, 1.0], [0.0, 0.0], 1.5),
        edge("far", [0.0, 1.0], [90.0, -90.0], 1.5),
    ],
)
losses(
    "log_poisson_loss",
    tf.nn.log_poisson_loss,
    between(1.2, 4.0, 2, 3),
    real(2, 3),
    dtypes=HALF,
    edges=[
        edge("full", call=lambda t, x: tf.nn.log_poisson_loss(t, x, compute_full_loss=True)),
        edge("full, below 1", [0.5, 0.2], [1.0, 2.0], call=lambda t, x: tf.nn.log_poisson_loss(t, x, True)),
        edge("zero counts", [0.0, 1.5], [1.0, -1.0]),
        edge("full, zero counts", [0.0, 1.5], [1.0, -1.0], call=lambda t, x: tf.nn.log_poisson_loss(t, x, True)),
    ],
)
losses("l2_loss", tf.nn.l2_loss, real(), dtypes=HALF, edges=[edge("zero", [0.0, 0.0]), edge("empty", real(0, 2))])


# Sampled losses, with the candidates given.
def _sampled(loss: Any, **options: Any) -> Any:
    def call(weights: Any, biases: Any, inputs: Any) -> Any:
        return loss(
            weights=weights,
            biases=biases,
            labels=tf.constant([[1], [3]], tf.int64),
            inputs=inputs,
            num_sampled=3,
            num_classes=5,
            sampled_values=(
                tf.constant([0, 3, 2], tf.int64),
                tf.constant([[0.3], [0.4]], inputs.dtype),
                tf.constant([0.2, 0.4, 0.5], inputs.dtype),
            ),
            **options,
        )

    return call


losses(
    "sampled_softmax_loss",
    _sampled(tf.nn.sampled_softmax_loss),
    real(5, 2),
    real(5),
    real(2, 2),
    dtypes=("float32",),
    edges=[edge("accidental hits stay", call=_sampled(tf.nn.sampled_softmax_loss, remove_accidental_hits=False))],
)
losses(
    "nce_loss",
    _sampled(tf.nn.nce_loss),
    real(5, 2),
    real(5),
    real(2, 2),
    dtypes=("float32",),
    edges=[
        edge("accidental hits removed", call=_sampled(tf.nn.nce_loss, remove_accidental_hits=True)),
        edge("zero logits", [[0.0, 0.0]] * 5, [0.0] * 5, real(2, 2)),
    ],
)


# Connectionist temporal classification: time, batch, classes.
def _ctc(x: Any, labels: Any = ((1, 2), (1, 1)), **options: Any) -> Any:
    lengths = {"label_length": [2, 2], "logit_length": [4, 3], "blank_index": 0} | options
    return tf.nn.ctc_loss(tf.constant(labels), x, **lengths)


def _sparse_labels() -> Any:
    return tf.sparse.from_dense(tf.constant([[1, 2], [1, 1]]))


def _ctc_v1(x: Any, **options: Any) -> Any:
    return tf.compat.v1.nn.ctc_loss(_sparse_labels(), x, [4, 3], **options)


losses(
    "ctc_loss",
    _ctc,
    real(4, 2, 3),
    dtypes=("float32",),
    edges=[
        edge("blank last", call=lambda x: _ctc(x, labels=[[1, 0], [1, 1]], blank_index=-1)),
        edge("unique", call=lambda x: _ctc(x, unique=tf.nn.ctc_unique_labels(tf.constant([[1, 2], [1, 1]])))),
        edge("no labels", call=lambda x: _ctc(x, label_length=[0, 1])),
        edge("impossible", call=lambda x: _ctc(x, logit_length=[4, 2])),
    ],
    limits={"forward_function": "in a function its loops have no second gradient"},
)
losses(
    "ctc_loss_sparse",
    lambda x: tf.nn.ctc_loss(_sparse_labels(), x, None, [4, 3], blank_index=-1),
    real(4, 2, 4),
    dtypes=("float32",),
    edges=[edge("blank 0", call=lambda x: tf.nn.ctc_loss(_sparse_labels(), x, None, [4, 3], blank_index=0))],
    limits={"xla": NO_XLA, "second": NO_SECOND, "forward": NO_SECOND},
)
losses(
    "ctc_loss_v1",
    lambda x: tf.compat.v1.nn.ctc_loss(_sparse_labels(), x, [4, 3]),
    real(4, 2, 4),
    dtypes=("float32",),  # that of float64 sums in float32
    edges=[
        edge("repeats kept apart", call=lambda x: tf.compat.v1.nn.ctc_loss(_sparse_labels(), x, [4, 3], True, False)),
        edge("batch first", real(2, 4, 4), call=lambda x: _ctc_v1(x, time_major=False)),
    ],
    limits={"xla": NO_XLA, "second": NO_SECOND, "forward": NO_SECOND},
)
