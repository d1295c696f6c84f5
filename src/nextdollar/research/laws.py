"""A law by the name that a user gives: a row of the catalogue, or the file of an own fit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.catalogue.fits import fitted_laws
from nextdollar.catalogue.rows import unknown
from nextdollar.catalogue.study_fits import study_sources
from nextdollar.errors import CatalogueError
from nextdollar.research.foreign_runs import forecast_of_runs
from nextdollar.research.reading import RunTable
from nextdollar.research.saved_fit_reading import read_fit
from nextdollar.scaling import Domain, Law
from nextdollar.scaling.forecasting.forecast_law import ForecastLaw
from nextdollar.sources import Source


@dataclass(frozen=True, slots=True)
class NamedLaw:
    """A law with its name and its origin.

    `law` has certain coefficients. `draws` is the same law with coefficients (n_draws,), or None where
    only the best ones are known: then an answer has no range, which it should say. `sources` names
    where the coefficients and the formula come from, `files` what was read, each with its SHA-256.
    `forecast` is the law with draws that widen beyond the runs, where the runs were at hand.
    """

    name: str
    law: Law
    draws: Law | None
    sources: tuple[Source, ...]
    note: str = ""
    files: tuple[tuple[str, str], ...] = ()
    forecast: ForecastLaw | None = None

    @property
    def domain(self) -> Domain:
        """Range of the runs that the law was fitted to."""
        return self.law.domain

    @property
    def is_own(self) -> bool:
        """Whether it was fitted to the user's runs, and is not of the catalogue."""
        return bool(self.files)


def named_law(text: str) -> NamedLaw:
    """Return the law of a name.

    Parameters
    ----------
    text : str
        Name of a published law (`hoffmann-2022`), or path of a file that `nextdollar fit --save` wrote.

    Raises
    ------
    CatalogueError
        If it is no name of the catalogue, nor looks like the path of a file.
    RunsError
        With every fault of the file.
    """
    published = fitted_laws().get(text)
    if published is not None:
        sources = (published.source, type(published.law).source)
        return NamedLaw(published.name, published.law, None, sources, published.note)
    path = Path(text)
    if path.suffix.lower() == ".json" or path.is_file():
        saved = read_fit(path)
        files = ((saved.file, saved.sha256), *saved.files)
        return NamedLaw(
            path.name, saved.law, saved.draws, saved.sources, files=files, forecast=saved.forecast
        )
    raise CatalogueError(f"{unknown('law', text, fitted_laws())}; an own fit is named by its file, FIT.json")


def law_of_runs(table: RunTable, *, n_draws: int = 1024, seed: int = 0) -> NamedLaw:
    """Return the law that a table of runs is forecast by, prior and all.

    Raises
    ------
    FitError
        If there are fewer than two separate runs of one kind.
    """
    made = forecast_of_runs(table.runs, n_draws=n_draws, generator=np.random.default_rng([seed, 0]))
    return NamedLaw(
        name=f"law of {Path(table.file).name}",
        law=made.width.central,
        draws=made.law,
        sources=(made.source, *study_sources().values()),
        files=((table.file, table.sha256),),
        forecast=made,
    )
