"""What a plan for a fleet assumes, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nextdollar.compute.fleet.grid import SERVER_GPUS
from nextdollar.compute.fleet.load_curve import peak_multiple
from nextdollar.sizing.fleet.answer import FleetOption
from nextdollar.sizing.fleet.question import ALL_HARDWARE, FleetQuestion
from nextdollar.sizing.fleet.speed import is_calibrated
from nextdollar.units import PERCENT

_SHOWN = 4
"""Names in a note; options come cheapest first."""


def notes_of(question: FleetQuestion, options: tuple[FleetOption, ...]) -> tuple[str, ...]:
    """Return what was assumed and what is left out, most important first."""
    return (
        *question.model.notes,
        *_of_load(question),
        *_of_speed(question, options),
        *_of_cost(question, options),
    )


def _of_load(question: FleetQuestion) -> Iterator[str]:
    need, policy = question.need, question.policy
    multiple = peak_multiple(need.requests_per_s_by_hour)
    yield (
        f"the busiest of {len(need.requests_per_s_by_hour)} hours has {multiple:.2g} times the mean load; "
        f"room is kept so that {policy.wait_share / PERCENT:.3g} % of the requests of a full hour wait"
    )
    if policy.arrival_variance_factor != 1:
        yield f"arrivals vary {policy.arrival_variance_factor:.3g} times as much as by chance alone"
    else:
        yield "within an hour requests arrive by chance (Poisson): bursts beyond that need more room"
    yield (
        "a fleet that follows the load knows the hours to come and pays for instances from "
        f"{policy.start_hours:g} hours before they are needed"
    )


def _of_speed(question: FleetQuestion, options: tuple[FleetOption, ...]) -> Iterator[str]:
    need, policy = question.need, question.policy
    if need.ttft_limit_s is None and need.tpot_limit_s is None:
        yield "no limit of latency is set, so the largest batches win: state one where somebody waits"
    else:
        sure = f"{policy.sure_share / PERCENT:g} %"
        yield (
            f"limits hold for the mean times of a full instance with a chance of {sure}, given how far the "
            "model errs; single requests vary around the mean"
        )
    if question.engine == "unknown":
        yield "no engine is named: the mean of those that were measured"
    strange = [_name(item) for item in options if not item.is_measured]
    if strange:
        yield (
            f"no measurement of serving on {_some(strange)} is among those behind the constants: trust "
            "these less than their ranges say, or measure and run nextdollar calibrate"
        )
    own = [_name(item) for item in options if is_calibrated(question, _name(item))]
    if own:
        yield f"speed on {_some(own)} from your own logs"
    if options and _spans_servers(options[0]):
        yield "experts spread over several servers are beyond what was measured"
    if need.cached_prompt_share:
        yield f"{need.cached_prompt_share / PERCENT:.3g} % of each prompt is taken as cached"
    if any(item != "bf16" for item in question.precisions):
        yield "weights below 16 bits keep an 8-bit cache; what that does to the answers is not in the figures"
    plain = [_name(item) for item in options if _has_no_products(item)]
    if plain:
        yield (
            f"{_some(plain)} have no products in the precision chosen: only their weights are narrow, if "
            "the engine can do that there"
        )


def _of_cost(question: FleetQuestion, options: tuple[FleetOption, ...]) -> Iterator[str]:
    if question.usd_per_gpu_hour is not None and (
        len(question.hardware) > 1 or ALL_HARDWARE in question.hardware
    ):
        yield "one price stands for an hour of every accelerator"
    yield from dict.fromkeys(item.price.stale for item in options[:_SHOWN] if item.price.stale)
    single = [_name(item) for item in options if math.isclose(item.price.spread.p5, item.price.spread.p95)]
    if single and question.usd_per_gpu_hour is None:
        yield f"one price alone is known for {_some(single)}: its cost ranges only with the speed"
    unread = [_name(item) for item in options if _is_unread(item)]
    if unread:
        yield f"some figures of {_some(unread)} are not verified: see the catalogue"
    yield "a month has 730.5 hours; staff, storage, traffic and failures of machines are not in the cost"
    if options and options[0].bill.kwh_per_month is not None:
        yield (
            "energy: the draw of a paid machine rises in a line with the requests that it holds, from 20 to "
            "40 % of that in training (assumed) to all of it"
        )


def _some(names: list[str]) -> str:
    """Return the first names, and how many more there are."""
    shown, more = names[:_SHOWN], len(names) - _SHOWN
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _name(option: FleetOption) -> str:
    return option.configuration.accelerator.name


def _is_unread(option: FleetOption) -> bool:
    verification = option.configuration.accelerator.verification
    return "memory" in verification or "unverified" in verification


def _has_no_products(option: FleetOption) -> bool:
    """Return whether an accelerator multiplies the weights in a wider format than they are kept in."""
    chip = option.configuration.accelerator
    peaks = {
        "fp8": chip.fp8_peak_flop_per_s,
        "fp4": chip.fp4_peak_flop_per_s,
        "int8": chip.int8_peak_op_per_s,
    }
    return option.configuration.precision in peaks and peaks[option.configuration.precision] is None


def _spans_servers(option: FleetOption) -> bool:
    """Return whether the devices that work on one layer sit in more than one server or rack."""
    found = option.configuration
    one = max(found.accelerator.n_scale_up or 1.0, SERVER_GPUS)
    return found.n_gpus // found.n_stages > one
