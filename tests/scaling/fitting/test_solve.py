"""Best coefficients from several starts, and when they are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.errors import DomainError, FitError
from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.refusals import AtBoundError, NotIdentifiedError, StartsDisagreeError
from nextdollar.scaling.fitting.solve import Criterion, solve
from nextdollar.scaling.laws.routed_moe import RoutedMoe
from nextdollar.scaling.runs import runs_of

KINDS = ("huber-log", "squares-log", "squares")


def noise_free(E, A, alpha, B, beta):
    """Return runs of the form of Hoffmann et al.: 8 budgets of 16 sizes each."""
    budgets_flop = np.repeat(np.geomspace(1e18, 1e22, 8), 16)
    N = np.sqrt(budgets_flop / 120) * np.tile(np.geomspace(0.15, 6.0, 16), 8)
    D = budgets_flop / (6 * N)
    return runs_of(N, D, E + A / N**alpha + B / D**beta)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "truth",
    [
        (1.69, 406.4, 0.34, 410.7, 0.28),
        (1.8172, 477.8, 0.3473, 2143.4, 0.3672),
        (1.9, 3e3, 0.465, 30.0, 0.155),
    ],
    ids=["alike", "steeper", "alpha three times beta"],
)
def test_noise_free_runs_give_back_their_law_to_twelve_digits(truth, kind):
    found = solve(noise_free(*truth), FORMS["chinchilla"], Criterion(kind))
    np.testing.assert_allclose(list(found.coefficients.values()), truth, rtol=1e-12)
    assert found.starts_agreeing >= 10


LAWS = {
    "chinchilla": {"E": 1.7, "A": 400.0, "alpha": 0.34, "B": 900.0, "beta": 0.3},
    "coupled": {"E": 1.7, "A": 400.0, "alpha": 0.34, "B": 900.0, "beta": 0.3, "k": 0.6},
    "kaplan": {"N_c": 6.4e13, "D_c": 1.8e13, "alpha_N": 0.076, "alpha_D": 0.103},
    "over-training": {"E": 1.5, "a": 141.0, "b": 190.0, "eta": 0.121},
    "power-flop": {"E": 1.6, "A": 95.2, "alpha": 0.0941},
    "power-params": {"E": 1.6, "A": 95.2, "alpha": 0.24},
    "power-tokens": {"E": 1.6, "A": 95.2, "alpha": 0.2},
}


@pytest.mark.parametrize("name", LAWS)
def test_every_form_gives_back_its_own_law(name, noisy_runs):
    law = FORMS[name].law(LAWS[name], noisy_runs)
    runs = runs_of(noisy_runs.params, noisy_runs.tokens, law.loss(noisy_runs.params, noisy_runs.tokens))
    found = solve(runs, FORMS[name], Criterion("squares-log"))
    assert found.coefficients == pytest.approx(LAWS[name], rel=1e-8)


def test_the_data_constrained_form_gives_back_its_own_law(noisy_runs):
    # The coefficients of Muennighoff et al. 2023, on runs of up to 60 passes.
    truth = {"E": 1.87, "A": 521.0, "alpha": 0.3527, "B": 1488.0, "beta": 0.3527, "R_D": 15.39, "R_N": 5.31}
    N, D = noisy_runs.params, noisy_runs.tokens
    unique = D / np.exp(np.random.default_rng(6).uniform(0, 4, N.size))
    form = FORMS["data-constrained"]
    law = replace(form.law(truth, noisy_runs), unique_tokens=unique)
    runs = replace(runs_of(N, D, law.loss(N, D)), unique_tokens=unique)
    assert solve(runs, form, Criterion("squares-log")).coefficients == pytest.approx(truth, rel=1e-7)


def test_the_routed_form_gives_back_its_own_law(noisy_runs):
    # S-Base of Clark et al. 2022, table 3.
    truth = {"a": -0.082, "b": -0.108, "c": 0.009, "d": 1.104, "E_start": 1.847, "E_max": 314.478}
    N, D = noisy_runs.params, noisy_runs.tokens
    experts = np.exp2(np.arange(N.size) % 10)
    runs = replace(runs_of(N, D, RoutedMoe(**truth, experts=experts).loss(N, D)), experts=experts)
    found = solve(runs, FORMS["routed-moe"], Criterion("squares-log"))
    assert found.coefficients == pytest.approx(truth, rel=1e-7)


def test_a_pinned_floor_is_kept_and_one_that_is_right_changes_nothing(noisy_runs):
    free = solve(noisy_runs, FORMS["chinchilla"], Criterion())
    right = solve(noisy_runs, FORMS["chinchilla"], Criterion(pinned_E_nats=free.coefficients["E"]))
    assert right.coefficients == pytest.approx(free.coefficients, rel=1e-6)
    wrong = solve(noisy_runs, FORMS["chinchilla"], Criterion(pinned_E_nats=1.2))
    assert wrong.coefficients["E"] == 1.2
    assert wrong.objective > free.objective


def test_a_pinned_floor_above_a_loss_is_refused(noisy_runs):
    with pytest.raises(DomainError, match="pinned_E_nats must be above 0 and below every loss"):
        solve(noisy_runs, FORMS["chinchilla"], Criterion(pinned_E_nats=9.0))


def test_a_form_without_a_floor_has_none_to_pin(noisy_runs):
    with pytest.raises(DomainError, match="kaplan, which has no floor"):
        solve(noisy_runs, FORMS["kaplan"], Criterion(pinned_E_nats=1.0))


def test_losses_in_another_unit_move_the_law_by_that_unit_alone(noisy_runs):
    bits = runs_of(noisy_runs.params, noisy_runs.tokens, noisy_runs.loss_nats / np.log(2))
    nats = solve(noisy_runs, FORMS["chinchilla"], Criterion()).coefficients
    for name, value in solve(bits, FORMS["chinchilla"], Criterion()).coefficients.items():
        per_nat = 1.0 if name in ("alpha", "beta") else 1 / np.log(2)
        assert value == pytest.approx(nats[name] * per_nat, rel=1e-7)


def test_tokens_that_go_with_params_leave_the_two_terms_apart_in_name_only():
    N = np.geomspace(1e7, 1e10, 30)
    D = 20 * N
    loss = 1.7 + 400 / N**0.34 + 900 / D**0.34
    with pytest.raises(FitError, match="no trustworthy fit"):
        solve(runs_of(N, D, loss), FORMS["chinchilla"], Criterion("squares-log"))


def test_a_term_that_the_runs_do_not_show_is_named():
    N, D = (axis.ravel() for axis in np.meshgrid(np.geomspace(1e7, 1e10, 8), np.geomspace(1e9, 1e12, 8)))
    with pytest.raises((AtBoundError, NotIdentifiedError), match=r"no trustworthy fit: .*chinchilla"):
        solve(runs_of(N, D, 2.0 + 300 / N**0.34), FORMS["chinchilla"], Criterion("squares-log"))


def few_starts(n_starts):
    form = FORMS["chinchilla"]
    return replace(form, starts=lambda *arguments: form.starts(*arguments)[:n_starts])


def test_where_few_starts_agree_more_are_followed_and_counted(noisy_runs):
    found = solve(noisy_runs, few_starts(2), Criterion())
    assert (found.n_starts, found.starts_agreeing) == (4, 4)


def test_one_start_is_no_evidence_of_a_least_sum(noisy_runs):
    with pytest.raises(StartsDisagreeError, match="only 2 of 2 starts of chinchilla end at the least sum"):
        solve(noisy_runs, few_starts(1), Criterion())


def test_runs_of_integers_do_not_overflow(noisy_runs):
    # 6 N D passes 9.2e18 at 1.5e9 parameters on 1e9 tokens.
    whole = replace(
        noisy_runs, params=noisy_runs.params.astype(np.int64), tokens=noisy_runs.tokens.astype(np.int64)
    )
    for name in ("chinchilla", "over-training", "power-flop"):
        found = solve(whole, FORMS[name], Criterion("squares-log")).coefficients
        expected = solve(noisy_runs, FORMS[name], Criterion("squares-log")).coefficients
        assert found == pytest.approx(expected, rel=1e-5)


def test_losses_that_no_model_has_are_refused(noisy_runs):
    absurd = runs_of(noisy_runs.params, noisy_runs.tokens, 1e9 * noisy_runs.loss_nats)
    with pytest.raises(DomainError, match=r"loss_nats must be between 1e-06 and 1e\+06"):
        solve(absurd, FORMS["chinchilla"], Criterion())
