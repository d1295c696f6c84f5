from __future__ import annotations

import numpy as np
import pytest

from nextdollar.customers.quality import earning_share_by_month
from nextdollar.errors import DomainError


def test_a_version_earns_until_its_life_ends_and_part_of_that_month():
    share = earning_share_by_month(6, launch_months=1.0, life_months=2.5)[:, 0]
    np.testing.assert_allclose(share, [1, 1, 1, 0.5, 0, 0])


def test_the_shares_add_up_to_the_end_of_its_life():
    share = earning_share_by_month(36, launch_months=3.0, life_months=9.25)
    assert share.sum() == pytest.approx(12.25)


def test_an_endless_life_earns_for_ever():
    assert (earning_share_by_month(36, launch_months=3.0, life_months=np.inf) == 1).all()


def test_draws_agree_with_one_call_per_draw():
    lives = np.array([4.0, 9.0, 24.0])
    together = earning_share_by_month(12, launch_months=0.0, life_months=lives)
    for at, life in enumerate(lives.tolist()):
        alone = earning_share_by_month(12, launch_months=0.0, life_months=life)
        np.testing.assert_array_equal(together[:, [at]], alone)


def test_an_uncertain_life_fades_smoothly_in_the_mean():
    lives = np.quantile(
        np.random.default_rng(3).lognormal(np.log(9), 0.54, 20_000), np.linspace(0.01, 0.99, 99)
    )
    mean = earning_share_by_month(36, launch_months=0.0, life_months=lives).mean(axis=1)
    assert (np.diff(mean) <= 0).all()
    assert 0 < mean[20] < 0.3


def test_bad_times_are_refused_by_name():
    with pytest.raises(DomainError, match=r"life_months must be above 0, got 0\.0"):
        earning_share_by_month(12, launch_months=0.0, life_months=0.0)
    with pytest.raises(DomainError, match="launch_months must be 0 or more"):
        earning_share_by_month(12, launch_months=-1.0, life_months=1.0)
    with pytest.raises(DomainError, match="n_months must be 1 or more"):
        earning_share_by_month(0, launch_months=0.0, life_months=1.0)
