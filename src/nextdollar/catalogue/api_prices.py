"""What providers ask for tokens of a model behind an API, as facts with their day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, collect, kept, read, rows
from nextdollar.errors import CatalogueError
from nextdollar.sources import Source

_FILE = "api_prices.csv"
_COLUMNS = (
    "provider",
    "sold_as",
    "model",
    "usd_per_mtok_input",
    "usd_per_mtok_cached_input",
    "usd_per_mtok_output",
    "valid_from",
    *SOURCE_COLUMNS,
)


@dataclass(frozen=True, slots=True)
class ApiPrice:
    """List prices of a model at a provider on a day, in USD per million tokens.

    `model` is its name in the catalogue of shapes, empty for a model whose shape is not published.
    `usd_per_mtok_cached_input` is None where prompts that were seen before cost as others do.
    """

    provider: str
    sold_as: str
    model: str
    usd_per_mtok_input: float
    usd_per_mtok_cached_input: float | None
    usd_per_mtok_output: float
    valid_from: date
    source: Source

    def usd_per_mtok(self, input_share: float, cached_share: float = 0.0) -> float:
        """Price of a million tokens of which a share is read, and of those a share was seen before."""
        cached = self.usd_per_mtok_cached_input
        seen = self.usd_per_mtok_input if cached is None else cached
        read_usd = (1 - cached_share) * self.usd_per_mtok_input + cached_share * seen
        return input_share * read_usd + (1 - input_share) * self.usd_per_mtok_output


@kept
def api_price_rows() -> tuple[ApiPrice, ...]:
    """Every price of an API, in the order of the file."""
    return tuple(parse_api_prices(read(_FILE), _FILE))


def api_prices(name: str, as_of: date | None = None) -> tuple[ApiPrice, ...]:
    """Return each provider's newest price of a model by a day.

    Parameters
    ----------
    name : str
        A model's name in the catalogue of shapes, or the name it is sold under, in any case.
    as_of : date, optional
        Leave out prices that came later; None takes all. No clock is looked at.

    Raises
    ------
    CatalogueError
        If nobody sells a model of that name by that day.
    """
    wanted = name.strip().casefold()
    found = [row for row in api_price_rows() if wanted in (row.model.casefold(), row.sold_as.casefold())]
    if not found:
        near = get_close_matches(name, _names(), n=3, cutoff=0.5)
        hint = f"nearest: {', '.join(near)}" if near else "see: nextdollar catalogue list api_prices"
        raise CatalogueError(f"model behind an API must be one that is sold, got {name} ({hint})")
    newest: dict[tuple[str, str], ApiPrice] = {}
    for row in sorted(found, key=lambda row: row.valid_from):
        if as_of is None or row.valid_from <= as_of:
            newest[(row.provider, row.sold_as)] = row
    if not newest:
        raise CatalogueError(f"model behind an API must have a price by {as_of}, got {name} with none")
    return tuple(newest.values())


def _names() -> list[str]:
    """Every name that `api_prices` takes."""
    return list(dict.fromkeys(row.model or row.sold_as for row in api_price_rows()))


def parse_api_prices(lines: Iterable[str], file: str) -> list[ApiPrice]:
    """Prices from the lines of a CSV file; CatalogueError names the line of each fault."""
    return [item for _, item in collect(rows(lines, file, _COLUMNS), _price_of)]


def _price_of(row: Row) -> ApiPrice:
    for column in ("usd_per_mtok_input", "usd_per_mtok_cached_input", "usd_per_mtok_output"):
        value = row.optional_number(column)
        if value is not None and value < 0:
            raise row.fault(column, "at least 0", row.cells[column])
    return ApiPrice(
        provider=row.text("provider"),
        sold_as=row.text("sold_as"),
        model=row.cells["model"],
        usd_per_mtok_input=row.number("usd_per_mtok_input"),
        usd_per_mtok_cached_input=row.optional_number("usd_per_mtok_cached_input"),
        usd_per_mtok_output=row.number("usd_per_mtok_output"),
        valid_from=row.day("valid_from"),
        source=row.source(),
    )
