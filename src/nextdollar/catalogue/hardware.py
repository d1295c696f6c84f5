"""Accelerators of the catalogue, by name and alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, read, rows, unknown
from nextdollar.compute import Accelerator
from nextdollar.units import FLOP_PER_TFLOP

_BYTES_PER_GB = 1e9
_BYTES_PER_TB = 1e12
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


@cache
def accelerators() -> Mapping[str, Accelerator]:
    """Every accelerator of the catalogue, by name."""
    return MappingProxyType(parse_accelerators(read("accelerators.csv"), "accelerators.csv"))


def accelerator(name: str) -> Accelerator:
    """Return the accelerator of a name or alias, upper or lower case; CatalogueError if there is none."""
    found = _spellings().get(_folded(name))
    if found is None:
        spellings = [spelling for item in accelerators().values() for spelling in (item.name, *item.aliases)]
        raise unknown("accelerator", name, spellings)
    return found


def parse_accelerators(lines: Iterable[str], file: str) -> dict[str, Accelerator]:
    """Accelerators by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _accelerator_of)
    spelled: dict[str, str] = {}
    for row, item in found:
        for spelling in {_folded(word) for word in (item.name, *item.aliases)}:
            if spelling in spelled:
                raise row.fault("name and aliases", f"unlike those of {spelled[spelling]}", spelling)
            spelled[spelling] = item.name
    return by_name((row, item.name, item) for row, item in found)


def _accelerator_of(row: Row) -> Accelerator:
    """Return the accelerator of a row, in the units used inside."""
    fp8 = row.optional_number("fp8_dense_tflop_per_s")
    return Accelerator(
        name=row.text("name"),
        peak_flop_per_s=row.number("bf16_dense_tflop_per_s") * FLOP_PER_TFLOP,
        memory_bytes=row.number("memory_gb") * _BYTES_PER_GB,
        bandwidth_bytes_per_s=row.number("bandwidth_tb_per_s") * _BYTES_PER_TB,
        power_watts=row.optional_number("power_watts"),
        fp8_peak_flop_per_s=None if fp8 is None else fp8 * FLOP_PER_TFLOP,
        aliases=tuple(word.strip() for word in row.cells["aliases"].split(";") if word.strip()),
        source=row.source(),
    )


@cache
def _spellings() -> Mapping[str, Accelerator]:
    """Accelerators by each of their names and aliases, folded."""
    known = accelerators().values()
    return {_folded(spelling): item for item in known for spelling in (item.name, *item.aliases)}


def _folded(name: str) -> str:
    """Return a name as it is compared: lower case, with hyphens for spaces and underscores."""
    return name.strip().casefold().replace(" ", "-").replace("_", "-")
