"""Time the reference simulation against a notebook loop, probabilit and pyxirr.

A feature launch over 36 months with nine uncertain inputs and five outputs: NPV, IRR and payback of
every draw, VaR and ES at 95 %. Both sides are timed in CPU seconds and set against the same number of
draws; our side runs in a process of its own, whose peak memory is read at its end.

    python benchmarks/reference_simulation.py

Needs numpy-financial, pyxirr and probabilit. Exits with 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.finance import UNIQUE, expected_shortfall, irr, npv, payback_period, value_at_risk
from nextdollar.uncertainty import Beta, Design, Triangular, draw, interval_90, replicate_error
from nextdollar.units import FloatArray, per_month_from_per_year

N_MONTHS = 36
DRAWS_PER_BLOCK = 16_384
SERVE_DECLINE_SHARE = 0.02
SEED = 7
BYTES_PER_MB = 1e6
PROBABILIT_BYTES_PER_DRAW = 9_000
REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "data" / "customers" / "mc_reference.csv"

RANGES_90 = {
    "capex_usd": (0.5e6, 2e6),
    "first_customers": (200.0, 800.0),
    "adds_per_month": (30.0, 150.0),
    "price_usd_per_month": (80.0, 150.0),
    "serve_usd_per_month": (20.0, 60.0),
    "fixed_usd_per_month": (5e3, 20e3),
    "adds_growth_per_month": (-0.01, 0.04),
}
CHURN = (4.0, 96.0)
RATE_PER_YEAR = (0.08, 0.12, 0.20)
LAWS = {
    **{name: interval_90(low, high) for name, (low, high) in RANGES_90.items()},
    "churn_per_month": Beta(*CHURN),
    "rate_per_year": Triangular(*RATE_PER_YEAR),
}

STATISTICS: dict[str, Callable[[FloatArray], float]] = {
    "mean_npv": lambda npv_usd: float(npv_usd.mean()),
    "VaR95": lambda npv_usd: float(value_at_risk(-npv_usd, 0.95)),
    "ES95": lambda npv_usd: float(expected_shortfall(-npv_usd, 0.95)),
    "P_npv_negative": lambda npv_usd: float((npv_usd < 0).mean()),
}

Result = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Goal:
    """One measured figure and what it must reach."""

    what: str
    measured: float
    goal: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure is on the right side of its goal."""
        return self.measured <= self.goal if self.at_most else self.measured >= self.goal

    def __str__(self) -> str:
        """One line of the table."""
        side, verdict = ("<=" if self.at_most else ">="), ("met" if self.met else "MISSED")
        return f"{self.what:<58} {self.measured:>9.4g} {side} {self.goal:<6g} {verdict}"


def cash_table(inputs: Mapping[str, FloatArray], out: FloatArray | None = None) -> FloatArray:
    """Net cash (37, n_draws) in USD of the launch, row 0 today."""
    customers, adds = inputs["first_customers"].copy(), inputs["adds_per_month"].copy()
    serve_usd = inputs["serve_usd_per_month"].copy()
    kept, growth = 1 - inputs["churn_per_month"], 1 + inputs["adds_growth_per_month"]
    cash_usd = np.empty((N_MONTHS + 1, customers.size)) if out is None else out[:, : customers.size]
    np.negative(inputs["capex_usd"], out=cash_usd[0])
    for row_usd in cash_usd[1:]:
        customers *= kept
        customers += adds
        adds *= growth
        serve_usd *= 1 - SERVE_DECLINE_SHARE
        np.subtract(inputs["price_usd_per_month"], serve_usd, out=row_usd)
        row_usd *= customers
        row_usd -= inputs["fixed_usd_per_month"]
    return cash_usd


def design_of(n_draws: int) -> Design:
    """Design that spreads the draws over all inputs together, in parts that give an unbiased error."""
    return Design.rounded(n_draws, SEED, n_scrambles=8, balanced=LAWS, linked=False)


def block(design: Design, start: int) -> dict[str, FloatArray]:
    """Draws of the nine inputs from `start` on, one block of them."""
    return draw(LAWS, design, start=start, stop=min(start + DRAWS_PER_BLOCK, design.n_draws))


def simulate(design: Design) -> tuple[Result, tuple[float, float]]:
    """NPV, IRR and payback of every draw, and VaR and ES of the loss at 95 %."""
    present_usd, rate, payback = (np.empty(design.n_draws) for _ in range(3))
    table_usd = np.empty((N_MONTHS + 1, DRAWS_PER_BLOCK))
    for start in range(0, design.n_draws, DRAWS_PER_BLOCK):
        inputs = block(design, start)
        cash_usd = cash_table(inputs, table_usd)
        here = slice(start, start + cash_usd.shape[1])
        present_usd[here] = npv(cash_usd, per_month_from_per_year(inputs["rate_per_year"]))
        internal = irr(cash_usd)
        rate[here] = np.where(internal.status == UNIQUE, internal.rate_per_period, np.nan)
        payback[here] = payback_period(cash_usd)
    return (present_usd, rate, payback), (STATISTICS["VaR95"](present_usd), STATISTICS["ES95"](present_usd))


def cpu_s(work: Callable[[], object], repeats: int) -> float:
    """Median CPU seconds of one run."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def notebook(columns: Mapping[str, FloatArray]) -> Result:
    """Every draw on its own, as a notebook would: Python floats and numpy_financial."""
    import numpy_financial

    results = []
    for draw_number in range(len(columns["capex_usd"])):
        one = {name: float(values[draw_number]) for name, values in columns.items()}
        customers, adds, serve = one["first_customers"], one["adds_per_month"], one["serve_usd_per_month"]
        cash, running, payback = [-one["capex_usd"]], -one["capex_usd"], math.nan
        for month in range(1, N_MONTHS + 1):
            customers = customers * (1 - one["churn_per_month"]) + adds
            adds *= 1 + one["adds_growth_per_month"]
            serve *= 1 - SERVE_DECLINE_SHARE
            cash.append(customers * (one["price_usd_per_month"] - serve) - one["fixed_usd_per_month"])
            if running < 0 <= running + cash[-1] and math.isnan(payback):
                payback = month - 1 - running / cash[-1]
            running += cash[-1]
        rate = (1 + one["rate_per_year"]) ** (1 / 12) - 1
        results.append((numpy_financial.npv(rate, cash), numpy_financial.irr(cash), payback))
    present_usd, internal, paybacks = (np.array(values, dtype=float) for values in zip(*results, strict=True))
    tail_usd = np.quantile(-present_usd, 0.95)
    np.mean(-present_usd[-present_usd >= tail_usd])
    return present_usd, internal, paybacks


def probabilit_npv(n_draws: int) -> FloatArray:
    """NPV alone, as an expression of probabilit's random variables."""
    from probabilit.modeling import Distribution

    z = 2 * statistics.NormalDist().inv_cdf(0.95)
    laws = {
        name: Distribution("lognorm", s=math.log(high / low) / z, scale=math.sqrt(low * high))
        if low > 0
        else Distribution("norm", loc=(low + high) / 2, scale=(high - low) / z)
        for name, (low, high) in RANGES_90.items()
    }
    churn = Distribution("beta", a=CHURN[0], b=CHURN[1])
    low, mode, high = RATE_PER_YEAR
    yearly = Distribution("triang", loc=low, scale=high - low, c=(mode - low) / (high - low))
    growth = (1 + yearly) ** (1 / 12)
    customers, adds, serve = (
        laws[name] for name in ("first_customers", "adds_per_month", "serve_usd_per_month")
    )
    present_usd = -laws["capex_usd"]
    for month in range(1, N_MONTHS + 1):
        customers = customers * (1 - churn) + adds
        adds = adds * (1 + laws["adds_growth_per_month"])
        serve = serve * (1 - SERVE_DECLINE_SHARE)
        cash = customers * (laws["price_usd_per_month"] - serve) - laws["fixed_usd_per_month"]
        present_usd = present_usd + cash / growth**month
    return np.asarray(present_usd.sample(n_draws, random_state=SEED))


def measure_ours(n_draws: int, repeats: int) -> dict[str, float]:
    """CPU seconds, peak memory and results of our side; run in a process of its own."""
    design = design_of(n_draws)
    present_usd, rate, payback = simulate(design)[0]
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    starts = range(0, design.n_draws, DRAWS_PER_BLOCK)
    results = {
        "n_draws": design.n_draws,
        "peak_mb": peak_bytes / BYTES_PER_MB,
        "all_s": cpu_s(lambda: simulate(design), repeats),
        "drawing_s": cpu_s(lambda: [block(design, start) for start in starts], repeats),
        "median_irr_per_month": float(np.nanmedian(rate)),
        "irr_unique_share": float(np.mean(~np.isnan(rate))),
        "median_payback_months": float(np.median(np.where(np.isnan(payback), np.inf, payback))),
        "never_paid_back_share": float(np.mean(np.isnan(payback))),
    }
    for name, statistic in STATISTICS.items():
        results[name] = statistic(present_usd)
        results[f"{name}_error"] = replicate_error(statistic, present_usd, design.n_scrambles)
    return results


def reference_goals(ours: Mapping[str, float]) -> list[Goal]:
    """Distance from the reference values in standard errors of both runs together."""
    if not REFERENCE.is_file():
        print(f"no {REFERENCE.name} beside the checkout: results are not held against it")
        return []
    with open(REFERENCE, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["quantity"] in ours]
    return [
        Goal(
            f"{row['quantity']} {ours[row['quantity']]:.7g} from {float(row['value']):.7g}, in SE",
            abs(ours[row["quantity"]] - float(row["value"]))
            / math.hypot(float(row["standard_error"]), ours[row["quantity"] + "_error"]),
            3,
            at_most=True,
        )
        for row in rows
    ]


def peer_goals(ours: Mapping[str, float], n_loop: int, n_probabilit: int, repeats: int) -> list[Goal]:
    """Ratios to each peer at equal draws, and agreement with the loop on the same draws."""
    import pyxirr

    ours_s_per_draw = ours["all_s"] / ours["n_draws"]
    inputs = block(design_of(int(ours["n_draws"])), 0)
    columns = {name: values[:n_loop] for name, values in inputs.items()}
    loop_s_per_draw = cpu_s(lambda: notebook(columns), repeats) / n_loop
    cash_usd, rate = cash_table(columns), per_month_from_per_year(columns["rate_per_year"])
    (loop_npv, loop_irr, loop_payback), internal = notebook(columns), irr(cash_usd)
    difference = [
        np.max(np.abs(npv(cash_usd, rate) / loop_npv - 1)),
        np.max(np.abs(internal.rate_per_period - loop_irr)[internal.status == UNIQUE]),
        np.nanmax(np.abs(payback_period(cash_usd) - loop_payback)),
    ]
    table = cash_table(inputs)
    # pyxirr refuses flows of one sign; ours gives them a status.
    table = np.ascontiguousarray(table[:, (table > 0).any(axis=0)])
    series = [column.tolist() for column in table.T]
    irr_ratio = cpu_s(lambda: [pyxirr.irr(x) for x in series], 9) / cpu_s(lambda: irr(table), 9)
    npv_ratio = cpu_s(lambda: [pyxirr.npv(0.01, x) for x in series], 9) / cpu_s(lambda: npv(table, 0.01), 9)
    probabilit_s_per_draw = cpu_s(lambda: probabilit_npv(n_probabilit), repeats) / n_probabilit
    print("CPU s per million draws:")
    print(f"  notebook loop, from {n_loop:,} draws: {loop_s_per_draw * 1e6:.4g}")
    print(f"  probabilit, NPV alone, from {n_probabilit:,} draws: {probabilit_s_per_draw * 1e6:.4g}")
    largest = float(max(difference))
    return [
        Goal("notebook loop / ours, five outputs", loop_s_per_draw / ours_s_per_draw, 200),
        Goal("probabilit, NPV alone / ours, five outputs", probabilit_s_per_draw / ours_s_per_draw, 8),
        Goal("pyxirr irr / ours", irr_ratio, 6),
        Goal("pyxirr npv / ours", npv_ratio, 20),
        Goal("largest difference from the loop, NPV IRR payback", largest, 1e-8, at_most=True),
    ]


def main() -> int:
    """Measure, print the table, and say whether every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draws", type=int, default=1_000_000)
    parser.add_argument("--loop-draws", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only-ours", action="store_true", help="print our measurements as JSON and stop")
    wanted = parser.parse_args()
    if wanted.only_ours:
        print(json.dumps(measure_ours(wanted.draws, wanted.repeats)))
        return 0
    size = [f"--draws={wanted.draws}", f"--repeats={wanted.repeats}"]
    command = [sys.executable, __file__, "--only-ours", *size]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    free_bytes = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    n_probabilit = wanted.draws // (1 if free_bytes > PROBABILIT_BYTES_PER_DRAW * wanted.draws else 10)
    for name, value in ours.items():
        print(f"  {name:<24} {value:.6g}")
    beyond_s = (ours["all_s"] - ours["drawing_s"]) / ours["n_draws"] * 1e6
    goals = [
        *peer_goals(ours, wanted.loop_draws, n_probabilit, wanted.repeats),
        Goal("peak memory of our process, MB", ours["peak_mb"], 300, at_most=True),
        Goal("CPU s beyond drawing, per million draws", beyond_s, 1.3, at_most=True),
        *reference_goals(ours),
    ]
    print(*goals, sep="\n")
    return 0 if all(goal.met for goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
