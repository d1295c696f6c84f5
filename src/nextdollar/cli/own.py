"""`nextdollar own`: rent, reserve, buy, or pay by the token."""

from __future__ import annotations

import shlex
from dataclasses import fields, replace
from datetime import date
from typing import cast

from nextdollar.catalogue.api_prices import api_prices
from nextdollar.cli.answer import give
from nextdollar.cli.option_quantities import MACHINES, USD_PER_GPU_HOUR, OptionReader
from nextdollar.cli.own_verbs import OwnOptions
from nextdollar.cli.serve_quantities import CARBON, LENGTH, ends_of, is_quantity
from nextdollar.compute.serving.precision import SERVING_PRECISIONS, ServingPrecision
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER, CatalogueError
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.kind import Kind, linear
from nextdollar.report.sizing.own.report import own_story
from nextdollar.report.sizing.own.text import own_text
from nextdollar.report.sizing.own.view import own_view
from nextdollar.report.write import check_folder
from nextdollar.sizing.model_named import NamedModel, model_named
from nextdollar.sizing.own.compare import own
from nextdollar.sizing.own.question import (
    MOST_MONTHS,
    SPACES,
    USUAL_ANSWER_TOKENS,
    USUAL_PROMPT_TOKENS,
    USUAL_USE,
    Ends,
    OwnQuestion,
    Prices,
    Site,
    Space,
    Work,
)
from nextdollar.units import MONTHS_PER_YEAR, TOKENS_PER_MTOK, per_year_from_per_month

_VOLUME = replace(
    kinds.TOKENS_PER_MONTH,
    name="tokens of a month",
    low=1.0,
    plain_unit="tok/month",
    example="50 B tok/month",
)
_PER_MTOK = replace(kinds.TOKEN_PRICE, plain_unit="USD/Mtok", example="0.9 USD/Mtok")
_PER_KWH = replace(kinds.ELECTRICITY_PRICE, plain_unit="USD/kWh")
_PER_GPU = replace(kinds.GPU_PRICE, plain_unit="USD/gpu")
_DISCOUNT = replace(kinds.DISCOUNT, plain_unit="%/year")
_SPEED = Kind(
    "tokens per second", "tokens/s", {"tokens/s": linear(1.0), "tok/s": linear(1.0)}, "tokens/s", 0.0, 1e9,
    low_open=True, least=1e-6, plain_unit="tokens/s", magnitudes=True, example="3000",
)  # fmt: skip
_PER_KW = Kind(
    "price of space", "USD/kW-month", {"USD/kW-month": linear(1.0)}, "USD/kW-month", 0.0, 1e5,
    low_open=True, least=1e-6, plain_unit="USD/kW-month", example="184 USD/kW-month",
)  # fmt: skip
_STAFF = replace(kinds.POSITIVE, name="staff", example="0.5 to 2")
_HORIZON = replace(kinds.POSITIVE_DURATION, plain_unit="months", high=float(MOST_MONTHS))


def run_own(options: OwnOptions) -> int:
    """Print what each way to get machine time costs; with `out`, write a report. 3 where none is known."""
    if options.out is not None:
        check_folder(options.out)
    found = own(_question(options))
    exit_code = give(
        own_view(found),
        text=lambda view: own_text(view, next_command=_next(options)),
        tell=own_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and not found.options else exit_code


def _question(options: OwnOptions) -> OwnQuestion:
    """Read every option, and refuse all that is wrong with them at once."""
    reader = OptionReader()
    months = reader.number("--horizon", options.horizon, _HORIZON)
    horizon = 1 if months is None else max(round(months), 1)
    discount = reader.number("--discount", options.discount, _DISCOUNT)
    work, prices, site = _work(reader, options), _prices(reader, options), _site(reader, options)
    as_of = _day(reader, options.as_of)
    kept = ends_of(reader, "--residual", options.residual, kinds.POSITIVE_SHARE)
    reader.done()
    if work is None:
        raise ValueError("work was neither read nor refused")
    return OwnQuestion(
        accelerator=options.hardware,
        work=work,
        prices=prices,
        site=site,
        horizon_months=horizon,
        cost_of_capital_per_year=None if discount is None else float(per_year_from_per_month(discount)),
        value_kept_per_year=None if kept is None else _kept_per_year(kept, horizon),
        as_of=as_of,
        n_draws=options.draws,
        seed=options.seed,
    )


def _day(reader: OptionReader, text: str | None) -> date | None:
    """Return the day of `--as-of`."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        reader.refuse("--as-of", "must be a day", text, "for example 2026-06-30")
        return None


def _kept_per_year(residual: Ends, horizon_months: int) -> Ends:
    """Return the share of its price that a machine keeps over a year, from that at the horizon."""
    low, high = (min(share, 1.0) ** (MONTHS_PER_YEAR / horizon_months) for share in residual)
    return low, high


def _work(reader: OptionReader, options: OwnOptions) -> Work | None:
    if (options.gpus is None) is (options.tokens is None):
        given = "neither" if options.gpus is None else "both"
        hint = 'for example --gpus 8, or --tokens "50 B tok/month" with --model'
        reader.refuse("own", "needs --gpus or --tokens, one of the two", given, hint)
    if options.tokens is not None and options.model is None and options.tokens_per_s is None:
        hint = "they say how many tokens a GPU serves"
        reader.refuse("--tokens", "needs --model or --tokens-per-s", options.tokens, hint)
    use = ends_of(reader, "--use", options.use, kinds.POSITIVE_SHARE)
    rented = ends_of(reader, "--rented-use", options.rented_use, kinds.POSITIVE_SHARE)
    n_gpus = reader.number("--gpus", options.gpus, MACHINES)
    volume = reader.number("--tokens", options.tokens, _VOLUME)
    speed = ends_of(reader, "--tokens-per-s", options.tokens_per_s, _SPEED)
    prompt = reader.number("--prompt", options.prompt, LENGTH)
    answer = reader.number("--answer", options.answer, LENGTH)
    model, precision = _model(reader, options.model), _precision(reader, options.precision)
    if reader.faults:
        return None
    return Work(
        n_gpus=n_gpus,
        tokens_per_month=volume,
        use_share=USUAL_USE if use is None else (use[0], min(use[1], 1.0)),
        rented_use_share=(1.0, 1.0) if rented is None else (rented[0], min(rented[1], 1.0)),
        model=model,
        precision=precision,
        tokens_per_s_per_gpu=speed,
        n_prompt_tokens=USUAL_PROMPT_TOKENS if prompt is None else prompt,
        n_answer_tokens=USUAL_ANSWER_TOKENS if answer is None else answer,
    )


def _model(reader: OptionReader, text: str | None) -> NamedModel | None:
    if text is None:
        return None
    try:
        return model_named(text)
    except CatalogueError as error:
        reader.refuse("--model", "must be known, a config.json, or a size", text, str(error))
        return None


def _precision(reader: OptionReader, text: str | None) -> ServingPrecision | None:
    if text is None:
        return None
    known = next((name for name in SERVING_PRECISIONS if name == text.strip().casefold()), None)
    if known is None:
        reader.refuse("--precision", f"must be one of {', '.join(SERVING_PRECISIONS)}", text)
    return known


def _prices(reader: OptionReader, options: OwnOptions) -> Prices:
    is_price = options.api is not None and is_quantity(options.api)
    if options.api is not None and not is_price:
        _check_sold(reader, options.api)
    api = ends_of(reader, "--api", options.api if is_price else None, _PER_MTOK)
    return Prices(
        on_demand_usd_per_gpu_hour=ends_of(reader, "--price", options.price, USD_PER_GPU_HOUR),
        one_year_usd_per_gpu_hour=ends_of(reader, "--reserve-1y", options.reserve_1y, USD_PER_GPU_HOUR),
        three_years_usd_per_gpu_hour=ends_of(reader, "--reserve-3y", options.reserve_3y, USD_PER_GPU_HOUR),
        purchase_usd_per_gpu=ends_of(reader, "--purchase", options.purchase, _PER_GPU),
        api_usd_per_mtok=None if api is None else (api[0] * TOKENS_PER_MTOK, api[1] * TOKENS_PER_MTOK),
        api_model=None if is_price else options.api,
    )


def _check_sold(reader: OptionReader, name: str) -> None:
    """Refuse a model that is named but that nobody sells."""
    try:
        api_prices(name)
    except CatalogueError as error:
        reader.refuse("--api", "must be a price or a model that is sold", name, str(error))


def _site(reader: OptionReader, options: OwnOptions) -> Site:
    space = options.space.strip().casefold()
    is_kind = space in SPACES
    rent = None
    if not is_kind:
        if is_quantity(space):
            rent = ends_of(reader, "--space", options.space, _PER_KW)
        else:
            reader.refuse(
                "--space", f"must be {', '.join(SPACES)} or a price", options.space, _PER_KW.example
            )
    pue = ends_of(reader, "--pue", options.pue, kinds.PUE)
    return Site(
        region=options.region,
        usd_per_kwh=ends_of(reader, "--electricity", options.electricity, _PER_KWH),
        kg_per_kwh=reader.number("--carbon", options.carbon, CARBON),
        pue=None if pue is None else (max(pue[0], 1.0), max(pue[1], 1.0)),
        space=cast(Space, space) if is_kind else "colocation",
        space_usd_per_kw_month=rent,
        engineers=ends_of(reader, "--engineers", options.engineers, _STAFF),
    )


def _next(options: OwnOptions) -> str:
    """Return the command to go on with: a report, then the numbers."""
    words = ["nextdollar own"]
    usual = OwnOptions()
    for field in fields(options):
        value = getattr(options, field.name)
        if field.name in ("out", "as_json") or value == getattr(usual, field.name):
            continue
        words.append(f"--{field.name.replace('_', '-')} {shlex.quote(str(value))}")
    words.append("--json" if options.out is not None else "--out own-report")
    return " ".join(words)
