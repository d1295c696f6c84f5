"""The verb `nextdollar serve-plan` and its options; its work is in its own files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb


@dataclass(frozen=True, slots=True, kw_only=True)
class ServePlanOptions:
    """Plan the cheapest fleet that serves a load within its limits, and what would make it cheaper."""

    scenario: Annotated[
        Path | None,
        typer.Argument(metavar="SCENARIO", help="A scenario whose model, customers and hardware are taken."),
    ] = None
    model: Annotated[
        str | None,
        typer.Option("--model", help='A name, a config.json, or a size: "70 B", "671 B, 37 B active".'),
    ] = None
    load: Annotated[
        str | None,
        typer.Option(
            "--load",
            metavar="LOAD",
            help='"2 M requests/day", or a table by hour (CSV: hour, requests_per_s).',
        ),
    ] = None
    hardware: Annotated[
        str | None,
        typer.Option("--hardware", metavar="NAME[,NAME]", help="Accelerators to choose from; default: all."),
    ] = None
    prompt: Annotated[str | None, typer.Option("--prompt", metavar="TOKENS", help="Tokens of a prompt.")] = (
        None
    )
    output: Annotated[str | None, typer.Option("--output", metavar="TOKENS", help="Tokens of an answer.")] = (
        None
    )
    ttft: Annotated[
        str | None, typer.Option("--ttft", metavar="TIME", help='Most time to the first token, e.g. "2 s".')
    ] = None
    tpot: Annotated[
        str | None, typer.Option("--tpot", metavar="TIME", help='Most time for each further token: "50 ms".')
    ] = None
    peak: Annotated[
        str | None,
        typer.Option("--peak", metavar="FACTOR", help="Busiest hour over the mean hour, for a load per day."),
    ] = None
    cached_share: Annotated[
        str | None,
        typer.Option("--cached-share", metavar="SHARE", help="Share of prompts already in the cache."),
    ] = None
    seats: Annotated[
        str | None, typer.Option("--seats", metavar="N", help="People who use it, for a cost per seat.")
    ] = None
    requests_per_seat: Annotated[
        str | None,
        typer.Option("--requests-per-seat", metavar="LOAD", help='What one asks for: "40 requests/day".'),
    ] = None
    precision: Annotated[
        str | None,
        typer.Option(
            "--precision", metavar="NAME[,NAME]", help="bf16, fp8, int8, fp4, int4; default bf16,fp8."
        ),
    ] = None
    price: Annotated[
        str | None,
        typer.Option(
            "--price", metavar="USD", help='Price of a GPU-hour, e.g. 2.5 or "2 to 3"; else list prices.'
        ),
    ] = None
    engine: Annotated[
        str | None,
        typer.Option("--engine", help="vllm, sglang, trtllm; default: the mean of those measured."),
    ] = None
    calibration: Annotated[
        Path | None,
        typer.Option(
            "--calibration", metavar="FILE", help="What `calibrate --save` wrote, of your own logs."
        ),
    ] = None
    autoscale: Annotated[
        bool,
        typer.Option("--autoscale", help="Let the fleet follow the load, instead of standing at its peak."),
    ] = False
    spare: Annotated[
        int, typer.Option("--least-instances", min=0, max=10_000, help="Never fewer instances than these.")
    ] = 1
    candidate: Annotated[
        str | None, typer.Option("--candidate", metavar="NAME", help="Of the scenario; default: today's.")
    ] = None
    assume: Annotated[
        list[str] | None,
        typer.Option(
            "--assume", metavar="NAME=RANGE", help='Reach of a lever, e.g. route.small_share="30 to 50 %".'
        ),
    ] = None
    small_model: Annotated[
        str | None, typer.Option("--small-model", metavar="MODEL", help="To route easy requests to.")
    ] = None
    student: Annotated[
        str | None, typer.Option("--student", metavar="MODEL", help="To distil the model into.")
    ] = None
    levers: Annotated[bool, typer.Option("--levers/--no-levers", help="Try what would make it cheaper.")] = (
        True
    )
    electricity: Annotated[
        str | None,
        typer.Option(
            "--electricity", metavar="PRICE|REGION", help='"0.08 USD/kWh", or a region with a price.'
        ),
    ] = None
    carbon: Annotated[
        str | None,
        typer.Option("--carbon", metavar="KG|REGION", help='"0.4 kg/kWh", or a region whose grid is known.'),
    ] = None
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="Day of the list prices, e.g. 2026-06-30.")
    ] = None
    out: Out = None
    as_json: Json = False


serve_plan = verb("serve-plan", ServePlanOptions, "nextdollar.cli.serve_plan:run_serve_plan")
