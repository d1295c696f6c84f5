"""The shapes of `nextdollar catalogue list`, `show` and `diff` with `--json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.plan_schema import SourceShape
from nextdollar.report.research.envelope import Envelope, Shape


class CatalogueTableShape(Shape):
    """A table in short."""

    name: str
    says: str = Field(description="what one row says")
    n_rows: int
    n_own: int = Field(description="rows of the user's own")
    newest: str | None = Field(description="latest day on which a row began to hold, or was checked")
    age_days: int | None
    is_stale: bool


class CatalogueRowShape(Shape):
    """A row as it is written."""

    table: str
    key: list[str]
    cells: dict[str, str] = Field(description="cells that are not empty, units in their names")
    day: str | None = Field(description="the day from which it holds; null for a row of no day")
    is_own: bool
    file: str
    line: int
    source: SourceShape
    kind: str
    checked_on: str | None
    note: str


class CataloguePriceShape(Shape):
    """What an accelerator cost in the latest year of prices: USD per GPU-hour, per GPU for a purchase."""

    accelerator: str
    contract: str
    low_usd: float
    median_usd: float
    high_usd: float
    middle_usd: float = Field(description="middle of the range, as estimates take it: sqrt(low * high)")
    n_rows: int
    as_of: str
    age_days: int
    is_stale: bool
    is_own: bool


class CatalogueListShape(Envelope):
    """Everything that `nextdollar catalogue list --json` prints."""

    schema_: Literal["nextdollar.catalogue-list/1.0"] = Field(alias="schema")
    as_of: str
    table: str | None = Field(description="null where all tables are listed in short")
    columns: list[str] = Field(description="of that table, as a file of your own may have them")
    tables: list[CatalogueTableShape]
    rows: list[CatalogueRowShape]
    prices: list[CataloguePriceShape]


class QuoteShape(Shape):
    """One price on one day."""

    contract: str
    usd: float
    valid_from: str
    provider: str
    is_own: bool


class OutlookShape(Shape):
    """Where the rent on demand may go: USD per GPU-hour at months from the day asked about."""

    months: list[float]
    p5: list[float]
    p50: list[float]
    p95: list[float]
    risen_share: float = Field(description="share of the draws that end above the rent of today")


class CountedModelShape(Shape):
    """What the shape of a model comes to."""

    params: float
    params_active: float
    kv_bytes_per_token: float = Field(description="in 16 bits, full attention at a short context")


class CatalogueShowShape(Envelope):
    """Everything that `nextdollar catalogue show --json` prints."""

    schema_: Literal["nextdollar.catalogue-show/1.0"] = Field(alias="schema")
    asked: str
    name: str
    as_of: str
    rows: list[CatalogueRowShape]
    model: CountedModelShape | None
    prices: list[CataloguePriceShape]
    history: list[QuoteShape]
    outlook: OutlookShape | None


class ChangeShape(Shape):
    """One value that differs."""

    table: str
    key: list[str]
    column: str
    before: str = Field(description="empty for what is new")
    after: str
    change_share: float | None
    day: str | None
    n_new: int
    source: SourceShape


class CatalogueDiffShape(Envelope):
    """Everything that `nextdollar catalogue diff --json` prints."""

    schema_: Literal["nextdollar.catalogue-diff/1.0"] = Field(alias="schema")
    from_: str | None = Field(alias="from")
    to: str | None
    folder: str | None
    changes: list[ChangeShape]
