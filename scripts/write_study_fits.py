"""Write src/nextdollar/catalogue/study_fits.csv: what each published study says of the shape of a law.

The runs are read from the folder shared/ beside the repository. Shape and noise are the most likely ones
under a weak prior, the same for every study; curvature is what made forecasts of the study's own larger
runs most likely, with the shape expected from the other studies. Run: python scripts/write_study_fits.py
"""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "benchmarks"))

from forecasting.studies import Split, Study, split, studies  # noqa: E402

from nextdollar.catalogue.study_fits import COLUMNS, FILE  # noqa: E402
from nextdollar.scaling.forecasting.forecast_law import forecast_law  # noqa: E402
from nextdollar.scaling.forecasting.posterior import DEGREES, most_likely  # noqa: E402
from nextdollar.scaling.forecasting.prior import Prior, StudyFit, pool  # noqa: E402

# Round numbers, from no study: two thirds of the loss at a billion parameters is floor, exponents of a
# third, no coupling; each wide enough to hold every published law.
WEAK = Prior(
    mean=np.array([-1.5, -1.5, np.log(1 / 3), np.log(1 / 3), 0.0]),
    sd=np.array([0.8, 0.8, 0.5, 0.5, 1.0]),
    noise_log=0.006,
    curvature=0.5,
)
CUTS = (10.0, 30.0, 100.0)
LEAST_SMALL_RUNS = 5
CURVATURES = np.geomspace(0.02, 5.0, 111)
QUARTILE = 0.7407
"""Upper quartile of a t distribution with 4 degrees of freedom."""
CHECKED_ON = "2026-11-21"


def main() -> None:
    """Fit every study and write the file."""
    found = studies()
    fits = {study.name: shape_of(study) for study in found}
    for study in found:
        others = [fit for fit in fits.values() if fit.group != study.group]
        fits[study.name] = replace(fits[study.name], curvature=curvature_of(study, pool(others)))
    with (REPOSITORY / "src" / "nextdollar" / "catalogue" / FILE).open(
        "w", encoding="utf-8", newline=""
    ) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row_of(study, fits[study.name]) for study in found)


def shape_of(study: Study) -> StudyFit:
    """Return shape and noise of a study by all its runs, with the weak prior's curvature."""
    likely = most_likely(study.runs, WEAK)
    return StudyFit(study.name, study.group, likely.theta[1:], likely.noise_log, WEAK.curvature)


def curvature_of(study: Study, prior: Prior) -> float:
    """Return the curvature under which the study's larger runs were most likely."""
    cuts = [split(study, factor) for factor in (CUTS if study.factor == CUTS[0] else (study.factor,))]
    terms = [misfits(cut, prior) for cut in cuts if len(cut.small) >= LEAST_SMALL_RUNS]
    # Steadied by a wide prior about one half, since some studies have few larger runs.
    score = [
        sum(surprise(*term, curvature) for term in terms) + 0.15 * np.log(curvature / 0.5) ** 2
        for curvature in CURVATURES
    ]
    return float(CURVATURES[np.argmin(score)])


def misfits(cut: Split, prior: Prior) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return errors, spread without curvature, and squared promised log loss, of the larger runs."""
    law = forecast_law(
        cut.small, replace(prior, curvature=0.0), n_draws=512, generator=np.random.default_rng(0)
    )
    params, tokens = cut.large.params, cut.large.tokens
    draws = np.log(law.law.loss(params[:, None], tokens[:, None]))
    low, high = np.quantile(draws, [0.25, 0.75], axis=1)
    spread = np.hypot(law.width.noise_log, (high - low) / (2 * QUARTILE))
    error = np.log(cut.large.loss_nats / law.width.central.loss(params, tokens))
    return error, spread, np.asarray(law.width.beyond(params, tokens)) ** 2


def surprise(error: np.ndarray, spread: np.ndarray, beyond2: np.ndarray, curvature: float) -> float:
    """Return minus the mean log density of the errors under a t distribution, up to a constant."""
    scale = np.hypot(spread, curvature * beyond2)
    return float(np.mean((DEGREES + 1) / 2 * np.log1p((error / scale) ** 2 / DEGREES) + np.log(scale)))


def row_of(study: Study, fit: StudyFit) -> list[object]:
    """Return the cells of a study."""
    shape = [f"{value:.6g}" for value in fit.shape]
    note = "derived from the runs: the most likely coupled law under a weak prior, in logs of ratios"
    return [
        fit.name,
        fit.group,
        *shape,
        f"{fit.noise_log:.4g}",
        f"{fit.curvature:.3g}",
        len(study.runs),
        study.source,
        study.place,
        study.link,
        "refit",
        CHECKED_ON,
        note,
    ]


if __name__ == "__main__":
    main()
