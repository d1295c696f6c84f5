"""What is kept, its range, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.audience.recurring_revenue.mrr import mrr

HEAD = "account,month,mrr_usd"


def ledger(by_account, first=1):
    """Return the lines of a ledger from what each account pays by month of 2026."""
    return [
        f"{name},2026-{first + i:02d},{usd}"
        for name, amounts in by_account.items()
        for i, usd in enumerate(amounts)
    ]


@pytest.fixture
def crowd(table_file):
    """Return a ledger of 60 accounts of which 6 leave, 3 come back, over four months."""
    accounts = {f"a{i}": [10, 10, 10, 10] for i in range(54)}
    accounts |= {f"b{i}": [10, 0, 0, 0] for i in range(3)} | {f"c{i}": [10, 10, 0, 10] for i in range(3)}
    return table_file(HEAD, *ledger(accounts))


def test_kept_shares_are_measured_with_and_without_those_who_came_back(crowd):
    same = mrr(crowd).same_accounts
    assert (same.from_month, same.to_month, same.n_customers, same.start_usd) == (
        "2026-01",
        "2026-04",
        60,
        600,
    )
    assert same.shares["nrr_with_reactivation"].measured == pytest.approx(0.95)
    assert same.shares["nrr_without_reactivation"].measured == pytest.approx(0.90)
    assert same.shares["logo_retention"].measured == pytest.approx(0.90)
    for share in same.shares.values():
        assert share.p5 < share.measured < share.p95
        assert share.p5 < share.p50 < share.p95


def test_the_same_seed_gives_the_same_answer_and_another_one_nearly(crowd):
    one, again, other = (mrr(crowd, seed=seed).same_accounts.shares for seed in (1, 1, 2))
    assert one == again
    first, second = (shares["grr_without_reactivation"].p5 for shares in (one, other))
    assert first != second and first == pytest.approx(second, abs=0.01)


def test_months_taken_together_divide_by_the_sum_of_their_starts(crowd):
    pooled = mrr(crowd).pooled
    assert pooled.n_months == 3
    # 60, 57 and 54 customers at the start of three months, 6 of whom left.
    assert pooled.logo_churn.measured == pytest.approx(6 / 171)
    assert pooled.rates.gross_churn_share.tolist() == pytest.approx([60 / 1710])


def test_a_shorter_span_looks_at_the_last_months_alone(crowd):
    found = mrr(crowd, span_months=1)
    assert (found.same_accounts.from_month, found.pooled.n_months) == ("2026-03", 1)
    assert list(found.kept_by_month) == ["2026-02", "2026-03", "2026-04"]
    assert found.same_accounts.shares["nrr_with_reactivation"].measured == 1


def test_a_span_longer_than_the_table_is_said_and_not_stretched(crowd):
    found = mrr(crowd)
    assert found.same_accounts.n_months == 3
    assert any("are those of 3 months, as many as the table spans" in note for note in found.notes)


def test_few_accounts_and_a_large_one_are_said(table_file):
    path = table_file(HEAD, *ledger({"big": [90, 90], "small": [10, 10]}))
    notes = " ".join(mrr(path).notes)
    assert "as if 1.2 accounts of one size paid it" in notes
    assert "one account paid 90 % of the MRR that is compared" in notes


def test_a_crowd_of_equals_has_no_such_note(crowd):
    assert not any("account" in note and "size" in note for note in mrr(crowd).notes)


def test_what_has_no_meaning_is_named_with_its_months_and_why(table_file):
    path = table_file(HEAD, *ledger({"a": [0, 5, 5], "b": [0, 0, 0]}))
    found = mrr(path)
    assert found.same_accounts is None and found.concentration is None
    named = {item.name: item.months for item in found.undefined}
    assert named["churn, NRR and GRR"] == ("2026-02",)
    assert named["quick ratio"] == ("2026-02", "2026-03")
    assert "NRR and GRR of the same accounts" in named


def test_ages_of_the_first_month_of_a_ledger_are_not_known(crowd):
    found = mrr(crowd)
    assert not found.starts_are_known
    assert found.by_age.n_cohorts.size == 0


def test_forty_eight_thousand_rows_take_less_than_five_seconds(tmp_path):
    import time

    generator = np.random.default_rng(0)
    amounts = generator.integers(0, 500, size=(4000, 12)) * (generator.random((4000, 12)) < 0.9)
    rows = [f"a{i},2026-{m + 1:02d},{amounts[i, m]}" for i in range(4000) for m in range(12)]
    path = tmp_path / "large.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    started = time.process_time()
    found = mrr(path, n_draws=256)
    assert time.process_time() - started < 5
    np.testing.assert_array_equal(found.moved.end_micro_usd, amounts[:, 1:].sum(axis=0) * 1_000_000)
