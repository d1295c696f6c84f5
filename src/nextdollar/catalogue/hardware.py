"""Accelerators of the catalogue, by name and alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, folded, kept, read, rows, unknown
from nextdollar.compute import Accelerator
from nextdollar.units import FLOP_PER_TFLOP

_BYTES_PER_GB = 1e9
_BYTES_PER_TB = 1e12
_BYTES_PER_GBIT = 1e9 / 8
_COLUMNS = (
    "name",
    "aliases",
    "bf16_dense_tflop_per_s",
    "fp8_dense_tflop_per_s",
    "memory_gb",
    "bandwidth_tb_per_s",
    "power_watts",
    *SOURCE_COLUMNS,
)
# Columns that came later; a file of the user may lack them.
_WIDER = (
    *("fp4_dense_tflop_per_s", "int8_dense_top_per_s", "scale_up_gb_per_s", "scale_out_gbit_per_s"),
    *("scale_up_devices", "verification"),
)
_NAME_COLUMNS = ("spelling", "accelerator", "table", "note")


@kept
def accelerators() -> Mapping[str, Accelerator]:
    """Every accelerator of the catalogue, by name."""
    return MappingProxyType(parse_accelerators(read("accelerators.csv"), "accelerators.csv"))


def accelerator(name: str) -> Accelerator:
    """Return the accelerator of a name or alias, upper or lower case; CatalogueError if there is none.

    Names as tables of runs, prices and measurements write them are understood too
    (`accelerator_names.csv`): "NVIDIA A100 SXM4 80 GB", "a100_80gb".
    """
    found = _spellings().get(folded(name))
    if found is None:
        spellings = [spelling for item in accelerators().values() for spelling in (item.name, *item.aliases)]
        raise unknown("accelerator", name, spellings)
    return found


def parse_accelerators(lines: Iterable[str], file: str) -> dict[str, Accelerator]:
    """Accelerators by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS, optional=_WIDER), _accelerator_of)
    spelled: dict[str, str] = {}
    for row, item in found:
        for spelling in {folded(word) for word in (item.name, *item.aliases)}:
            if spelling in spelled:
                raise row.fault("name and aliases", f"unlike those of {spelled[spelling]}", spelling)
            spelled[spelling] = item.name
    return by_name((row, item.name, item) for row, item in found)


def _accelerator_of(row: Row) -> Accelerator:
    """Return the accelerator of a row, in the units used inside."""
    return Accelerator(
        name=row.text("name"),
        peak_flop_per_s=row.number("bf16_dense_tflop_per_s") * FLOP_PER_TFLOP,
        memory_bytes=row.number("memory_gb") * _BYTES_PER_GB,
        bandwidth_bytes_per_s=row.number("bandwidth_tb_per_s") * _BYTES_PER_TB,
        power_watts=row.optional_number("power_watts"),
        fp8_peak_flop_per_s=_scaled(row, "fp8_dense_tflop_per_s", FLOP_PER_TFLOP),
        aliases=tuple(word.strip() for word in row.cells["aliases"].split(";") if word.strip()),
        source=row.source(),
        fp4_peak_flop_per_s=_scaled(row, "fp4_dense_tflop_per_s", FLOP_PER_TFLOP),
        int8_peak_op_per_s=_scaled(row, "int8_dense_top_per_s", FLOP_PER_TFLOP),
        scale_up_bytes_per_s=_scaled(row, "scale_up_gb_per_s", _BYTES_PER_GB),
        scale_out_bytes_per_s=_scaled(row, "scale_out_gbit_per_s", _BYTES_PER_GBIT),
        n_scale_up=row.optional_number("scale_up_devices"),
        verification=row.cells["verification"],
    )


def _scaled(row: Row, column: str, factor: float) -> float | None:
    """Return a cell in the unit used inside, None where it is empty."""
    number = row.optional_number(column)
    return None if number is None else number * factor


@kept
def _spellings() -> Mapping[str, Accelerator]:
    """Accelerators by each of their names and aliases, and by names of other tables, folded."""
    known = accelerators()
    file = "accelerator_names.csv"
    spellings = {
        folded(row.text("spelling")): known[row.one_of("accelerator", tuple(known))]
        for row in rows(read(file), file, _NAME_COLUMNS)
    }
    own = {folded(spelling): item for item in known.values() for spelling in (item.name, *item.aliases)}
    return spellings | own
