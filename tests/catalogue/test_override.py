"""Rows of the user before those of the catalogue, and nowhere else."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nextdollar
from nextdollar.catalogue import accelerator, accelerators, dated_price, model_shape, rent_price
from nextdollar.catalogue.contents import catalogue_list
from nextdollar.catalogue.defaults import defaults
from nextdollar.catalogue.override import active_catalogue, carried, kept, user_catalogue
from nextdollar.catalogue.training_bill import bill_range
from nextdollar.errors import CatalogueFolderError

SPOILERS = ["", ",", '"', "\r", "\n", "\0", ";", "-", "nan", "9e999", "\u2028", "\u0661"]
PRICES = "accelerator,contract,usd_per_gpu_hour,valid_from,provider\n"


@pytest.fixture
def folder(tmp_path):
    def written(**tables: str):
        place = tmp_path / "ours"
        place.mkdir(exist_ok=True)
        for name, text in tables.items():
            (place / f"{name}.csv").write_text(text, encoding="utf-8")
        return place

    return written


def faults_of(place):
    with pytest.raises(CatalogueFolderError) as caught, user_catalogue(place):
        pass
    return caught.value.faults


def test_a_price_of_the_user_leaves_those_of_the_catalogue_out(folder):
    with user_catalogue(folder(gpu_prices=f"{PRICES}h100,on_demand,2.10,2026-10-01,ours\n")):
        found = rent_price("H100-SXM")
    assert (found.low_usd_per_gpu_hour, found.high_usd_per_gpu_hour, found.n_rows) == (2.10, 2.10, 1)
    assert str(found.source) == "own figure, ours/gpu_prices.csv:2"


def test_before_its_day_a_price_of_the_user_counts_for_nothing(folder):
    ours, before = rent_price("H100", date(2026, 6, 1)), date(2026, 6, 1)
    with user_catalogue(folder(gpu_prices=f"{PRICES}H100,on_demand,2.10,2026-10-01,ours\n")):
        assert rent_price("H100", before) == ours
        assert dated_price("H100", date(2026, 11, 1)).is_own
        assert rent_price("H100", contract="one_year") == rent_price("H100", contract="one_year")


def test_nothing_of_a_folder_is_left_outside_of_its_block(folder):
    known, rent, fields = dict(accelerators()), rent_price("H100"), dict(defaults())
    with user_catalogue(
        folder(
            accelerators="name,bf16_dense_tflop_per_s,memory_gb,bandwidth_tb_per_s\nmine,500,96,3\n",
            gpu_prices=f"{PRICES}mine,on_demand,1,2026-10-01,ours\nH100,on_demand,9,2026-10-01,ours\n",
            defaults="name,value\nhardware.mfu,10 to 20 %\n",
        )
    ):
        assert accelerator("MINE").memory_bytes == 96e9
        assert rent_price("mine").middle_usd_per_gpu_hour == 1
        assert defaults()["hardware.mfu"].value == "10 to 20 %"
    assert dict(accelerators()) == known
    assert rent_price("H100") == rent
    assert dict(defaults()) == fields
    assert active_catalogue() is None


def test_a_row_keeps_the_cells_of_ours_whose_column_the_file_lacks(folder):
    ours = accelerator("H100")
    with user_catalogue(folder(accelerators="name,power_watts\nH100-SXM,650\n")):
        found = accelerator("h100")
    assert (found.power_watts, found.peak_flop_per_s) == (650, ours.peak_flop_per_s)
    assert found.source.work == "own figure"


def test_a_column_that_is_there_and_empty_empties_the_cell(folder):
    with user_catalogue(folder(accelerators="name,power_watts\nH100-SXM,\n")):
        assert accelerator("H100").power_watts is None


def test_a_range_and_a_model_can_be_replaced_too(folder):
    with user_catalogue(
        folder(training_bill="name,low,high\npue,1.2,1.3\n", models="name,vocabulary\nLlama-3.1-8B,1000\n")
    ):
        assert (bill_range("pue").low, bill_range("pue").high) == (1.2, 1.3)
        assert model_shape("llama-3.1-8b").shape.vocabulary == 1000


def test_a_block_within_a_block_replaces_it_and_gives_way_again(folder, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "gpu_prices.csv").write_text(f"{PRICES}A100,on_demand,1,2026-10-01,x\n", encoding="utf-8")
    with user_catalogue(folder(gpu_prices=f"{PRICES}H100,on_demand,9,2026-10-01,ours\n")):
        with user_catalogue(inner):
            assert rent_price("H100").middle_usd_per_gpu_hour != 9
        assert rent_price("H100").middle_usd_per_gpu_hour == 9


def test_two_folders_one_after_the_other_do_not_mix(folder):
    found = []
    for usd in ("2", "3"):
        with user_catalogue(folder(gpu_prices=f"{PRICES}H100,on_demand,{usd},2026-10-01,ours\n")):
            found.append(rent_price("H100").middle_usd_per_gpu_hour)
    assert found == [2, 3]


def test_another_thread_sees_the_folder_only_where_it_is_carried(folder):
    found = []

    def ask():
        found.append(rent_price("H100").middle_usd_per_gpu_hour)

    with user_catalogue(folder(gpu_prices=f"{PRICES}H100,on_demand,9,2026-10-01,ours\n")):
        for asked in (ask, carried(ask)):
            thread = threading.Thread(target=asked)
            thread.start()
            thread.join()
    assert found[0] != 9
    assert found[1] == 9


def test_what_is_kept_is_worked_out_once_for_each_catalogue(folder):
    calls = []

    @kept
    def twice(value):
        calls.append(value)
        return 2 * value

    assert [twice(1), twice(1)] == [2, 2]
    with user_catalogue(folder(gpu_prices=PRICES)):
        assert [twice(1), twice(1)] == [2, 2]
    assert len(calls) == 2


def test_the_files_that_were_asked_for_are_known(folder):
    place = folder(gpu_prices=f"{PRICES}H100,on_demand,9,2026-10-01,x\n", defaults="name,value\na,1\n")
    with user_catalogue(place) as opened:
        assert opened.used_files() == ()
        rent_price("H100")
        assert [file.path.name for file in opened.used_files()] == ["gpu_prices.csv"]


def test_no_folder_changes_nothing():
    with user_catalogue(None) as opened:
        assert opened is None
        assert active_catalogue() is None


def test_the_door_is_a_name_of_the_package():
    assert nextdollar.user_catalogue is user_catalogue


class TestFaults:
    def test_all_come_at_once_each_with_its_file_and_line(self, folder):
        place = folder(
            gpu_prices=f"{PRICES}h100,on_demand,free,2026-13-01,x\nabacus,rent,2,2026-10-01,x\n",
            gpu_price="a\n1\n",
            accelerators="name,bf16_dense\nmine,1\n",
        )
        found = {(fault.file.rpartition("/")[2], fault.line, fault.where) for fault in faults_of(place)}
        assert {
            ("gpu_prices.csv", 2, "usd_per_gpu_hour"),
            ("gpu_prices.csv", 2, "valid_from"),
            ("gpu_prices.csv", 3, "contract"),
            ("gpu_price.csv", 0, "file"),
            ("accelerators.csv", 1, "header"),
        } <= found

    def test_each_has_a_code_and_says_rule_and_value(self, folder):
        place = folder(gpu_prices=f"{PRICES}abacus,on_demand,2,2026-10-01,x\n")
        (fault,) = faults_of(place)
        assert fault.code == "ND1301"
        assert fault.headline().startswith("accelerator must be a name of the catalogue, got abacus")

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("accelerator,contract,provider\nH100,on_demand\n", "must have 3 cells, as the header"),
            (f"{PRICES}H100,on_demand,2,2026-10-01,x\nH100,on_demand,3,2026-10-01,x\n", "must be given once"),
            ("contract,provider\non_demand,x\n", "must have the column accelerator"),
            (f"{PRICES}H100,on_demand,,2026-10-01,x\n", "must be given"),
            (f"{PRICES}H100,on_demand,-2,2026-10-01,x\n", "must be above 0"),
        ],
    )
    def test_a_file_that_is_none_is_refused(self, folder, text, rule):
        assert rule in {fault.rule for fault in faults_of(folder(gpu_prices=text))}

    def test_a_new_row_must_have_what_ours_have(self, folder):
        (fault,) = faults_of(folder(accelerators="name,memory_gb\nmine,80\n"))
        assert (fault.where, fault.rule) == ("bf16_dense_tflop_per_s", "must be given")

    def test_a_folder_that_is_none_or_empty_is_refused(self, tmp_path):
        assert faults_of(tmp_path / "nowhere")[0].rule == "must be a folder that exists"
        assert faults_of(tmp_path)[0].rule == "must hold at least one CSV file"

    def test_bytes_that_are_no_text_are_refused(self, folder):
        place = folder(gpu_prices=PRICES)
        (place / "gpu_prices.csv").write_bytes(b"\xff\xfe\x00")
        assert faults_of(place)[0].rule == "must be a text in UTF-8"

    def test_what_no_reader_of_csv_takes_is_refused_by_its_line(self, folder):
        place = folder(gpu_prices=f'{PRICES}"{"x" * 200_000}",on_demand,2,2026-10-01,us\n')
        (fault,) = faults_of(place)
        assert (fault.rule.partition(" (")[0], fault.line) == ("must be CSV", 2)

    @given(st.data())
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_spoilt_file_is_read_or_refused_and_never_breaks_anything(self, tmp_path, data):
        text = list(f"{PRICES}H100,on_demand,2.1,2026-10-01,ours\nA100,one_year,1,2026-10-01,ours\n")
        for _ in range(data.draw(st.integers(1, 8))):
            text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.sampled_from(SPOILERS))
        (tmp_path / "gpu_prices.csv").write_text("".join(text), encoding="utf-8")
        try:
            with user_catalogue(tmp_path):
                assert catalogue_list("gpu_prices").rows
        except CatalogueFolderError as error:
            assert all(fault.code == "ND1301" and fault.file for fault in error.faults)

    def test_after_a_refusal_no_folder_is_open(self, folder):
        faults_of(folder(gpu_prices=f"{PRICES}abacus,on_demand,2,2026-10-01,x\n"))
        assert active_catalogue() is None
