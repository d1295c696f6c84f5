"""Each lever as a change of what is asked of a fleet: the search is run again on the changed question."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from nextdollar.compute.fleet.levers import cached_share_with, off_peak_load
from nextdollar.compute.serving.precision import ServingPrecision
from nextdollar.compute.serving.speculative import Speculation
from nextdollar.compute.training.ladder import Range
from nextdollar.sizing.fleet.answer import FleetOption
from nextdollar.sizing.fleet.plan import plan_fleet
from nextdollar.sizing.fleet.question import FleetQuestion
from nextdollar.sizing.levers.lever import LeverSettings
from nextdollar.sizing.model_named import NamedModel, model_named
from nextdollar.units import FloatArray

DRAFTS_TRIED = (1.0, 2.0, 4.0)
_NO_ROOM = 0.99
_BILLION = 0.9995e9
_NOTHING = Range(0.0, 0.0, 0.0)

Values: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ServedBy:
    """What answers all requests, one fleet or two: cost (n_draws,), the slower times, the fleets in words."""

    usd_per_month_draws: FloatArray
    ttft_s: Range
    tpot_s: Range
    kwh_per_month: Range | None
    words: str

    def __add__(self, other: ServedBy) -> ServedBy:
        """Two fleets beside each other, on the same draws of prices and errors."""
        return ServedBy(
            self.usd_per_month_draws + other.usd_per_month_draws,
            _joined(self.ttft_s, other.ttft_s, max),
            _joined(self.tpot_s, other.tpot_s, max),
            _energy(self.kwh_per_month, other.kwh_per_month),
            "; ".join(filter(None, (self.words, other.words))),
        )

    @property
    def usd_per_month(self) -> float:
        """Mean cost: what the cheapest is chosen by."""
        return float(np.mean(self.usd_per_month_draws))


@dataclass(frozen=True, slots=True)
class LeverCase:
    """The question that is changed, the fleet without the lever, and the settings.

    `base` and `before_usd` (n_draws,), its cost on the draws of the question, are None if there is none.
    """

    question: FleetQuestion
    base: FleetOption | None
    before_usd: FloatArray | None
    settings: LeverSettings


Change: TypeAlias = Callable[[LeverCase, Values], ServedBy | None]


def served(question: FleetQuestion) -> ServedBy | None:
    """Return the cheapest fleet for a question; None where nothing meets its limits."""
    chosen = plan_fleet(replace(question, n_alternatives=1)).chosen
    if chosen is None:
        return None
    gpus = round(float(chosen.bill.n_peak_gpus.p50))
    words = f"{gpus} GPU{'' if gpus == 1 else 's'}: {chosen.configuration.words}"
    kwh = chosen.bill.kwh_per_month
    return ServedBy(chosen.usd_per_month_draws, chosen.ttft_s, chosen.tpot_s, kwh, words)


def with_load(question: FleetQuestion, share: float) -> FleetQuestion:
    """Return the question for a share of its requests, above 0, that comes in the same hours."""
    need = question.need
    return replace(question, need=replace(need, requests_per_s_by_hour=need.requests_per_s_by_hour * share))


def serve_share(question: FleetQuestion, share: float) -> ServedBy | None:
    """Return what serves a share of the requests; nothing serves none."""
    if share <= 0:
        return ServedBy(np.zeros(question.n_draws), _NOTHING, _NOTHING, _NOTHING, "")
    return served(with_load(question, share))


def quantised(precision: ServingPrecision) -> Change:
    """Return the change that serves in one precision."""

    def change(case: LeverCase, values: Values) -> ServedBy | None:
        return served(replace(case.question, precisions=(precision,)))

    return change


def prefix(case: LeverCase, values: Values) -> ServedBy | None:
    """Keys and values of prompts that begin alike are read, not made again."""
    return served(_with_prefix(case.question, values))


def repeat(case: LeverCase, values: Values) -> ServedBy | None:
    """A share of the requests is answered with what was answered before."""
    return serve_share(case.question, 1.0 - values["repeat.hit_share"])


def device(case: LeverCase, values: Values) -> ServedBy | None:
    """A share of the requests never reaches the fleet."""
    return serve_share(case.question, 1.0 - values["device.share"])


def distil(case: LeverCase, values: Values) -> ServedBy | None:
    """A smaller model answers everything."""
    return served(replace(case.question, model=student_of(case, values)))


def route(case: LeverCase, values: Values) -> ServedBy | None:
    """A small model answers a share of the requests on a fleet of its own."""
    small = case.settings.small_model or smaller_model(case.question.model, values["route.params_share"])
    share = values["route.small_share"]
    large = serve_share(case.question, 1.0 - share)
    easy = serve_share(replace(case.question, model=small), share)
    return None if large is None or easy is None else large + easy


def batch(case: LeverCase, values: Values) -> ServedBy | None:
    """What may wait fills the quiet hours, or runs all day on a fleet of its own without limits.

    The cheaper of the two.
    """
    share = values["batch.waiting_share"]
    beside = _own_fleet(case.question, share)
    poured = served(_poured(case.question, share))
    if beside is None or poured is None:
        return beside or poured
    return beside if beside.usd_per_month < poured.usd_per_month else poured


def speculate(case: LeverCase, values: Values) -> ServedBy | None:
    """Tokens are drafted and checked; as many drafts as cost least."""
    return _cheapest(_with_drafts(case.question, values, n) for n in DRAFTS_TRIED)


def together(case: LeverCase, values: Values) -> ServedBy | None:
    """Cached prefixes, drafts and work that waits at once: none of them changes an answer."""
    question = _poured(_with_prefix(case.question, values), values["batch.waiting_share"])
    return _cheapest((question, *(_with_drafts(question, values, n) for n in DRAFTS_TRIED)))


def _cheapest(questions: Iterable[FleetQuestion]) -> ServedBy | None:
    """Return what serves the cheapest of several questions; None where none can be served."""
    found = [item for item in map(served, questions) if item is not None]
    return min(found, key=lambda item: item.usd_per_month, default=None)


def student_of(case: LeverCase, values: Values) -> NamedModel:
    """Return what the model is distilled into."""
    return case.settings.student or smaller_model(case.question.model, values["distil.params_share"])


def smaller_model(model: NamedModel, share: float) -> NamedModel:
    """Return a model with a share of the parameters, in the usual shape of its size.

    CatalogueError where so few have none.
    """
    params, active = float(model.shape.params) * share, float(model.shape.params_active) * share
    experts = "" if active == params else f", {_size(active)} active"
    return model_named(f"{_size(params)}{experts}")


def _size(params: float) -> str:
    """Return a number of parameters to three digits: "44.1 B"."""
    scale, letter = (1e9, "B") if params >= _BILLION else (1e6, "M")
    return f"{float(f'{params / scale:.3g}'):g} {letter}"


def _with_prefix(question: FleetQuestion, values: Values) -> FleetQuestion:
    need = question.need
    cached = float(cached_share_with(need.cached_prompt_share, values["prefix.hit_share"]))
    return replace(question, need=replace(need, cached_prompt_share=cached))


def _with_drafts(question: FleetQuestion, values: Values, n_drafts: float) -> FleetQuestion:
    drafts = Speculation(
        n_drafts=n_drafts,
        acceptance_share=values["speculate.acceptance_share"],
        draft_cost_share=values["speculate.draft_cost_share"],
    )
    return replace(question, speculation=drafts)


def _poured(question: FleetQuestion, waiting_share: float) -> FleetQuestion:
    """Return the question with what may wait moved to the quiet hours of the same fleet."""
    need = question.need
    load = off_peak_load(np.asarray(need.requests_per_s_by_hour, dtype=np.float64), waiting_share)
    return replace(question, need=replace(need, requests_per_s_by_hour=load))


def _own_fleet(question: FleetQuestion, waiting_share: float) -> ServedBy | None:
    """Return two fleets: one for those who wait for an answer, one that is always full for the rest."""
    need = question.need
    steady = np.full(len(need.requests_per_s_by_hour), need.mean_requests_per_s * waiting_share)
    rest = serve_share(question, 1.0 - waiting_share)
    if rest is None or waiting_share <= 0:
        return rest
    patient = replace(need, requests_per_s_by_hour=steady, ttft_limit_s=None, tpot_limit_s=None)
    # A queue that is never empty needs no room for chance.
    full = replace(question.policy, wait_share=_NO_ROOM, least_instances=0.0)
    offline = served(replace(question, need=patient, policy=full))
    if offline is None:
        return None
    return replace(rest + offline, ttft_s=rest.ttft_s, tpot_s=rest.tpot_s)


def _energy(one: Range | None, other: Range | None) -> Range | None:
    """Return the energy of two fleets; None where that of one is not known."""
    return None if one is None or other is None else _joined(one, other, operator.add)


def _joined(one: Range, other: Range, join: Callable[[float, float], float]) -> Range:
    """Return two ranges joined end by end: they move together, with the same prices and speeds."""
    pairs = ((one.p5, other.p5), (one.p50, other.p50), (one.p95, other.p95))
    return Range(*(join(float(a), float(b)) for a, b in pairs))
