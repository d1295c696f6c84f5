"""Exchange rates by month: constant currency by hand, movements that close, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.audience.recurring_revenue.mrr import mrr
from nextdollar.errors import OptionsError, RowsError

HEAD = "account,month,mrr,currency"
EXPORT = "customer,plan,amount,currency,interval,start,cancelled"
RATES = "month,currency,usd"
USD = 1_000_000


@pytest.fixture
def at_rates(table_file):
    """Return a function that works out a table at rates by month."""

    def work_out(lines, rates, head=RATES, **stated):
        paths = table_file(*lines), table_file(head, *rates, name="rates.csv")
        return mrr(paths[0], rates=paths[1], n_draws=128, **stated)

    return work_out


def faults_of(error, work_out, *arguments, **stated):
    with pytest.raises(error) as refused:
        work_out(*arguments, **stated)
    return [(fault.code, fault.line) for fault in refused.value.faults]


LEDGER = (
    HEAD,
    "a,2026-01,100,EUR", "a,2026-02,100,EUR", "a,2026-03,150,EUR",
    "b,2026-01,50,EUR", "b,2026-02,0,EUR", "b,2026-03,0,EUR",
    "c,2026-01,80,USD", "c,2026-02,80,USD", "c,2026-03,80,USD",
    "d,2026-01,0,EUR", "d,2026-02,40,EUR", "d,2026-03,40,EUR",
)  # fmt: skip
STEPS = ("2026-01,EUR,1.00", "2026-02,EUR,1.10", "2026-03,EUR,1.20")


def test_movements_are_at_the_rates_of_the_month_before_and_the_rest_is_currency(at_rates):
    # By hand. January: 100 + 50 + 80 = 230. February at 1.00: new 40, churn 50, 220 left; at 1.10
    # 110 + 80 + 44 = 234, so that the rate alone made 14. March at 1.10: 50 more of a, 55; 289 left; at
    # 1.20 180 + 80 + 48 = 308, the rate made 19.
    moved = at_rates(LEDGER, STEPS).moved
    assert moved.start_micro_usd.tolist() == [230 * USD, 234 * USD]
    assert moved.new_micro_usd.tolist() == [40 * USD, 0]
    assert moved.churn_micro_usd.tolist() == [50 * USD, 0]
    assert moved.expansion_micro_usd.tolist() == [0, 55 * USD]
    assert moved.currency_micro_usd.tolist() == [14 * USD, 19 * USD]
    assert moved.end_micro_usd.tolist() == [234 * USD, 308 * USD]


def test_the_same_accounts_are_compared_at_the_rates_of_the_start_and_both_are_given(at_rates):
    # a and c pay 150 EUR and 80 USD of the 230 USD of January: 230 / 230 at 1.00, 260 / 230 at 1.20.
    found = at_rates(LEDGER, STEPS)
    shares = found.same_accounts.shares
    assert shares["nrr_without_reactivation"].measured == pytest.approx(1.0)
    assert found.kept_at_own_rates["nrr_without_reactivation"] == pytest.approx(260 / 230)
    # Gross: a is capped at 100 and b is lost, 180 / 230 at either rates.
    assert shares["grr_without_reactivation"].measured == pytest.approx(180 / 230)
    assert found.kept_at_own_rates["grr_without_reactivation"] == pytest.approx(180 / 230)


def test_a_falling_currency_is_no_contraction(at_rates):
    lines = (HEAD, "a,2026-01,100,EUR", "a,2026-02,100,EUR")
    found = at_rates(lines, ("2026-01,EUR,1.2", "2026-02,EUR,0.9"))
    assert found.moved.contraction_micro_usd.tolist() == [0]
    assert found.moved.currency_micro_usd.tolist() == [-30 * USD]
    assert found.rates.grr_share.tolist() == [1.0]
    assert found.kept_at_own_rates["grr_without_reactivation"] == pytest.approx(0.75)


def test_a_change_of_currency_is_valued_at_the_old_rate(at_rates):
    # 100 EUR at 1.10 were 110 USD; 105 USD are a contraction of 5, whatever the EUR does then.
    lines = (HEAD, "a,2026-01,100,EUR", "a,2026-02,105,USD")
    moved = at_rates(lines, ("2026-01,EUR,1.10", "2026-02,EUR,1.30")).moved
    assert moved.contraction_micro_usd.tolist() == [5 * USD]
    assert moved.currency_micro_usd.tolist() == [0]


def test_what_is_left_by_age_does_not_move_with_the_rates(at_rates):
    lines = (HEAD, *(f"z,2026-0{month},9,USD" for month in (1, 2, 3, 4)))
    lines += tuple(f"a,2026-0{month},100,EUR" for month in (2, 3, 4))
    rates = ("2026-01,EUR,1", "2026-02,EUR,1", "2026-03,EUR,1.4", "2026-04,EUR,0.8")
    found = at_rates(lines, rates)
    np.testing.assert_allclose(found.by_age.mrr_share, 1.0)
    np.testing.assert_allclose(found.cohorts.kept_mrr_shares()[1], 1.0)
    assert found.cohorts.mrr_micro_usd[1].tolist() == [0, 100 * USD, 140 * USD, 80 * USD]


def test_one_rate_in_every_month_is_the_rate_for_all_months(table_file, at_rates):
    lines = (
        EXPORT, "a,p,100,EUR,year,2026-01-10,", "a,p,9.99,USD,month,2026-02-01,2026-04-01",
        "b,p,33.33,EUR,month,2026-01-01,2026-03-05", "c,p,7,EUR,quarter,2026-03-01,",
    )  # fmt: skip
    rates = [f"2026-0{month},EUR,1.085" for month in (1, 2, 3, 4)]
    apart = at_rates(lines, rates, as_of="2026-04-30")
    whole = mrr(table_file(*lines), usd_per_unit={"EUR": "1.085"}, as_of="2026-04-30", n_draws=128)
    for name in whole.moved.__slots__:
        np.testing.assert_array_equal(getattr(apart.moved, name), getattr(whole.moved, name), err_msg=name)
    assert apart.same_accounts == whole.same_accounts
    assert whole.kept_at_own_rates is None and whole.dated_rates_usd == {}


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(0, 3), st.integers(0, 5), st.sampled_from(["EUR", "GBP", "USD"])
        ),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.decimals(Decimal("0.2"), 3, places=4), min_size=12, max_size=12),
)
def test_every_table_closes_to_the_millionth_at_any_rates(tmp_path_factory, rows, rates):
    folder = tmp_path_factory.mktemp("rates")
    table = ["account,month,mrr,currency,plan", *(f"z,2026-0{month},1,USD,z" for month in range(1, 7))]
    table += [
        f"k{who},2026-0{month + 1},{7 + i}.37,{currency},{i}"
        for i, (who, first, length, currency) in enumerate(rows)
        for month in range(first, min(first + length + 1, 6))
    ]
    dated = [RATES, *(f"2026-0{m + 1},EUR,{rates[m]}" for m in range(6))]
    dated += [f"2026-0{m + 1},GBP,{rates[6 + m]}" for m in range(6)]
    (folder / "table.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    (folder / "rates.csv").write_text("\n".join(dated) + "\n", encoding="utf-8")
    moved = mrr(folder / "table.csv", rates=folder / "rates.csv", n_draws=128).moved
    gained = moved.new_micro_usd + moved.expansion_micro_usd + moved.reactivation_micro_usd
    lost = moved.contraction_micro_usd + moved.churn_micro_usd
    end = moved.start_micro_usd + gained - lost + moved.currency_micro_usd
    np.testing.assert_array_equal(end, moved.end_micro_usd)
    np.testing.assert_array_equal(moved.end_micro_usd[:-1], moved.start_micro_usd[1:])
    assert ((moved.expansion_micro_usd >= 0) & (moved.contraction_micro_usd >= 0)).all()


def test_of_several_days_of_a_month_the_last_counts(at_rates):
    days = (
        "2026-02-27,EUR,USD,1.3",
        "2026-01-30,EUR,USD,1.1",
        "2026-01-02,EUR,USD,9",
        "2026-02-02,EUR,USD,9",
    )
    lines = (HEAD, "a,2026-01,100,EUR", "a,2026-02,100,EUR")
    found = at_rates(lines, days, head="date,base,quote,rate")
    assert found.moved.end_micro_usd.tolist() == [130 * USD]
    assert found.dated_rates_usd == {"EUR": {"2026-01": Decimal("1.1"), "2026-02": Decimal("1.3")}}


def test_rates_of_early_days_and_steps_that_look_like_slips_are_told(at_rates):
    lines = (HEAD, "a,2026-01,100,EUR", "a,2026-02,100,EUR")
    found = at_rates(lines, ("2026-01-05,EUR,1.1", "2026-02-28,EUR,0.11"), head="date,currency,usd")
    notes = " ".join(found.notes)
    assert "days well before their end: 2026-01-05" in notes
    assert "EUR moves by half or more in 2026-02" in notes
    assert "EUR from 1.1 to 0.11 USD (2 rows)" in notes


def test_a_currency_may_have_one_rate_while_another_moves(at_rates):
    lines = (HEAD, "a,2026-01,100,EUR", "a,2026-02,100,EUR", "b,2026-01,10,GBP", "b,2026-02,10,GBP")
    found = at_rates(lines, ("2026-01,EUR,1", "2026-02,EUR,2"), usd_per_unit={"GBP": 1.5})
    assert found.moved.end_micro_usd.tolist() == [215 * USD]
    assert found.moved.currency_micro_usd.tolist() == [100 * USD]


class TestWhatIsRefused:
    def test_a_missing_month_with_its_place_for_every_currency(self, at_rates):
        rates = ("2026-01,EUR,1", "2026-01,GBP,1", "2026-03,EUR,1")
        lines = (*LEDGER, "e,2026-01,5,GBP")
        with pytest.raises(RowsError) as refused:
            at_rates(lines, rates)
        faults = {fault.where: fault for fault in refused.value.faults}
        assert (faults["EUR"].code, faults["EUR"].value, faults["EUR"].line) == (
            "ND1747",
            "none for 2026-02",
            4,
        )
        assert faults["GBP"].value == "none for 2026-02, 2026-03"
        assert faults["EUR"].file.endswith("rates.csv")

    def test_months_that_were_not_over_need_no_rate(self, at_rates):
        found = at_rates(LEDGER, STEPS[:2], as_of="2026-03-30")
        assert found.months == ("2026-01", "2026-02")

    def test_cells_of_rates_all_at_once(self, at_rates):
        rates = ("2026-13,EUR,1", "2026-01,euro,1", "2026-01,EUR,-1", "2026-01,USD,2", "2026-02,EUR,0")
        found = faults_of(RowsError, at_rates, LEDGER, rates)
        assert found == [("ND1745", line) for line in (2, 3, 4, 5, 6)]

    def test_a_bare_rate_that_does_not_say_of_what(self, at_rates):
        assert faults_of(RowsError, at_rates, LEDGER, STEPS, head="month,currency,rate") == [("ND1744", 1)]
        rows = ("2026-01-31,USD,EUR,0.9",)
        head = "date,base,quote,rate"
        assert ("ND1745", 2) in faults_of(RowsError, at_rates, LEDGER, rows, head=head)

    def test_a_currency_twice_in_a_month(self, at_rates):
        assert faults_of(RowsError, at_rates, LEDGER, (*STEPS, "2026-02,EUR,1.1")) == [("ND1746", 5)]

    def test_a_currency_stated_both_ways(self, at_rates):
        found = faults_of(OptionsError, at_rates, LEDGER, STEPS, usd_per_unit={"EUR": 1})
        assert found == [("ND1738", 0)]

    def test_a_currency_without_any_rate(self, at_rates):
        lines = (*LEDGER, "e,2026-01,5,GBP")
        assert faults_of(RowsError, at_rates, lines, STEPS) == [("ND1735", 14)]


def test_an_amount_that_may_be_meant_in_thousands_is_told(table_file):
    path = table_file("account,month,mrr_usd", "a,2026-01,1.200", "a,2026-02,12.50")
    assert 'the point is that of decimals: "1.200" is 1.2 (1 row)' in mrr(path, n_draws=128).notes
