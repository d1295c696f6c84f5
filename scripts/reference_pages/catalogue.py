"""Pages made from the rows of the catalogue: error codes, figures, laws, accelerators and prices."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files

from nextdollar.catalogue import (
    PriceRow,
    accelerators,
    fitted_laws,
    fitted_metrics,
    has_rent_price,
    price_rows,
    rent_price,
)
from nextdollar.catalogue.defaults import defaults
from nextdollar.catalogue.error_codes import error_codes
from nextdollar.catalogue.figures import figure_meanings
from nextdollar.catalogue.fits import COEFFICIENTS
from nextdollar.catalogue.tables import TABLES
from nextdollar.sources import Source
from reference_pages.markdown import code, link, page, table

# Where each group of codes begins.
CODE_GROUPS = (
    ("ND1000", "In general"),
    ("ND1101", "The file"),
    ("ND1120", "YAML"),
    ("ND1140", "`extends` and `--set`"),
    ("ND1149", "Values"),
    ("ND1160", "Fields and the rules between them"),
    ("ND1180", "Names on the command line"),
    ("ND1300", "Catalogue, logs, output, fits"),
    ("ND7000", "Our fault"),
)
ERRORS = """
An error names the file, line, column, rule and value, then what to write instead; all faults of
a file come at once. Codes do not change their meaning. [Exit codes](exit-codes.md) are for scripts.
"""
GRADES = "Grades of evidence: A randomised, B measured or counted by others, C observational, D assumption."
FIGURES = """
A `*` stands for a name (`candidates.v3.npv_usd`) or a place in a list. An uncertain figure is an object of
`mean`, `p5`, `p50`, `p95` and `standard_error` (of the mean, from sampling); a certain one is a number.
Paybacks also have `never_share`, and rates of return `none_share` and `multiple_share`; `null` is "never"
or "there is none". Losses are positive: a negative value at risk is a gain.

`nextdollar explain SCENARIO FIGURE` gives the same for your scenario, with the inputs that move it.
`nextdollar schema --of plan` is the exact shape.
"""
LAWS = """
A law is named by `law:`. N is the number of parameters, D of training tokens; E, A, alpha and so on are the
letters of the works. The range is that of the runs that a law was fitted to. Beyond it the plan says so:
the error of going beyond is in no band. [Formulas](../formulas.md) has the forms.
"""
METRICS = """
A metric as a function of the loss: eps - k exp(-gamma L), an error as a share. The loss is that on the text
named: on other text the same model has another loss, and the fit does not hold.
"""
ACCELERATORS = """
Named by `hardware.accelerator`, by name or by another spelling. Peak rates are dense, in TFLOP/s; bf16 is
what training and serving cost are worked out with. A row without power cannot be owned, only rented. GB and
TB are powers of ten.
"""
PRICES = """
Where `hardware.price` is left out, the range from the lowest to the highest on-demand price of the newest
year of offers stands in for it (grade C). List prices are not what you pay: state your own. "year" is a
contract of one year, "3 years" of three; "bought" is the
price of one.
"""
PATHS = """
The log of a rent reverts to a level that drifts, wanders (Ornstein-Uhlenbeck) and jumps (Merton). The drift
is drawn too and may have either sign. Rates are per year; `benchmarks/price_paths.py` fits them and shows
what they cover.
"""
TABLE_LIST = """
Every table of figures. `nextdollar catalogue list TABLE` prints one; a file of its name in a folder of your
own goes before it ([how](../how-to/catalogue.md)). Rows are told apart by their key.
"""


def errors_page() -> str:
    """Return docs/reference/errors.md."""
    parts = []
    starts = [name for name, _ in CODE_GROUPS[1:]] + ["ND9999"]
    rows = sorted(error_codes().values(), key=lambda row: row.code)
    for (first, title), after in zip(CODE_GROUPS, starts, strict=True):
        entries = [
            f'<a id="{row.code.lower()}"></a>\n**{row.code} {row.title}**: {row.meaning}. '
            f"*What to do:* {row.what_to_do}."
            for row in rows
            if first <= row.code < after
        ]
        parts += [f"## {title}", *entries]
    return page(
        "Errors",
        "whoever met a code: what each means and what to do. `nextdollar explain ND1155` says the same.",
        ERRORS,
        *parts,
    )


def figures_page() -> str:
    """Return docs/reference/figures.md."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for item in figure_meanings():
        row = (code(item.pattern), item.unit, item.meaning, item.formula, item.source)
        groups.setdefault(item.pattern.partition(".")[0], []).append(row)
    whole = [rows[0] for rows in groups.values() if len(rows) == 1]
    parts = []
    columns = ("figure", "unit", "meaning", "how it is worked out", "source")
    for name, rows in groups.items():
        if len(rows) > 1:
            parts += [f"## {name}", table(columns, rows)]
    return page(
        "Figures",
        "whoever reads `--json`, a CSV table or a report: what each figure means, its unit and its formula.",
        FIGURES,
        *parts,
        "## Everything else",
        table(columns, whole),
    )


def laws_and_hardware_page() -> str:
    """Return docs/reference/laws-and-hardware.md."""
    return page(
        "Laws and hardware",
        "whoever checks a plan: the laws, accelerators, prices and defaults in the package, with sources.",
        "## Laws",
        LAWS,
        table(("law", "form", "coefficients", "range of the fit", "source", "kind", "note"), _laws()),
        "## Metrics",
        METRICS,
        table(("fit", "metric", "coefficients", "losses of the fit", "source", "kind", "note"), _metrics()),
        "## Accelerators",
        ACCELERATORS,
        table(
            ("name", "also", "vendor, year", "bf16", "fp8", "memory, GB", "TB/s", "W", "source", "note"),
            _accelerators(),
        ),
        "## Rent",
        PRICES,
        table(("accelerator", "on demand, USD per hour", "offers", "newest of"), _rents()),
        "### Offers",
        table(("accelerator", "contract", "USD", "valid from", "provider", "source"), _offers()),
        "### Where a rent may go",
        PATHS,
        table(("constant", "value", "source", "note"), _paths()),
        "## Values for what is left out",
        GRADES,
        table(("field", "value", "grade", "source", "note"), _defaults()),
        "## Tables",
        TABLE_LIST,
        table(("table", "a row says", "key"), _tables()),
    )


def _paths() -> Iterator[tuple[str, ...]]:
    for row in _rows("price_path.csv"):
        yield code(row["name"]), row["value"], _cited(row), row["note"]


def _tables() -> Iterator[tuple[str, ...]]:
    for item in TABLES.values():
        keys = (*item.keys, *([item.day] if item.day else []))
        yield code(item.file), item.says, ", ".join(code(key) for key in keys)


def _rows(file: str) -> list[dict[str, str]]:
    text = (files("nextdollar.catalogue") / file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _cited(row: dict[str, str]) -> str:
    words = ", ".join(filter(None, (row["source"], row["place"])))
    return link(words, row["link"])


def _laws() -> Iterator[tuple[str, ...]]:
    for row in _rows("fitted_laws.csv"):
        fitted_laws()[row["name"]]
        form = row["form"] + (f" in {row['variable']}" if row["variable"] else "")
        coefficients = ", ".join(f"{letter} {row[letter]}" for letter in COEFFICIENTS[row["form"]])
        ranges = [
            f"{float(row[f'{name}_low']):.3g} to {float(row[f'{name}_high']):.3g} {word}"
            for name, word in (("params", "parameters"), ("tokens", "tokens"), ("flop", "FLOP"))
            if row[f"{name}_low"]
        ]
        yield code(row["name"]), form, coefficients, "; ".join(ranges), _cited(row), row["kind"], row["note"]


def _metrics() -> Iterator[tuple[str, ...]]:
    for row in _rows("fitted_metrics.csv"):
        fitted_metrics()[row["name"]]
        coefficients = ", ".join(f"{letter} {row[letter]}" for letter in ("eps", "k", "gamma"))
        ranges = f"{row['loss_low']} to {row['loss_high']} nats on {row['loss_on']}"
        yield (
            code(row["name"]), row["metric"], coefficients, ranges, _cited(row), row["kind"], row["note"],
        )  # fmt: skip


def _accelerators() -> Iterator[tuple[str, ...]]:
    for row in _rows("accelerators.csv"):
        accelerators()[row["name"]]
        also = ", ".join(row["aliases"].split(";")) if row["aliases"] else ""
        yield (
            code(row["name"]), also, f"{row['vendor']}, {row['year']}", row["bf16_dense_tflop_per_s"],
            row["fp8_dense_tflop_per_s"], row["memory_gb"], row["bandwidth_tb_per_s"], row["power_watts"],
            _cited(row), row["note"],
        )  # fmt: skip


def _rents() -> Iterator[tuple[str, ...]]:
    for name in accelerators():
        if has_rent_price(name):
            price = rent_price(name)
            low, high = price.low_usd_per_gpu_hour, price.high_usd_per_gpu_hour
            words = f"{low:g} to {high:g}" if low < high else f"{low:g}"
            yield code(name), words, str(price.n_rows), str(price.as_of)
        else:
            yield code(name), "none: state `price`", "0", ""


def _offers() -> Iterator[tuple[str, ...]]:
    words = {"on_demand": "on demand", "one_year": "year", "three_years": "3 years", "purchase": "bought"}
    for row in price_rows():
        yield (
            code(row.accelerator), words[row.contract], f"{row.price_usd:,.2f}", str(row.valid_from),
            row.provider, _source(row),
        )  # fmt: skip


def _source(row: PriceRow) -> str:
    source: Source = row.source
    return link(", ".join(filter(None, (source.work, source.place))), source.link)


def _defaults() -> Iterator[tuple[str, ...]]:
    for item in defaults().values():
        yield code(item.name), item.value, item.grade, link(item.source.work, item.source.link), item.note
