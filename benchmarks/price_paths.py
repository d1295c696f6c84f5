"""How well the price paths of the catalogue cover what rents of GPUs really did.

Series of one provider, accelerator and contract (the catalogue's rows, shared/data/compute/gpu_prices.csv).
Constants are fitted without the accelerator that is forecast; its later quotes are forecast from its first.
A second split is by time: fitted on quotes before 2025, forecasts from the last of them. Large clouds whose
lists stand for years are no part of the fit and have a line of their own. Beside each line what a trend of
the log with a normal error, fitted the same way to the same quotes, covers.

    python benchmarks/price_paths.py [--write]

--write fits anew into catalogue/price_path.csv. Exits with 2 if the shared table is not there.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from price_history.fit import Fit, fit
from price_history.series import SHARED, Series, all_series

from nextdollar.compute.ownership.price_path import PricePathConstants, price_path_usd
from nextdollar.units import DAYS_PER_YEAR, MONTHS_PER_YEAR, FloatArray

CATALOGUE = Path(__file__).parents[1] / "src" / "nextdollar" / "catalogue" / "price_path.csv"
SPLIT = date(2025, 1, 1)
N_DRAWS = 4_096
LAGS_MONTHS = ((0.0, 6.0), (6.0, 12.0), (12.0, 24.0), (24.0, 72.0))


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Later quotes over the first, (n,): log ratio, months, and where it lies among the draws (0 to 1)."""

    log_ratio: FloatArray
    months: FloatArray
    rank: FloatArray
    width: FloatArray
    trend_covers: FloatArray

    def line(self, name: str, which: FloatArray) -> str:
        """Coverage of the quotes that are meant, as a line."""
        n = int(which.sum())
        if n == 0:
            return f"{name:38s}    0"
        inside = (self.rank[which] >= 0.05) & (self.rank[which] <= 0.95)
        above, below = (self.rank[which] > 0.95).mean(), (self.rank[which] < 0.05).mean()
        return (
            f"{name:38s} {n:4d} {100 * inside.mean():6.0f} % {100 * below:6.0f} % {100 * above:6.0f} %"
            f" {np.median(self.width[which]):8.2f} {100 * self.trend_covers[which].mean():8.0f} %"
        )


def draws(constants: PricePathConstants, months: FloatArray, seed: int) -> FloatArray:
    """Draws (n_months, N_DRAWS) of the price over the first quote."""
    generator = np.random.default_rng(seed)
    shape = (len(months), N_DRAWS)
    return price_path_usd(
        1.0,
        months,
        constants=constants,
        normal_scores=generator.normal(size=shape),
        jump_uniforms=generator.random(shape),
        jump_scores=generator.normal(size=shape),
        trend_scores=generator.normal(size=N_DRAWS),
    )


def trend_of(series: Sequence[Series]) -> tuple[float, float]:
    """Slope of the log per year through the first quotes, and the standard deviation about it."""
    years = np.concatenate([one.years[1:] for one in series])
    logs = np.concatenate([one.log_usd[1:] - one.log_usd[0] for one in series])
    slope = float(years @ logs / (years @ years))
    return slope, float(np.std(logs - slope * years))


def forecast(series: Sequence[Series], fits: Sequence[tuple[Fit, tuple[float, float]]]) -> Forecasts:
    """Forecast every series but its first quote, each with constants of its own."""
    parts = []
    for seed, (one, (found, (slope, spread))) in enumerate(zip(series, fits, strict=True)):
        months, log_ratio = one.years[1:] * MONTHS_PER_YEAR, one.log_usd[1:] - one.log_usd[0]
        logs = np.sort(np.log(draws(found.constants, months, seed)), axis=1)
        logs += found.quote_sd_log * np.random.default_rng(seed + 1_000).normal(size=logs.shape)
        rank = (logs < log_ratio[:, None]).mean(axis=1)
        width = np.exp(np.diff(np.quantile(logs, (0.05, 0.95), axis=1), axis=0)[0])
        covers = np.abs(log_ratio - slope * one.years[1:]) <= 1.645 * spread
        parts.append((log_ratio, months, rank, width, covers.astype(float)))
    return Forecasts(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def without_accelerator(series: Sequence[Series]) -> list[tuple[Fit, tuple[float, float]]]:
    """For each series what is fitted to the moving series of other accelerators."""
    moving = [one for one in series if not one.is_list]
    of_accelerator = {}
    for name in {one.accelerator for one in series}:
        others = [one for one in moving if one.accelerator != name]
        of_accelerator[name] = (fit(others), trend_of(others))
    return [of_accelerator[one.accelerator] for one in series]


def after(one: Series, day: date) -> Series | None:
    """From the last quote before a day on; None unless there is one before and one after."""
    before = one.years < (day - one.first).days / DAYS_PER_YEAR
    if not before.any() or before.all():
        return None
    start = int(before.sum()) - 1
    where = (one.accelerator, one.provider, one.contract, one.first)
    return Series(*where, one.years[start:] - one.years[start], one.log_usd[start:])


def report(title: str, found: Forecasts, is_list: FloatArray) -> None:
    """Print a table of coverage."""
    print(f"\n{title}")
    columns = f"{'':38s} {'n':>4s} {'covered':>8s} {'below':>8s} {'above':>8s} {'p95/p5':>8s} {'trend':>10s}"
    print(columns)
    print(found.line("rents that move", ~is_list))
    for low, high in LAGS_MONTHS:
        lag = (found.months > low) & (found.months <= high)
        print(found.line(f"  {low:.0f} to {high:.0f} months later", ~is_list & lag))
    print(found.line("lists of large clouds", is_list))


def write(found: Fit, n_quotes: int, n_series: int) -> None:
    """Write the constants into the catalogue."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, old = list(reader.fieldnames or ()), list(reader)
    for row in old:
        row["value"] = f"{getattr(found.constants, row['name']):.4g}"
        row["place"] = (
            f"benchmarks/price_paths.py --write, {n_quotes} quotes of {n_series} series, 2022 to 2026"
        )
    with CATALOGUE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(old)


def main() -> int:
    """Print the fit and what it covers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="fit anew into the catalogue")
    if not SHARED.exists():
        print(f"{SHARED} is not there", file=sys.stderr)
        return 2
    wanted = parser.parse_args()
    series = all_series()
    moving = [one for one in series if not one.is_list]
    found = fit(moving)
    n_quotes = sum(len(one.years) for one in moving)
    print(f"{n_quotes} quotes of {len(moving)} series that move; {len(series) - len(moving)} lists of clouds")
    for name in PricePathConstants.__slots__:
        print(f"  {name:24s} {getattr(found.constants, name):8.3f}")
    print(f"  {'quote_sd_log':24s} {found.quote_sd_log:8.3f}")
    print(f"  {'market share of variance':24s} {found.market_share:8.3f}")
    print(f"  {'error of the trend':24s} {found.trend_error_log:8.3f}")
    if wanted.write:
        write(found, n_quotes, len(moving))

    is_list = np.concatenate([np.full(len(one.years) - 1, one.is_list) for one in series])
    held_out = forecast(series, without_accelerator(series))
    report("Each accelerator from the others", held_out, is_list)
    missed = ((held_out.rank < 0.05) | (held_out.rank > 0.95)) & ~is_list
    names = np.concatenate(
        [[f"{one.accelerator} of {one.provider}"] * (len(one.years) - 1) for one in series]
    )
    of_series = ", ".join(f"{(names[missed] == name).sum()} {name}" for name in sorted(set(names[missed])))
    print(f"outside: {of_series}")

    early = [part for one in moving if (part := one.before(SPLIT)) is not None]
    late = [part for one in series if (part := after(one, SPLIT)) is not None]
    fits = [(fit(early), trend_of(early))] * len(late)
    is_list = np.concatenate([np.full(len(one.years) - 1, one.is_list) for one in late])
    report(f"After {SPLIT} from what was known before", forecast(late, fits), is_list)
    return 0


if __name__ == "__main__":
    sys.exit(main())
