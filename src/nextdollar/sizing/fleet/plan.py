"""The cheapest fleet for a load: which accelerators, how many, how busy, and what a token costs."""

from __future__ import annotations

import numpy as np

from nextdollar.catalogue import accelerator, accelerators
from nextdollar.catalogue.data_centres import data_centre_range
from nextdollar.catalogue.serving_calibration import serving_constants
from nextdollar.catalogue.training_bill import bill_range
from nextdollar.compute import Accelerator
from nextdollar.compute.fleet.search import cheapest_fleet
from nextdollar.compute.serving.precision import checked
from nextdollar.errors import require
from nextdollar.sizing.fleet.answer import (
    Configuration,
    FleetBill,
    FleetHour,
    FleetOption,
    FleetPlan,
    RefusedHardware,
)
from nextdollar.sizing.fleet.bill import priced_option, scores
from nextdollar.sizing.fleet.notes import notes_of
from nextdollar.sizing.fleet.options import (
    Instance,
    OptionTable,
    PricedAccelerator,
    deployment_of,
    instances_of,
    option_table,
)
from nextdollar.sizing.fleet.question import ALL_HARDWARE, FleetQuestion
from nextdollar.sizing.fleet.refused import closest_words, refusal
from nextdollar.sizing.fleet.speed import speed_of_rows, speed_on
from nextdollar.sizing.training.bill import HourPrice, list_price, price_given
from nextdollar.sources import Source
from nextdollar.units import FloatArray

__all__ = [
    "Configuration",
    "FleetBill",
    "FleetHour",
    "FleetOption",
    "FleetPlan",
    "FleetQuestion",
    "RefusedHardware",
    "plan_fleet",
]

_AROUND = 1.3
"""Beyond the neighbours of a batch in the grid, which are a factor of 1.26 apart."""
_MOST_REFINED = 64
STAFFING = Source(
    "Halfin and Whitt 1981, Heavy-traffic limits for queues with many exponential servers",
    "theorem 1: places for requests that arrive by chance",
    "https://doi.org/10.1287/opre.29.3.567",
)
DRAW = Source(
    "Fan, Weber and Barroso 2007, Power provisioning for a warehouse-sized computer",
    "draw of a machine as a line from idle to busy",
    "https://doi.org/10.1145/1250662.1250665",
)


def plan_fleet(question: FleetQuestion) -> FleetPlan:
    """Find the cheapest fleet that serves a load within its limits.

    Parameters
    ----------
    question : FleetQuestion
        Model, load, limits, hardware and prices.

    Returns
    -------
    FleetPlan
        The cheapest configuration of each accelerator and of all, or why there is none.

    Raises
    ------
    CatalogueError
        If a name is unknown.
    DomainError
        If a number leaves its domain.

    Notes
    -----
    Every accelerator x precision x layout x batch is sized and priced at the median speed; the batch of the
    best of each accelerator is then tried one by one between its neighbours. Ranges are over the errors of
    both times, which are drawn independently, and the price of an hour, for the best of each
    accelerator.
    """
    precisions = tuple(dict.fromkeys(checked(item) for item in question.precisions))
    wanted = question.n_alternatives
    require(wanted is None or wanted >= 1, "n_alternatives", "at least 1, or not given", wanted)
    require(bool(precisions), "precisions", "one or more", question.precisions)
    priced, unpriced = _priced(question, _chips(question.hardware))
    if not priced:
        return _answer(question, (), unpriced, closest="", n_options=0)
    table = _table(question, priced, instances_of(question.model.shape, priced, precisions))
    speed = speed_of_rows(question, table)
    search = cheapest_fleet(question.need, table.options, speed=speed, policy=question.policy)
    best = [search.best(table.chip_of == chip) for chip in range(len(priced))]
    rows = [row for row in best if row is not None]
    refused = [
        RefusedHardware(item.accelerator.name, refusal(question, table, search, chip=chip))
        for chip, item in enumerate(priced)
        if best[chip] is None
    ]
    closest = "" if rows else closest_words(question, table, search)
    refined, rows = _refined(question, table, rows)
    options = _options(question, refined, rows)
    return _answer(question, options, (*unpriced, *refused), closest=closest, n_options=table.chip_of.size)


def _answer(
    question: FleetQuestion,
    options: tuple[FleetOption, ...],
    refused: tuple[RefusedHardware, ...],
    *,
    closest: str,
    n_options: int,
) -> FleetPlan:
    """Return the plan with what it rests on."""
    return FleetPlan(
        question=question,
        chosen=options[0] if options else None,
        alternatives=options,
        refused=refused,
        closest=closest,
        n_options=n_options,
        notes=notes_of(question, options),
        sources=_sources(question, options),
    )


def _chips(names: tuple[str, ...]) -> tuple[Accelerator, ...]:
    """Return the accelerators of names, each once."""
    require(bool(names), "hardware", "one name or more", names)
    found: list[Accelerator] = []
    for name in names:
        if name.strip().casefold() == ALL_HARDWARE:
            found.extend(accelerators().values())
        else:
            found.append(accelerator(name))
    return tuple({chip.name: chip for chip in found}.values())


def _priced(
    question: FleetQuestion, chips: tuple[Accelerator, ...]
) -> tuple[tuple[PricedAccelerator, ...], tuple[RefusedHardware, ...]]:
    """Return those with a price, and why others have none."""
    stated = question.usd_per_gpu_hour
    given = None if stated is None else _price_given(stated)
    priced, refused = [], []
    for chip in chips:
        price = list_price(chip, question.as_of) if given is None else given
        if price is None:
            reason = "the catalogue has no rent of it: state one with --price"
            refused.append(RefusedHardware(chip.name, reason))
        else:
            priced.append(PricedAccelerator(chip, price))
    return tuple(priced), tuple(refused)


def _price_given(usd_per_gpu_hour: float | tuple[float, float]) -> HourPrice:
    ends = usd_per_gpu_hour if isinstance(usd_per_gpu_hour, tuple) else (usd_per_gpu_hour,) * 2
    low, high = float(ends[0]), float(ends[1])
    require(bool(np.isfinite((low, high)).all()) and low > 0, "usd_per_gpu_hour", "above 0", low)
    require(high >= low, "usd_per_gpu_hour", "from low to high", usd_per_gpu_hour)
    return price_given(low, high)


def _table(
    question: FleetQuestion,
    priced: tuple[PricedAccelerator, ...],
    instances: tuple[Instance, ...],
    batches: FloatArray | None = None,
) -> OptionTable:
    need = question.need
    context = need.n_prompt_tokens + 0.5 * need.n_output_tokens
    return option_table(question.model.shape, priced, instances, n_context_tokens=context, batches=batches)


def _refined(question: FleetQuestion, table: OptionTable, rows: list[int]) -> tuple[OptionTable, list[int]]:
    """Return the best batch of each instance that won, tried one by one around the one of the grid."""
    if not rows:
        return table, rows
    instances = tuple(table.instances[table.instance_of[row]] for row in rows)
    middle = table.options.n_concurrent[rows][:, None]
    steps = np.linspace(1 / _AROUND, _AROUND, _MOST_REFINED)
    batches = np.sort(np.maximum(np.round(middle * np.append(steps, 1.0)), 1.0), axis=1)
    near = _table(question, table.hardware, instances, batches)
    speed = speed_of_rows(question, near)
    search = cheapest_fleet(question.need, near.options, speed=speed, policy=question.policy)
    found = [search.best(near.instance_of == place) for place in range(len(instances))]
    rows = sorted((row for row in found if row is not None), key=lambda row: float(search.usd_per_month[row]))
    return near, rows[: question.n_alternatives]


def _options(question: FleetQuestion, table: OptionTable, rows: list[int]) -> tuple[FleetOption, ...]:
    """Return rows of a table with the ranges of what they cost, cheapest first."""
    if not rows:
        return ()
    drawn = scores(question.n_draws)
    found = []
    for row in rows:
        configuration = table.configuration(row)
        deployment = deployment_of(question.model.shape, configuration)
        price = table.hardware[table.chip_of[row]].price
        speed = speed_on(question, configuration.accelerator.name)
        found.append(
            priced_option(question, configuration, deployment, price=price, speed=speed, drawn=drawn)
        )
    return tuple(sorted(found, key=lambda option: option.bill.usd_per_month.p50))


def _sources(question: FleetQuestion, options: tuple[FleetOption, ...]) -> tuple[Source, ...]:
    """Return where the model, its constants, the hardware and the prices come from, each once."""
    found: list[Source] = [] if question.model.source is None else [question.model.source]
    found.extend(row.source for row in serving_constants())
    if question.calibration is not None:
        found.extend(question.calibration.sources)
    for option in options:
        found.append(option.configuration.accelerator.source)
        found.extend(option.price.sources)
    found.extend(bill_range(name).source for name in ("system_share", "pue"))
    found.append(data_centre_range("idle_share").source)
    found.extend((STAFFING, DRAW))
    return tuple(dict.fromkeys(found))
