"""What a customer without a contract has done so far, in three numbers: how often, how lately, how long.

Nobody says when such a customer leaves: silence may be a pause or the end. The three numbers are all that
the models of this folder need, so that customers with equal ones are one row with a weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.units import FloatArray

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Histories:
    """Histories of customers, one row each.

    Parameters
    ----------
    n_repeats : array (n,)
        Purchases after the first one (x), 0 or more, whole. Purchases of one day are one.
    n_periods_to_last : array (n,)
        Periods from the first purchase to the last (t_x); 0 exactly where there is no repeat.
    n_periods_observed : array (n,)
        Periods from the first purchase to the end of the observation (T), above 0 and not before the last
        purchase.
    n_customers : array (n,)
        How many customers have this history, above 0.

    Raises
    ------
    DomainError
        If a number lies outside its domain, or the arrays do not have one common length.
    """

    n_repeats: FloatArray
    n_periods_to_last: FloatArray
    n_periods_observed: FloatArray
    n_customers: FloatArray

    def __post_init__(self) -> None:
        shapes = {
            np.shape(part) for part in (self.n_repeats, self.n_periods_to_last, self.n_periods_observed)
        }
        shapes.add(np.shape(self.n_customers))
        lengths = ", ".join(map(str, sorted(shapes)))
        require(len(shapes) == 1 and len(self.n_repeats.shape) == 1, "histories", "of one length", lengths)
        repeats, last, seen = self.n_repeats, self.n_periods_to_last, self.n_periods_observed
        whole = np.isfinite(repeats) & (repeats >= 0) & (np.floor(repeats) == repeats)
        require(whole, "n_repeats", "a whole number, 0 or more", repeats)
        require(np.isfinite(seen) & (seen > 0), "n_periods_observed", "finite and above 0", seen)
        within = (last >= 0) & (last <= seen)
        require(within, "n_periods_to_last", "from 0 to n_periods_observed", last)
        agree = (repeats > 0) == (last > 0)
        require(agree, "n_periods_to_last", "above 0 where, and only where, there are repeats", last)
        counted = np.isfinite(self.n_customers) & (self.n_customers > 0)
        require(counted, "n_customers", "finite and above 0", self.n_customers)

    @classmethod
    def of_customers(
        cls, n_repeats: FloatArray, n_periods_to_last: FloatArray, *, n_periods_observed: FloatArray
    ) -> Histories:
        """Histories of one customer each; the arguments are those of the class."""
        repeats = np.asarray(n_repeats, dtype=np.float64)
        last = np.asarray(n_periods_to_last, dtype=np.float64)
        seen = np.asarray(n_periods_observed, dtype=np.float64)
        return cls(repeats, last, seen, np.ones(repeats.shape))

    def rows(self, places: Places | slice) -> Histories:
        """Rows at the given places: an array of int, or a slice."""
        last, seen = self.n_periods_to_last[places], self.n_periods_observed[places]
        return Histories(self.n_repeats[places], last, seen, self.n_customers[places])


def unique_histories(histories: Histories) -> tuple[Histories, Places]:
    """Each different history once, with the number of customers that share it, and the place of each row.

    Returns
    -------
    Histories
        Different histories, in the order of (T, t_x, x).
    array (n,) of int
        For each row of `histories`, where its history stands among the different ones.
    """
    order = np.lexsort((histories.n_repeats, histories.n_periods_to_last, histories.n_periods_observed))
    columns = (histories.n_repeats, histories.n_periods_to_last, histories.n_periods_observed)
    ordered = [column[order] for column in columns]
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = np.any([column[1:] != column[:-1] for column in ordered], axis=0)
    group = np.cumsum(is_new) - 1
    places = np.empty(len(order), dtype=np.intp)
    places[order] = group
    n_customers = np.bincount(group, weights=histories.n_customers[order]).astype(np.float64)
    repeats, last, seen = (column[is_new] for column in ordered)
    return Histories(repeats, last, seen, n_customers), places
