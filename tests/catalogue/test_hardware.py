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
    assert set(names.values()) == set(accelerators())
    with (shared_data / "compute" / "hardware.csv").open(newline="", encoding="utf-8") as file:
        table = {row["name"]: row for row in csv.DictReader(file)}
    for theirs, ours in names.items():
        row, found = table[theirs], accelerator(ours)
        # Both are printed to three or four digits.
        assert found.peak_flop_per_s / 1e12 == pytest.approx(float(row["bf16_dense_tflops"]), rel=1e-3)
        assert found.memory_bytes / 1e9 == float(row["hbm_gb"])
        assert found.bandwidth_bytes_per_s / 1e12 == pytest.approx(float(row["hbm_tb_s"]), rel=2e-3)
        if found.power_watts is not None:
            assert found.power_watts == float(row["tdp_w"])


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
        # bf16 since 2020: 1e14 to 1e16 FLOP/s, 10 to 300 GB, 0.2 to 10 TB/s, 50 to 1500 W.
        assert 1e14 < found.peak_flop_per_s < 1e16
        assert 10e9 < found.memory_bytes < 300e9
        assert 0.2e12 < found.bandwidth_bytes_per_s < 10e12
        assert found.power_watts is None or 50 < found.power_watts < 1500

    def test_has_no_sparse_peak(self, name):
        # Every chip here does at least 100 FLOP per byte and at most 650: a sparse figure in the
        # place of a dense one would leave the band for most. fp8 runs at twice bf16.
        found = accelerator(name)
        assert 100 < found.peak_flop_per_s / found.bandwidth_bytes_per_s < 650
        if found.fp8_peak_flop_per_s is not None:
            assert found.fp8_peak_flop_per_s / found.peak_flop_per_s == pytest.approx(2, rel=0.015)


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


def test_an_empty_file_has_no_accelerators():
    assert parse_accelerators([HEADER], "own.csv") == {}
