"""From the options of `nextdollar serve-plan` to the question that it answers; every fault at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.electricity import electricity_price, grid_carbon
from nextdollar.catalogue.serving_calibration import UNKNOWN_ENGINE, serving_calibration
from nextdollar.catalogue.usual_load import usual_request
from nextdollar.cli.option_quantities import USD_PER_GPU_HOUR, OptionReader
from nextdollar.cli.serve_quantities import (
    CARBON,
    FACTOR,
    LENGTH,
    REQUESTS,
    SEATS,
    TIME,
    ends_of,
    is_quantity,
)
from nextdollar.cli.serve_scenario import ScenarioServing, scenario_serving
from nextdollar.cli.serve_verbs import ServePlanOptions
from nextdollar.compute.fleet.instances import FleetPolicy
from nextdollar.compute.fleet.search import ServingNeed
from nextdollar.compute.serving.precision import ServingPrecision, checked
from nextdollar.errors import InputError
from nextdollar.plan.quantities.kinds import ELECTRICITY_PRICE, SHARE, TOKENS
from nextdollar.sizing.calibration import SavedCalibration, read_calibration
from nextdollar.sizing.fleet.load import HourlyLoad, peaked_day, read_load, usual_day
from nextdollar.sizing.fleet.question import ALL_HARDWARE, USUAL_PRECISIONS, FleetQuestion
from nextdollar.sizing.levers.lever import ASSUMPTIONS, LeverSettings
from nextdollar.sizing.model_named import NamedModel, model_named
from nextdollar.units import DAYS_PER_MONTH

_Found = TypeVar("_Found")
_LOW, _HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the question, where its load is from, the levers' settings, and what was assumed."""

    question: FleetQuestion
    load: HourlyLoad
    settings: LeverSettings
    usd_per_kwh: tuple[float, float] | None
    scenario: ScenarioServing | None
    notes: tuple[str, ...]


def asked_of(options: ServePlanOptions) -> Asked:
    """Read options, a scenario and the files that they name.

    OptionsError with every option that is refused; the faults of a file come first, by themselves.
    """
    reading = _Reading(options)
    found = reading.everything()
    reading.reader.done()
    if found is None:
        raise RuntimeError("an option was left out without a fault")
    return found


class _Reading:
    """Reads one option after the other and notes what was assumed."""

    def __init__(self, options: ServePlanOptions) -> None:
        self.options = options
        self.reader = OptionReader()
        self.notes: list[str] = []
        path = options.scenario
        self.scenario = None if path is None else scenario_serving(path, options.candidate, self.reader)
        if path is None and options.candidate is not None:
            self.reader.refuse("--candidate", "must come with a scenario", options.candidate)
        self.seats = self.reader.number("--seats", options.seats, SEATS)
        self.per_seat_day = self.reader.number("--requests-per-seat", options.requests_per_seat, REQUESTS)
        saved = options.calibration
        self.calibration: SavedCalibration | None = None if saved is None else read_calibration(saved)

    def everything(self) -> Asked | None:
        """Return what is asked; None where something was refused."""
        options = self.options
        model = self._model()
        lengths = self._lengths()
        ttft_s, tpot_s = self._limits()
        cached = self.reader.number("--cached-share", options.cached_share, SHARE)
        load = self._load(lengths)
        hardware, precisions = self._hardware(), self._precisions()
        price = ends_of(self.reader, "--price", options.price, USD_PER_GPU_HOUR)
        usd_per_kwh, kg_per_kwh = self._electricity(), self._carbon()
        settings, engine, as_of = self._settings(), self._engine(), self._day()
        if self.reader.faults or model is None or load is None or lengths is None:
            return None
        from_scenario = None if self.scenario is None else self.scenario.usd_per_gpu_hour
        need = ServingNeed(load.requests_per_s_by_hour, *lengths, ttft_s, tpot_s, cached or 0.0)
        question = FleetQuestion(
            model=model,
            need=need,
            hardware=hardware,
            precisions=precisions,
            usd_per_gpu_hour=price or from_scenario,
            engine=engine,
            calibration=self.calibration,
            policy=FleetPolicy(autoscaled=options.autoscale, least_instances=float(options.spare)),
            requests_per_seat_month=self._requests_per_seat_month(load),
            kg_per_kwh=kg_per_kwh,
            as_of=as_of,
        )
        notes = (*self.notes, *load.notes)
        return Asked(question, load, settings, usd_per_kwh, self.scenario, notes)

    def _model(self) -> NamedModel | None:
        text, scenario = self.options.model, self.scenario
        if text is None and scenario is not None:
            if scenario.candidate not in scenario.models:
                rule = f"must be given: candidate {scenario.candidate} of the scenario states no params"
                self.reader.refuse("--model", rule, "", 'for example --model "70 B"')
                return None
            self.notes.append(f"candidate {scenario.candidate} is planned for; --candidate names another")
            text = scenario.models[scenario.candidate]
        if text is None:
            self.reader.refuse("--model", "must be given, or a scenario", "", 'for example --model "70 B"')
            return None
        return self._tried("--model", model_named, text)

    def _limits(self) -> tuple[float | None, float | None]:
        """Return the most seconds to the first token and for each further one, of options or scenario."""
        ttft_s = self.reader.number("--ttft", self.options.ttft, TIME)
        tpot_s = self.reader.number("--tpot", self.options.tpot, TIME)
        scenario = self.scenario
        if scenario is None:
            return ttft_s, tpot_s
        if scenario.assumed:
            words = ", ".join(scenario.assumed)
            self.notes.append(f"not in the scenario and assumed, unless an option says: {words}")
        return ttft_s or scenario.ttft_s, tpot_s or scenario.tpot_s

    def _tried(self, option: str, read: Callable[[str], _Found], text: str) -> _Found | None:
        """Return what a text names; a refusal is noted as a fault of the option."""
        try:
            return read(text)
        except InputError as error:
            self.reader.refuse(option, f"is refused: {error}")
            return None

    def _lengths(self) -> tuple[float, float] | None:
        """Return tokens of prompt and answer; what is not stated is the usual mean, and a note says so."""
        texts = (("--prompt", self.options.prompt), ("--output", self.options.output))
        stated = [self.reader.number(name, text, LENGTH) for name, text in texts]
        scenario = self.scenario
        if scenario is not None:
            prompt, output = scenario.n_prompt_tokens, scenario.n_output_tokens
            return stated[0] or prompt, stated[1] or output
        usual = usual_request()
        of_all = (usual.n_prompt_tokens, usual.n_output_tokens)
        assumed = [
            f"{value:.0f} tokens of {words}"
            for value, words, (_, text) in zip(of_all, ("prompt", "answer"), texts, strict=True)
            if text is None
        ]
        if assumed:
            self.notes.append(f"{' and '.join(assumed)} are assumed, the mean of a large cloud: state yours")
        prompt, output = (
            value if found is None else found for found, value in zip(stated, of_all, strict=True)
        )
        return prompt, output

    def _requests_per_seat_month(self, load: HourlyLoad) -> float | None:
        """Return requests of one seat in a month, as stated or those of all over the seats."""
        per_day = self.per_seat_day
        if per_day is None and self.seats is not None:
            per_day = load.requests_per_day / self.seats
        return None if per_day is None else per_day * DAYS_PER_MONTH

    def _load(self, lengths: tuple[float, float] | None) -> HourlyLoad | None:
        """Return the load: a table, a total per day, seats times what one asks for, or a scenario's use."""
        options, reader = self.options, self.reader
        peak = reader.number("--peak", options.peak, FACTOR)
        text = options.load
        if text is not None and (text.casefold().endswith(".csv") or Path(text).is_file()):
            if options.peak is not None:
                reader.refuse("--peak", "must go with a load per day: a table has its own", options.peak)
            return read_load(text)
        per_day = self._requests_per_day(lengths)
        if per_day is None:
            return None
        return usual_day(per_day) if peak is None else peaked_day(per_day, peak)

    def _requests_per_day(self, lengths: tuple[float, float] | None) -> float | None:
        options, reader = self.options, self.reader
        if options.load is not None:
            return reader.number("--load", options.load, REQUESTS)
        if options.seats is not None and options.requests_per_seat is not None:
            each, seats = self.per_seat_day, self.seats
            return None if each is None or seats is None else seats * each
        used = None if self.scenario is None else self.scenario.tokens_per_day
        if used is not None and lengths is not None:
            if used > 0:
                self.notes.append("the load is what today's customers use, all tokens of request and answer")
                return used / sum(lengths)
            reader.refuse("--load", "must be given: the scenario's customers use no tokens")
            return None
        hint = 'for example --load "2 M requests/day", or --seats 5000 --requests-per-seat "40 requests/day"'
        reader.refuse("--load", "must be given", "", hint)
        return None

    def _hardware(self) -> tuple[str, ...]:
        text = self.options.hardware
        if text is None:
            named = None if self.scenario is None else self.scenario.accelerator
            return (ALL_HARDWARE,) if named is None else (named,)
        names = [word.strip() for word in text.split(",") if word.strip()]
        if not names:
            self.reader.refuse("--hardware", "must name an accelerator, or all", text)
        if [name.casefold() for name in names] == [ALL_HARDWARE]:
            return (ALL_HARDWARE,)
        found = [self._tried("--hardware", accelerator, name) for name in names]
        return tuple(dict.fromkeys(item.name for item in found if item is not None))

    def _precisions(self) -> tuple[ServingPrecision, ...]:
        text = self.options.precision
        if text is None and self.scenario is not None:
            text = self.scenario.precision
        if text is None:
            return USUAL_PRECISIONS
        words = [word.strip().casefold() for word in text.split(",") if word.strip()]
        if not words:
            self.reader.refuse("--precision", "must name a precision", text)
        found = [self._tried("--precision", checked, word) for word in words]
        return tuple(dict.fromkeys(item for item in found if item is not None))

    def _engine(self) -> str:
        text = self.options.engine
        if text is None:
            return UNKNOWN_ENGINE
        self._tried("--engine", serving_calibration, text.strip().casefold())
        return text.strip().casefold()

    def _day(self) -> date | None:
        text = self.options.as_of
        try:
            return None if text is None else date.fromisoformat(text.strip())
        except ValueError:
            self.reader.refuse("--as-of", "must be a day", text or "", "for example 2026-06-30")
            return None

    def _electricity(self) -> tuple[float, float] | None:
        text = self.options.electricity
        if text is None:
            return None if self.scenario is None else self.scenario.usd_per_kwh
        if is_quantity(text):
            return ends_of(self.reader, "--electricity", text, ELECTRICITY_PRICE)
        found = self._tried("--electricity", electricity_price, text)
        if found is None:
            return None
        self.notes.append(f"electricity is between industrial and commercial averages of {found.region}")
        return found.low_usd_per_kwh, found.high_usd_per_kwh

    def _carbon(self) -> tuple[float, float] | None:
        text = self.options.carbon
        if text is None:
            return None
        if is_quantity(text):
            return ends_of(self.reader, "--carbon", text, CARBON)
        found = self._tried("--carbon", grid_carbon, text)
        if found is None:
            return None
        self.notes.append(f"carbon is the mean of the grid of {found.region}, {found.valid_from.year}")
        return found.kg_per_kwh, found.kg_per_kwh

    def _settings(self) -> LeverSettings:
        """Return what is stated of the levers."""
        options = self.options
        stated: dict[str, tuple[float, float]] = {}
        for text in options.assume or ():
            name, is_pair, value = (part.strip() for part in text.partition("="))
            if not is_pair or name not in ASSUMPTIONS:
                hint = f"name one of {', '.join(ASSUMPTIONS)}"
                self.reader.refuse("--assume", "must be NAME=RANGE", text, hint)
                continue
            kind = TOKENS if name == "distil.tokens" else SHARE
            found = self.reader.quantity(f"--assume {name}", value, kind)
            if found is not None:
                low, high = (found.inner_quantile(share) for share in (_LOW, _HIGH))
                stated[name] = (max(low, 0.0), high if kind is TOKENS else min(high, 1.0))
        names = (("--small-model", options.small_model), ("--student", options.student))
        models = [None if text is None else self._tried(option, model_named, text) for option, text in names]
        return LeverSettings(stated=stated, small_model=models[0], student=models[1])
