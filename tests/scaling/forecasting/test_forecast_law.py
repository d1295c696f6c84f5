"""A law with draws that are wide enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import DomainError, FitError
from nextdollar.scaling.forecasting.forecast_law import ForecastLaw, forecast_law
from nextdollar.scaling.runs import runs_of


def made(runs, prior, n_draws=256, seed=3) -> ForecastLaw:
    return forecast_law(runs, prior, n_draws=n_draws, generator=np.random.default_rng(seed))


def log_width(law, params=7e10, tokens=1.4e12) -> float:
    """Log of the 90 % interval's ends over each other, far beyond the ladder."""
    low, high = np.quantile(law.loss(params, tokens), [0.05, 0.95])
    return float(np.log(high / low))


def test_a_seed_gives_the_same_draws_again_and_another_seed_gives_others(prior, ladder):
    first, again, other = (made(ladder(20), prior, seed=seed).loss(7e9, 1.4e11) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


def test_the_order_of_the_runs_does_not_matter(prior, ladder):
    runs = ladder(25)
    shuffled = runs.take(np.random.default_rng(0).permutation(25))
    np.testing.assert_array_equal(
        made(runs, prior).loss(7e9, 1.4e11), made(shuffled, prior).loss(7e9, 1.4e11)
    )


def test_the_unit_of_the_loss_does_not_matter(prior, ladder):
    runs = ladder(25)
    bits = replace(runs, loss_nats=runs.loss_nats / np.log(2))
    in_nats, in_bits = (made(r, prior).loss(7e9, 1.4e11) for r in (runs, bits))
    # The climb stops at steps of 1e-6 in log coefficients.
    np.testing.assert_allclose(in_bits, in_nats / np.log(2), rtol=1e-5)


def test_more_runs_narrow_the_interval(prior, ladder):
    widths = [np.mean([log_width(made(ladder(n, seed=s), prior)) for s in range(3)]) for n in (3, 12, 100)]
    assert widths[0] > 1.2 * widths[1] > 1.2 * widths[2]


def test_larger_runs_narrow_the_interval(prior, ladder):
    runs = ladder(40)
    order = np.argsort(runs.flop)
    small, large = (made(runs.take(order[chosen]), prior) for chosen in (slice(0, 20), slice(20, 40)))
    assert log_width(large) < log_width(small)


def test_checkpoints_of_two_runs_say_little_more_than_two_runs(prior, ladder):
    two = ladder(2)
    again = np.repeat(np.arange(2), 40)
    checkpoints = two.take(again)
    assert log_width(made(checkpoints, prior)) > 0.8 * log_width(made(two, prior))


def test_a_draw_is_its_law_times_its_misfit(prior, ladder):
    law = made(ladder(20), prior)
    N, D = np.array([[2e9], [7e10]]), np.array([[4e10], [1.4e12]])
    expected = law.law.loss(N, D) * np.exp(law.misfit * law.width.log(N, D))
    np.testing.assert_allclose(law.loss(N, D), expected, rtol=1e-14)
    assert law.loss(N, D).shape == (2, law.n_draws)


def test_sizes_that_are_uncertain_meet_their_own_draws(prior, ladder):
    law = made(ladder(20), prior, n_draws=64)
    N = np.geomspace(1e9, 1e11, 64)
    apart = [law.take(np.array([i])).loss(N[i], 20 * N[i])[0] for i in range(64)]
    np.testing.assert_allclose(law.loss(N, 20 * N), apart, rtol=1e-13)


def test_the_frontier_is_that_of_each_draw(prior, ladder):
    law = made(ladder(20), prior, n_draws=64)
    N = law.optimal_params(1e24)
    np.testing.assert_allclose(law.law.loss(N, 1e24 / (6 * N)), law.frontier().loss(1e24), rtol=1e-12)
    np.testing.assert_array_equal(law.gradient(N, 1e11)[0], law.law.gradient(N, 1e11)[0])


def test_the_domain_counts_work_as_six_n_d(prior, ladder):
    runs = ladder(10)
    heavier = replace(runs, flop=2.2 * runs.flop)
    assert made(heavier, prior).domain == made(runs, prior).domain


def test_two_runs_are_enough_and_one_is_not(prior, ladder):
    two = made(ladder(2), prior)
    assert np.isfinite(two.loss(7e10, 1.4e12)).all()
    with pytest.raises(FitError, match="a forecast needs 2 separate runs, got 1"):
        made(ladder(1), prior)


def test_checkpoints_of_one_run_are_one_run(prior, ladder):
    one = replace(ladder(30), run=np.zeros(30, dtype=np.int64))
    with pytest.raises(FitError, match="got 1"):
        made(one, prior)


def test_runs_that_grow_worse_with_size_are_not_believed_but_do_not_break_it(prior):
    runs = runs_of(np.array([1e8, 3e8, 1e9]), np.array([2e9, 6e9, 2e10]), np.array([2.5, 2.9, 3.4]))
    losses = made(runs, prior).loss(7e9, 1.4e11)
    assert np.isfinite(losses).all()
    assert (losses > 0).all()


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.floats(2, 14), st.floats(3, 16), st.floats(-3, 3)), min_size=2, max_size=6, unique=True
    )
)
def test_whatever_the_runs_every_draw_is_a_loss(prior, decades):
    params, tokens, loss_nats = 10.0 ** np.array(decades).T
    law = made(runs_of(params, tokens, loss_nats), prior, n_draws=32)
    losses = law.loss(np.array([[1e6], [1e15]]), np.array([[1e16], [1e6]]))
    assert np.isfinite(losses).all()
    assert (losses > 0).all()


def test_no_draws_are_refused(prior, ladder):
    with pytest.raises(DomainError, match="n_draws must be at least 1, got 0"):
        made(ladder(5), prior, n_draws=0)


def test_misfits_of_another_number_are_refused(prior, ladder):
    law = made(ladder(5), prior)
    with pytest.raises(DomainError, match=r"misfit must be of shape \(256,\)"):
        replace(law, misfit=law.misfit[:10])
