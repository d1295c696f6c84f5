"""A plan for serving as plain data: what `nextdollar serve-plan --json` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from nextdollar.compute.fleet.instances import UseSteps
from nextdollar.compute.training.ladder import Range
from nextdollar.report.research.envelope import enveloped
from nextdollar.report.sizing.shapes import range_view
from nextdollar.sizing.fleet.answer import FleetBill, FleetHour, FleetOption
from nextdollar.sizing.levers.lever import Lever, LeverAssumption
from nextdollar.sizing.levers.serve_plan import ServePlan
from nextdollar.sources import Source
from nextdollar.units import DAYS_PER_MONTH

_OF_BILL = (
    *("n_peak_instances", "n_peak_gpus", "gpu_hours_per_month", "utilisation_share", "usd_per_month"),
    *("usd_per_request", "usd_per_mtok_input", "usd_per_mtok_output", "usd_per_seat_month"),
    *("kwh_per_month", "kg_co2_per_month"),
)
SERVE_PLAN_SCHEMA = "nextdollar.serve-plan/1.0"


def serve_plan_view(found: ServePlan, *, files: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """Return a plan as plain data; `files` are read ones with their SHA-256 beside those of load and logs."""
    fleet, question = found.fleet, found.fleet.question
    model = question.model
    chosen = fleet.chosen
    answer = {
        "model": {
            "name": model.name,
            "params": float(model.shape.params),
            "params_active": float(model.shape.params_active),
            "how": model.how,
        },
        "load": _load(found),
        "chosen": None if chosen is None else _option(chosen),
        "closest": fleet.closest,
        "hours": [] if chosen is None else [_hour(hour) for hour in chosen.hours],
        "electricity_usd_per_month": range_view(found.electricity_usd_per_month),
        "alternatives": [_option(option) for option in fleet.alternatives],
        "refused": [{"accelerator": item.name, "reason": item.reason} for item in fleet.refused],
        "levers": [_lever(lever) for lever in found.levers],
        "candidates": [_candidate(item) for item in found.candidates],
        "n_options": fleet.n_options,
        "engine": question.engine,
    }
    return enveloped(
        SERVE_PLAN_SCHEMA,
        answer,
        files=(*files, *_files(found)),
        draws=question.n_draws,
        warnings=_warnings(found),
        sources=found.sources,
    )


def _files(found: ServePlan) -> Iterator[tuple[str, str]]:
    load, saved = found.load, found.fleet.question.calibration
    if load is not None and load.file:
        yield load.file, load.sha256
    if saved is not None:
        yield saved.file, saved.sha256


def _load(found: ServePlan) -> dict[str, Any]:
    question = found.fleet.question
    need = question.need
    rates = [float(rate) for rate in need.requests_per_s_by_hour]
    per_day = need.mean_requests_per_s * 86_400.0
    return {
        "how": "given" if found.load is None else found.load.how,
        "requests_per_day": per_day,
        "requests_per_month": per_day * DAYS_PER_MONTH,
        "peak_multiple": max(rates) / need.mean_requests_per_s,
        "requests_per_s_by_hour": rates,
        "n_prompt_tokens": need.n_prompt_tokens,
        "n_output_tokens": need.n_output_tokens,
        "cached_prompt_share": need.cached_prompt_share,
        "ttft_limit_s": need.ttft_limit_s,
        "tpot_limit_s": need.tpot_limit_s,
        "requests_per_seat_month": question.requests_per_seat_month,
        "autoscaled": question.policy.autoscaled,
        "least_instances": question.policy.least_instances,
    }


def _option(option: FleetOption) -> dict[str, Any]:
    configuration = option.configuration
    return {
        "accelerator": configuration.accelerator.name,
        "precision": configuration.precision,
        "gpus_per_instance": configuration.n_gpus,
        "attention_replicas": configuration.n_attention_replicas,
        "pipeline_stages": configuration.n_stages,
        "most_concurrent": configuration.n_concurrent,
        "words": configuration.words,
        "ttft_s": range_view(option.ttft_s),
        "tpot_s": range_view(option.tpot_s),
        "requests_per_s_per_instance": range_view(option.requests_per_s_per_instance),
        "out_tok_s_per_gpu": range_view(option.output_tokens_per_s_per_gpu),
        "bound_by": option.bound_by,
        "is_measured": option.is_measured,
        "memory_used_share": option.memory_used_share,
        "reading_share": option.reading_share,
        "usd_per_gpu_hour": range_view(option.price.spread.as_range()),
        "price_from": option.price.words,
        "bill": _bill(option.bill),
        "fixed": _bill(option.fixed),
        "autoscaled": _bill(option.autoscaled),
    }


def _bill(bill: FleetBill) -> dict[str, Any]:
    found: dict[str, Any] = {"autoscaled": bill.autoscaled, "use_steps": _steps(bill.use_steps)}
    for name in _OF_BILL:
        found[name] = range_view(getattr(bill, name))
    return found


def _steps(found: UseSteps) -> dict[str, float]:
    return {field.name: float(getattr(found, field.name)) for field in fields(found)}


def _hour(hour: FleetHour) -> dict[str, Any]:
    return {
        "hour": hour.hour,
        "requests_per_s": hour.requests_per_s,
        "needed_instances": range_view(hour.n_needed_instances),
        "autoscaled_instances": hour.n_autoscaled_instances,
        "fixed_instances": hour.n_fixed_instances,
        "utilisation_share": hour.utilisation_share,
    }


def _lever(lever: Lever) -> dict[str, Any]:
    quality = lever.quality
    return {
        "kind": lever.kind,
        "title": lever.title,
        "usd_per_month": range_view(lever.usd_per_month),
        "saving_usd_per_month": range_view(lever.saving_usd_per_month),
        "saving_share": range_view(lever.saving_share),
        "ttft_s": range_view(lever.ttft_s),
        "tpot_s": range_view(lever.tpot_s),
        "kwh_per_month": range_view(lever.kwh_per_month),
        "fleet": lever.fleet_words,
        "one_off_usd": range_view(lever.one_off_usd),
        "one_off": lever.one_off_words,
        "payback_months": _payback(lever.payback_months),
        "quality": {"words": quality.words, "grade": quality.grade, "source": _source(quality.source)},
        "assumptions": [_assumption(item) for item in lever.assumptions],
        "notes": list(lever.notes),
        "refused": lever.refused,
    }


def _payback(found: Range | None) -> dict[str, float | None] | None:
    """Return months, an end that never comes as null."""
    if found is None:
        return None
    ends = {"p5": float(found.p5), "p50": float(found.p50), "p95": float(found.p95)}
    return {name: value if value < float("inf") else None for name, value in ends.items()}


def _assumption(item: LeverAssumption) -> dict[str, Any]:
    return {
        "name": item.name,
        "p5": item.low,
        "p95": item.high,
        "words": item.words,
        "grade": item.grade,
        "source": _source(item.source),
    }


def _source(source: Source | None) -> Mapping[str, str] | None:
    return None if source is None else {"work": source.work, "place": source.place, "link": source.link}


def _candidate(item: Any) -> dict[str, Any]:
    fleet = item.fleet
    return {
        "name": item.name,
        "params": item.params,
        "fleet": "" if fleet is None else fleet.configuration.words,
        "usd_per_month": None if fleet is None else range_view(fleet.bill.usd_per_month),
        "usd_per_mtok_output": None if fleet is None else range_view(fleet.bill.usd_per_mtok_output),
        "reason": item.reason,
    }


def _warnings(found: ServePlan) -> Iterator[str]:
    yield from found.notes
    yield from found.fleet.notes
    if found.levers:
        yield (
            "a saving is worked out draw by draw, on the same prices and speeds with and without the lever; "
            "what the serving model gets wrong of one fleet and not of the other is not in it"
        )
        yield (
            "levers are tried on the two accelerators that are cheapest without them, each lever alone; "
            "a model of another size stands in its usual shape"
        )
    if found.electricity_usd_per_month is not None:
        yield "electricity is part of a rent: it comes on top only where the machines are owned"
