"""What published studies say of the shape of a scaling law, one row each, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, kept, read, rows, unknown
from nextdollar.scaling.forecasting.prior import Prior, StudyFit, pool
from nextdollar.sources import Source

FILE = "study_fits.csv"
SHAPE_COLUMNS = ("params_share_log", "tokens_share_log", "alpha_log", "beta_log", "k_log")
"""Columns of the shape, in the order of `scaling.forecasting.anchored`."""

COLUMNS = ("name", "group", *SHAPE_COLUMNS, "noise_log", "curvature", "n_runs", *SOURCE_COLUMNS)


@kept
def study_fits() -> Mapping[str, StudyFit]:
    """Every study of the catalogue, by name."""
    return MappingProxyType(parse_study_fits(read(FILE), FILE))


@kept
def study_sources() -> Mapping[str, Source]:
    """Where the runs of each study come from, by the name of the study."""
    found = collect(rows(read(FILE), FILE, COLUMNS), lambda row: (row.text("name"), row.source()))
    return MappingProxyType(dict(item for _, item in found))


@kept
def pooled_prior(without: str | None = None) -> Prior:
    """What the studies of the catalogue say together of a new one.

    Parameters
    ----------
    without : str, optional
        A study or a group of studies to leave out, with everything of its group: what must be done
        when that study itself is forecast.

    Returns
    -------
    Prior
        Shape, noise and curvature to expect.

    Raises
    ------
    CatalogueError
        If there is no study or group of that name.
    """
    known = study_fits()
    groups = {fit.group for fit in known.values()}
    if without is not None and without not in known and without not in groups:
        raise unknown("study", without, sorted({*known, *groups}))
    left_out = without
    if without is not None and without in known:
        left_out = known[without].group
    return pool([fit for fit in known.values() if fit.group != left_out])


def parse_study_fits(lines: Iterable[str], file: str) -> dict[str, StudyFit]:
    """Studies by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, COLUMNS), _study_fit_of)
    return by_name((row, item.name, item) for row, item in found)


def _study_fit_of(row: Row) -> StudyFit:
    """Return the study of a row, whose source must be given too."""
    row.source()
    for column in ("noise_log", "curvature"):
        if row.number(column) <= 0:
            raise row.fault(column, "above 0", row.cells[column])
    return StudyFit(
        name=row.text("name"),
        group=row.text("group"),
        shape=np.array([row.number(column) for column in SHAPE_COLUMNS]),
        noise_log=row.number("noise_log"),
        curvature=row.number("curvature"),
    )
