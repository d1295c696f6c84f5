"""The law that a decision rests on: a published one, an own fit, or a forecast law of runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.research.laws import law_of_runs, named_law
from nextdollar.research.reading import RunTable, read_runs
from nextdollar.scaling import Law
from nextdollar.scaling.forecasting.forecast import MOST_DISAGREEMENT_SHARE, predict
from nextdollar.scaling.forecasting.forecast_law import ForecastLaw
from nextdollar.sources import Source

_NO_RANGE = (
    "of {name} the best coefficients alone are known, so ranges hold what price and value hold and "
    "nothing of the law; fit your own runs for an honest one"
)
_COEFFICIENTS_ALONE = (
    "ranges are of the coefficients alone, too narrow beyond the runs; name the table of runs for honest ones"
)


@dataclass(frozen=True, slots=True)
class ChosenLaw:
    """A law with its name and origin; `table` holds the runs where some were named.

    `n_draws` is the number of draws of the law, or how many to take of other things where it has none.
    `is_of_table` is whether the law was fitted to the runs of the table, so that both speak of one loss.
    """

    name: str
    law: Law
    n_draws: int
    table: RunTable | None
    sources: tuple[Source, ...]
    files: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    is_of_table: bool


def chosen_law(
    runs: RunTable | Path | str | None,
    law: str | None = None,
    where: str | None = None,
    *,
    n_draws: int = 1024,
    seed: int = 0,
) -> ChosenLaw:
    """Return the law of a name, or that of runs where no name is given.

    Parameters
    ----------
    runs : RunTable or path, optional
        Runs, or the table that holds them. Without `law` they are forecast from, prior and all.
    law : str, optional
        A published law, or the path of a saved fit; it goes before the runs.
    where : str, optional
        Which rows to use of a table that is given by its path.
    n_draws, seed : int
        Draws of the forecast law and their seed.

    Raises
    ------
    RunsError, CatalogueError, FitError
        If a file or name cannot be used, or no law can be had from the runs.
    """
    table = read_runs(Path(runs), where=where) if isinstance(runs, str | Path) else runs
    files = () if table is None else ((table.file, table.sha256),)
    flags = () if table is None else tuple(str(flag) for flag in table.flags)
    if law is not None:
        named = named_law(law)
        used = named.law if named.draws is None else named.draws
        warnings = (_NO_RANGE.format(name=named.name),) if named.draws is None else (_COEFFICIENTS_ALONE,)
        found = np.size(used.loss(1e9, 2e10))
        n_used = found if found > 1 else n_draws
        every = tuple(dict.fromkeys((*named.files, *files)))
        is_same = table is not None and table.sha256 in {digest for _, digest in named.files}
        return ChosenLaw(named.name, used, n_used, table, named.sources, every, warnings, is_same)
    if table is None:
        raise ValueError("neither runs nor a law was named")
    own = law_of_runs(table, n_draws=n_draws, seed=seed)
    made = own.law if own.forecast is None else own.forecast
    return ChosenLaw(own.name, made, n_draws, table, own.sources, files, flags, True)


def disagreement(law: Law, params: float, tokens: float) -> tuple[str, ...]:
    """Say that laws which fit the same runs part at a model; nothing where they agree, or none are known.

    The rule is that of `predict`: more than a tenth of the loss.
    """
    if not isinstance(law, ForecastLaw):
        return ()
    found = predict(law, np.array([params]), np.array([tokens]))
    if not found.cannot_say[0]:
        return ()
    return (
        f"laws that fit the same runs part by {found.law_disagreement_share[0]:.0%} of the loss there; "
        f"{MOST_DISAGREEMENT_SHARE:.0%} is the most that is answered for".replace("%", " %"),
    )
