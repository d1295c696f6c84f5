"""Wide tables of cohorts: a row for each cohort, a column for each period."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nextdollar.audience.customer_table import read_customer_table
from nextdollar.audience.retention.cohorts import seen_cohorts
from nextdollar.audience.retention.retention import retention
from nextdollar.errors import FaultsError

# At risk at 1, 2, 3: 400 + 500 + 300, 380 + 450, 360; left 20 + 50 + 60, 20 + 30, 15.
TRIANGLE = (
    "Cohort,Size,Month 0,Month 1,Month 2,Month 3",
    "2026-01,400,400,380,360,345",
    "2026-02,500,500,450,420,",
    "2026-03,300,300,240,,",
    "2026-04,410,410,,,",
)
AT_RISK, LEFT = [1200, 830, 360], [130, 50, 15]


def seen(path, by=None):
    """Return what is seen of a table, its segments by name."""
    found = seen_cohorts(read_customer_table(path), by=by)
    return found, {segment.segment: segment for segment in found.segments}


def refused(path, **said):
    with pytest.raises(FaultsError) as error:
        retention(path, **said)
    return [(fault.code, fault.where, fault.line) for fault in error.value.faults]


class TestPooled:
    def test_a_triangle_of_counts_gives_the_table_worked_by_hand(self, table_file):
        table, segments = seen(table_file(*TRIANGLE))
        found = segments["all"]
        assert found.table.n_at_risk.tolist() == AT_RISK and found.table.n_left.tolist() == LEFT
        assert (table.period, found.n_customers) == ("month", 1610)
        assert "1 cohort had only begun" in found.notes[0]

    @pytest.mark.parametrize(
        "lines",
        [
            ("cohort,m0,m1,m2,m3", "a,400,380,360,345", "b,500,450,420,", "c,300,240,,"),
            ("size,m1,m2,m3", "400,380,360,345", "500,450,420,-", "300,240,,"),
            ("c,users,M0,M1,M2,M3", "a,400,100%,95 %,90%,86.25%", "b,500,100%,90%,84%,", "c,300,100%,80%,,"),
            ("c,customers,1,2,3", "a,400,95%,90%,86.25%", "b,500,90%,84%,", "c,300,80%,,"),
            ("Month,New users,0,1,2,3", "a,400,100,95,90,86.25", "b,500,100.0,90,84,", "c,300,100,80,,nan"),
            ("c,n,p0,p1,p2,p3", "a,400,1,.95,.9,.8625", "b,500,1,.9,.84,", "c,300,1,.8,,"),
        ],
        ids=["counts", "counts after the size", "per cent", "from 1", "per cent without a sign", "shares"],
    )
    def test_every_unit_gives_the_same_table(self, table_file, lines):
        found = seen(table_file(*lines))[1]["all"]
        np.testing.assert_allclose(found.table.n_at_risk, AT_RISK, rtol=1e-12)
        np.testing.assert_allclose(found.table.n_left, LEFT, rtol=1e-9)

    def test_counts_that_begin_at_1_without_a_size_tell_nothing_of_the_first_renewal(self, table_file):
        table, segments = seen(table_file("cohort,week 1,week 2", "a,900,810", "b,500,400"))
        found = segments["all"]
        assert table.warnings[0].startswith("week 1 is taken for the first renewal")
        assert found.table.n_at_risk.tolist() == [0, 1400] and found.table.n_left.tolist() == [0, 190]

    def test_shares_without_a_size_say_so(self, table_file):
        table, segments = seen(table_file("cohort,0,1,2", "a,100%,90%,80%", "b,100%,70%,"))
        assert segments["all"].table.n_at_risk.tolist() == [2000, 900]
        assert "1,000 customers in each cohort, and whether cohorts differ" in table.warnings[0]
        assert segments["all"].notes == ()

    def test_columns_that_are_not_read_are_named(self, table_file):
        table, _ = seen(table_file("cohort,plan,m0,m1", "a,pro,40,30", "b,team,50,40"))
        assert table.warnings == ("plan is not read: --by COLUMN makes segments of a column",)

    @pytest.mark.parametrize("by", ["plan", "Plan", "PLAN"])
    def test_a_column_makes_segments(self, table_file, by):
        path = table_file("cohort,Plan,m0,m1", "a,pro,40,30", "b,team,50,40", "c,pro,10,5")
        table, segments = seen(path, by)
        assert segments["pro"].table.n_at_risk.tolist() == [50] and list(segments) == ["pro", "team"]
        assert table.warnings == ()

    def test_each_cohort_can_be_a_segment(self, table_file):
        answer = retention(table_file(*TRIANGLE), by="cohort", n_periods=2)
        assert [segment.segment for segment in answer.segments] == ["2026-01", "2026-02", "2026-03"]
        assert answer.warnings == ("nobody in 2026-04 has come to a renewal yet",)
        assert answer.segments[0].n_observed == 3


@st.composite
def cohort_counts(draw):
    """Deal cohorts of counts, of different ages, that only fall."""
    found = []
    for _ in range(draw(st.integers(1, 5))):
        # Beyond a hundred, so that counts are no per cent.
        left = [draw(st.integers(101, 10**6))]
        for _ in range(draw(st.integers(1, 7))):
            left.append(draw(st.integers(1, left[-1])))
        found.append(left)
    return found


class TestForms:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(cohort_counts())
    def test_wide_and_long_tables_of_the_same_cohorts_are_one(self, table_file, cohorts):
        most = max(map(len, cohorts))
        wide = [
            f"c{i},{','.join(map(str, left))}{',' * (most - len(left))}" for i, left in enumerate(cohorts)
        ]
        long = [f"c{i},{age},{count}" for i, left in enumerate(cohorts) for age, count in enumerate(left)]
        head = ",".join(f"month {age}" for age in range(most))
        _, of_wide = seen(table_file(f"cohort,{head}", *wide, name="wide.csv"))
        _, of_long = seen(table_file("cohort,month,survivors", *long, name="long.csv"))
        assert of_wide["all"].table.n_at_risk.tolist() == of_long["all"].table.n_at_risk.tolist()
        assert of_wide["all"].table.n_left.tolist() == of_long["all"].table.n_left.tolist()
        assert of_wide["all"].notes == of_long["all"].notes
        assert of_wide["all"].n_customers == of_long["all"].n_customers

    def test_a_cohort_of_a_long_table_may_just_have_begun(self, table_file):
        lines = ("cohort,month,survivors", "a,0,400", "a,1,380", "b,0,500")
        found = seen(table_file(*lines))[1]["all"]
        assert found.table.n_at_risk.tolist() == [400] and found.n_customers == 900
        assert found.notes == ("1 cohort had only begun: nobody of them has come to a renewal yet",)

    def test_cohorts_of_a_long_table_can_be_segments(self, table_file):
        lines = ("Cohort,month,survivors", "a,0,400", "a,1,380", "b,0,500", "b,1,300")
        segments = seen(table_file(*lines), "Cohort")[1]
        assert {name: found.table.n_left.tolist() for name, found in segments.items()} == {
            "a": [20],
            "b": [200],
        }


class TestDifferences:
    def test_cohorts_that_differ_beyond_chance_are_named(self, table_file):
        # Of 900 customers 150 left in all, a sixth: 400 of a, of whom 20 did, and 500 of b, 130.
        found = seen(table_file("cohort,m0,m1", "a,400,380", "b,500,370"))[1]["all"]
        (note,) = found.notes
        assert "the 2 cohorts differ beyond chance (log-rank test, p under 0.0001)" in note
        assert "b lost 1.6 times what all together lose at its ages, a 0.3 times" in note
        assert note.endswith("--by cohort reads each by itself")

    def test_cohorts_that_chance_explains_are_added_up_without_a_word(self, table_file):
        assert seen(table_file("cohort,m0,m1", "a,400,380", "b,500,470"))[1]["all"].notes == ()


class TestRefused:
    def test_every_fault_is_told_at_its_line_and_column(self, table_file):
        path = table_file(
            "cohort,m0,m1,m2,m3",
            "a,1000,870,880,860",
            "b,900,85%,,2",
            "Grand Total,1900,9,8,7",
            "a,300,x,200,-1",
            ",,,,",
            "c,,30,20,",
        )
        assert refused(path) == [
            ("ND1705", "m2", 2),
            ("ND1715", "m1", 3),
            ("ND1706", "m2", 3),
            ("ND1714", "cohort", 4),
            ("ND1714", "cohort", 5),
            ("ND1705", "m1", 5),
            ("ND1705", "m3", 5),
            ("ND1706", "m0", 7),
        ]

    def test_a_rise_is_said_to_be_activity(self, table_file):
        with pytest.raises(FaultsError) as error:
            retention(table_file("cohort,0,1,2", "a,100%,40%,45%", "b,100%,50%,55%"))
        first, second = error.value.faults
        assert "must not rise from period to period (40 before)" in first.headline()
        assert "counts who was active and not who stayed" in first.hint and not second.hint

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (("cohort,size,m0,m1", "a,50,100%,101%"), [("ND1705", "m1", 2)]),
            (("cohort,size,m0,m1", "a,50,95%,90%"), [("ND1705", "m0", 2)]),
            (("cohort,size,m0,m1", "a,500,500,400", "b,600,590,400"), [("ND1705", "m0", 3)]),
            (("cohort,size,m1,m2", "a,500,510,400"), [("ND1705", "m1", 2)]),
            (("cohort,size,m1,m2", "a,500,500,400", "b,90,90,"), [("ND1706", "m1", 2)]),
            (("cohort,m0,m1", "a,900,80%", "b,800,70%"), [("ND1715", "m0", 2), ("ND1715", "m0", 3)]),
            (("cohort,m0,m1", "a,100,80", "b,100,70"), [("ND1715", "m0", 2)]),
            (("cohort,size,m1,m2", "a,90,80,70"), [("ND1715", "m1", 2)]),
            (("cohort,d1,d7,d30", "a,500,80,70"), [("ND1706", "d7", 1), ("ND1706", "d30", 1)]),
            (("cohort,m3,m4", "a,500,80"), [("ND1706", "m3", 1)]),
            (("cohort,m0,week 1", "a,500,80"), [("ND1706", "", 1)]),
            (("cohort,m1,M01", "a,500,80"), [("ND1706", "m1", 1)]),
            (("cohort,size,users,m0,m1", "a,5,5,5,4"), [("ND1706", "", 1)]),
            (("plan,country,m0,m1", "a,x,500,80"), [("ND1706", "", 1)]),
            (("cohort,month,survivors,m0,m1", "a,0,5,5,4"), [("ND1706", "survivors", 1)]),
            (("cohort,m0,m1", "a,12.400,11.300"), [("ND1705", "m0", 2), ("ND1705", "m1", 2)]),
            (("cohort,m0,m1", 'a,"1,200",900'), [("ND1705", "m0", 2)]),
            (("cohort,m0,m1", "a,900,", "b,800,"), [("ND1710", "", 0)]),
        ],
    )  # fmt: skip
    def test_what_may_be_read_in_two_ways_is_refused(self, table_file, lines, expected):
        assert refused(table_file(*lines)) == expected

    def test_columns_of_the_calendar_are_told_what_to_do(self, table_file):
        with pytest.raises(FaultsError) as error:
            retention(table_file("cohort,2026-01,2026-02", "a,100,90", "b,,80"))
        assert "shift each row to the left" in error.value.faults[0].hint

    def test_a_column_that_is_not_there_makes_no_segments(self, table_file):
        assert refused(table_file(*TRIANGLE), by="plan") == [("ND1704", "--by", 0)]

    def test_customers_one_by_one_are_no_wide_table(self, table_file):
        assert refused(table_file("customer,m0,m1", "a,30,20", "b,20,10"))[0][0] == "ND1700"

    def test_a_name_that_begins_like_a_sum_is_a_cohort(self, table_file):
        assert seen(table_file("cohort,m0,m1", "All Access,400,300"))[1]["all"].n_customers == 400

    def test_periods_to_come_that_are_filled_with_0_are_refused(self, table_file):
        path = table_file("cohort,m0,m1,m2", "a,400,380,360", "b,500,450,0", "c,300,0,0")
        wider = table_file("cohort,m0,m1,m2,m3", "a,400,380,,", "c,300,0,,", name="wider.csv")
        assert refused(wider) == [("ND1706", "m1", 3)]
        assert refused(path) == [("ND1706", "m2", 3), ("ND1706", "m1", 4)]
        sized = table_file("cohort,size,m1,m2", "a,400,95%,90%", "b,500,90%,0%", "c,300,0%,0%")
        assert refused(sized) == [("ND1706", "m2", 3), ("ND1706", "m1", 4)]

    def test_an_age_at_which_all_cohorts_end_is_believed(self, table_file):
        found = seen(table_file("cohort,m0,m1,m2", "a,400,380,0", "b,500,450,0"))[1]["all"]
        assert found.table.n_left.tolist() == [70, 830]

    def test_a_sum_is_refused_also_where_each_cohort_is_a_segment(self, table_file):
        path = table_file("cohort,plan,m0,m1", "a,x,400,380", "b,y,500,450", "Total,,900,830")
        assert refused(path, by="cohort") == [("ND1714", "cohort", 4)]

    def test_cohorts_of_two_segments_may_have_one_name(self, table_file):
        path = table_file("cohort,segment,m0,m1", "a,x,400,380", "a,y,500,450")
        assert list(seen(path)[1]) == ["x", "y"]
        assert seen(path, "cohort")[1]["a"].table.n_at_risk.tolist() == [900]
