"""The verb `nextdollar own` and its options; its work is in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb

_Text = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOptions:
    """Compare renting, reserving, buying, and an API: cost, its range, and when each pays."""

    hardware: Annotated[
        str, typer.Option("--hardware", metavar="GPU", help="An accelerator of the catalogue.")
    ] = "H100-SXM"
    gpus: Annotated[_Text, typer.Option("--gpus", metavar="N", help="How many are needed; or --tokens.")] = (
        None
    )
    tokens: Annotated[
        _Text, typer.Option("--tokens", metavar="LOAD", help='Read and written: "50 B tokens/month".')
    ] = None
    use: Annotated[
        _Text, typer.Option("--use", metavar="SHARE", help='Share of the hours that work: "40 to 70 %".')
    ] = None
    rented_use: Annotated[
        _Text,
        typer.Option("--rented-use", metavar="SHARE", help="Of hours rented on demand; default 100 %."),
    ] = None
    horizon: Annotated[
        str, typer.Option("--horizon", metavar="TIME", help="How long it is needed, then sold.")
    ] = "36 months"
    model: Annotated[
        _Text, typer.Option("--model", help='What is served: a name, a config.json, or a size: "70 B".')
    ] = None
    precision: Annotated[
        _Text, typer.Option("--precision", metavar="NAME", help="bf16, fp8, int8, fp4 or int4.")
    ] = None
    tokens_per_s: Annotated[
        _Text,
        typer.Option(
            "--tokens-per-s", metavar="N", help="Read and written by a GPU at work; else estimated."
        ),
    ] = None
    prompt: Annotated[_Text, typer.Option("--prompt", metavar="TOKENS", help="Read for a request.")] = None
    answer: Annotated[_Text, typer.Option("--answer", metavar="TOKENS", help="Written for a request.")] = None
    price: Annotated[
        _Text, typer.Option("--price", metavar="USD", help='Rent on demand, "2 to 3"; else list prices.')
    ] = None
    reserve_1y: Annotated[
        _Text, typer.Option("--reserve-1y", metavar="USD", help="GPU-hour reserved for a year.")
    ] = None
    reserve_3y: Annotated[
        _Text, typer.Option("--reserve-3y", metavar="USD", help="GPU-hour reserved for three years.")
    ] = None
    purchase: Annotated[
        _Text,
        typer.Option("--purchase", metavar="USD", help='With its part of the server: "28 to 35 KUSD/gpu".'),
    ] = None
    api: Annotated[
        _Text, typer.Option("--api", metavar="USD|MODEL", help='"0.9 USD/Mtok", or a model that is sold.')
    ] = None
    residual: Annotated[
        _Text, typer.Option("--residual", metavar="SHARE", help='Of the price, at the horizon: "10 to 30 %".')
    ] = None
    discount: Annotated[
        _Text, typer.Option("--discount", metavar="RATE", help='Cost of capital, "9 %/year".')
    ] = None
    region: Annotated[
        str, typer.Option("--region", metavar="NAME", help="For electricity and carbon: Virginia, ...")
    ] = "United States"
    electricity: Annotated[
        _Text, typer.Option("--electricity", metavar="USD", help='"0.08 USD/kWh"; else that of the region.')
    ] = None
    carbon: Annotated[
        _Text, typer.Option("--carbon", metavar="KG", help='"0.4 kg/kWh"; else that of the grid.')
    ] = None
    pue: Annotated[_Text, typer.Option("--pue", metavar="N", help='Of the data centre: "1.2 to 1.4".')] = None
    space: Annotated[
        str,
        typer.Option("--space", metavar="KIND|USD", help="colocation, building, none, or USD/kW-month."),
    ] = "colocation"
    engineers: Annotated[
        _Text, typer.Option("--engineers", metavar="N", help='Staff for machines of one\'s own: "0.5 to 2".')
    ] = None
    as_of: Annotated[
        _Text, typer.Option("--as-of", metavar="DAY", help="List prices as of this day, e.g. 2026-06-30.")
    ] = None
    draws: Annotated[int, typer.Option("--draws", min=128, max=16_384, help="Draws behind the ranges.")] = (
        4096
    )
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")] = 0
    out: Out = None
    as_json: Json = False


own = verb("own", OwnOptions, "nextdollar.cli.own:run_own")
