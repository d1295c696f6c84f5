from __future__ import annotations

import csv
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue import accelerator, rent_price
from nextdollar.errors import DomainError
from nextdollar.sizing import estimate_training
from nextdollar.sizing.spread import Spread, product_range
from nextdollar.units import HOURS_PER_DAY, SECONDS_PER_HOUR

HEADER = (
    "id,params_total,params_active,tokens,hardware,accel_count,train_dtype,arch,date,"
    "accel_hours,mfu_reported\n"
)
LLAMA = "llama,7e9,,2e12,H100-SXM,1024,bf16,dense,2024-04-18,,\n"


def one(table, line, **options):
    (item,) = estimate_training(table(HEADER + line), **options).rows
    return item


class TestTheLadder:
    def test_mfu_times_hours_times_peak_is_the_work(self, table):
        item = one(table, LLAMA)
        ladder = item.ladder
        shares = ladder.mfu.p50 * ladder.goodput_share * ladder.calendar_share.p50
        peak = accelerator("H100-SXM").peak_flop_per_s
        done = item.accel_hours.p50 * SECONDS_PER_HOUR * peak * shares
        assert done == pytest.approx(float(ladder.flop), rel=1e-12)

    def test_the_work_is_a_little_more_than_six_flop_per_parameter_and_token(self, table):
        # Kaplan et al. 2020, section 2.1: 6 N D; attention comes on top.
        flop = float(one(table, LLAMA).ladder.flop)
        assert 6 * 7e9 * 2e12 < flop < 1.2 * 6 * 7e9 * 2e12

    def test_cost_is_hours_times_price_at_the_median(self, table):
        item = one(table, LLAMA, usd_per_gpu_hour=2.5)
        for name in ("p5", "p50", "p95"):
            assert getattr(item.cost_usd, name) == pytest.approx(
                2.5 * getattr(item.accel_hours, name), rel=1e-9
            )

    def test_an_uncertain_price_widens_the_cost_and_keeps_its_median(self, table):
        item = one(table, LLAMA, usd_per_gpu_hour=(2.0, 3.0))
        middle = item.accel_hours.p50 * math.sqrt(6.0)
        assert item.cost_usd.p50 == pytest.approx(middle, rel=1e-12)
        assert item.cost_usd.p95 / item.cost_usd.p5 > item.accel_hours.p95 / item.accel_hours.p5

    def test_without_a_price_the_range_of_list_prices_is_taken(self, table):
        price = rent_price("H100-SXM")
        found = one(table, LLAMA).price
        assert (found.spread.p5, found.spread.p95) == (
            price.low_usd_per_gpu_hour,
            price.high_usd_per_gpu_hour,
        )
        assert str(price.as_of) in found.words

    def test_days_are_hours_over_the_stated_count(self, table):
        item = one(table, LLAMA)
        assert item.wall_days.p50 * 1024 * HOURS_PER_DAY == pytest.approx(item.accel_hours.p50, rel=1e-12)
        assert not item.is_count_assumed

    def test_days_on_an_assumed_count_are_wider_and_say_so(self, table):
        item = one(table, LLAMA.replace("1024", ""))
        assert item.is_count_assumed
        assert any("GPUs are assumed" in note for note in item.notes)
        assert item.wall_days.p95 / item.wall_days.p5 > item.accel_hours.p95 / item.accel_hours.p5

    def test_energy_lies_near_what_was_measured_for_gpt_3(self, table):
        # Patterson et al. 2021, table 4: 1,287 MWh for 3.64e6 V100-hours, host and PUE included.
        line = "gpt3,175e9,,300e9,V100,10000,fp16,dense,2020-05-28,,\n"
        item = one(table, line)
        assert item.energy_mwh.p5 < 1287 < item.energy_mwh.p95

    def test_reported_hours_and_utilisation_change_nothing(self, table):
        plain, measured = one(table, LLAMA), one(table, LLAMA.replace(",,\n", ",123456,0.41\n"))
        for name in ("accel_hours", "wall_days", "cost_usd", "energy_mwh"):
            assert getattr(plain, name) == getattr(measured, name)

    def test_no_quantile_of_hours_is_faster_than_the_peak(self, table):
        lines = "".join(
            f"r,{params},,{tokens},{chip},{gpus},{dtype},,2025-01-01,,\n"
            for params in ("1e6", "1e9", "1e12", "9e14")
            for tokens in ("1e6", "1e12", "1e17")
            for chip in ("A100-SXM-80", "H100-SXM", "B200", "TPU-v5p")
            for gpus in ("", "1", "100000")
            for dtype in ("bf16", "fp8")
        )
        found = estimate_training(table(HEADER + lines))
        assert len(found.answered) > 100
        for item in found.answered:
            assert item.ladder.least_gpu_hours <= item.accel_hours.p5 * (1 + 1e-12)
            assert item.accel_hours.p5 <= item.accel_hours.p50 <= item.accel_hours.p95


class TestRefusals:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("r,7e9,,,H100,,,,,,\n", "tokens is empty"),
            ("r,,,1e12,H100,,,,,,\n", "params_total and params_active are empty"),
            ("r,7e9,,1e12,,,,,,,\n", "hardware is empty"),
            ("r,7e9,,1e12,Cray-1,,,,,,\n", "accelerator must be a name of the catalogue"),
            ("r,seven,,1e12,H100,,,,,,\n", 'params_total must be a plain number such as 7e9, got "seven"'),
            ("r,7,,1e12,H100,,,,,,\n", "counts are plain"),
            ("r,-7e9,,1e12,H100,,,,,,\n", "params_total must lie between"),
            ("r,7e9,8e9,1e12,H100,,,,,,\n", "params_active must be at most params_total"),
            ("r,7e9,,1e12,H100,,,moe,,,\n", "the work of a mixture of experts"),
            ("r,7e9,,1e12,A100,,fp8,,,,\n", "has no products in"),
            ("r,7e9,,1e12,H100,,fp32,,,,\n", "train_dtype must be bf16, fp16 or fp8"),
            ("r,7e9,,1e12,H100,0,,,,,\n", "accel_count must lie between"),
            ("r,7e9,,nan,H100,,,,,,\n", "tokens must be a plain number"),
            ("r,7e9,,1e999,H100,,,,,,\n", "tokens must be a plain number"),
        ],
    )
    def test_a_row_that_cannot_be_estimated_says_why_and_the_others_are_answered(self, table, line, reason):
        found = estimate_training(table(HEADER + line + LLAMA))
        assert any(reason in words for words in found.rows[0].row.refused)
        assert found.rows[0].accel_hours is found.rows[0].ladder is None
        assert found.rows[1].accel_hours is not None

    def test_every_reason_of_a_row_comes_at_once(self, table):
        refused = one(table, "r,x,,y,z,0,fp32,,,,\n").row.refused
        assert len(refused) == 5

    def test_a_price_that_is_not_above_zero_is_refused(self, table):
        with pytest.raises(DomainError, match="usd_per_gpu_hour must be above 0"):
            one(table, LLAMA, usd_per_gpu_hour=0.0)
        with pytest.raises(DomainError, match="from low to high"):
            one(table, LLAMA, usd_per_gpu_hour=(3.0, 2.0))

    def test_an_accelerator_without_rents_has_hours_and_no_cost(self, table):
        item = one(table, "r,7e9,,1e12,A800,64,bf16,,,,\n")
        assert item.accel_hours is not None and item.cost_usd is None
        assert any("state one with --price" in note for note in item.notes)


class TestTheAudit:
    def test_hours_below_the_work_at_the_peak_are_flagged_with_a_cause(self, table):
        least = float(one(table, LLAMA).ladder.least_gpu_hours)
        (flag,) = one(table, LLAMA.replace(",,\n", f",{0.9 * least:.0f},\n")).flags
        assert flag.column == "accel_hours" and "less than" in flag.words and "pruned" in flag.cause
        assert one(table, LLAMA.replace(",,\n", f",{1.1 * least:.0f},\n")).flags == ()

    def test_a_reported_utilisation_above_the_peak_is_flagged(self, table):
        (flag,) = one(table, LLAMA.replace(",,\n", ",,1.2\n")).flags
        assert flag.column == "mfu_reported"

    def test_a_dtype_that_is_not_plainly_fp8_is_read_as_16_bit_and_said_so(self, table):
        vague = one(table, LLAMA.replace("bf16", "fp8 (not stated on card)"))
        assert vague.accel_hours == one(table, LLAMA).accel_hours
        assert any("read as 16-bit" in note for note in vague.notes)
        assert one(table, LLAMA.replace("bf16", "fp8")).accel_hours.p50 < vague.accel_hours.p50

    def test_software_of_before_2023_takes_longer(self, table):
        old = one(table, LLAMA.replace("2024", "2022"))
        assert old.accel_hours.p50 > one(table, LLAMA).accel_hours.p50


def test_every_row_of_the_shared_table_is_answered_or_refused_with_a_reason(shared_table):
    path = shared_table("training_runs.csv")
    with path.open(encoding="utf-8") as file:
        wanted = list(csv.DictReader(file))
    found = estimate_training(path)
    assert [item.row.name for item in found.rows] == [row["id"] for row in wanted]
    for item, row in zip(found.rows, wanted, strict=True):
        assert bool(item.row.refused) == (not row["tokens"])
        assert (item.ladder is None) == bool(item.row.refused)
    assert not any(item.flags for item in found.rows)


class TestProducts:
    @given(st.floats(1e-3, 1e9), st.lists(st.floats(0, 2), min_size=1, max_size=4))
    def test_variances_of_logs_add(self, middle, sds):
        found = product_range(middle, *sds)
        assert found.p50 == pytest.approx(middle)
        wanted = 2 * 1.6448536269514722 * math.sqrt(sum(sd**2 for sd in sds))
        assert math.log(found.p95 / found.p5) == pytest.approx(wanted, abs=1e-9)

    @given(st.floats(1e-3, 1e6), st.floats(1, 100))
    def test_a_spread_gives_back_its_ends(self, low, factor):
        spread = Spread(low, low * factor)
        found = product_range(spread.p50, spread.sd_log)
        assert (found.p5, found.p95) == (pytest.approx(low), pytest.approx(low * factor))

    def test_no_quantile_lies_below_the_floor(self):
        found = product_range(10.0, 1.0, floor=8.0)
        assert (found.p5, found.p50) == (8.0, 10.0)
