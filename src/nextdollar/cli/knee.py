"""`nextdollar knee`: where the next dollar of training stops paying, and what a step in quality costs."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

import numpy as np

from nextdollar.cli.answer import give
from nextdollar.cli.decision_options import drawn, machine_option
from nextdollar.cli.decision_verbs import KneeOptions
from nextdollar.cli.metric_values import best_of_runs, metric_value
from nextdollar.cli.option_quantities import USD, USD_PER_GPU_HOUR, OptionReader
from nextdollar.cli.runs_options import as_typed, table_of
from nextdollar.errors import DomainError
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.report.research.knee_report import knee_story
from nextdollar.report.research.knee_text import knee_text
from nextdollar.report.research.knee_view import KneeAsked, knee_view
from nextdollar.report.write import check_folder
from nextdollar.research.chosen_law import ChosenLaw, chosen_law
from nextdollar.research.machine import Machine
from nextdollar.research.next_dollar import Knee, knee
from nextdollar.research.quality import Quality, quality_of
from nextdollar.research.quality_step import QualityStep, quality_step
from nextdollar.scaling import Law
from nextdollar.units import PERCENT, Floats


def run_knee(options: KneeOptions) -> int:
    """Print where the next dollar stops paying; with `out`, write a report as well."""
    if options.out is not None:
        check_folder(options.out)
    reader = OptionReader()
    _check_together(reader, options)
    asked = _read(reader, options)
    table = None if options.runs is None else table_of(options.runs, options)
    chosen = chosen_law(table, options.law, n_draws=options.draws, seed=options.seed)
    values = drawn(asked.quantities, chosen.n_draws, options.seed)
    machine = machine_option(reader, options.hardware, values, has_price=options.price is not None)
    _check_split(reader, chosen.law, asked.tokens_per_param)
    if options.metric is not None and not chosen.is_of_table:
        hint = "losses on other data or tokens cannot be mixed; leave --law out, or fit these runs"
        reader.refuse("--law", "must be a fit of the runs that have the metric", options.law or "", hint)
    reader.done()
    if machine is None:
        raise ValueError("a machine was neither read nor refused")
    answer = _Answer(reader, chosen, options, values, machine, asked.tokens_per_param)
    return give(
        answer.view(),
        text=lambda view: knee_text(view, next_command=_next(options)),
        tell=knee_story,
        out=options.out,
        as_json=options.as_json,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    quantities: dict[str, Quantity | None]
    tokens_per_param: float | None


def _read(reader: OptionReader, options: KneeOptions) -> _Asked:
    """Read the options that need no runs, and refuse all that is wrong with them at once."""
    found = _Asked(
        {
            "value": reader.quantity("--value-per-nat", options.value_per_nat, USD),
            "point": reader.quantity("--value-per-point", options.value_per_point, USD),
            "price": reader.quantity("--price", options.price, USD_PER_GPU_HOUR),
            "mfu": reader.quantity("--mfu", options.mfu, kinds.POSITIVE_SHARE),
        },
        reader.number("--tokens-per-param", options.tokens_per_param, kinds.POSITIVE),
    )
    machine_option(reader, options.hardware, {}, has_price=options.price is not None)
    reader.done()
    return found


def _check_together(reader: OptionReader, options: KneeOptions) -> None:
    """Refuse options that are missing or do not go together."""
    per_nat, per_point = options.value_per_nat, options.value_per_point
    if options.runs is None and options.law is None:
        reader.refuse("knee", "needs a law", "", "name a table of runs, or --law with a name or a FIT.json")
    if per_nat is not None and per_point is not None:
        reader.refuse("--value-per-point", "goes without --value-per-nat", per_point, "give one of the two")
    if options.metric is not None:
        if options.runs is None:
            reader.refuse("--metric", "needs runs that have it", options.metric, "knee RUNS --metric ...")
        if options.to_value is None and per_nat is None and per_point is None:
            reader.refuse("--metric", "needs a goal or a value", options.metric, 'for example --to "85 %"')
        return
    needing = {"--from": options.from_value, "--to": options.to_value, "--value-per-point": per_point}
    for name, given in needing.items():
        if given is not None:
            reader.refuse(name, "needs --metric", given, "name a column of measures of the runs")
    if per_nat is None and per_point is None and options.to_value is None:
        reader.refuse("knee", "needs a value", "", 'for example --value-per-nat "50 MUSD"')


def _check_split(reader: OptionReader, law: Law, tokens_per_param: float | None) -> None:
    """Refuse a law without a best split where no ratio is given."""
    if tokens_per_param is None:
        try:
            law.optimal_params(1e20)
        except DomainError as error:
            reader.refuse("--tokens-per-param", "is needed for this law", "", str(error))


@dataclass(frozen=True, slots=True)
class _Answer:
    reader: OptionReader
    chosen: ChosenLaw
    options: KneeOptions
    values: dict[str, Floats]
    machine: Machine
    ratio: float | None

    def view(self) -> dict[str, Any]:
        """Work out what was asked and return it as plain data."""
        generator = np.random.default_rng([self.options.seed, 1])
        quality = self._quality(generator)
        point = self._usd_per_unit(quality)
        step = None if quality is None else self._step(quality, generator)
        found = self._knee(point, quality, generator)
        largest = float(self.chosen.law.domain.flop_high)
        asked = KneeAsked(
            law=self.chosen.name,
            largest_run_flop=largest if np.isfinite(largest) else None,
            machine=self.machine,
            value_usd_per_nat=self.values.get("value"),
            value_usd_per_point=point,
            tokens_per_param=self.ratio,
            sources=self.chosen.sources,
            files=self.chosen.files,
            draws=self.chosen.n_draws if step or (found and found.knee_flop.size > 1) else None,
            seed=self.options.seed,
            warnings=self.chosen.warnings,
        )
        return knee_view(asked, found, step)

    def _quality(self, generator: np.random.Generator) -> Quality | None:
        if self.options.metric is None or self.chosen.table is None:
            return None
        n_draws = self.chosen.n_draws
        return quality_of(self.chosen.table, self.options.metric, n_draws=n_draws, generator=generator)

    def _usd_per_unit(self, quality: Quality | None) -> Floats | None:
        """Return the value of one unit of the metric; a point of a share is a hundredth of it."""
        point = self.values.get("point")
        is_share = quality is not None and quality.fit.draws.bounds.high == 1
        return point / PERCENT if point is not None and is_share else point

    def _step(self, quality: Quality, generator: np.random.Generator) -> QualityStep | None:
        """Return the step from one value to another; from that of the best run where none is given."""
        if self.options.to_value is None:
            return None
        low: float | None = best_of_runs(quality)
        today = low or 0.0
        if self.options.from_value is not None:
            low = metric_value(self.reader, "--from", self.options.from_value, quality, today=today)
        today = today if low is None else low
        high = metric_value(self.reader, "--to", self.options.to_value, quality, today=today)
        if (low is not None and high is not None and (high > low) is not quality.fit.rises) or low == high:
            better = "above" if quality.fit.rises else "below"
            rule = f"must be {better} --from ({low:.3g}), since {quality.metric} is better that way"
            self.reader.refuse("--to", rule, self.options.to_value, "the runs say which way is better")
        self.reader.done()
        return quality_step(
            self.chosen.law,
            quality,
            from_value=low or 0.0,
            to_value=high or 0.0,
            usd_per_flop=self.machine.usd_per_flop,
            tokens_per_param=self.ratio,
            generator=generator,
        )

    def _knee(
        self, point: Floats | None, quality: Quality | None, generator: np.random.Generator
    ) -> Knee | None:
        value = self.values.get("value")
        if value is None and point is None:
            return None
        return knee(
            self.chosen.law,
            usd_per_flop=self.machine.usd_per_flop,
            value_usd_per_nat=value,
            value_usd_per_point=point,
            quality=quality if point is not None else None,
            tokens_per_param=self.ratio,
            generator=generator,
        )


def _next(options: KneeOptions) -> str:
    """Return the command to go on with: the next run where there are runs, else a fit of own ones."""
    if options.runs is None:
        return "nextdollar fit RUNS.csv"
    table = as_typed(options.runs, options)
    if options.value_per_nat is None:
        return f"nextdollar forecast {table} --at TARGETS.csv --metric {shlex.quote(options.metric or '')}"
    value = shlex.quote(options.value_per_nat)
    return f"nextdollar study {table} --value-per-nat {value} --hardware {options.hardware}"
