"""The best split of a budget, asked for as a user asks."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.catalogue import fitted_law
from nextdollar.errors import CatalogueError, OptionsError
from nextdollar.research.allocation import allocate
from nextdollar.research.allocation_law import with_unique_tokens
from nextdollar.research.allocation_plan import Demand
from nextdollar.research.laws import NamedLaw, named_law
from nextdollar.research.machine import machine
from nextdollar.scaling import Chinchilla, compute_optimal
from nextdollar.scaling.inference_aware import lifetime_flop
from nextdollar.scaling.laws.data_constrained import DataConstrained


def own_law(n_draws: int = 400) -> NamedLaw:
    """Return a law with draws, as a saved fit has."""
    generator = np.random.default_rng(1)
    best = fitted_law("epoch-2024").law
    shift = generator.standard_normal((2, n_draws))
    draws = Chinchilla(best.E + 0.02 * shift[0], best.A, best.alpha + 0.005 * shift[1], best.B, best.beta)
    return NamedLaw("own", best, draws, ())


def test_without_more_ado_it_is_the_compute_optimal_split():
    # shared/facts/scaling.md, table 2b: unrounded law of Hoffmann et al. at 5.76e23 FLOP.
    found = allocate("hoffmann-2022", flop=5.76e23)
    assert found.best.params == pytest.approx(4.03609e10, rel=1e-5)
    assert found.best.tokens == pytest.approx(2.37854e12, rel=1e-5)
    assert found.best.loss_nats == pytest.approx(1.918412, rel=1e-6)
    assert found.saving_share == 0
    assert found.binding == ("budget",)
    assert found.ranges == {}


def test_serving_saves_what_sardana_and_others_print():
    # 13B quality, 2T tokens served: train about 7B, save 17 % or 1.7e22 FLOP (figure 1).
    law = NamedLaw("sardana", Chinchilla(1.69, 406.4, 0.336, 410.7, 0.283), None, ())
    tokens = (0.283 * 410.7 * 13e9**0.336 / (0.336 * 406.4)) ** (1 / 0.283)
    found = allocate(law, flop=6 * 13e9 * tokens, demand=Demand(inference_tokens=2e12))
    assert found.best.params == pytest.approx(6.969e9, rel=1e-3)
    assert found.best.tokens == pytest.approx(1.248e12, rel=1e-3)
    assert found.plain.params == pytest.approx(13e9, rel=1e-6)
    assert found.saving_share == pytest.approx(0.1745, rel=0.01)
    assert found.cost_flop(found.plain) - found.cost_flop(found.best) == pytest.approx(1.7e22, rel=0.01)


def test_few_unique_tokens_give_the_optimum_of_muennighoff_and_others():
    found = allocate("muennighoff-2023", flop=1e22, demand=Demand(unique_tokens=25e9))
    assert found.best.tokens == pytest.approx(237.208e9, rel=1e-5)
    assert found.best.params == pytest.approx(7.02619e9, rel=1e-5)
    assert found.best.loss_nats == pytest.approx(2.22212927, abs=5e-9)
    assert found.binding == ("budget", "data")
    assert 0 < found.saving_share < 0.1


def test_a_law_of_the_chinchilla_form_takes_the_worth_of_repeats_from_the_catalogue():
    law = named_law("epoch-2024")
    bound = with_unique_tokens(law, law.law, 1e10)
    repeats = fitted_law("muennighoff-2023").law
    assert isinstance(bound, DataConstrained)
    assert isinstance(repeats, DataConstrained)
    assert (bound.E, bound.R_D, bound.R_N) == (law.law.E, repeats.R_D, repeats.R_N)
    assert with_unique_tokens(law, law.law, np.inf) is law.law


def test_a_lifetime_budget_pays_for_both_phases():
    found = allocate("epoch-2024", flop=1e24, demand=Demand(inference_tokens=1e13, covers="lifetime"))
    assert found.cost_flop(found.best) == pytest.approx(1e24, rel=1e-10)
    assert found.saving_share > 0


def test_dollars_buy_what_they_buy_and_serving_is_weighed_in_dollars():
    owner = machine("H100-SXM", usd_per_gpu_hour=2.0, mfu=0.4, serving_mfu=0.2)
    found = allocate("epoch-2024", usd=1e6, machine=owner, demand=Demand(inference_tokens=1e13))
    assert found.budget_flop == pytest.approx(1e6 / owner.usd_per_flop, rel=1e-12)
    in_flop = allocate("epoch-2024", flop=found.budget_flop, demand=Demand(inference_tokens=2e13))
    assert found.best.params == pytest.approx(in_flop.best.params, rel=1e-9)
    assert found.saving_share == pytest.approx(in_flop.saving_share, rel=1e-9)


def test_limits_shape_the_plan_and_are_named():
    found = allocate("hoffmann-2022", flop=1e23, demand=Demand(params_most=5e9))
    assert found.best.params == 5e9
    assert found.binding == ("budget", "memory")
    assert found.saving_share < 0
    assert found.worth_nats["memory"] > 0
    late = allocate("hoffmann-2022", flop=1e23, demand=Demand(deadline_flop=1e22))
    assert late.binding == ("deadline",)
    assert late.best.params == pytest.approx(compute_optimal(late.law.law, 1e22).params, rel=1e-9)


def test_ranges_hold_each_draws_own_plan_and_what_ours_wastes_under_it():
    law = own_law()
    found = allocate(law, flop=1e23, demand=Demand(inference_tokens=1e12))
    assert {name: values.shape for name, values in found.ranges.items()} == dict.fromkeys(
        ("params", "tokens", "loss_nats", "saving_share", "regret_share"), (400,)
    )
    alpha = law.draws.alpha[7]
    alone = NamedLaw("one", Chinchilla(law.draws.E[7], law.law.A, alpha, law.law.B, law.law.beta), None, ())
    single = allocate(alone, flop=1e23, demand=Demand(inference_tokens=1e12))
    assert found.ranges["params"][7] == pytest.approx(single.best.params, rel=1e-9)
    assert found.ranges["saving_share"][7] == pytest.approx(single.saving_share, rel=1e-7)
    assert found.ranges["loss_nats"][7] == pytest.approx(
        alone.law.loss(found.best.params, found.best.tokens), rel=1e-12
    )
    assert (found.ranges["regret_share"] >= 0).all()
    assert found.ranges["params"].min() < found.best.params < found.ranges["params"].max()


class TestTheCurvesBeside:
    def test_the_plan_lies_on_its_isoflop_curve_and_at_no_extra_cost(self):
        found = allocate("epoch-2024", flop=1e22, demand=Demand(inference_tokens=1e12))
        middle = found.curves.isoflops[1]
        assert middle.budget_flop == pytest.approx(6 * found.best.params * found.best.tokens)
        at_plan = np.interp(np.log(found.best.params), np.log(middle.params), middle.loss_nats)
        assert at_plan == pytest.approx(found.best.loss_nats, rel=1e-4)
        assert np.nanmin(found.curves.prices.extra_share) == pytest.approx(0, abs=1e-3)

    def test_sizes_at_the_ends_of_the_flat_region_cost_a_twentieth_more(self):
        found = allocate("epoch-2024", flop=1e22, demand=Demand(inference_tokens=1e12))
        prices = found.curves.prices
        for end in (found.curves.flat_low, found.curves.flat_high):
            extra = np.interp(np.log(end), np.log(prices.params), prices.extra_share)
            assert extra == pytest.approx(0.05, abs=3e-3)
        assert prices.extra_share[0] == pytest.approx(1.0, abs=1e-6)
        assert prices.extra_share[-1] == pytest.approx(1.0, abs=1e-6)

    def test_a_price_is_that_of_the_same_loss(self):
        found = allocate("epoch-2024", flop=1e22)
        prices = found.curves.prices
        losses = found.law.law.loss(prices.params, prices.tokens)
        np.testing.assert_allclose(losses, found.best.loss_nats, rtol=1e-10)
        np.testing.assert_allclose(prices.cost_flop, lifetime_flop(prices.params, prices.tokens, 0.0))


class TestRefusals:
    def test_all_faults_come_at_once(self):
        with pytest.raises(OptionsError) as caught:
            allocate("epoch-2024", usd=-1.0, demand=Demand(inference_tokens=-5.0, unique_tokens=0.0))
        assert [fault.where for fault in caught.value.faults] == [
            "machine",
            "usd",
            "unique_tokens",
            "inference_tokens",
        ]
        assert caught.value.exit_code == 2

    def test_one_budget_is_wanted(self):
        with pytest.raises(OptionsError, match="flop or usd must be given, one of the two, got neither"):
            allocate("epoch-2024")

    @pytest.mark.parametrize("law", ["article-2025", "clark-2022-s-base"])
    def test_a_law_without_a_best_split_is_refused_with_the_reason(self, law):
        with pytest.raises(
            OptionsError, match=f"law must have a best split of a budget, got {law}"
        ) as caught:
            allocate(law, flop=1e22)
        assert "fix the tokens per parameter" in caught.value.faults[0].hint

    def test_repeats_need_a_law_that_knows_tokens_as_chinchilla_does(self):
        with pytest.raises(OptionsError, match="must be of the Chinchilla or the data-constrained form"):
            allocate("kaplan-2020", flop=1e22, demand=Demand(unique_tokens=1e9))

    def test_an_unknown_law_gets_the_nearest_names(self):
        with pytest.raises(CatalogueError, match="nearest: hoffmann-2022"):
            allocate("hofmann-2022", flop=1e22)


@pytest.mark.parametrize("flop", [1e6, 1e12, 1e30, 1e34])
def test_absurd_budgets_still_give_finite_numbers(flop):
    for demand in (Demand(), Demand(inference_tokens=1e12), Demand(unique_tokens=1e9)):
        found = allocate("epoch-2024", flop=flop, demand=demand)
        assert np.isfinite([found.best.params, found.best.tokens, found.best.loss_nats]).all()
