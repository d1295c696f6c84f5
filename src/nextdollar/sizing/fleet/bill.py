"""What a fleet costs and takes, with ranges over the error of the model and the price of an hour."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.catalogue.data_centres import data_centre_range
from nextdollar.catalogue.training_bill import bill_range
from nextdollar.compute.energy import carbon_kg, energy_kwh, system_share_in_use
from nextdollar.compute.fleet.instances import HOURS_PER_MONTH, Fleet, UseSteps, fleet_for
from nextdollar.compute.fleet.search import ServingNeed, ServingSpeed, open_point, stay_draws_s
from nextdollar.compute.fleet.token_cost import reading_share, token_cost
from nextdollar.compute.serving.batch import sequences_that_fit, weight_bytes
from nextdollar.compute.serving.inputs import Deployment
from nextdollar.compute.training.ladder import Range
from nextdollar.sizing.fleet.answer import Configuration, FleetBill, FleetHour, FleetOption
from nextdollar.sizing.fleet.question import FleetQuestion
from nextdollar.sizing.fleet.speed import MEASURED, is_calibrated
from nextdollar.sizing.spread import Spread
from nextdollar.sizing.training.bill import HourPrice
from nextdollar.uncertainty import Design, Normal, draw, quantiles
from nextdollar.units import SECONDS_PER_HOUR, FloatArray, Floats

_SHARES = (0.05, 0.5, 0.95)
_SEED = 4
_NAMES = ("tpot", "ttft", "price", "system", "pue", "idle", "carbon")


@dataclass(frozen=True, slots=True)
class Scores:
    """Standard normal scores (n_draws,) of what is uncertain: all options are compared on the same ones."""

    by_name: dict[str, FloatArray]

    def of(self, name: str) -> FloatArray:
        """Scores of one quantity."""
        return self.by_name[name]

    def spread(self, name: str, spread: Spread) -> FloatArray:
        """Draws of a log-normal quantity."""
        drawn: FloatArray = spread.p50 * np.exp(spread.sd_log * self.of(name))
        return drawn


def scores(n_draws: int) -> Scores:
    """Return the scores of every uncertain quantity, the same each time."""
    design = Design.rounded(n_draws, _SEED, balanced=_NAMES)
    return Scores(draw({name: Normal(0.0, 1.0) for name in _NAMES}, design))


def priced_option(
    question: FleetQuestion,
    found: Configuration,
    deployment: Deployment,
    *,
    price: HourPrice,
    speed: ServingSpeed,
    drawn: Scores,
) -> FleetOption:
    """Return a configuration with its speed, fleet and cost, and the range of each."""
    need, n_concurrent = question.need, float(found.n_concurrent)
    tpot_s, ttft_s = stay_draws_s(
        need,
        deployment,
        n_concurrent=n_concurrent,
        speed=speed,
        tpot_scores=drawn.of("tpot"),
        ttft_scores=drawn.of("ttft"),
    )
    stay_s = ttft_s + (need.n_output_tokens - 1.0) * tpot_s
    point = open_point(need, deployment, n_concurrent=n_concurrent, speed=speed)
    share = float(reading_share(point, need.n_output_tokens))
    load = need.requests_per_s_by_hour
    policies = [replace(question.policy, autoscaled=way) for way in (False, True)]
    kept, followed = (fleet_for(load, stay_s, n_concurrent=n_concurrent, policy=item) for item in policies)
    usual_s = point.ttft_s + (need.n_output_tokens - 1.0) * point.tpot_s
    steps = [fleet_for(load, usual_s, n_concurrent=n_concurrent, policy=item).use_steps for item in policies]
    fixed, autoscaled = (
        _bill(question, found, fleet, price=price, drawn=drawn, share=share, use_steps=use, autoscaled=way)
        for fleet, use, way in ((kept, steps[0], False), (followed, steps[1], True))
    )
    rate = n_concurrent / stay_s
    return FleetOption(
        configuration=found,
        price=price,
        tpot_s=range_of(tpot_s),
        ttft_s=range_of(ttft_s),
        requests_per_s_per_instance=range_of(rate),
        output_tokens_per_s_per_gpu=range_of(rate * need.n_output_tokens / found.n_gpus),
        bound_by=str(point.bound_by),
        is_measured=found.accelerator.name in MEASURED or is_calibrated(question, found.accelerator.name),
        memory_used_share=_memory_used(deployment, need, n_concurrent),
        reading_share=share,
        bill=autoscaled if question.policy.autoscaled else fixed,
        fixed=fixed,
        autoscaled=autoscaled,
        hours=_hours(need, kept, followed),
        usd_per_month_draws=_usd(found, followed if question.policy.autoscaled else kept, price, drawn),
    )


def range_of(draws: Floats) -> Range:
    """Return the 5th, 50th and 95th percentile of draws (n_draws,)."""
    low, middle, high = quantiles(np.atleast_1d(np.asarray(draws, dtype=np.float64)), _SHARES)
    return Range(float(low), float(middle), float(high))


def _bill(
    question: FleetQuestion,
    found: Configuration,
    fleet: Fleet,
    *,
    price: HourPrice,
    drawn: Scores,
    share: float,
    use_steps: UseSteps,
    autoscaled: bool,
) -> FleetBill:
    """Return cost, use and energy of one fleet."""
    need = question.need
    gpu_hours = fleet.instance_hours_per_month * float(found.n_gpus)
    usd = _usd(found, fleet, price, drawn)
    requests = need.mean_requests_per_s * HOURS_PER_MONTH * SECONDS_PER_HOUR
    tokens = token_cost(
        usd,
        requests,
        n_prompt_tokens=need.n_prompt_tokens,
        n_output_tokens=need.n_output_tokens,
        reading_share=share,
    )
    per_seat = question.requests_per_seat_month
    kwh = _kwh(found, fleet, np.asarray(gpu_hours), drawn)
    carbon = None
    if kwh is not None and question.kg_per_kwh is not None:
        carbon = range_of(carbon_kg(kwh, drawn.spread("carbon", Spread(*question.kg_per_kwh))))
    return FleetBill(
        autoscaled=autoscaled,
        n_peak_instances=range_of(fleet.n_peak_instances),
        n_peak_gpus=range_of(fleet.n_peak_instances * float(found.n_gpus)),
        gpu_hours_per_month=range_of(gpu_hours),
        utilisation_share=range_of(fleet.utilisation_share),
        use_steps=UseSteps(
            float(use_steps.chance_share), float(use_steps.whole_share), float(use_steps.kept_share)
        ),
        usd_per_month=range_of(usd),
        usd_per_request=range_of(tokens.usd_per_request),
        usd_per_mtok_input=range_of(tokens.usd_per_mtok_input),
        usd_per_mtok_output=range_of(tokens.usd_per_mtok_output),
        usd_per_seat_month=None if per_seat is None else range_of(tokens.usd_per_request * per_seat),
        kwh_per_month=None if kwh is None else range_of(kwh),
        kg_co2_per_month=carbon,
    )


def _usd(found: Configuration, fleet: Fleet, price: HourPrice, drawn: Scores) -> FloatArray:
    """Return the rent of a month (n_draws,)."""
    gpu_hours = fleet.instance_hours_per_month * float(found.n_gpus)
    return np.asarray(gpu_hours * drawn.spread("price", price.spread))


def _kwh(found: Configuration, fleet: Fleet, gpu_hours: FloatArray, drawn: Scores) -> FloatArray | None:
    """Return the energy of a month; None where the vendor publishes no power.

    Draw rises in a line from idle to full use: Fan, Weber and Barroso 2007, Power provisioning for a
    warehouse-sized computer, section 4.
    """
    watts = found.accelerator.power_watts
    if watts is None:
        return None
    system, pue, idle_draw = bill_range("system_share"), bill_range("pue"), data_centre_range("idle_share")
    busy = drawn.spread("system", Spread(system.low, system.high))
    # Where no instance is paid there are no hours either.
    use = np.clip(fleet.utilisation_share, 1e-9, 1.0)
    idle = np.minimum(drawn.spread("idle", Spread(idle_draw.low, idle_draw.high)), 1.0)
    in_use = system_share_in_use(busy, use, idle_share=idle)
    centre = np.maximum(drawn.spread("pue", Spread(pue.low, pue.high)), 1.0)
    return np.asarray(energy_kwh(gpu_hours, watts, system_share=in_use, pue=centre))


def _memory_used(deployment: Deployment, need: ServingNeed, n_concurrent: float) -> float:
    """Return the share of the memory that weights and a full batch take."""
    context = need.n_prompt_tokens + 0.5 * need.n_output_tokens
    memory_bytes = float(deployment.server.memory_bytes * deployment.layout.n_gpus)
    weights = float(weight_bytes(deployment)) / memory_bytes
    fitting = float(sequences_that_fit(deployment, context, usable_share=1.0))
    return weights + (1.0 - weights) * min(n_concurrent / fitting, 1.0)


def _hours(need: ServingNeed, fixed: Fleet, autoscaled: Fleet) -> tuple[FleetHour, ...]:
    """Return the fleet hour by hour."""
    kept = fixed.n_paid_by_hour
    places = np.maximum(kept * fixed.n_concurrent, 1.0)
    busy = np.median(np.minimum(fixed.n_offered_by_hour / places, 1.0), axis=-1)
    low, middle, high = quantiles(fixed.n_needed_by_hour, _SHARES)
    following, peak = (quantiles(fleet.n_paid_by_hour, (0.5,))[0] for fleet in (autoscaled, fixed))
    return tuple(
        FleetHour(
            hour=hour,
            requests_per_s=float(rate),
            n_needed_instances=Range(float(low[hour]), float(middle[hour]), float(high[hour])),
            n_autoscaled_instances=float(following[hour]),
            n_fixed_instances=float(peak[hour]),
            utilisation_share=float(busy[hour]),
        )
        for hour, rate in enumerate(need.requests_per_s_by_hour)
    )
