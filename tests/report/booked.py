"""Books of proofs for tests of their page: computed once, on one engine."""

from __future__ import annotations

from functools import cache

from gradcheck.graph import TwoHeadGraph
from gradcheck.proofs import proofs
from gradcheck.proofs.asked import find_setting
from gradcheck.proofs.chapter import Book, Chapter, wirings_of
from gradcheck.proofs.setting import golden_setting
from gradcheck.proofs.wirings import Wired
from proofs.cases import honest_walk, walk

DEEP = TwoHeadGraph(
    ("dense", "dense_bias", "dense"),
    ("dense",) * 3,
    ("dense_bias",) * 3,
    "chained",
    "squared_error",
    "plain_sum",
    "sum",
    "float64",
)


@cache
def golden_wirings() -> tuple[Wired, ...]:
    return wirings_of(golden_setting())


@cache
def book(*names: str) -> Book:
    """Return a book of some proofs where they are usually shown."""
    chapters = (Chapter(honest_walk(name), honest_walk(name, broken=True)) for name in names)
    return Book(tuple(chapters), golden_wirings())


@cache
def deep_book() -> Book:
    """Return a book of one proof on a graph with three layers in each part."""
    setting = find_setting(proofs["sum-rule"], repr(DEEP), 1, None)
    chapter = Chapter(walk("sum-rule", setting=setting), walk("sum-rule", broken=True, setting=setting))
    return Book((chapter,), wirings_of(setting))
