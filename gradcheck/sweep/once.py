"""What several sweeps say of the same points: each point counts once, and nothing that is broken is lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby

import numpy as np

from gradcheck.sweep.covered import Covered
from gradcheck.sweep.judge import Broken
from gradcheck.sweep.log import Done
from gradcheck.sweep.plan import MOST_POINTS, Plan, Span
from gradcheck.sweep.tally import Count, Key, Tally, Worst


def once(sweeps: Sequence[Sequence[Done]], plans: Sequence[Plan]) -> list[Done]:
    """Return spans of which none overlap, with the worst that any sweep found there.

    Args:
        sweeps: What each has done, its points numbered as in a merge of the plans.
    """
    judged = [[done for done in sweep if not done.killed] for sweep in sweeps]
    covered, kept = Covered([]), dict[Span, Done]()
    # A span that killed its worker was halved: of what overlaps, the longest holds all the others.
    for done in sorted(chain(*judged), key=_longest_first):
        if covered.takes(done.span):
            kept[done.span] = done
    for sweep in judged:
        same = defaultdict[Span, list[Done]](list)
        for done in chain(*(_held(done, covered, plans) for done in sweep)):
            if covered.takes(done.span):
                kept[done.span] = done
            elif span := covered.holding(done.span):
                same[span].append(done)
        kept |= {span: _worse(kept[span], found, plans) for span, found in same.items()}
    return [*kept.values(), *_given_up(sweeps, covered)]


def _longest_first(done: Done) -> tuple[int, int]:
    return -len(done.span), done.span.start


def _held(done: Done, covered: Covered, plans: Sequence[Plan]) -> Iterator[Done]:
    """Yield a span, or, where it lies in none that is kept, the points of it that are known to be broken."""
    if covered.holding(done.span):
        yield done
        return
    for point, same in groupby(sorted(done.broken, key=lambda one: one.point), key=lambda one: one.point):
        broken = tuple(same)
        counts = {_key(one, plans): Count(judged=1, broken=1, share=Worst(np.inf, point)) for one in broken}
        yield Done(Span(point, point + 1), Tally(points=1, counts=counts), broken)


def _worse(done: Done, others: Sequence[Done], plans: Sequence[Plan]) -> Done:
    """Return what is known of a span, given what another sweep found in parts of it."""
    total = Tally()
    for other in others:
        total += other.tally
    tally = done.tally | total
    broken = tuple(dict.fromkeys(chain(done.broken, *(other.broken for other in others))))
    # Each sweep may have found other points broken: those that are named are counted, all of them.
    named = Counter(_key(one, plans) for one in broken)
    for key, count in tally.counts.items():
        count.broken = max(count.broken, named[key])
    return replace(done, tally=tally, broken=broken)


def _key(broken: Broken, plans: Sequence[Plan]) -> Key:
    place, point = divmod(broken.point, MOST_POINTS)
    return broken.law, broken.engine, plans[place].graph(point).dtype


def _given_up(sweeps: Sequence[Sequence[Done]], covered: Covered) -> Iterator[Done]:
    """Yield the points that were given up by some sweep and judged by none."""
    for done in sorted(chain(*sweeps), key=_longest_first):
        if done.killed:
            for span in list(covered.without(done.span)):
                covered.takes(span)
                yield replace(done, span=span, tally=Tally(errors=dict.fromkeys(done.tally.errors, len(span))))
