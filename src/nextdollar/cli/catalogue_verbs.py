"""The verbs under `nextdollar catalogue`, and their options; each verb's work is in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="As it stood on a day, e.g. 2026-01-31; else today."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueListOptions:
    """List the tables of figures, or every row of one: prices with their age, accelerators, models, laws."""

    table: Annotated[
        str | None, typer.Argument(metavar="TABLE", help="A table, e.g. gpu_prices; all in short without.")
    ] = None
    as_of: AsOf = None
    out: Out = None
    as_json: Json = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueShowOptions:
    """Show all there is on one name: its figures, prices, their age and sources, and where a rent may go."""

    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An accelerator, a model, a law or a constant, e.g. H100.")
    ]
    as_of: AsOf = None
    out: Out = None
    as_json: Json = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueDiffOptions:
    """Say what changed between two days, or what your own rows (--catalogue DIR) change."""

    from_day: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The earlier day, e.g. 2026-01-01.")
    ] = None
    to_day: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="The later day; today where --from is given.")
    ] = None
    out: Out = None
    as_json: Json = False


catalogue = typer.Typer(
    name="catalogue",
    help="List, show and compare the figures that answers rest on, each with its source and age.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
catalogue.command()(verb("list", CatalogueListOptions, "nextdollar.cli.catalogue:run_list"))
catalogue.command()(verb("show", CatalogueShowOptions, "nextdollar.cli.catalogue:run_show"))
catalogue.command()(verb("diff", CatalogueDiffOptions, "nextdollar.cli.catalogue:run_diff"))
