"""The seed's experiment bears out every claim, and each planted fault breaks the claim it should."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from gradcheck.errors import UsageError
from gradcheck.experiment import (
    BETA2,
    EMBEDDING,
    EPSILON,
    RATE,
    W1,
    W2,
    Claim,
    Experiment,
    adam_by_hand,
    judge_claims,
    run_experiment,
)
from gradcheck.gradient import Unconnected

SEEDS = range(5)
FROZEN = "The embedding never changes."


@lru_cache
def experiment(seed: int = 0) -> Experiment:
    """Run each seed once; nothing that is shared here is written to."""
    return run_experiment(seed=seed)


def broken(found: Experiment) -> list[Claim]:
    """Return the claims that do not hold."""
    return [claim for claim in judge_claims(found) if not claim.holds]


def numbers(claims: Iterable[Claim]) -> set[int]:
    """Return which of the seed's claims these are."""
    return {claim.number for claim in claims}


def altered(field: str, key: Any, change: Any) -> Experiment:
    """Return the experiment with one of its arrays changed."""
    stored = getattr(experiment(), field)
    changes: dict[str, Any] = {field: {**stored, key: change(stored[key].copy())}}
    return replace(experiment(), **changes)


def put(value: float, at: tuple[int, ...]) -> Any:
    """Return a change that writes ``value`` into one entry."""

    def change(array: Any) -> Any:
        array[at] = value
        return array

    return change


@pytest.mark.parametrize("seed", SEEDS)
def test_every_claim_holds(seed: int) -> None:
    claims = judge_claims(experiment(seed))
    assert numbers(claims) == {1, 2, 3, 4, 5, 6}
    assert [claim for claim in claims if not claim.holds] == []


def test_one_step_and_many_hold() -> None:
    assert broken(run_experiment(steps=1)) == []
    assert broken(run_experiment(steps=12)) == []


def test_one_example_holds() -> None:
    assert broken(run_experiment(examples=1)) == []


def test_the_same_seed_gives_the_same_bits() -> None:
    again = run_experiment(seed=1)
    for name, values in experiment(1).values.items():
        np.testing.assert_array_equal(values, again.values[name])
    assert not np.array_equal(experiment(0).values[W1], again.values[W1])


def test_two_steps_of_three_variables_are_recorded() -> None:
    found = experiment()
    assert {name: values.shape for name, values in found.values.items()} == {
        EMBEDDING: (3, 5, 3),
        W1: (3, 3, 4),
        W2: (3, 4, 5),
    }
    assert found.counts == (1, 2, 3)
    parallel = found.parallel["loss2", W2]
    assert not isinstance(parallel, Unconnected)
    assert parallel.shape == (1, 3, 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_first_list_one_variable_too_wide_trains_the_embedding(seed: int) -> None:
    claims = broken(run_experiment(seed=seed, first=slice(0, 2)))
    assert FROZEN in [claim.sentence for claim in claims]
    assert numbers(claims) >= {1, 2, 3}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_list_one_variable_too_wide_trains_w1_twice(seed: int) -> None:
    claims = broken(run_experiment(seed=seed, second=slice(1, 3)))
    assert f"Adam moves {W1} by loss1's gradient, nothing else." in [claim.sentence for claim in claims]
    # loss1 reaches w1 as well, so that neither the sum nor the product leaves w1's gradient as the claims say.
    assert numbers(claims) == {1, 2, 3, 4, 5}


def test_lists_that_swap_the_heads_are_caught() -> None:
    assert numbers(broken(run_experiment(first=slice(2, 3), second=slice(1, 2)))) >= {1, 2, 3}


def test_the_failed_claim_names_variable_step_and_worst_entry() -> None:
    start = experiment().values[EMBEDDING][0, 3, 1]
    (claim,) = broken(altered("values", EMBEDDING, put(start + 1, (2, 3, 1))))
    assert claim == Claim(
        number=3,
        sentence=FROZEN,
        expected="the same bits",
        found=f"{EMBEDDING}, step 2, entry [3, 1]: expected {start:.9g}, found {start + 1:.9g}; 1 of 30 entries differ",
        holds=False,
    )


def test_one_unit_in_the_last_place_is_a_change() -> None:
    start = experiment().values[EMBEDDING][0, 0, 0]
    (claim,) = broken(altered("values", EMBEDDING, put(np.nextafter(start, np.float32(9)), (1, 0, 0))))
    assert claim.sentence == FROZEN


def test_a_move_one_part_in_a_thousand_short_is_caught() -> None:
    first, last = experiment().values[W2][1:, 2, 2]
    claims = broken(altered("values", W2, put(last - (last - first) / 1000, (2, 2, 2))))
    assert [claim.sentence for claim in claims] == [f"Adam moves {W2} by loss2's gradient, nothing else."]
    assert f"{W2}, step 2, entry [2, 2]: expected" in claims[0].found


def test_a_variable_that_stands_still_is_caught() -> None:
    claims = broken(altered("values", W1, lambda values: np.repeat(values[:1], 3, axis=0)))
    changes, adam, figures = claims
    assert (changes.sentence, changes.found) == (f"{W1} changes at every step.", f"{W1}, largest by step: 0, 0")
    assert adam.sentence == f"Adam moves {W1} by loss1's gradient, nothing else."
    assert f"{W1}, step 1, entry [0, 0]: expected 0.00999, found 0; 24 of 24 entries differ" == figures.found


@pytest.mark.parametrize(
    ("key", "number"),
    [
        (("loss1+loss2", W2), 4),
        (("loss1*loss2", W2), 5),
        (("sum(stop(loss1)*loss2)", W2), 5),
        (("stopped loss2", W2), 2),
    ],
)
def test_one_wrong_entry_of_a_gradient_breaks_its_claim(key: tuple[str, str], number: int) -> None:
    (claim,) = broken(altered("gradients", key, put(0.5, (1, 3, 4))))
    assert claim.number == number
    assert f"{W2}, step 2, entry [3, 4]: expected" in claim.found


@pytest.mark.parametrize("name", [W1, W2])
def test_one_wrong_entry_in_parallel_breaks_the_sixth_claim(name: str) -> None:
    (claim,) = broken(altered("parallel", ("loss1+loss2", name), put(np.nan, (0, 2, 3))))
    assert claim.number == 6
    assert f"{name}, step 1, entry [2, 3]" in claim.found


def test_a_product_that_equals_loss2_breaks_the_fifth_claim() -> None:
    alone = experiment().gradients["loss2", W2]
    claims = broken(altered("gradients", ("loss1*loss2", W2), lambda _: alone))
    assert [claim.number for claim in claims] == [5, 5]
    assert claims[1].found == f"{W2}, largest by step: 0, 0"


@pytest.mark.parametrize(("key", "number"), [(("loss1", W2), 4), (("stopped loss2", W1), 2)])
def test_a_path_that_should_be_absent_is_caught(key: tuple[str, str], number: int) -> None:
    base = experiment()
    leaking = replace(base, gradients={**base.gradients, key: np.zeros((2, 3, 4), np.float32)})
    (claim,) = broken(leaking)
    assert (claim.number, claim.expected) == (number, "no gradient")
    assert claim.found.endswith(": a gradient")


def test_a_leak_that_is_absent_or_zero_is_caught() -> None:
    base = experiment()
    for leak, found in ((Unconnected(), "no gradient"), (np.zeros((2, 3, 4), np.float32), "0, 0")):
        (claim,) = broken(replace(base, gradients={**base.gradients, ("loss2", W1): leak}))
        assert (claim.number, claim.found) == (2, f"{W1}, largest by step: {found}")


def test_a_gradient_that_loss2_leaks_into_would_show_in_the_moves() -> None:
    leak = experiment().gradients["loss2", W1]
    claims = broken(altered("gradients", ("loss1", W1), lambda own: own + leak))
    assert f"Adam moves {W1} by loss1's gradient, nothing else." in [claim.sentence for claim in claims]


@pytest.mark.parametrize("gradient", [3.0, -3.0, 1e-4, 1e-7])
def test_adam_by_hand_moves_by_the_rate_when_the_gradient_is_constant(gradient: float) -> None:
    moves, allowed = adam_by_hand(np.full((4, 1), gradient, np.float32), np.zeros((4, 1), np.float32))
    epsilon = float(EPSILON) / np.sqrt(1 - float(BETA2))
    assert moves[0] == pytest.approx(-float(RATE) * gradient / (abs(gradient) + epsilon), rel=1e-7)
    assert np.all(np.abs(moves) < 0.01001)
    # Sixteen and a half units of a move at step 1, and 6.5 more for every later one.
    assert np.all(allowed < 2.0**-24 * 0.01001 * (10 + 6.5 * np.arange(1, 5)[:, None]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, r"^steps must be at least 1; found 0$"),
        ({"examples": -1}, r"^examples must be at least 1; found -1$"),
        ({"first": slice(0, 0)}, r"^first and second must each select a variable; found slice\(0, 0, None\) and None$"),
    ],
)
def test_bad_arguments_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run_experiment(**options)
