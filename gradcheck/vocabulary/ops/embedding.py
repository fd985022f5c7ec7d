"""Embeddings: rows by their places, plain, weighted, and bounded in length."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, between, positive, real
from gradcheck.op import HALF, Family, edge

embedding = Family("embedding")
NO_SECOND = "the gradient of its gradient is not registered"
NO_XLA = "XLA has no kernel for it"
ids = [[0, 2], [2, 3]]


def _sparse(indices: Any, values: Any, shape: Any) -> Any:
    return tf.SparseTensor(tf.constant(indices, tf.int64), values, tf.constant(shape, tf.int64))


embedding(
    "embedding_lookup",
    lambda table: tf.nn.embedding_lookup(table, ids),
    real(4, 2),
    dtypes=HALF,
    edges=[
        edge("no ids", call=lambda table: tf.nn.embedding_lookup(table, tf.zeros([0], tf.int32))),
        edge("max_norm", away(4, 2, least=0.8), call=lambda table: tf.nn.embedding_lookup(table, ids, max_norm=1.0)),
        edge("max_norm of small rows", between(0.1, 0.3, 4, 2), call=lambda t: tf.nn.embedding_lookup(t, ids, 1.0)),
        edge(
            "max_norm of a row of zeros",
            [[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]],
            call=lambda t: tf.nn.embedding_lookup(t, [0, 2], max_norm=1.0),
        ),
    ],
)
for _combiner in ("sum", "mean", "sqrtn"):
    embedding(
        f"embedding_lookup_sparse_{_combiner}",
        lambda table, weights, combiner=_combiner: tf.nn.embedding_lookup_sparse(
            table,
            _sparse([[0, 0], [0, 1], [1, 0]], tf.constant([1, 3, 1], tf.int64), [2, 2]),
            _sparse([[0, 0], [0, 1], [1, 0]], weights, [2, 2]),
            combiner=combiner,
        ),
        real(4, 2),
        positive(3),
        edges=[edge("zero weight", real(4, 2), [0.0, 1.0, 2.0])],
        limits={"xla": NO_XLA},
    )
    embedding(
        f"embedding_lookup_sparse_{_combiner}_unweighted",
        lambda table, combiner=_combiner: tf.nn.embedding_lookup_sparse(
            table,
            _sparse([[0, 0], [0, 1], [1, 0]], tf.constant([1, 1, 3], tf.int64), [2, 2]),
            None,
            combiner=combiner,
        ),
        real(4, 2),
        edges=[
            edge(
                "fast",
                call=lambda table, combiner=_combiner: tf.nn.embedding_lookup_sparse(
                    table,
                    _sparse([[0, 0], [0, 1], [1, 0]], tf.constant([1, 1, 3], tf.int64), [2, 2]),
                    None,
                    combiner=combiner,
                    allow_fast_lookup=True,
                ),
            )
        ],
        limits={"xla": NO_XLA, "forward": NO_SECOND, "second": NO_SECOND},
    )
embedding(
    "safe_embedding_lookup_sparse",
    lambda table: tf.nn.safe_embedding_lookup_sparse(
        table, _sparse([[0, 0], [0, 1], [2, 0]], tf.constant([1, 3, 1], tf.int64), [4, 2]), default_id=0
    ),
    real(4, 2),
    limits={"xla": NO_XLA},
)
