"""The tables of the catalogue, by name: their files, what tells rows apart, and who reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType

from nextdollar.errors import CatalogueError


@dataclass(frozen=True, slots=True)
class CatalogueTable:
    """A table: its CSV file, what one row of it says, and the columns that say what the row is about.

    `day` is the column with the day from which a row holds: there may be a row for each day; it is empty
    where rows are of no day. `shown` are the columns that say most. `reader` is "module:function" of
    nextdollar.catalogue that takes lines and the name of a file and refuses what is wrong. `is_appended`
    where rows of a user stand beside ours and the reader chooses, instead of in place of those with the
    same key. `asked_by` are the columns that a row is found by; the first of its key where it is empty.
    """

    name: str
    says: str
    keys: tuple[str, ...]
    shown: tuple[str, ...]
    reader: str
    day: str = ""
    is_appended: bool = False
    asked_by: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Name of the CSV file."""
        return f"{self.name}.csv"

    def read(self, lines: Iterable[str], file: str) -> object:
        """Parse lines; CatalogueError names the line of each fault."""
        module, _, function = self.reader.partition(":")
        parse: Callable[[Iterable[str], str], object]
        parse = getattr(import_module(f"nextdollar.catalogue.{module}"), function)
        return parse(lines, file)


_PEAKS = ("bf16_dense_tflop_per_s", "memory_gb", "bandwidth_tb_per_s", "power_watts")
_ALL = (
    CatalogueTable(
        "accelerators",
        "an accelerator: dense peaks, memory, bandwidth, power, links",
        ("name",),
        ("vendor", "year", *_PEAKS),
        "hardware:parse_accelerators",
    ),
    CatalogueTable(
        "gpu_prices",
        "a price of an accelerator from a day on, to rent by the hour or to buy",
        ("accelerator", "contract", "provider"),
        ("usd_per_gpu_hour", "usd_per_gpu"),
        "prices:parse_prices",
        day="valid_from",
        is_appended=True,
    ),
    CatalogueTable(
        "price_path",
        "a constant of how rents move",
        ("name",),
        ("value",),
        "price_path:parse_path_constants",
    ),
    CatalogueTable(
        "api_prices",
        "what a provider asks for a million tokens of a model from a day on",
        ("provider", "sold_as"),
        ("model", "usd_per_mtok_input", "usd_per_mtok_cached_input", "usd_per_mtok_output"),
        "api_prices:parse_api_prices",
        day="valid_from",
        asked_by=("sold_as", "model"),
    ),
    CatalogueTable(
        "electricity",
        "what electricity costs a data centre of a region from a day on",
        ("region",),
        ("grid", "low_usd_per_kwh", "high_usd_per_kwh"),
        "electricity:parse_electricity",
        day="valid_from",
    ),
    CatalogueTable(
        "grid_carbon",
        "the carbon of a kilowatt-hour of a grid from a day on",
        ("region",),
        ("kg_per_kwh",),
        "electricity:parse_grid_carbon",
        day="valid_from",
    ),
    CatalogueTable(
        "data_centres",
        "a range of what owning machines costs and takes",
        ("name",),
        ("low", "high"),
        "training_bill:parse_bill_ranges",
    ),
    CatalogueTable(
        "models",
        "the shape of a published model",
        ("name",),
        ("params_printed", "params_active_printed", "n_layers", "width", "n_experts"),
        "model_shapes:parse_model_shapes",
    ),
    CatalogueTable(
        "fitted_laws",
        "a published fit of a scaling law",
        ("name",),
        ("form", "E", "A", "alpha", "B", "beta"),
        "fits:parse_fitted_laws",
    ),
    CatalogueTable(
        "fitted_metrics",
        "a published fit of a benchmark metric against the loss",
        ("name",),
        ("metric", "eps", "k", "gamma"),
        "metric_fits:parse_fitted_metrics",
    ),
    CatalogueTable(
        "study_fits",
        "what a study says of the shape of a scaling law",
        ("name",),
        ("group", "n_runs", "noise_log"),
        "study_fits:parse_study_fits",
    ),
    CatalogueTable(
        "training_calibration",
        "a fitted constant of the training model",
        ("name",),
        ("value",),
        "training_calibration:parse_training_constants",
    ),
    CatalogueTable(
        "training_bill",
        "a range that leads from hours to the bill",
        ("name",),
        ("low", "high"),
        "training_bill:parse_bill_ranges",
    ),
    CatalogueTable(
        "serving_calibration",
        "a fitted constant of the serving model",
        ("name", "engine"),
        ("value", "prior", "prior_spread_log"),
        "serving_calibration:parse_serving_constants",
    ),
    CatalogueTable(
        "serving_levers",
        "what is published of a lever on serving cost",
        ("name",),
        ("low", "high", "grade", "words"),
        "serving_levers:parse_lever_facts",
    ),
    CatalogueTable(
        "quality_priors",
        "a range for what quality is worth to customers, where a scenario states none",
        ("name",),
        ("unit", "low", "middle", "high", "grade"),
        "quality_priors:parse_quality_priors",
    ),
    CatalogueTable(
        "daily_load",
        "the load of an hour of the usual day",
        ("hour",),
        ("share_of_mean",),
        "usual_load:parse_daily_shape",
    ),
    CatalogueTable(
        "usual_request",
        "a length of the usual request",
        ("name",),
        ("tokens",),
        "usual_load:parse_usual_request",
    ),
    CatalogueTable(
        "defaults",
        "a value for a field that a scenario leaves out",
        ("name",),
        ("value", "grade"),
        "defaults:parse_defaults",
    ),
)

TABLES: Mapping[str, CatalogueTable] = MappingProxyType({table.name: table for table in _ALL})


def table_named(name: str) -> CatalogueTable:
    """Return the table of a name, with or without .csv; CatalogueError if there is none."""
    wanted = name.strip().casefold().removesuffix(".csv").replace("-", "_")
    if wanted not in TABLES:
        near = get_close_matches(wanted, TABLES, n=3, cutoff=0.5)
        hint = f"nearest: {', '.join(near)}" if near else f"known: {', '.join(TABLES)}"
        raise CatalogueError(f"table must be one of the catalogue, got {name} ({hint})")
    return TABLES[wanted]
