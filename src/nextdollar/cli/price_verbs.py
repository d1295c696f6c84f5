"""`nextdollar price` and its options; its work is in `price`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOptions:
    """Put a price list on real use: margin, who loses money, what price to ask, what growth it bears."""

    usage: Annotated[
        Path, typer.Argument(metavar="USAGE", help="Use of each customer, one row for each bill (CSV).")
    ]
    model: Annotated[
        Path,
        typer.Option("--model", metavar="MODEL", help="Price list, cost, demand, churn and growth (YAML)."),
    ]
    test: Annotated[
        Path | None,
        typer.Option(
            "--test", metavar="TEST", help="Test of prices: price_usd, offered, bought[, segment] (CSV)."
        ),
    ] = None
    out: Out = None
    as_json: Json = False


price = verb("price", PriceOptions, "nextdollar.cli.price:run_price")
