"""A price list on a table of real use: bills, margins, advice and growth, as the product works them out."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.audience.pricing.notes import price_notes
from nextdollar.audience.pricing.price import price_usage
from nextdollar.cli.price_model import parse_price_model
from nextdollar.errors import RowsError

SEATS = "model: {per_seat: {price: 30 USD/month}}\n"
TOKENS = "model: {per_token: {input: 2 USD/Mtok, output: 8 USD/Mtok}}\n"
COST = "serving: {input: 1 USD/Mtok, output: 4 USD/Mtok}\n"
ROWS = """\
customer,month,seats,prompt_tokens,output_tokens,predictions,accurate,tier
ann,2026-01,1,1000000,250000,100,80,
ann,2026-02,1,3000000,750000,300,200,
bob,2026-01,2,20000000,10000000,4000,3000,
bob,2026-02,2,20000000,10000000,4000,3000,
cid,2026-02,5,0,0,0,0,
"""


@pytest.fixture
def answer(tmp_path):
    def work_out(model: str, rows: str = ROWS):
        path = tmp_path / "usage.csv"
        path.write_text(rows, encoding="utf-8")
        return price_usage(path, parse_price_model(model))

    return work_out


def faults_of(work_out, *arguments):
    with pytest.raises(RowsError) as refused:
        work_out(*arguments)
    return [(fault.code, fault.line) for fault in refused.value.faults]


class TestBillsByHand:
    def test_amounts_are_a_months_average_over_the_months_of_the_table(self, answer):
        # Seats: 30 for ann, 60 for bob, 150 in one of two months for cid. Serving: ann 2 and 6, bob 60.
        found = answer(SEATS + COST)
        assert dict(zip(found.table.customers, found.bills.bill_usd, strict=True)) == {
            "ann": 30.0,
            "bob": 60.0,
            "cid": 75.0,
        }
        assert found.margins.revenue_usd == 165.0
        assert found.margins.cost_usd.mean() == pytest.approx((2 + 6) / 2 + 60)

    def test_deciles_and_customers_add_up_to_the_whole(self, answer):
        found = answer(SEATS + COST)
        deciles = found.margins.deciles
        assert sum(item.n_customers for item in deciles) == 3
        assert sum(item.margin_usd.mean() for item in deciles) == pytest.approx(
            found.margins.margin_usd.mean()
        )
        assert found.margins.shares.mean_usd.sum() == pytest.approx(found.margins.margin_usd.mean())
        assert [item.cost_usd.mean() for item in deciles] == sorted(item.cost_usd.mean() for item in deciles)

    def test_who_costs_more_than_the_bill_is_named(self, answer):
        found = answer("model: {per_seat: {price: 20 USD/month}}\n" + COST)
        assert dict(zip(found.table.customers, found.margins.shares.loss_share, strict=True)) == {
            "ann": 0.0,
            "bob": 1.0,
            "cid": 0.0,
        }
        assert found.margins.shares.lost_usd.mean() == pytest.approx(60 - 40)

    def test_a_fee_and_a_cost_of_customers_come_off_each_bill(self, answer):
        plain = answer(SEATS + COST)
        dearer = answer(
            SEATS
            + "serving: {input: 1 USD/Mtok, output: 4 USD/Mtok, payment_fee: 10 %, customer: 2 USD/month}\n"
        )
        # Five rows of a customer in two months.
        lost_usd = plain.margins.margin_usd.mean() - dearer.margins.margin_usd.mean()
        assert lost_usd == pytest.approx(0.1 * 165 + 2 * 5 / 2)

    def test_a_seat_breaks_even_at_its_price_over_the_cost_of_its_tokens(self, answer):
        # 44 M prompt and 21 M output tokens cost 44 + 84 = 128 USD.
        found = answer(SEATS + COST)
        assert found.break_even.tokens_per_seat.mean() == pytest.approx(30 * 65e6 / 128)

    def test_outcomes_break_even_at_the_cost_of_an_answer(self, answer):
        found = answer("model: {per_outcome: {price: 0.05 USD}}\nserving: {prediction: 0.02 USD}\n")
        assert found.break_even.accurate_share.mean() == pytest.approx(0.4)
        assert found.break_even.accurate_today_share == pytest.approx(6280 / 8400)
        # 4,200 answers a month: 42 more right ones at 5 cents.
        assert found.break_even.accuracy_point_usd == pytest.approx(2.10)

    def test_a_personalised_tier_costs_more_to_serve(self, answer):
        own_tier = "own: {price: 90 USD/month, serving: 2}"
        tiers = f"model: {{tiered: {{tiers: {{plain: {{price: 50 USD/month}}, {own_tier}}}}}}}\n"
        plain = answer(tiers + COST)
        own = answer(tiers + COST, ROWS.replace("3000,\n", "3000,own\n"))
        assert own.margins.revenue_usd - plain.margins.revenue_usd == pytest.approx(40)
        assert own.margins.cost_usd.mean() - plain.margins.cost_usd.mean() == pytest.approx(60)

    def test_the_order_of_the_rows_does_not_matter(self, answer):
        head, *rows = ROWS.splitlines(keepends=True)
        there, back = answer(SEATS + COST), answer(SEATS + COST, head + "".join(reversed(rows)))
        np.testing.assert_allclose(back.margins.margin_usd, there.margins.margin_usd, rtol=1e-12)
        loss = [
            dict(zip(found.table.customers, found.margins.shares.mean_usd, strict=True))
            for found in (there, back)
        ]
        assert loss[0] == pytest.approx(loss[1])

    def test_where_customers_are_many_their_ranges_rest_on_fewer_draws_and_a_note_says_so(self, answer):
        rows = "customer,prompt_tokens,output_tokens\n" + "".join(f"c{i},{i},1\n" for i in range(1_300))
        model = TOKENS + "serving: {input: 1 to 2 USD/Mtok, output: 4 USD/Mtok}\n"
        found = answer(model + "simulation: {draws: 16384}\n", rows)
        assert found.margins.n_share_draws < found.case.design.n_draws
        assert any("ranges of single customers rest on" in note for note in price_notes(found))
        assert [item.n_customers for item in found.margins.deciles] == [130] * 10


class TestAdvice:
    def test_the_best_price_is_that_of_lerner_and_the_gain_is_over_today(self, answer):
        # Cost is half of the bills: at an elasticity of 1.6 the best price is 0.5 x 1.6 / 0.6 of the list.
        found = answer(TOKENS + COST + "demand: {elasticity: 1.6}\n").advice
        assert found.advised.price_multiple == pytest.approx(0.5 * 1.6 / 0.6, rel=1e-5)
        at_best = (4 / 3) ** -1.6 * (4 / 3 * 128 - 64)
        assert found.advised.margin_usd.mean() == pytest.approx(at_best, rel=1e-9)
        assert found.margin_today_usd.mean() == pytest.approx(64)

    def test_an_elasticity_of_one_or_less_has_no_best_price(self, answer):
        found = answer(TOKENS + COST + 'demand: {elasticity: "uniform(0.5, 1.5)"}\n')
        assert found.advice.refused_share == pytest.approx(0.5, abs=0.01)
        assert found.advice.advised is None
        assert not found.has_answer

    def test_a_churn_limit_bounds_what_has_no_best_price_and_says_so(self, answer):
        limit = "retention: {churn: 2 %/month, limit: 5 %/month, response: 12 months}\n"
        found = answer(TOKENS + COST + "demand: {elasticity: 0.8}\n" + limit)
        exact = (0.98 / 0.95) ** (12 / 0.8)
        assert found.advice.limit_multiple == pytest.approx(exact, rel=1e-9)
        assert found.advice.advised.price_multiple == pytest.approx(exact, rel=1e-6)
        assert any("only the churn limit holds the price" in note for note in price_notes(found))
        assert found.advice.churn_at["limit"].mean() == pytest.approx(0.05, abs=1e-9)

    def test_a_churn_that_is_over_the_limit_already_leaves_no_price(self, answer):
        limit = "retention: {churn: 6 %/month, limit: 5 %/month, response: 12 months}\n"
        found = answer(TOKENS + COST + "demand: {elasticity: 2}\n" + limit)
        assert np.isnan(found.advice.limit_multiple)
        assert not found.has_answer

    def test_a_straight_line_has_a_best_price_at_any_elasticity(self, answer):
        found = answer(TOKENS + COST + "demand: {elasticity: 0.8, form: linear}\n").advice
        assert found.advised.price_multiple == pytest.approx((0.5 + 1 + 1 / 0.8) / 2, rel=1e-5)

    def test_each_customer_responds_to_the_change_of_the_own_bill(self, answer):
        rows = "customer,prompt_tokens,output_tokens,paid_usd\nup,1e6,0,1\ndown,1e6,0,4\n"
        found = answer(TOKENS + COST + "demand: {elasticity: 2}\n", rows).advice
        # Bills of 2 USD each: twice and half of what was paid, each 1 USD over its cost.
        assert (found.changes.n_up, found.changes.n_down) == (1, 1)
        assert found.curve.margin_at_list_usd.mean() == pytest.approx(2**-2 + 2**2)
        assert found.margin_today_usd.mean() == pytest.approx(5 - 2)

    def test_grouping_bills_that_change_alike_moves_no_margin(self, answer):
        rng = np.random.default_rng(4)
        tokens, paid = rng.uniform(1e5, 1e7, 400).round(), rng.uniform(0.5, 20, 400).round(2)
        rows = "".join(f"c{i},{tokens[i]:.0f},0,{paid[i]}\n" for i in range(400))
        head = "customer,prompt_tokens,output_tokens,paid_usd\n"
        found = answer(TOKENS + COST + "demand: {elasticity: 2.5}\n", head + rows).advice
        bill = 2e-6 * tokens
        kept = np.clip(bill / paid, 0.5, 2.0) ** -2.5
        assert found.curve.margin_at_list_usd.mean() == pytest.approx(np.sum(kept * bill / 2), rel=1e-3)

    def test_a_response_that_is_not_parted_is_read_in_the_strictest_way_and_said_so(self, answer):
        limit = "retention: {churn: 2 %/month, limit: 5 %/month, response: 12 months}\n"
        silent = answer(TOKENS + COST + "demand: {elasticity: 2}\n" + limit)
        stated = answer(TOKENS + COST + "demand: {elasticity: 2, leaving: 50 %}\n" + limit)
        assert any("`demand.leaving` is not stated" in note for note in price_notes(silent))
        assert not any("demand.leaving" in note for note in price_notes(stated))
        assert stated.advice.limit_multiple == pytest.approx(silent.advice.limit_multiple**2)

    def test_who_pays_nothing_today_is_left_out_and_named(self, answer):
        rows = "customer,prompt_tokens,output_tokens,paid_usd\nfree,1e6,0,0\npaying,1e6,0,2\n"
        found = answer(TOKENS + COST + "demand: {elasticity: 1.6}\n", rows)
        assert found.advice.changes.n_free == 1
        assert found.advice.margin_today_usd.mean() == pytest.approx(1.0)
        assert any(
            "those who pay nothing today (1 customer) is unknown" in note for note in price_notes(found)
        )

    def test_a_prior_in_place_of_an_elasticity_is_named_with_its_grade(self, answer):
        found = answer(TOKENS + COST + "demand: {}\n")
        assert found.advice.response.volume_per_price.min() >= 1.05
        assert found.case.defaults[0].grade == "C"
        assert any("`demand.elasticity` is not stated: 1.2 to 4" in note for note in price_notes(found))

    def test_without_demand_nothing_is_said_of_the_price(self, answer):
        assert answer(TOKENS + COST).advice is None


class TestGrowth:
    def test_seats_bear_revenue_over_cost(self, answer):
        found = answer(SEATS + COST).growth
        assert np.median(found.usage_multiple) == pytest.approx(165 / 64, rel=1e-6)
        assert found.already_share == 0.0

    def test_bills_by_the_token_are_never_outrun(self, answer):
        assert np.isnan(answer(TOKENS + COST).growth.usage_multiple).all()

    def test_a_list_below_its_cost_is_outrun_already(self, answer):
        found = answer("model: {per_token: {input: 0.5 USD/Mtok, output: 2 USD/Mtok}}\n" + COST).growth
        assert found.already_share == 1.0
        assert (found.usage_multiple == 1.0).all()

    def test_the_month_is_the_first_in_which_growth_has_outrun_the_bills(self, answer):
        growth = "growth: {usage: 10 %/month, horizon: 24 months}\n"
        found = answer(SEATS + COST + growth).growth
        # 1.1**9 = 2.36 and 1.1**10 = 2.59 around 165 / 64 = 2.58.
        assert (found.month == 10).all()
        assert np.median(found.growth_per_month) == pytest.approx((165 / 64) ** (1 / 24) - 1, rel=1e-6)

    def test_cheaper_serving_bears_more_growth(self, answer):
        stays = answer(SEATS + COST + "growth: {usage: 3 %/month, horizon: 12 months}\n").growth
        falls = answer(
            SEATS + COST + "growth: {usage: 3 %/month, serving_price: -5 %/month, horizon: 12 months}\n"
        ).growth
        assert np.median(falls.growth_per_month) > np.median(stays.growth_per_month)
        exact = (1.0 + stays.growth_per_month) / 0.95 - 1
        np.testing.assert_allclose(falls.growth_per_month, exact, rtol=1e-4)


class TestTheTable:
    def test_columns_that_the_list_counts_must_be_there(self, answer):
        assert faults_of(answer, SEATS + COST, "customer,tokens\na,1\n") == [("ND1785", 1)] * 3

    def test_every_cell_that_is_no_number_is_named_at_once(self, answer):
        rows = "customer,seats\na,-1\n,2\nb,\nc,1e400\nd,1 000\n"
        assert faults_of(answer, SEATS, rows) == [("ND1786", line) for line in (2, 3, 4, 5, 6)]

    def test_months_and_repeats_are_checked(self, answer):
        rows = "customer,month,seats\na,2026-01,1\na,2026-01,1\na,2026-13,1\n"
        assert faults_of(answer, SEATS, rows) == [("ND1788", 3), ("ND1787", 4)]
        assert faults_of(answer, SEATS, "customer,seats\na,1\na,1\n") == [("ND1788", 3)]

    def test_more_right_answers_than_answers_are_refused(self, answer):
        model = "model: {per_outcome: {price: 0.05 USD}}\n"
        assert faults_of(answer, model, "customer,predictions,accurate\na,3,4\n") == [("ND1786", 2)]

    def test_a_tier_that_the_list_has_not_is_refused(self, answer):
        model = "model: {tiered: {tiers: {plain: {price: 50 USD/month}}}}\n"
        rows = "customer,prompt_tokens,output_tokens,tier\na,1,1,gold\n"
        assert faults_of(answer, model, rows) == [("ND1789", 2)]

    def test_columns_that_nothing_counts_are_not_read(self, answer):
        assert answer(SEATS, "customer,seats,prompt_tokens\na,1,lots\n").margins.revenue_usd == 30.0
