"""What holds of every law of purchases, whatever its formulas."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.pay_as_you_go import (
    PURCHASE_LAWS,
    BgBb,
    BgNbd,
    Histories,
    MbgNbd,
    ParetoNbd,
    score,
    simulated_purchases,
)
from nextdollar.customers.pay_as_you_go.laws.beta_mean import beta_mean
from nextdollar.errors import DomainError

LAWS = {
    "bg-nbd": BgNbd(0.243, 4.414, 0.793, 2.426),
    "mbg-nbd": MbgNbd(0.525, 6.183, 0.891, 1.614),
    "pareto-nbd": ParetoNbd(0.553, 10.578, 0.606, 11.669),
    "bg-bb": BgBb(1.204, 0.75, 0.657, 2.783),
}
letters = st.lists(st.floats(0.05, 20), min_size=4, max_size=4)


def customers(*rows: tuple[float, float, float]) -> Histories:
    repeats, last, seen = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return Histories.of_customers(repeats, last, n_periods_observed=seen)


HISTORIES = customers((0, 0, 6), (1, 1, 6), (2, 6, 6), (3, 4, 8), (7, 9, 10), (20, 24, 40))


def test_every_law_is_looked_at_here():
    assert set(LAWS) == set(PURCHASE_LAWS)


@pytest.mark.parametrize("name", LAWS)
class TestEveryLaw:
    @given(values=letters)
    def test_the_slopes_are_those_of_the_likelihood(self, name, values):
        slopes = PURCHASE_LAWS[name](*values).slopes(HISTORIES)
        for place, value in enumerate(values):
            step = 1e-5 * value
            above, below = (list(values), list(values))
            above[place] += step
            below[place] -= step
            rise = PURCHASE_LAWS[name](*above).log_likelihood(HISTORIES)
            rise -= PURCHASE_LAWS[name](*below).log_likelihood(HISTORIES)
            np.testing.assert_allclose(slopes[place], rise / (2 * step), rtol=2e-5, atol=2e-6)

    @given(values=letters)
    def test_customers_only_ever_leave(self, name, values):
        law = PURCHASE_LAWS[name](*values)
        by_period = law.survival(np.arange(60.0))
        # By MBG/NBD some leave right after the first purchase.
        assert by_period[0] == pytest.approx(law.b / (law.a + law.b) if name == "mbg-nbd" else 1.0)
        assert (np.diff(by_period) <= 1e-12).all() and (by_period >= 0).all()
        ahead = np.stack([law.survival_of(HISTORIES, float(period)) for period in range(5)])
        assert (np.diff(ahead, axis=0) <= 1e-12).all()
        np.testing.assert_allclose(ahead[0], law.alive_share(HISTORIES), rtol=1e-9)

    @given(values=letters)
    def test_a_longer_wait_sees_more_purchases(self, name, values):
        law = PURCHASE_LAWS[name](*values)
        ahead = np.stack([law.expected_purchases_if_alive(HISTORIES, float(n)) for n in (1, 2, 10, 50)])
        assert (ahead > 0).all() and (np.diff(ahead, axis=0) > -1e-9).all()

    def test_silence_makes_a_customer_less_likely_to_be_there(self, name):
        lately, long_ago = customers((3, 20, 20)), customers((3, 8, 20))
        assert LAWS[name].alive_share(long_ago) < LAWS[name].alive_share(lately)

    def test_many_customers_at_once_agree_with_one_call_each(self, name):
        law = LAWS[name]
        for place in range(len(HISTORIES.n_repeats)):
            alone = HISTORIES.rows(slice(place, place + 1))
            assert law.log_likelihood(alone)[0] == pytest.approx(
                law.log_likelihood(HISTORIES)[place], rel=1e-13
            )
            assert law.alive_share(alone)[0] == pytest.approx(law.alive_share(HISTORIES)[place], rel=1e-13)

    def test_many_draws_at_once_agree_with_one_call_each(self, name):
        draws = np.array([[0.5, 1.5], [3.0, 4.0], [0.7, 1.4], [2.0, 3.0]])
        together = PURCHASE_LAWS[name](*draws).survival(np.arange(4.0)[:, None])
        for place, values in enumerate(draws.T):
            alone = PURCHASE_LAWS[name](*map(float, values)).survival(np.arange(4.0))
            np.testing.assert_allclose(together[:, place], alone, rtol=1e-13)

    def test_the_expected_purchases_are_the_mean_of_dealt_ones(self, name):
        law, one = LAWS[name], customers((3, 8, 10))
        many = Histories.of_customers(
            *(np.repeat(c, 100_000) for c in (one.n_repeats, one.n_periods_to_last)),
            n_periods_observed=np.repeat(one.n_periods_observed, 100_000),
        )
        dealt = simulated_purchases(law, many, 12, rng=np.random.default_rng(4))
        error = dealt.std() / math.sqrt(len(dealt))
        assert dealt.mean() == pytest.approx(score(law, one, 12).n_purchases[0], abs=4 * error)

    def test_the_likelihood_is_that_of_dealt_customers(self, name, dealt):
        # At the parameters that dealt them, the mean slope to each parameter is 0 within its sampling error.
        true = {"bg-nbd": (0.25, 4.5, 0.8, 2.5), "mbg-nbd": (0.5, 6.2, 0.9, 1.6)}
        true |= {"pareto-nbd": (0.55, 10.6, 0.6, 11.7)}
        law = PURCHASE_LAWS[name](*true.get(name, (1.2, 0.75, 0.66, 2.78)))
        slopes = law.slopes(dealt(name, 20_000, 8))
        error = slopes.std(axis=1) / math.sqrt(slopes.shape[1])
        assert (np.abs(slopes.mean(axis=1)) < 4 * error).all()

    @pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
    def test_a_parameter_that_is_not_above_zero_is_refused_by_name(self, name, value):
        with pytest.raises(DomainError, match="must be finite and above 0"):
            PURCHASE_LAWS[name](1.0, 1.0, value, 1.0)


class TestBgNbd:
    def test_agrees_with_the_spreadsheet_of_its_authors(self):
        # Hardie's spreadsheet of the paper, as in lifetimes 0.11.3, tests/test_estimation.py.
        law = BgNbd(0.2426, 4.4136, 0.7929, 2.4259)
        weeks = np.array([0.1429, 1.0, 3.0, 31.8571, 32.0, 78.0])
        expected = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576]
        np.testing.assert_allclose(law.expected_purchases(weeks), expected, atol=5e-4)
        assert score(law, customers((2, 30.43, 38.86)), 39).n_purchases[0] == pytest.approx(1.226, abs=1e-3)

    def test_a_customer_who_never_came_back_cannot_have_left(self):
        assert LAWS["bg-nbd"].alive_share(customers((0, 0, 500)))[0] == 1.0

    @pytest.mark.parametrize(
        ("r", "alpha", "a", "b", "weeks"),
        [
            (0.243, 4.414, 0.793, 2.426, 52.0),
            (0.01, 1e3, 5e-3, 2.0, 1.0),
            (0.1, 0.1, 3_000.0, 700.0, 300.0),
            (1366.0, 1e5, 0.2, 0.01, 500.0),
        ],
    )
    def test_survival_is_the_mean_of_exponentials_of_leaving(self, r, alpha, a, b, weeks):
        with mpmath.workdps(40):
            exact = float(mpmath.hyp2f1(r, a, a + b, -mpmath.mpf(weeks) / alpha))
        assert BgNbd(r, alpha, a, b).survival(weeks) == pytest.approx(exact, rel=1e-9)

    def test_where_scipy_has_no_answer_the_mean_over_the_chance_to_leave_is_taken(self):
        # scipy 1.17.1: hyp2f1 of these is nan.
        law = BgNbd(0.01311695756302063, 0.00660247446125639, 0.005106874995841349, 831.1683747510851)
        with mpmath.workdps(40):
            exact = float(mpmath.hyp2f1(law.r, law.a, law.a + law.b, -mpmath.mpf(3) / law.alpha))
        assert law.survival(3.0) == pytest.approx(exact, rel=1e-9)
        assert law.expected_purchases(3.0) == pytest.approx(law.r * 3 / law.alpha, rel=0.05)

    @given(values=letters, ratio=st.floats(1e-3, 1e3))
    def test_both_ways_to_the_same_mean_agree(self, values, ratio):
        r, alpha, a, b = values
        rows = [np.array([number]) for number in (a, b, r * ratio)]
        mean = beta_mean(lambda p, _: (1 + p * ratio) ** -r, rows[0], rows[1], scale=rows[2])
        assert mean[0] == pytest.approx(
            float(BgNbd(r, alpha, a, b).survival(ratio * alpha)), rel=1e-8, abs=1e-11
        )

    def test_parameters_at_which_the_published_formula_divides_by_zero_have_an_answer(self):
        # a = 1, and a + b = 1 for a new customer: the limits from both sides agree with it.
        for law, below, above in [
            (BgNbd(0.5, 4.0, 1.0, 2.0), BgNbd(0.5, 4.0, 0.999, 2.0), BgNbd(0.5, 4.0, 1.001, 2.0)),
            (BgNbd(0.5, 4.0, 0.4, 0.6), BgNbd(0.5, 4.0, 0.4, 0.599), BgNbd(0.5, 4.0, 0.4, 0.601)),
        ]:
            middle = (below.expected_purchases(52.0) + above.expected_purchases(52.0)) / 2
            assert law.expected_purchases(52.0) == pytest.approx(middle, rel=1e-4)


class TestMbgNbd:
    @pytest.mark.parametrize("row", [(0, 0, 20), (1, 2.5, 20), (4, 18, 22)])
    def test_the_likelihood_is_the_integral_over_customers(self, row):
        r, alpha, a, b = 1.5, 6.0, 1.4, 1.6
        x, last, seen = row

        def history(rate: float, p: float) -> tuple[float, float]:
            alive = rate**x * (1 - p) ** (x + 1) * math.exp(-rate * seen)
            return alive, rate**x * p * (1 - p) ** x * math.exp(-rate * last)

        # Rates by their quantiles beside chances, by Gauss-Legendre, with no formula of the law.
        nodes, weights = np.polynomial.legendre.leggauss(160)
        total = alive_part = 0.0
        for u, v in zip((nodes + 1) / 2, weights / 2, strict=True):
            rate = 6 * u / (1 - u) / alpha
            density = alpha**r * rate ** (r - 1) * math.exp(-alpha * rate) / math.gamma(r)
            share = v * density * 6 / alpha / (1 - u) ** 2
            for p, w in zip((nodes + 1) / 2, weights / 2, strict=True):
                chance = w * p ** (a - 1) * (1 - p) ** (b - 1) / (math.gamma(a) * math.gamma(b))
                alive, gone = history(rate, p)
                total += share * chance * math.gamma(a + b) * (alive + gone)
                alive_part += share * chance * math.gamma(a + b) * alive
        law = MbgNbd(r, alpha, a, b)
        assert math.exp(law.log_likelihood(customers(row))[0]) == pytest.approx(total, rel=2e-4)
        assert law.alive_share(customers(row))[0] == pytest.approx(alive_part / total, rel=2e-4)

    def test_new_customers_buy_and_stay_as_dealt_ones(self, dealt):
        law, histories = MbgNbd(0.5, 6.2, 0.9, 1.6), dealt("mbg-nbd", 60_000, 3)
        seen = histories.n_periods_observed
        expected = float(law.expected_purchases(seen).mean())
        error = histories.n_repeats.std() / math.sqrt(len(seen))
        assert histories.n_repeats.mean() == pytest.approx(expected, abs=4 * error)
        # The chance to be there of those dealt adds up to the share of new customers who still are.
        alive = law.alive_share(histories)
        error = alive.std() / math.sqrt(len(seen))
        assert alive.mean() == pytest.approx(float(law.survival(seen).mean()), abs=4 * error)

    def test_who_never_came_back_may_have_left_and_the_more_so_the_longer_ago(self):
        one = LAWS["mbg-nbd"].alive_share(customers((0, 0, 1), (0, 0, 10), (0, 0, 100)))
        assert 1.614 / (0.891 + 1.614) > one[0] > one[1] > one[2] > 0
        assert BgNbd(0.525, 6.183, 0.891, 1.614).alive_share(customers((0, 0, 100)))[0] == 1

    def test_where_nobody_leaves_it_is_the_law_without_the_first_chance(self):
        values = (0.5, 6.0, 1e-9, 2.0)
        ahead = MbgNbd(*values).expected_purchases(30.0)
        assert ahead == pytest.approx(BgNbd(*values).expected_purchases(30.0), rel=1e-7)


class TestParetoNbd:
    @pytest.mark.parametrize("row", [(0, 0, 39), (2, 30.43, 38.86), (29, 30, 38), (400, 5, 6), (500, 1, 37)])
    @pytest.mark.parametrize(
        "values", [(0.553, 10.578, 0.606, 11.669), (0.5, 100, 2, 0.5), (0.2, 0.05, 0.4, 30), (1, 1, 1, 1)]
    )
    def test_the_likelihood_is_the_published_integral(self, row, values):
        r, alpha, s, beta = values
        x, last, seen = row
        with mpmath.workdps(40):
            edges = [last + (seen - last) * (mpmath.mpf(k) / 40) ** 4 for k in range(41)]
            gone = s * mpmath.quad(lambda u: (alpha + u) ** (-r - x) * (beta + u) ** (-s - 1), edges)
            alive = mpmath.mpf(alpha + seen) ** (-r - x) * mpmath.mpf(beta + seen) ** (-s)
            scale = mpmath.gammaprod([r + x], [r]) * mpmath.mpf(alpha) ** r * mpmath.mpf(beta) ** s
            exact, exact_alive = mpmath.log(scale * (alive + gone)), alive / (alive + gone)
        law = ParetoNbd(*map(float, values))
        assert law.log_likelihood(customers(row))[0] == pytest.approx(float(exact), rel=1e-11, abs=1e-11)
        assert law.alive_share(customers(row))[0] == pytest.approx(float(exact_alive), rel=1e-8, abs=1e-300)

    def test_purchases_at_s_of_one_are_the_limit(self):
        near, at = ParetoNbd(0.5, 10.0, 1 + 1e-9, 12.0), ParetoNbd(0.5, 10.0, 1.0, 12.0)
        assert at.expected_purchases(52.0) == pytest.approx(near.expected_purchases(52.0), rel=1e-8)

    def test_a_customer_who_bought_on_the_last_day_is_there(self):
        assert LAWS["pareto-nbd"].alive_share(customers((3, 20, 20)))[0] == pytest.approx(1.0)


class TestBgBb:
    def test_all_histories_together_have_a_chance_of_one(self):
        # 6 periods: the sum over strings of purchases, counted by (x, t_x) with its binomial number.
        total = math.exp(LAWS["bg-bb"].log_likelihood(customers((0, 0, 6)))[0])
        for last in range(1, 7):
            for x in range(1, last + 1):
                likelihood = math.exp(LAWS["bg-bb"].log_likelihood(customers((x, last, 6)))[0])
                total += math.comb(last - 1, x - 1) * likelihood
        assert total == pytest.approx(1.0, rel=1e-12)

    def test_agrees_with_the_closed_form_of_the_paper(self):
        # Equation 13 of Fader, Hardie and Shang (2010), which divides by gamma - 1.
        law, one, n, ahead = LAWS["bg-bb"], customers((4, 5, 6)), 6, 10
        with mpmath.workdps(30):
            a, b, c, d = 1.204, 0.75, 0.657, 2.783
            bought = mpmath.beta(a + 5, b + 2) / mpmath.beta(a, b)
            stays = d / (c - 1) * mpmath.gammaprod([c + d], [1 + d])
            stays *= mpmath.gammaprod([1 + d + n], [c + d + n]) - mpmath.gammaprod(
                [1 + d + n + ahead], [c + d + n + ahead]
            )
            exact = float(bought * stays) / math.exp(law.log_likelihood(one)[0])
        assert score(law, one, ahead).n_purchases[0] == pytest.approx(exact, rel=1e-11)

    def test_fractions_of_a_period_are_refused(self):
        with pytest.raises(DomainError, match="whole numbers for BG/BB"):
            LAWS["bg-bb"].log_likelihood(customers((1, 1.5, 6)))
        with pytest.raises(DomainError, match="n_periods must be one whole number"):
            LAWS["bg-bb"].expected_purchases(1.5)

    def test_more_purchases_than_periods_are_refused(self):
        with pytest.raises(DomainError, match="at most one a period"):
            LAWS["bg-bb"].log_likelihood(customers((5, 4, 6)))
