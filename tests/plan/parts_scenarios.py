"""Scenarios whose worth of quality is retention, part by part, and what their plans say."""

from __future__ import annotations

import numpy as np

from nextdollar.plan import Evaluation, evaluate, parse_scenario

# The law refitted by Besiroglu et al. 2024, as in shared/data/evidence/golden_economics.csv: on its best
# path L(C) = E + K C**-gamma.
FLOOR_NATS, SCALE_NATS, GAMMA = 1.8172, 2728.2064220640823, 0.17848199067853546
SCENARIO = """\
schema: nextdollar.scenario/1
title: what is a decade worth, part by part
horizon: 24 months
discount: 10 %/year
risk: {{level: 95 %}}
law: {{form: chinchilla, E: 1.8172, A: 477.83, alpha: 0.34731, B: 2143.4, beta: 0.36717}}
today: now
candidates:
  now: {{given: {{loss: "{today:.12f} nats", training_cost: 0 USD, serving_price: 1 USD/Mtok}}}}
  better: {{given: {{loss: "{better:.12f} nats", training_cost: 200_000 USD, serving_price: 1.2 USD/Mtok}}}}
customers:
  everyone:
    count: 40_000
    price: 20 USD/month
    churn: 4 %/month{growth}
    gross_margin: {margin}
    tokens: 0.5 Mtok/month
value_of_quality:
  retention: {{{retention}}}
simulation: {{draws: {draws}, seed: 7}}
"""
STANDING = "frontier: 0 decades/year, involuntary: 26 %"
GROWING = "\n    growth: 0 %/month"
COUNTS = """gained: 0.6 decades, before: {left: 412, customer_months: 10_000},
    after: {left: 361, customer_months: 10_000}"""
CONTROL = (
    """control: {before: {left: 198, customer_months: 5_000}, after: {left: 201, customer_months: 5_000}}"""
)
EVERY_PART = (
    f"measured: {{{COUNTS}}}, conversion: 2 to 4 %/decade, expansion: 5 %/decade, "
    "price: 1 %/decade, frontier: 1.1 decades/year, involuntary: 15 to 40 %"
)
MONTHLY = 1.1 ** (1 / 12)
ANNUITY = [MONTHLY ** -(t + 1) for t in range(24)]


def loss_at(flop: float) -> float:
    return FLOOR_NATS + SCALE_NATS * flop**-GAMMA


def text_of(
    retention: str, *, decades: float = 1.0, growth: str = "", margin: str = "80 %", draws: int = 256
) -> str:
    return SCENARIO.format(
        retention=retention, today=loss_at(1e24), better=loss_at(10 ** (24 + decades)), growth=growth,
        margin=margin, draws=draws,
    )  # fmt: skip


def planned(retention: str, **more: str) -> Evaluation:
    return evaluate(parse_scenario(text_of(retention, **more), "parts.yaml"))


def value_usd(evaluation: Evaluation) -> float:
    return float(np.mean(evaluation.candidate("better").outcome.value_usd))


def said(evaluation: Evaluation) -> str:
    return " ".join(evaluation.warnings)
