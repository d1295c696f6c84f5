"""How sure a share is: draws of what accounts keep, and the churn of customers by count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.recurring_revenue import kept_share_draws, logo_churn_share
from nextdollar.errors import DomainError


def drawn(kept_usd, start_usd, n_draws=512, seed=0):
    generator = np.random.default_rng(seed)
    return kept_share_draws(np.asarray(kept_usd), np.asarray(start_usd), n_draws=n_draws, generator=generator)


class TestKeptShares:
    @pytest.mark.parametrize(("n_accounts", "churn"), [(150, 0.08), (200, 0.02), (40, 0.03)])
    def test_ranges_of_90_percent_cover_the_truth_about_as_often(self, n_accounts, churn):
        # Accounts pay lognormal amounts; those who stay grow by 3 % on average, by 10 % either way.
        generator = np.random.default_rng(1)
        truth, n_worlds, hits = (1 - churn) * 1.03, 300, 0
        for _ in range(n_worlds):
            paid = generator.lognormal(0, 0.8, size=(n_accounts, 1))
            stays = generator.random(paid.shape) < 1 - churn
            kept = paid * stays * (1.03 + 0.1 * generator.standard_normal(paid.shape))
            found = kept_share_draws(kept, paid, n_draws=256, generator=generator)[0]
            low, high = np.quantile(found, (0.05, 0.95))
            hits += low <= truth <= high
        # Three standard errors of 300 worlds are 5 points.
        assert 0.85 <= hits / n_worlds <= 0.95

    @pytest.mark.parametrize(("n_lost", "n_accounts"), [(0, 20), (3, 40), (10, 10)])
    def test_accounts_of_one_size_have_the_range_of_a_count(self, n_lost, n_accounts):
        start = np.full((n_accounts, 1), 49.0)
        kept = np.where(np.arange(n_accounts)[:, None] < n_lost, 0.0, start)
        found = 1 - drawn(kept, start, n_draws=20_000)[0]
        for level in (0.05, 0.5, 0.95):
            share_below = np.mean(found <= logo_churn_share(n_lost, n_accounts, level=level))
            assert share_below == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 20_000))

    def test_where_nothing_was_lost_a_loss_is_not_ruled_out(self):
        found = drawn(np.full((10, 1), 3.0), np.full((10, 1), 3.0))[0]
        assert np.quantile(found, 0.05) < 0.9
        assert (found < 1).all()

    def test_measures_of_one_call_share_their_draws_and_scale(self):
        kept = np.random.default_rng(2).random((30, 1))
        both = drawn(np.hstack([kept, 2 * kept]), np.hstack([np.ones((30, 1)), 2 * np.ones((30, 1))]))
        np.testing.assert_allclose(both[1], both[0], rtol=1e-12)

    def test_more_accounts_of_the_same_kind_narrow_the_range(self):
        kept, start = np.random.default_rng(3).random((2, 50, 1))
        one, ten = (np.std(drawn(np.tile(kept, (n, 1)), np.tile(start, (n, 1)))) for n in (1, 10))
        assert ten == pytest.approx(one / np.sqrt(10), rel=0.15)

    def test_draws_in_several_pieces_are_those_of_one_piece(self, monkeypatch):
        from nextdollar.customers.recurring_revenue import kept_draws

        kept, start = np.random.default_rng(3).random((2, 50, 1))
        whole = drawn(kept, start, n_draws=100)
        monkeypatch.setattr(kept_draws, "_MOST_WEIGHTS_HELD", 50 * 7)
        np.testing.assert_allclose(drawn(kept, start, n_draws=100), whole, rtol=1e-12)

    def test_nothing_at_the_start_is_refused(self):
        with pytest.raises(DomainError, match=r"start_usd must be above 0 in sum"):
            drawn(np.ones((3, 1)), np.zeros((3, 1)))


class TestLogoChurn:
    def test_its_quantiles_are_those_of_scipys_beta(self):
        from scipy.stats import beta

        for lost, customers in ((0, 10), (3, 40), (40, 40)):
            for level in (0.05, 0.5, 0.95):
                expected = beta.ppf(level, lost + 0.5, customers - lost + 0.5)
                assert logo_churn_share(lost, customers, level=level) == pytest.approx(expected, rel=1e-9)

    @given(st.integers(0, 50), st.integers(1, 50), st.floats(0.01, 0.99))
    def test_it_lies_from_0_to_1_and_rises_with_those_lost(self, lost, others, level):
        share = logo_churn_share(float(lost), float(lost + others), level=level)
        more = logo_churn_share(float(lost + 1), float(lost + others), level=level)
        assert 0 <= share < more <= 1

    def test_arrays_agree_with_one_call_each(self):
        lost, levels = np.array([0.0, 1.0, 5.0]), np.array([0.05, 0.5, 0.95])
        together = logo_churn_share(lost, 20.0, level=levels)
        alone = [logo_churn_share(a, 20.0, level=b) for a, b in zip(lost, levels, strict=True)]
        np.testing.assert_array_equal(together, alone)

    def test_over_churns_of_its_prior_the_range_covers_nine_of_ten(self):
        generator = np.random.default_rng(4)
        churn = generator.beta(0.5, 0.5, size=20_000)
        lost = generator.binomial(40, churn).astype(float)
        low, high = (logo_churn_share(lost, 40.0, level=level) for level in (0.05, 0.95))
        covered = np.mean((low <= churn) & (churn <= high))
        assert covered == pytest.approx(0.9, abs=4 * np.sqrt(0.9 * 0.1 / 20_000))

    def test_more_lost_than_there_were_is_refused(self):
        with pytest.raises(DomainError, match=r"n_lost must be from 0 to the customers there were"):
            logo_churn_share(5.0, 4.0, level=0.5)
