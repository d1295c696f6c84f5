"""Accelerators of the catalogue."""

from __future__ import annotations

import csv

import pytest

from nextdollar.catalogue import accelerator, accelerators
from nextdollar.catalogue.hardware import parse_accelerators
from nextdollar.catalogue.rows import KINDS
from nextdollar.errors import CatalogueError

HEADER = (
    "name,aliases,bf16_dense_tflop_per_s,fp8_dense_tflop_per_s,memory_gb,bandwidth_tb_per_s,power_watts,"
    "source,place,link,kind,checked_on,note\n"
)
GOOD = "X1,X;Y,100,200,80,2,400,Vendor,data sheet,https://example.org,vendor,2026-11-21,\n"


@pytest.mark.parametrize(
    ("name", "tflop_per_s", "gb", "tb_per_s", "watts"),
    [
        # NVIDIA A100 data sheet: 312 dense (624 with sparsity), 80 GB, 2,039 GB/s, 400 W.
        ("A100-SXM-80", 312, 80, 2.039, 400),
        # NVIDIA H100 data sheet: 1,979 with sparsity, so 989.4 to 989.5 dense; 3.35 TB/s, 700 W.
        ("H100-SXM", 989.4, 80, 3.35, 700),
        # NVIDIA H100 PCIe: 1,513 with sparsity, 350 W (product brief PB-11133).
        ("H100-PCIe", 756, 80, 2.04, 350),
        # NVIDIA H200 data sheet: 141 GB, 4.8 TB/s, 700 W.
        ("H200-SXM", 989.5, 141, 4.8, 700),
        # AMD MI300X data sheet: 1,307.4 dense, 192 GB, 5.3 TB/s, 750 W.
        ("MI300X", 1307.4, 192, 5.3, 750),
        # NVIDIA L40S data sheet: 362.05 (733 with sparsity), 48 GB, 864 GB/s, 350 W.
        ("L40S", 362.05, 48, 0.864, 350),
        # Google Cloud, TPU v5e: 197 TFLOPs, 16 GB, 819 GBps; no power.
        ("TPU-v5e", 197, 16, 0.819, None),
    ],
)
def test_has_the_figures_of_the_data_sheet(name, tflop_per_s, gb, tb_per_s, watts):
    found = accelerator(name)
    assert found.peak_flop_per_s == pytest.approx(tflop_per_s * 1e12, rel=2e-4)
    assert found.memory_bytes == gb * 1e9
    assert found.bandwidth_bytes_per_s == pytest.approx(tb_per_s * 1e12, rel=1e-12)
    assert found.power_watts == watts


def test_peaks_agree_with_the_shared_hardware_table(shared_data):
    names = {
        "A100 SXM 80GB": "A100-SXM-80",
        "H100 PCIe 80GB": "H100-PCIe",
        "H100 SXM 80GB": "H100-SXM",
        "H200 SXM": "H200-SXM",
        "B200 SXM": "B200",
        "L4": "L4",
        "L40S": "L40S",
        "MI300X": "MI300X",
        "MI325X": "MI325X",
        "TPU v5e": "TPU-v5e",
        "TPU v5p": "TPU-v5p",
        "TPU v6e": "TPU-v6e",
    }
    with (shared_data / "compute" / "hardware.csv").open(newline="", encoding="utf-8") as file:
        table = {row["name"]: row for row in csv.DictReader(file)}
    assert len(names) < len(table) <= len(accelerators())
    names = {theirs: accelerator(theirs).name for theirs in table} | names
    for theirs, ours in names.items():
        row, found = table[theirs], accelerator(ours)
        # Both are printed to three or four digits.
        assert found.peak_flop_per_s / 1e12 == pytest.approx(float(row["bf16_dense_tflops"]), rel=1e-3)
        assert found.memory_bytes / 1e9 == float(row["hbm_gb"])
        assert found.bandwidth_bytes_per_s / 1e12 == pytest.approx(float(row["hbm_tb_s"]), rel=2e-3)
        if found.power_watts is not None:
            assert found.power_watts == float(row["tdp_w"])
        for peak, column in ((found.fp8_peak_flop_per_s, "fp8_dense_tflops"), *_wider(found)):
            if peak is not None and row[column]:
                assert peak / 1e12 == pytest.approx(float(row[column]), rel=2e-3)
        if row["scaleup_gb_s_per_dir"]:
            assert found.scale_up_bytes_per_s == float(row["scaleup_gb_s_per_dir"]) * 1e9
        if row["scaleout_gbit_s"]:
            assert found.scale_out_bytes_per_s == float(row["scaleout_gbit_s"]) * 1e9 / 8
        assert found.verification == row["verification"]


def _wider(found):
    return (found.fp4_peak_flop_per_s, "fp4_dense_tflops"), (found.int8_peak_op_per_s, "int8_dense_tops")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("training_runs", "hardware"),
        ("training_throughput", "gpu"),
        ("inference_points", "gpu"),
        ("inference_max_throughput", "gpu"),
        ("gpu_prices", "hardware"),
        ("hardware", "name"),
    ],
)
def test_every_hardware_name_of_the_shared_tables_is_understood(shared_data, table, column):
    with (shared_data / "compute" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        names = {row[column] for row in csv.DictReader(file)}
    assert names
    for name in names:
        assert accelerator(name).name in accelerators()


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("NVIDIA A100 SXM4 80 GB", "A100-SXM-80"),
        ("a100_40gb", "A100-SXM-40"),
        ("Google TPU v6e Trillium", "TPU-v6e"),
        ("gb300", "GB300"),
        ("RTX PRO 6000 SE", "RTX-PRO-6000"),
    ],
)
def test_a_name_as_tables_write_it_is_understood(spelling, name):
    assert accelerator(spelling).name == name


def test_what_stood_in_the_catalogue_before_it_grew_is_as_it_was():
    # Figures that plans were worked out with: bf16 and fp8 TFLOP/s, GB, TB/s, W.
    before = {
        "A100-SXM-80": (312, None, 80, 2.039, 400),
        "H100-PCIe": (756, 1513, 80, 2.04, 350),
        "H100-SXM": (989.4, 1978.9, 80, 3.35, 700),
        "H200-SXM": (989.5, 1979, 141, 4.8, 700),
        "B200": (2250, 4500, 180, 7.7, 1000),
        "L4": (121, 242, 24, 0.3, 72),
        "L40S": (362.05, 733, 48, 0.864, 350),
        "MI300X": (1307.4, 2614.9, 192, 5.3, 750),
        "MI325X": (1307, 2615, 256, 6.0, 1000),
        "TPU-v5e": (197, None, 16, 0.819, None),
        "TPU-v5p": (459, None, 95, 2.765, None),
        "TPU-v6e": (918, None, 32, 1.638, None),
    }
    for name, (bf16, fp8, gb, tb_per_s, watts) in before.items():
        found = accelerator(name)
        assert found.peak_flop_per_s == bf16 * 1e12
        assert found.fp8_peak_flop_per_s == (None if fp8 is None else fp8 * 1e12)
        assert (found.memory_bytes, found.bandwidth_bytes_per_s) == (gb * 1e9, tb_per_s * 1e12)
        assert found.power_watts == watts


def test_a_blackwell_has_the_peaks_and_links_of_its_data_sheet():
    # aiconfigurator-core 0.12.0, systems/b200_sxm.yaml: fp4 9,000, int8 4,500, 900 GB/s each way.
    found = accelerator("B200")
    assert (found.peak("fp4"), found.peak("int8")) == (9e15, 4.5e15)
    assert (found.scale_up_bytes_per_s, found.n_scale_up) == (900e9, 8)
    assert found.scale_out_bytes_per_s == 400e9 / 8
    assert accelerator("GB200").n_scale_up == 72


@pytest.mark.parametrize("name", accelerators())
class TestEveryAccelerator:
    def test_says_where_it_was_read(self, name):
        source = accelerator(name).source
        assert source.work and source.place
        assert source.link.startswith("https://")

    def test_is_found_by_every_alias_and_in_any_case(self, name):
        found = accelerator(name)
        for spelling in (name.lower(), name.replace("-", " "), *found.aliases):
            assert accelerator(spelling) is found

    def test_is_plausible(self, name):
        found = accelerator(name)
        # Tensor units since 2017: 4e13 to 1e16 FLOP/s, 10 to 300 GB, 0.2 to 10 TB/s, 50 to 1500 W.
        assert 4e13 < found.peak_flop_per_s < 1e16
        assert 10e9 < found.memory_bytes < 300e9
        assert 0.2e12 < found.bandwidth_bytes_per_s < 10e12
        assert found.power_watts is None or 50 < found.power_watts < 1500

    def test_has_no_sparse_peak(self, name):
        # Every chip here does at least 70 FLOP per byte and at most 650: a sparse figure in the
        # place of a dense one would leave the band for most. The H20 is cut down to 37 for export.
        # fp8 runs at twice bf16, but for the Gaudi 3, which is as fast at either, and the Trainium 2.
        found = accelerator(name)
        flop_per_byte = found.peak_flop_per_s / found.bandwidth_bytes_per_s
        assert 70 * (0.5 if name == "H20" else 1) < flop_per_byte < 650
        if found.fp8_peak_flop_per_s is not None:
            ratio = 1 if name == "Gaudi3" else 2
            assert found.fp8_peak_flop_per_s / found.peak_flop_per_s == pytest.approx(ratio, rel=0.03)

    def test_links_are_slower_than_memory_and_fewer_bits_never_slower(self, name):
        found = accelerator(name)
        for link in (found.scale_up_bytes_per_s, found.scale_out_bytes_per_s):
            assert link is None or 1e9 < link < found.bandwidth_bytes_per_s
        if found.fp4_peak_flop_per_s is not None:
            assert found.fp4_peak_flop_per_s >= found.fp8_peak_flop_per_s
        assert found.verification


def test_h100_is_short_for_the_sxm_module():
    assert accelerator("H100").name == "H100-SXM"


def test_an_unknown_name_is_refused_with_the_nearest_ones():
    with pytest.raises(CatalogueError, match=r"accelerator must be a name .*, got H1000 \(nearest: H100"):
        accelerator("H1000")


def test_a_name_like_no_other_is_refused_with_all_names():
    with pytest.raises(CatalogueError, match=r"got zzzz \(known: A100"):
        accelerator("zzzz")


def test_every_fault_of_a_file_is_named_with_its_line_at_once():
    lines = [
        HEADER,
        GOOD,
        "X2,,fast,,80,2,400,Vendor,data sheet,https://example.org,vendor,2026-11-21,\n",
        "X3,,100,,80,2,-1,Vendor,data sheet,https://example.org,vendor,2026-11-21,\n",
        "X4,,100,,80,2,400,Vendor,data sheet,https://example.org,rumour,2026-11-21,\n",
        "X5,,100,,80,2,400,Vendor,data sheet,example.org,vendor,2026-11-21,\n",
        "X6,,100,,80,2,400,Vendor,data sheet,https://example.org,vendor,yesterday,\n",
        "X7,,100,,80,2,400,,data sheet,https://example.org,vendor,2026-11-21,\n",
        "X8,,inf,,80,2,400,Vendor,data sheet,https://example.org,vendor,2026-11-21,\n",
    ]
    with pytest.raises(CatalogueError) as caught:
        parse_accelerators(lines, "own.csv")
    assert str(caught.value).split("; ") == [
        "own.csv:3: bf16_dense_tflop_per_s must be a number, got fast",
        "own.csv:4: power_watts must be above 0 or not given, got -1.0",
        f"own.csv:5: kind must be one of {', '.join(KINDS)}, got rumour",
        "own.csv:6: link must be an address that starts with https://, got example.org",
        "own.csv:7: checked_on must be a date like 2026-11-21, got yesterday",
        "own.csv:8: source must be given, got nothing",
        "own.csv:9: bf16_dense_tflop_per_s must be finite, got inf",
    ]


def test_a_name_given_twice_is_refused():
    with pytest.raises(
        CatalogueError, match=r"own\.csv:3: name and aliases must be unlike those of X1, got x"
    ):
        parse_accelerators([HEADER, GOOD, GOOD.replace("X1,X;Y", "x,")], "own.csv")


def test_a_missing_column_and_a_ragged_row_are_refused():
    with pytest.raises(CatalogueError, match=r"own\.csv:1: header must have .*, lacks memory_gb"):
        parse_accelerators([HEADER.replace("memory_gb,", ""), GOOD], "own.csv")
    with pytest.raises(CatalogueError, match=r"own\.csv:2: row must have 13 cells"):
        parse_accelerators([HEADER, GOOD.replace(",2026-11-21,", ",2026-11-21,,more")], "own.csv")
    with pytest.raises(CatalogueError, match=r"own\.csv:2: row must have 13 cells"):
        parse_accelerators([HEADER, "X1,X\n"], "own.csv")


def test_an_own_file_may_state_the_wider_columns():
    wide = HEADER.replace("source,", "fp4_dense_tflop_per_s,scale_up_gb_per_s,source,")
    row = GOOD.replace(",Vendor,", ",400,150,Vendor,")
    found = parse_accelerators([wide, row], "own.csv")["X1"]
    assert (found.peak("fp4"), found.scale_up_bytes_per_s) == (400e12, 150e9)
    plain = parse_accelerators([HEADER, GOOD], "own.csv")["X1"]
    assert (plain.fp4_peak_flop_per_s, plain.scale_up_bytes_per_s, plain.verification) == (None, None, "")


def test_an_empty_file_has_no_accelerators():
    assert parse_accelerators([HEADER], "own.csv") == {}
