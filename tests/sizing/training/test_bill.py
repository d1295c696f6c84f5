"""Prices as of a day, experiments before the final run, carbon, and logs of the user."""

from __future__ import annotations

from datetime import date

import pytest

from nextdollar.catalogue import dated_price
from nextdollar.errors import CatalogueError, DomainError, LogsError
from nextdollar.sizing import estimate_training
from nextdollar.sizing.calibration import MeasuredTraining, SavedCalibration, write_calibration

HEADER = "id,params_total,tokens,hardware,accel_count\n"
ROW = "r,70e9,15e12,H100-SXM,4096\n"
LOGS = SavedCalibration(
    None,
    (MeasuredTraining("H100-SXM", 0.42, 0.05, 70e9, 70e9, 4096.0, 4096.0, False, 1000, 2.0),),
    (),
)


def one(table, line=ROW, **options):
    (item,) = estimate_training(table(HEADER + line), **options).rows
    return item


class TestPricesAsOfADay:
    def test_later_prices_are_left_out(self, table):
        price = dated_price("H100-SXM", date(2024, 6, 1))
        found = one(table, as_of=date(2024, 6, 1)).price
        assert (found.spread.p5, found.spread.p95) == (price.low_usd, price.high_usd)

    def test_an_old_price_says_how_old_it_is(self, table):
        item = one(table, as_of=date(2030, 1, 1))
        assert any("days before 2030-01-01" in note for note in item.notes)
        newest = dated_price("H100-SXM", date(2030, 1, 1)).as_of
        assert not one(table, as_of=newest).price.stale

    def test_before_the_first_price_there_is_no_cost(self, table):
        item = one(table, as_of=date(2000, 1, 1))
        assert item.cost_usd is None and item.accel_hours is not None


class TestExperiments:
    def test_the_published_range_is_half_to_five_times_as_much_again(self, table):
        # arXiv:2503.05804: development was 50 % of training; arXiv:2605.01158: 82.2 % of all compute.
        found = estimate_training(table(HEADER + ROW))
        assert (found.multiple.p5, found.multiple.p95) == (1.5, pytest.approx(1 / 0.178, rel=1e-3))

    def test_a_given_multiple_multiplies_hours_and_cost(self, table):
        item = one(table, development_multiple=3.0)
        for name in ("p5", "p50", "p95"):
            assert getattr(item.project_gpu_hours, name) == pytest.approx(3 * getattr(item.accel_hours, name))
            assert getattr(item.project_cost_usd, name) == pytest.approx(3 * getattr(item.cost_usd, name))

    def test_the_figures_of_the_run_itself_do_not_hold_them(self, table):
        assert one(table).accel_hours == one(table, development_multiple=5.0).accel_hours

    def test_less_than_the_final_run_is_refused(self, table):
        with pytest.raises(DomainError, match="development_multiple must be at least 1"):
            one(table, development_multiple=0.5)


class TestCarbon:
    def test_it_is_energy_times_the_grid(self, table):
        item = one(table, grid=0.4)
        for name in ("p5", "p50", "p95"):
            tonnes = getattr(item.energy_mwh, name) * 0.4
            assert getattr(item.carbon_tonnes, name) == pytest.approx(tonnes)

    def test_without_a_grid_it_is_the_mean_of_the_world(self, table):
        # Ember, Global Electricity Review 2024: 481 g per kWh in 2023.
        found = estimate_training(table(HEADER + ROW))
        item = found.rows[0]
        assert item.carbon_tonnes.p50 == pytest.approx(0.481 * item.energy_mwh.p50)
        assert "the world" in found.grid.words

    def test_an_uncertain_grid_widens_it(self, table):
        sure, unsure = one(table, grid=0.2).carbon_tonnes, one(table, grid=(0.1, 0.4)).carbon_tonnes
        assert unsure.p50 == pytest.approx(sure.p50)
        assert unsure.p95 / unsure.p5 > sure.p95 / sure.p5

    def test_an_accelerator_without_a_rated_power_has_neither_energy_nor_carbon(self, table):
        item = one(table, "r,7e9,1e12,TPU-v5p,64\n")
        assert item.energy_mwh is None and item.carbon_tonnes is None
        assert any("publishes no power" in note for note in item.notes)

    def test_a_region_that_is_none_is_refused(self, table):
        with pytest.raises(CatalogueError):
            one(table, grid="Atlantis")


class TestLogsOfTheUser:
    def test_a_measured_utilisation_is_weighed_in_and_narrows_the_range(self, table):
        plain, sharp = one(table), one(table, calibration=LOGS)
        assert plain.ladder.mfu.p50 < sharp.ladder.mfu.p50 < 0.42
        width = plain.accel_hours.p95 / plain.accel_hours.p5
        assert sharp.accel_hours.p95 / sharp.accel_hours.p5 < 0.8 * width
        assert any("weighed in" in note for note in sharp.notes)

    def test_they_say_nothing_of_another_accelerator(self, table):
        line = ROW.replace("H100-SXM", "A100-SXM-80")
        assert one(table, line).accel_hours == one(table, line, calibration=LOGS).accel_hours

    def test_fewer_gpus_are_needed_once_a_run_is_known_to_be_fast(self, table):
        plain = one(table, deadline_days=38).deadline.gpus
        sharp = one(table, deadline_days=38, calibration=LOGS).deadline.gpus
        assert sharp.p95 < plain.p95

    def test_a_saved_calibration_is_read_and_named(self, table, tmp_path):
        saved = tmp_path / "cal.json"
        write_calibration(LOGS, saved)
        found = estimate_training(table(HEADER + ROW), calibration=saved)
        assert found.rows[0].accel_hours == one(table, calibration=LOGS).accel_hours
        assert [file for file, _ in found.files] == [str(saved)]

    def test_a_file_that_is_none_is_refused_before_the_rows(self, table, tmp_path):
        broken = tmp_path / "cal.json"
        broken.write_text("{}", encoding="utf-8")
        with pytest.raises(LogsError):
            one(table, "broken\n", calibration=broken)


def test_each_of_many_rows_gets_what_it_gets_alone(table):
    lines = [
        "a,70e9,15e12,H100-SXM,4096\n",
        "b,7e9,1e12,A800,\n",
        "c,1e9,,H100-SXM,\n",
        "d,405e9,1e9,B200,\n",
        "e,3e8,1e11,TPU-v5p,16\n",
    ]
    together = estimate_training(table(HEADER + "".join(lines)), deadline_days=20).rows
    for item, line in zip(together, lines, strict=True):
        alone = one(table, line, deadline_days=20)
        for name in (
            "accel_hours",
            "wall_days",
            "cost_usd",
            "energy_mwh",
            "carbon_tonnes",
            "memory",
            "notes",
        ):
            assert getattr(item, name) == getattr(alone, name)
        assert item.deadline == alone.deadline


def test_energy_of_a_tpu_says_that_its_range_is_that_of_gpus(table):
    # arXiv:2104.10350, table 4 (TPU v3), and arXiv:2204.02311 (TPU v4): 0.64 to 1.97 of the rated power.
    assert any("0.64 to 1.97" in note for note in one(table, "r,540e9,780e9,TPU-v4,6144\n").notes)
    assert not any("0.64" in note for note in one(table).notes)
