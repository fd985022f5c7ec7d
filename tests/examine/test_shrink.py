"""Simpler numbers are taken as long as the doubt remains."""

from __future__ import annotations

import numpy as np

from gradcheck.domain import real
from gradcheck.examine.shrink import shrink
from gradcheck.oracles.subject import Subject
from oracles import lies

SUBJECT = Subject(lies.op(lies.honest, real(3)), None, "float64", values=[np.array([1.2345, -0.77, 3.14159])])


def test_numbers_are_rounded_as_far_as_the_doubt_allows() -> None:
    assert shrink(SUBJECT, lambda subject: True).values[0].tolist() == [1.0, -1.0, 3.0]
    kept = shrink(SUBJECT, lambda subject: abs(subject.values[0][2] - 3.14) < 0.01)
    assert kept.values[0].tolist() == [1.23, -0.77, 3.14]
    assert shrink(SUBJECT, lambda subject: False) is SUBJECT
