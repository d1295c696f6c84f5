"""docs/reference/scenario.md: every field of a scenario, and how a value is written."""

from __future__ import annotations

from collections.abc import Iterator

from nextdollar.catalogue.error_codes import error_codes
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.kinds import Kind
from nextdollar.plan.quantities.quantity import read_quantity
from nextdollar.plan.reading.document import parse_document
from nextdollar.plan.scenario import Scenario
from reference_pages.fields import Section, domain_words, sections, used_kinds, written_units
from reference_pages.markdown import code, page, table

# Each is read when the page is made, by the code that reads a scenario.
WRITTEN: tuple[tuple[str, Kind], ...] = (
    ("4 BUSD", kinds.MONEY),
    ("120_000 USD/year", kinds.PRICE_PER_MONTH),
    ("3.4 to 4.7 BUSD", kinds.MONEY),
    ("-2 to 3 %/month", kinds.GROWTH),
    ("20 to 30 %/year", kinds.CHURN),
    ("normal(10, 2) %", kinds.SHARE),
    ("lognormal(median=4, sigma=0.3) BUSD", kinds.MONEY),
    ("lognormal(mean=4, sd=1) BUSD", kinds.MONEY),
    ("uniform(8, 12) %", kinds.SHARE),
    ("triangular(8, 10, 13) %", kinds.SHARE),
    ("pert(8, 10, 13) %", kinds.SHARE),
    ("beta(4, 96) /month", kinds.CHURN),
    ("gamma(2, 3) MUSD", kinds.MONEY),
    ("bernoulli(0.3) MUSD", kinds.MONEY),
    ('"discrete(0: 0.3, 1: 0.7) MUSD"', kinds.MONEY),
    ("{value: 3.4 to 4.7 BUSD, max: 5}", kinds.MONEY),
    ("{value: 4 BUSD, source: offer of 3 March, why: the lowest of three}", kinds.MONEY),
    ("{normal: {mean: 10, sd: 2}, unit: MUSD}", kinds.MONEY),
    ("{quantiles: {5 %: 80, 50 %: 100, 95 %: 150}, unit: MUSD}", kinds.MONEY),
    ("{mixture: [{share: 90 %, value: 1 to 2}, {share: 10 %, value: 4 to 9}], unit: MUSD}", kinds.MONEY),
)
FIRST_RULE, LAST_RULE = "ND1163", "ND1177"

OPENING = """
A scenario is a text file in YAML: names and values, indented, one fact a line. `#` begins a comment.
`nextdollar init` writes one to start from; `nextdollar check` says how each line was read. The path of a
value (`customers.pro.churn`) is its name everywhere: in `--set`, in `correlations`, in `explain` and in the
report. Below, NAME stands for a name that you choose.

An unknown field is refused, with the nearest known one. So are names that stand twice.

`extends: base.yaml` at the top lays the file over another one, or over several: [share assumptions with
extends](../how-to/share-assumptions-with-extends.md).
"""
WRITING = """
Wherever a field takes a quantity, it takes one number, a range or a distribution. `low to high` is a 90 %
interval, from the 5 % to the 95 % point: lognormal if both ends are positive, normal if not. For hard
limits write `uniform`, `triangular` or `pert`, or add `min` and `max`. Digits may be grouped with `_`. K,
M, B and T in front of a unit are thousand, million, billion and trillion.

In braces a quantity takes `value` or one distribution by name, and beside it `unit`, `min`, `max` (in that
unit), `source` and `why`. The distributions take their arguments in the order shown, or by name. What has a
colon inside needs quotes.
"""
KINDS = """
A number without a unit is refused, except where the table gives one for it. Rates name their period. Yearly
churn becomes monthly as 1 - (1 - c)^(1/12), yearly growth and discount as (1 + r)^(1/12) - 1. A month has
365.25/12 days. Money in another currency needs its rate under `exchange`; then its code stands where `USD`
does.
"""


def scenario_page() -> str:
    """Return the page."""
    found = list(sections(Scenario))
    return page(
        "Scenario reference",
        "everyone who writes or reads a scenario: every field, with its unit, domain, default and meaning.",
        OPENING,
        "## How a value is written",
        WRITING,
        table(("written", "read as"), _readings()),
        "## Units and domains",
        KINDS,
        table(("quantity", "units", "a number without unit", "domain", "smallest but 0"), _kinds()),
        *(_fields(section, _is_repeated(number, found)) for number, section in enumerate(found)),
        "## Rules between fields",
        "Each is checked before anything is run. [Errors](errors.md) has them all.",
        table(("rule", "what is refused", "what to do"), _rules()),
    )


def _readings() -> Iterator[tuple[str, str]]:
    for written, kind in WRITTEN:
        raw = parse_document(f"x: {written}", "example").data["x"]
        yield code(written), read_quantity(raw, kind).reading()


def _kinds() -> Iterator[tuple[str, ...]]:
    for kind in used_kinds(Scenario).values():
        plain = "refused" if kind.plain_unit is None else code(kind.plain_unit) or "as it stands"
        least = f"{kind.least:g} {kind.inner}".strip() if kind.least else ""
        yield kind.name, written_units(kind), plain, domain_words(kind), least


def _is_repeated(number: int, found: list[Section]) -> bool:
    """Whether an earlier section stands at the same path: a field that can be written in two ways."""
    return any(section.path == found[number].path for section in found[:number])


def _fields(section: Section, is_another_way: bool) -> str:
    heading = f"## {code(section.path)}" if section.path else "## The top of the file"
    heading += ", another way" if is_another_way else ""
    rows = (
        (code(row.path.removeprefix(f"{section.path}.")), row.unit, row.domain, row.default, row.meaning)
        for row in section.rows
    )
    columns = ("field", "unit", "domain", "if left out", "meaning")
    return f"{heading}\n\n{section.summary}\n\n{table(columns, rows)}"


def _rules() -> Iterator[tuple[str, str, str]]:
    for row in sorted(error_codes().values(), key=lambda row: row.code):
        if FIRST_RULE <= row.code <= LAST_RULE:
            yield f"[{row.code}](errors.md#{row.code.lower()})", row.meaning, row.what_to_do
