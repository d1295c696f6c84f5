"""Contracts by their days: months by the calendar, and nobody counted for a month that was not watched."""

from __future__ import annotations

import calendar
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.audience.retention.months import begun_months, full_months
from nextdollar.audience.retention.retention import retention
from nextdollar.audience.retention.tenure import TenureDates
from nextdollar.customers.contractual import ShiftedBetaGeometric
from nextdollar.errors import FaultsError

days = st.dates(date(1990, 1, 1), date(2040, 12, 31))
TO = "2026-03-31"
HEAD = "customer,plan,start,cancelled\n"
DATES = TenureDates("start", "cancelled")


@pytest.fixture
def table(tmp_path):
    """Return what writes a table of contracts and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "contracts.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(path, tenure=DATES, **said):
    with pytest.raises(FaultsError) as error:
        retention(path, tenure=tenure, **said)
    return [(fault.code, fault.line) for fault in error.value.faults], error.value.faults


def months_later(day: date, n_months: int) -> date:
    """Return the day of renewal: the same of a later month, or the last where that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + n_months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def as_days(*texts) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


class TestMonths:
    @given(days, st.integers(0, 240), st.integers(0, 27))
    def test_a_month_is_over_on_the_day_of_its_renewal_and_not_before(self, start, n_months, n_days):
        renewal = months_later(start, n_months)
        end = date.fromordinal(
            min(renewal.toordinal() + n_days, months_later(start, n_months + 1).toordinal() - 1)
        )
        found = int(full_months(as_days(start), as_days(end))[0])
        assert found == n_months
        assert months_later(start, found) <= end < months_later(start, found + 1)

    @given(days, days)
    def test_months_that_have_begun_are_full_ones_or_one_more(self, one, other):
        start, end = sorted((one, other))
        full, begun = (int(count(as_days(start), as_days(end))[0]) for count in (full_months, begun_months))
        assert begun - full == int(months_later(start, full) < end)

    def test_a_month_from_the_31st_ends_with_a_shorter_month(self):
        start = as_days(*["2026-01-31"] * 4)
        end = as_days("2026-02-27", "2026-02-28", "2026-03-30", "2026-03-31")
        np.testing.assert_array_equal(full_months(start, end), [0, 1, 1, 2])
        np.testing.assert_array_equal(begun_months(start, end), [1, 1, 2, 2])

    @given(st.lists(st.tuples(days, days), min_size=1, max_size=20))
    def test_many_days_at_once_count_as_one_by_one(self, pairs):
        start, end = (as_days(*column) for column in zip(*pairs, strict=True))
        one_by_one = [int(full_months(start[i : i + 1], end[i : i + 1])[0]) for i in range(len(pairs))]
        np.testing.assert_array_equal(full_months(start, end), one_by_one)


class TestContracts:
    def test_a_table_worked_by_hand(self, table):
        rows = (
            "a,x,2026-01-10,2026-02-20\n"  # left in its second month: at the second renewal, 10 March
            "b,x,2026-01-10,2026-02-10\n"  # left at the first renewal
            "c,x,2026-01-10,\n"  # came to two renewals, and stays
            "d,x,2026-03-05,2026-03-20\n"  # left in a month that was not over
            "e,x,2026-02-28,\n"  # came to one, on 28 March
            "f,x,2026-02-01,2026-02-01\n"  # left on the day he began: at the first renewal
        )
        answer = retention(table(HEAD + rows), tenure=DATES, until=TO)
        (segment,) = answer.segments
        np.testing.assert_array_equal(segment.observed.n_at_risk, [5, 2])
        np.testing.assert_array_equal(segment.observed.n_left, [2, 1])
        assert (answer.kind, answer.period, segment.n_customers) == ("customers", "month", 6)
        assert "not over on 2026-03-31, which counts neither for nor against: 1 row" in answer.warnings[0]

    def test_an_end_to_come_is_no_end_yet(self, table):
        rows = "".join(f"{i},x,2026-01-10,2026-04-10\n" for i in range(4)) + "z,x,2026-01-10,2026-02-10\n"
        (segment,) = retention(table(HEAD + rows), tenure=DATES, until=TO).segments
        np.testing.assert_array_equal(segment.observed.n_left, [1, 0])

    def test_who_began_before_watching_counts_from_the_first_month_that_was_watched_whole(self, table):
        rows = (
            "a,x,2025-10-10,2026-02-01\n"  # watched from his third renewal on: left at the fourth
            "b,x,2025-10-10,2026-01-08\n"  # left in the month in which watching began: counts nowhere
            "c,x,2025-10-10,2025-12-10\n"  # had left before
            "d,x,2026-01-10,\n"
        )
        tenure = TenureDates("start", "cancelled", watched_since="2026-01-01")
        (segment,) = retention(table(HEAD + rows), tenure=tenure, until=TO).segments
        np.testing.assert_array_equal(segment.observed.n_at_risk, [1, 1, 0, 1])
        np.testing.assert_array_equal(segment.observed.n_left, [0, 0, 0, 1])

    def test_contracts_of_one_customer_that_follow_on_each_other_are_one_stay(self, table):
        rows = (
            "a,x,2025-06-01,2025-09-01\n"
            "b,x,2025-06-01,\n"
            "a,x,2025-09-01,2025-11-15\n"
            "a,x,2025-07-01,2025-08-01\n"
            "b,y,2026-01-01,2026-02-01\n"
        )
        tenure = TenureDates("start", "cancelled", customer="customer")
        (segment,) = retention(table(HEAD + rows), tenure=tenure, until=TO).segments
        assert segment.n_customers == 2
        np.testing.assert_array_equal(np.flatnonzero(segment.observed.n_left) + 1, [6])
        assert segment.n_observed == 9

    def test_who_comes_back_later_is_a_new_customer(self, table):
        rows = "a,x,2025-06-01,2025-09-01\na,x,2025-09-02,\n"
        tenure = TenureDates("start", "cancelled", customer="customer")
        (segment,) = retention(table(HEAD + rows), tenure=tenure, until=TO).segments
        assert segment.n_customers == 2

    def test_several_rows_of_one_customer_are_asked_about(self, table):
        rows = "a,x,2025-06-01,2025-09-01\na,y,2025-09-01,\nb,x,2025-06-01,\n"
        found, faults = refused(table(HEAD + rows), until=TO)
        assert found == [("ND1712", 0)]
        assert "1 row repeats a content of customer" in faults[0].rule
        assert "--customer customer" in faults[0].hint

    def test_a_time_of_day_a_byte_order_mark_and_a_null_are_read(self, table):
        rows = "a,x,2025-06-01T10:00:00Z,NULL\nb,x,2025-07-01 09:30:00,2025-09-01\n"
        (segment,) = retention(
            table("\ufeff" + (HEAD + rows).replace("\n", "\r\n")), tenure=DATES, until=TO
        ).segments
        assert segment.observed.n_left.sum() == 1

    def test_every_day_that_cannot_be_is_told_at_its_line(self, table):
        rows = "a,x,01/02/2025,\nb,x,2025-02-30,soon\nc,x,2025-03-01,2025-02-01\n"
        found, _ = refused(table(HEAD + rows), until=TO)
        assert found == [("ND1709", 2), ("ND1709", 3), ("ND1709", 3)]
        found, faults = refused(table(HEAD + "c,x,2025-03-01,2025-02-01\n"), until=TO)
        assert found == [("ND1709", 2)] and "must not lie before start, 2025-03-01" in faults[0].rule

    def test_the_last_day_is_that_of_the_last_start_and_said(self, table):
        rows = "a,x,2025-06-01,2025-09-01\nb,x,2025-10-20,2025-11-20\nc,x,2025-06-01,\n"
        warnings = retention(table(HEAD + rows), tenure=DATES).warnings
        assert warnings[0].startswith(
            "who left is taken to be known to 2025-10-20, the day of the last start"
        )
        assert warnings[1] == "still there on 2025-10-20, with a later end: 1 row"

    def test_the_last_day_is_asked_for_where_a_leaver_lies_long_after_the_last_start(self, table):
        rows = "a,x,2025-06-01,2025-09-01\nb,x,2025-06-20,2025-11-20\n"
        found, faults = refused(table(HEAD + rows))
        assert found == [("ND1711", 0)]
        assert "began on 2025-06-20, the last left on 2025-11-20" in faults[0].hint

    def test_the_last_day_is_asked_for_where_one_start_lies_long_after_everything_else(self, table):
        rows = "a,x,2025-06-01,2025-09-01\nb,x,2025-06-20,\nc,x,2125-06-20,\n"
        found, faults = refused(table(HEAD + rows))
        assert found == [("ND1711", 0)]
        assert "nothing is known of any day from 2025-09-01 to then" in faults[0].hint

    @pytest.mark.parametrize(
        ("tenure", "until", "rule"),
        [
            (DATES, "March", "must be a day"),
            (
                TenureDates("start", "cancelled", watched_since="2026-05-01"),
                TO,
                "must lie before the last day",
            ),
        ],
    )
    def test_a_day_of_watching_that_cannot_be_is_refused(self, table, tenure, until, rule):
        found, faults = refused(table(HEAD + "a,x,2025-06-01,2025-09-01\n"), tenure, until=until)
        assert found == [("ND1709", 0)] and rule in faults[0].rule

    def test_options_of_the_other_way_of_telling_a_tenure_are_refused(self, table):
        path = table(HEAD + "a,x,2025-06-01,2025-09-01\n")
        found, _ = refused(path, churned="plan", flag="ever", until=TO)
        assert [code for code, _ in found] == ["ND1707", "ND1707"]
        found, _ = refused(path, "start", churned="plan", flag="ever", until=TO)
        assert [code for code, _ in found] == ["ND1707"]

    def test_columns_that_are_not_there_are_told_together(self, table):
        path = table(HEAD + "a,x,2025-06-01,2025-09-01\n")
        found, _ = refused(path, TenureDates("begin", "", customer="who"), by="tier", until=TO)
        assert [code for code, _ in found] == ["ND1704"] * 4

    def test_a_table_of_contracts_is_told_how_to_be_read(self, table):
        found, faults = refused(table("customer,amount,start,cancelled\na,3,2025-06-01,\n"), None)
        assert found == [("ND1700", 0)]
        assert faults[0].hint.endswith("--start start --cancelled cancelled")


def dealt_contracts(chance, n_customers, *, law, since, until, is_within):
    """Return rows of contracts of a known law, made on `until`, without those who had left by `since`."""
    first = since.toordinal() - 800
    rows = []
    leaves = 1.0 - chance.beta(law.alpha, law.beta, n_customers)
    for i, share in enumerate(leaves):
        start = date.fromordinal(first + int(chance.integers(0, until.toordinal() - first)))
        renewal = int(chance.geometric(1 - share))
        end = months_later(start, min(renewal, 600))
        if is_within:
            # Anywhere in the month before the renewal at which he is gone.
            before = months_later(start, min(renewal, 600) - 1).toordinal()
            end = date.fromordinal(before + 1 + int(chance.integers(0, end.toordinal() - before)))
        if end > since:
            rows.append(f"c{i},x,{start},{end if end <= until else ''}\n")
    return "".join(rows)


class TestRecovery:
    LAW = ShiftedBetaGeometric(1.0, 9.0)
    SINCE, UNTIL = date(2024, 1, 10), date(2026, 2, 20)

    @pytest.mark.parametrize("is_within", [False, True], ids=["at renewals", "within months"])
    def test_months_not_watched_whole_bias_nothing(self, table, is_within):
        chance = np.random.default_rng(17)
        rows = dealt_contracts(
            chance, 12_000, law=self.LAW, since=self.SINCE, until=self.UNTIL, is_within=is_within
        )
        tenure = TenureDates("start", "cancelled", watched_since=str(self.SINCE))
        (segment,) = retention(table(HEAD + rows), tenure=tenure, until=str(self.UNTIL)).segments
        at = np.array([1.0, 6.0, 12.0, 24.0])
        seen = segment.observed
        truth = self.LAW.survival(at)
        places = at.astype(int) - 1
        # Half the range of nine of ten is 1.645 standard errors.
        error = (seen.high_share - seen.low_share)[places] / (2 * 1.645)
        assert (np.abs(seen.survival_share[places] - truth) < 3 * error).all()
        assert segment.law.coefficients["alpha"] == pytest.approx(
            1.0, abs=3 * segment.law.standard_errors["alpha"]
        )

    def test_a_table_without_those_who_had_left_is_warned_of(self, table):
        chance = np.random.default_rng(4)
        rows = dealt_contracts(chance, 1500, law=self.LAW, since=self.SINCE, until=self.UNTIL, is_within=True)
        path = table(HEAD + rows)
        (silence,) = [
            warning
            for warning in retention(path, tenure=DATES, until=str(self.UNTIL)).warnings
            if "--watched-since" in warning
        ]
        assert silence.startswith("nobody left before 2024-01-")
        told = retention(path, tenure=TenureDates("start", "cancelled", "2024-01-10"), until=str(self.UNTIL))
        assert not any("--watched-since" in warning for warning in told.warnings)
