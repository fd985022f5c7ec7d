"""Elementwise operations."""

from gradcheck.backend import tf
from gradcheck.domain import away, broken, distinct, positive, real, unit
from gradcheck.op import COMPLEX, HALF, Family, edge, kink

elementwise = Family("elementwise")
EVERY = (*HALF, *COMPLEX)

elementwise("tanh", tf.math.tanh, real(), dtypes=EVERY, edges=[edge("zero", [0.0, 1.0])])
elementwise("add", tf.add, real(2, 3), real(2, 3), dtypes=EVERY, edges=[edge("broadcast", real(3, 1), real(2))])
elementwise(
    "multiply",
    tf.multiply,
    real(2, 3),
    real(2, 3),
    dtypes=EVERY,
    edges=[edge("zeros", [0.0, 1.0], [0.0, 0.0]), edge("scalar", real(2, 3), 2.0)],
)
elementwise("sqrt", tf.sqrt, positive(), dtypes=EVERY, edges=[kink("zero", [0.0, 1.0])])
elementwise("abs", tf.abs, away(), dtypes=EVERY, edges=[kink("zero", [0.0, -1.0])])
elementwise("maximum", tf.maximum, distinct(2, 3), broken(2, 3), dtypes=HALF, edges=[kink("tie", [1.0], [1.0])])
elementwise("asin", tf.asin, unit(), dtypes=EVERY)
