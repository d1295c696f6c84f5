"""Why an accelerator cannot serve a load within its limits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nextdollar.compute.fleet.search import FleetSearch
from nextdollar.sizing.fleet.options import OptionTable
from nextdollar.sizing.fleet.question import FleetQuestion
from nextdollar.units import PERCENT, Floats


def refusal(question: FleetQuestion, table: OptionTable, search: FleetSearch, *, chip: int) -> str:
    """Say in words why no configuration of an accelerator will do."""
    own = table.chip_of == chip
    if not own.any():
        layouts = [item.layout.n_gpus for item in table.instances if item.chip == chip]
        return f"the model does not fit into the memory of {max(layouts)} of them"
    if not (own & search.fits_in_memory).any():
        return "the cache of one request of full length does not fit beside the weights"
    fits = own & search.fits_in_memory
    need, said = question.need, []
    for limit_s, meets, times_s, words in (
        (need.ttft_limit_s, search.meets_ttft, search.slow_ttft_s, "the first token takes"),
        (need.tpot_limit_s, search.meets_tpot, search.slow_tpot_s, "a token takes"),
    ):
        if limit_s is not None and not (fits & meets).any():
            least_s = float(np.asarray(times_s)[fits].min())
            said.append(f"{words} at least {_seconds(least_s)}, the limit is {_seconds(limit_s)}")
    sure = f"(at the {question.policy.sure_share / PERCENT:g}th percentile of the error)"
    if said:
        return f"{' and '.join(said)} {sure}"
    return f"no configuration meets both limits at once {sure}"


def closest_words(question: FleetQuestion, table: OptionTable, search: FleetSearch) -> str:
    """Say how near to the limits the nearest configuration of all comes; empty where none fits."""
    fits = search.fits_in_memory
    if not fits.any():
        return ""
    need = question.need
    over = np.maximum(
        _over(search.slow_ttft_s, need.ttft_limit_s, fits), _over(search.slow_tpot_s, need.tpot_limit_s, fits)
    )
    row = int(np.argmin(np.where(fits, over, np.inf)))
    ttft_s = float(np.broadcast_to(search.slow_ttft_s, fits.shape)[row])
    tpot_s = float(np.broadcast_to(search.slow_tpot_s, fits.shape)[row])
    return (
        f"nearest to the limits: {table.configuration(row).words}, with {_seconds(ttft_s)} to the first "
        f"token and {_seconds(tpot_s)} a token at the {question.policy.sure_share / PERCENT:g}th percentile"
    )


def _over(times_s: Floats, limit_s: float | None, like: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Times over their limit; 0 where there is none."""
    if limit_s is None:
        return np.zeros(like.shape)
    return np.broadcast_to(np.asarray(times_s) / limit_s, like.shape)


def _seconds(seconds: float) -> str:
    """Return a time as it is said: milliseconds below a second."""
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"
