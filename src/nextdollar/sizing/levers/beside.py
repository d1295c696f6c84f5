"""The levers on the cost of serving beside each other: each one searched again, with what it saves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nextdollar.compute.serving.precision import SERVING_PRECISIONS, WEIGHT_BYTES, ServingPrecision
from nextdollar.compute.training.ladder import Range
from nextdollar.errors import InputError
from nextdollar.sizing.fleet.answer import FleetPlan
from nextdollar.sizing.levers import changes
from nextdollar.sizing.levers.changes import Change, LeverCase, ServedBy
from nextdollar.sizing.levers.distillation import distillation_usd
from nextdollar.sizing.levers.lever import (
    Lever,
    LeverAssumption,
    LeverKind,
    LeverSettings,
    Quality,
    quality_of_lever,
)
from nextdollar.sizing.levers.savings import as_range, paid_back, reached_draws, saved_share

_HARDWARE_TRIED = 2
_FREE = Range(0.0, 0.0, 0.0)
_NO_FLEET = "nothing meets the limits with it"
_NO_PRICE = "not priced"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A lever to try: what it assumes, how the question changes, and what is said of it."""

    kind: LeverKind
    title: str
    change: Change
    assumes: tuple[str, ...] = ()
    quality: str = ""
    one_off: Range | None = None
    one_off_words: str = ""
    notes: tuple[str, ...] = ()


def fleet_levers(plan: FleetPlan, settings: LeverSettings | None = None) -> tuple[Lever, ...]:
    """Try every lever on a fleet that was planned.

    Parameters
    ----------
    plan : FleetPlan
        The fleet without any of them.
    settings : LeverSettings, optional
        What is stated in place of what is published.

    Returns
    -------
    tuple of Lever
        Every lever, with its figures or why there are none; what changes no answer at once comes last.

    Notes
    -----
    The search runs again on the changed question, on the two accelerators that were cheapest without
    the lever, at the least, middle and most that the lever is assumed to reach. Savings do not add up:
    caches and drafts work on the same milliseconds.
    """
    settings = LeverSettings() if settings is None else settings
    cheapest = tuple(item.configuration.accelerator.name for item in plan.alternatives[:_HARDWARE_TRIED])
    question = replace(plan.question, n_draws=settings.n_draws)
    if cheapest:
        question = replace(question, hardware=cheapest)
    without = None if plan.chosen is None else changes.served(question)
    before = None if without is None else without.usd_per_month_draws
    case = LeverCase(question, plan.chosen, before, settings)
    return tuple(_tried(case, wanted) for wanted in _wanted(case) if wanted.kind in settings.kinds)


def _wanted(case: LeverCase) -> Iterator[_Wanted]:
    """Yield the levers that are worth a try."""
    for precision in _narrower(case):
        yield _quantise(case, precision)
    yield _Wanted(
        "distil",
        "distil into a smaller model",
        changes.distil,
        ("distil.params_share", "distil.tokens"),
        "distil",
        notes=(
            "the student has the usual shape of its size; data and experiments are not in the one-off cost",
        ),
    )
    yield _Wanted(
        "prefix",
        "cache prompts that begin alike",
        changes.prefix,
        ("prefix.hit_share",),
        "prefix",
        _FREE,
        "a setting of the engine",
        ("memory that the cached prompts take is not counted",),
    )
    yield from _elsewhere()
    yield from _drafted()


def _elsewhere() -> Iterator[_Wanted]:
    """Yield the levers that send requests elsewhere, or to another hour."""
    yield _Wanted(
        "repeat",
        "reuse answers to repeated questions",
        changes.repeat,
        ("repeat.hit_share",),
        "repeat",
        one_off_words=f"a store of answers and an embedding of each question: {_NO_PRICE}",
        notes=("the times are of requests that still reach the model",),
    )
    yield _Wanted(
        "route",
        "route easy requests to a small model",
        changes.route,
        ("route.small_share", "route.params_share"),
        "route",
        one_off_words=f"a router trained on your own requests: {_NO_PRICE}",
        notes=("the router itself is taken to cost nothing",),
    )
    yield _Wanted(
        "batch",
        "let work that can wait fill quiet hours",
        changes.batch,
        ("batch.waiting_share",),
        "batch",
        one_off_words=f"a queue in front of the engine: {_NO_PRICE}",
        notes=("what waits is answered within a day; the times are of what does not wait",),
    )


def _drafted() -> Iterator[_Wanted]:
    """Yield the levers that draft tokens or leave the fleet, and the ones that change no answer at once."""
    drafts = ("speculate.acceptance_share", "speculate.draft_cost_share")
    yield _Wanted(
        "speculate",
        "draft tokens and check them",
        changes.speculate,
        drafts,
        "speculate",
        one_off_words=f"nothing where the model comes with a draft module, else training one: {_NO_PRICE}",
        notes=("memory of the draft model is not counted",),
    )
    yield _Wanted(
        "device",
        "answer on the customer's own machine",
        changes.device,
        ("device.share",),
        "device",
        one_off_words=f"an application that carries a model: {_NO_PRICE}",
        notes=("machines and electricity of customers are not in the cost; the times are of the rest",),
    )
    yield _Wanted(
        "together",
        "caching, waiting and drafting at once",
        changes.together,
        ("prefix.hit_share", "batch.waiting_share", *drafts),
        "batch",
        one_off_words=f"as each of them: {_NO_PRICE}",
        notes=("none of the three changes an answer; their savings overlap, so they do not add up",),
    )


def _narrower(case: LeverCase) -> Iterator[ServingPrecision]:
    """Yield precisions with fewer bytes a weight than what is served now."""
    if case.base is None:
        yield from (item for item in SERVING_PRECISIONS if item not in case.question.precisions)
        return
    now = WEIGHT_BYTES[case.base.configuration.precision]
    yield from (item for item in SERVING_PRECISIONS if WEIGHT_BYTES[item] < now)


def _quantise(case: LeverCase, precision: ServingPrecision) -> _Wanted:
    """Return the lever that serves at a narrower precision."""
    notes: tuple[str, ...] = ()
    if precision == "int4":
        notes = ("products stay in 16 bits: weights take less memory and reading, not less arithmetic",)
    elif case.base is not None:
        chip = case.base.configuration.accelerator
        peak = chip.fp4_peak_flop_per_s if precision == "fp4" else chip.fp8_peak_flop_per_s
        if peak is None and precision in ("fp4", "fp8"):
            notes = (f"{chip.name} has no products in {precision}: its weights alone get narrower",)
    return _Wanted(
        "quantise",
        f"serve in {precision}",
        changes.quantised(precision),
        quality=precision,
        one_off_words=f"a calibration pass, and an evaluation on your own work: {_NO_PRICE}",
        notes=notes,
    )


def _tried(case: LeverCase, wanted: _Wanted) -> Lever:
    """Run a lever at the least, the middle and the most that it is assumed to reach."""
    assumptions = tuple(case.settings.assumption(name) for name in wanted.assumes)
    quality = quality_of_lever(wanted.quality)
    try:
        found = [wanted.change(case, values) for values in _by_effect(assumptions)]
    except InputError as error:
        return _refused(wanted, assumptions, quality, str(error))
    reached = [item for item in found if item is not None]
    if len(reached) < len(found):
        return _refused(wanted, assumptions, quality, _NO_FLEET)
    one_off = wanted.one_off
    words = wanted.one_off_words
    if wanted.kind == "distil":
        one_off, words = _training_of(case, assumptions)
    return _lever(case, wanted, reached, assumptions=assumptions, one_off=(one_off, words))


def _by_effect(assumptions: tuple[LeverAssumption, ...]) -> list[dict[str, float]]:
    """Return values of all assumptions at the ends that save least, halfway, and that save most."""
    if not assumptions:
        return [{}]
    return [{item.name: item.by_effect[i] for item in assumptions} for i in range(3)]


def _lever(
    case: LeverCase,
    wanted: _Wanted,
    reached: list[ServedBy],
    *,
    assumptions: tuple[LeverAssumption, ...],
    one_off: tuple[Range | None, str],
) -> Lever:
    middle = reached[len(reached) // 2]
    after = reached_draws([item.usd_per_month_draws for item in reached])
    shares = saved = None
    if case.before_usd is not None:
        shares = saved_share(case.before_usd, after)
        saved = as_range(case.before_usd - after)
    return Lever(
        kind=wanted.kind,
        title=wanted.title,
        assumptions=assumptions,
        usd_per_month=as_range(after),
        saving_usd_per_month=saved,
        saving_share=shares,
        ttft_s=middle.ttft_s,
        tpot_s=middle.tpot_s,
        kwh_per_month=middle.kwh_per_month,
        fleet_words=middle.words,
        one_off_usd=one_off[0],
        one_off_words=one_off[1],
        payback_months=paid_back(one_off[0], saved),
        quality=quality_of_lever(wanted.quality),
        notes=wanted.notes,
        refused="",
    )


def _training_of(case: LeverCase, assumptions: tuple[LeverAssumption, ...]) -> tuple[Range | None, str]:
    """Return what training the student costs, and what that is of."""
    if case.base is None:
        return None, f"training of the student: {_NO_PRICE} without a fleet whose hours it could take"
    size, tokens = assumptions
    student = changes.student_of(case, {size.name: size.middle})
    cost = distillation_usd(case.question.model, student, tokens=tokens, on=case.base)
    return cost, f"training {student.name} on outputs of {case.question.model.name}"


def _refused(
    wanted: _Wanted, assumptions: tuple[LeverAssumption, ...], quality: Quality, reason: str
) -> Lever:
    return Lever(
        kind=wanted.kind,
        title=wanted.title,
        assumptions=assumptions,
        usd_per_month=None,
        saving_usd_per_month=None,
        saving_share=None,
        ttft_s=None,
        tpot_s=None,
        kwh_per_month=None,
        fleet_words="",
        one_off_usd=None,
        one_off_words=wanted.one_off_words,
        payback_months=None,
        quality=quality,
        notes=wanted.notes,
        refused=reason,
    )
