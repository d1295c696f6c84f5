"""What each candidate is and costs before any customer is counted: loss, training, serving.

One line for each arrow from the scenario to the scaling and compute pillars. What a scenario gives
is taken as given; the rest is derived.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.catalogue.load import accelerator, fitted_law
from nextdollar.catalogue.training_bill import bill_range
from nextdollar.compute import (
    electricity_usd_per_gpu_hour,
    owned_usd_per_gpu_hour,
    training_cost_usd,
)
from nextdollar.plan.derived_serving import derived_serving_usd_per_token
from nextdollar.plan.derived_training import Training, derived_training
from nextdollar.plan.levers import NO_LEVERS, Levers
from nextdollar.plan.named_input import Values
from nextdollar.plan.scenario import LawFromRuns, LawParameters, Scenario
from nextdollar.scaling import Chinchilla, Kaplan, Law, PowerLaw
from nextdollar.units import MONTHS_PER_YEAR, Floats


@dataclass(frozen=True, slots=True)
class Technical:
    """A candidate before customers. Serving has a price per token or a flat amount per month.

    `later_months` is how far from now its training begins, 0 where its loss is given: that of a real model
    holds whatever was better by then.
    """

    params: Floats | None
    tokens: Floats | None
    loss_nats: Floats
    training_cost_usd: Floats
    serving_usd_per_token: Floats
    serving_usd_per_month: Floats
    launch_months: Floats
    training: Training | None
    is_whole_cost: bool
    later_months: Floats = 0.0


def law_of(scenario: Scenario, values: Values) -> Law | None:
    """Return the loss law of a scenario, its coefficients certain or as draws."""
    law = scenario.law
    if law is None:
        return None
    if isinstance(law, str):
        return fitted_law(law).law
    if isinstance(law, LawFromRuns):
        if law.fitted is None:
            raise ValueError("a law from runs whose runs were not read passed the checks")
        fitted: Law = law.fitted.at(values["law.fit"], values["law.misfit"])
        return fitted
    return _law_from_parameters(law, values)


def _law_from_parameters(law: LawParameters, values: Values) -> Law:
    def coefficient(name: str) -> Floats:
        return values[f"law.{name}"]

    if law.form == "chinchilla":
        return Chinchilla(*(coefficient(name) for name in ("E", "A", "alpha", "B", "beta")))
    if law.form == "kaplan":
        return Kaplan(*(coefficient(name) for name in ("Nc", "Dc", "alpha_params", "alpha_tokens")))
    variable = {"power in params": "params", "power in tokens": "tokens", "power in flop": "flop"}[law.form]
    return PowerLaw(coefficient("E"), coefficient("A"), coefficient("alpha"), variable)  # type: ignore[arg-type]


def usd_per_gpu_hour(scenario: Scenario, values: Values) -> Floats:
    """Return what an hour of one accelerator costs, rented or owned."""
    hardware = scenario.hardware
    if hardware is None or hardware.own is None:
        return values["hardware.price"]
    own = "hardware.own"
    electricity_usd = electricity_usd_per_gpu_hour(
        accelerator(hardware.accelerator).power_watts or 0.0,
        values[f"{own}.electricity"],
        system_share=bill_range("system_share").middle,
        pue=values[f"{own}.pue"],
    )
    return owned_usd_per_gpu_hour(
        values[f"{own}.purchase"],
        values[f"{own}.life"] / MONTHS_PER_YEAR,
        residual_share=values[f"{own}.residual"],
        utilisation_share=values[f"{own}.utilisation"],
        interconnect_share=values[f"{own}.cluster_share"],
        electricity_usd_per_gpu_hour=electricity_usd,
    )


def technical(scenario: Scenario, values: Values, name: str, levers: Levers = NO_LEVERS) -> Technical:
    """Return what candidate `name` is and costs, certain or per draw."""
    candidate = scenario.candidates[name]
    path = f"candidates.{name}"
    params = values.get(f"{path}.params")
    tokens = values.get(f"{path}.tokens")
    active = values.get(f"{path}.active_params")
    ratio = values.get(f"{path}.tokens_per_param")
    if tokens is None and ratio is not None and params is not None:
        tokens = ratio * params
    given = {
        key: values.get(f"{path}.given.{key}")
        for key in ("loss", "cost", "training_cost", "serving_cost", "serving_price")
    }
    loss_nats = given["loss"]
    if loss_nats is None:
        loss_nats = _derived_loss(scenario, values, params, tokens)
    training = None
    upfront_usd = given["cost"] if given["cost"] is not None else given["training_cost"]
    if upfront_usd is None:
        training = derived_training(scenario, values, params, tokens, params_active=active)
        upfront_usd = derived_training_usd(scenario, values, training)
    per_token_usd, per_month_usd = _serving(scenario, values, name, params, given)
    launch = values.get(f"{path}.launch") if candidate.launch is not None else None
    if launch is None:
        launch = values.get("hardware.deadline", 0.0) if training is not None else 0.0
    later_months = 0.0 if given["loss"] is not None else _later_months(values, path, launch)
    factor = levers.compute_cost_factor
    return Technical(
        params, tokens, loss_nats, upfront_usd * factor, per_token_usd * factor, per_month_usd * factor,
        launch, training, given["cost"] is not None, later_months,
    )  # fmt: skip


def _later_months(values: Values, path: str, launch_months: Floats) -> Floats:
    """Return the months until training begins: those to a stated launch, less the time that it may take."""
    if f"{path}.launch" not in values:
        return 0.0
    started: Floats = np.maximum(np.subtract(launch_months, values.get("hardware.deadline", 0.0)), 0.0)[()]
    return started


def _derived_loss(scenario: Scenario, values: Values, params: Floats | None, tokens: Floats | None) -> Floats:
    law = law_of(scenario, values)
    if law is None or params is None:
        raise ValueError("a candidate without loss and law passed the checks")
    return law.loss(params, tokens if tokens is not None else params)


def derived_training_usd(scenario: Scenario, values: Values, training: Training) -> Floats:
    """Return what a derived training run costs, with the experiments before it."""
    return training_cost_usd(
        training.gpu_hours,
        usd_per_gpu_hour(scenario, values),
        development_multiple=values.get("hardware.development", 1.0),
    )


def _serving(
    scenario: Scenario,
    values: Values,
    name: str,
    params: Floats | None,
    given: dict[str, Floats | None],
) -> tuple[Floats, Floats]:
    """Return serving as (USD per token, USD per month); one of the two is zero."""
    if given["cost"] is not None:
        return 0.0, 0.0
    if given["serving_cost"] is not None:
        return 0.0, given["serving_cost"] / values["horizon"]
    if given["serving_price"] is not None:
        return given["serving_price"], 0.0
    if params is None:
        raise ValueError("a candidate without serving cost and size passed the checks")
    price = usd_per_gpu_hour(scenario, values)
    per_token = derived_serving_usd_per_token(
        scenario,
        values,
        params,
        values.get(f"candidates.{name}.active_params"),
        usd_per_gpu_hour=price,
        shape=scenario.candidates[name].shape or "",
    )
    return per_token, 0.0
