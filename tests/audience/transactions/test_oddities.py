from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from nextdollar.audience.transactions.history import history_of
from nextdollar.audience.transactions.log import read_transactions
from nextdollar.audience.transactions.transactions import transactions_retention


def table(tmp_path: Path, *rows: str, header: str = "customer,date,spend_usd") -> Path:
    path = tmp_path / "log.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def dealt_rows(n_customers: int, *, n_days: int = 200, seed: int = 1, leave_share: float = 0.2) -> list[str]:
    """Rows of customers who buy at random, about every two weeks, until they leave."""
    rng = np.random.default_rng(seed)
    start, rows = datetime.date(2025, 1, 1), []
    for number in range(n_customers):
        day, rate = float(rng.integers(0, 60)), rng.gamma(1.0, 1 / 14)
        while day <= n_days:
            spent_usd = rng.gamma(6, 5)
            rows.append(f"c{number},{start + datetime.timedelta(days=int(day))},{spent_usd:.2f}")
            if rng.random() < leave_share:
                break
            day += 1 + rng.exponential() / rate
    return rows


@pytest.mark.parametrize(("lone", "where"), [("2125-03-01", "after"), ("1925-03-01", "before")])
def test_a_day_far_from_every_other_is_said_since_it_may_be_a_slip(tmp_path, lone, where):
    path = table(tmp_path, *dealt_rows(20), f"c1,{lone},5")
    (note,) = read_transactions(path).notes
    assert note.startswith(f"{lone} lies 36,") and f"days {where} every other day with a purchase" in note
    assert read_transactions(table(tmp_path, *dealt_rows(20))).notes == ()


def test_rows_that_come_twice_are_counted_where_they_double_what_was_spent(tmp_path):
    rows = dealt_rows(30)
    (note,) = read_transactions(table(tmp_path, *rows, *rows)).notes
    assert note.startswith(f"{len(rows)} rows have customer, day and amount of another")
    assert read_transactions(table(tmp_path, *rows)).notes == ()


def test_a_long_silence_up_to_the_last_day_is_said(tmp_path):
    log = read_transactions(table(tmp_path, *dealt_rows(20)))
    assert (
        history_of(log, period_days=7, until="2035-01-01")
        .notes[0]
        .endswith("days before 2035-01-01 nobody bought: that silence counts")
    )


def test_spend_that_hardly_differs_between_customers_has_a_mean(tmp_path):
    # A few draws of the law lie where no mean exists: as many others take their place.
    log = read_transactions(table(tmp_path, *dealt_rows(160, seed=11)))
    answer = transactions_retention(log, n_periods=4, n_draws=256)
    usd = log.spend_usd.mean()
    assert answer.spend.mean_usd.p5 < usd < answer.spend.mean_usd.p95
    assert answer.spend.value_usd is not None


def test_who_is_still_there_lies_in_the_range_where_customers_leave_after_a_first_purchase(tmp_path):
    # Dealt so that every purchase is the last one with a chance of 20 %, the first included: no law of the
    # three, so that the range has to reach from law to law.
    for seed in range(4):
        rng, rows, n_alive = np.random.default_rng(40 + seed), [], 0
        start = datetime.date(2025, 1, 1)
        for number in range(300):
            day, per_day, is_gone = float(rng.integers(0, 60)), rng.gamma(1.0, 1 / 14), False
            while day <= 270 and not is_gone:
                rows.append(f"c{number},{start + datetime.timedelta(days=int(day))},5")
                is_gone = rng.random() < 0.2
                day += 1 + rng.exponential() / per_day
            n_alive += not is_gone
        log = read_transactions(table(tmp_path, *rows))
        answer = transactions_retention(log, n_periods=13, n_draws=128, seed=seed, until="2025-09-28")
        alive = answer.alive_now_customers
        assert alive.p5 <= n_alive <= alive.p95
