"""The monthly cash of machine time rented, reserved, owned, or bought by the token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class MonthlyCash:
    """What an option costs, by month.

    `capex_usd` and `opex_usd` are arrays (n_months + 1, ...): row 0 falls today, row t at the end of
    month t. Money paid is above 0, money received (a resale) below.
    """

    capex_usd: FloatArray
    opex_usd: FloatArray

    def __post_init__(self) -> None:
        shapes = self.capex_usd.shape, self.opex_usd.shape
        require(shapes[0] == shapes[1], "capex_usd", "of the shape of opex_usd", shapes)

    @property
    def paid_usd(self) -> FloatArray:
        """Capex and opex together."""
        return self.capex_usd + self.opex_usd


def rented_cash(rent_usd_per_gpu_hour: FloatArray, gpu_hours_per_month: Floats) -> MonthlyCash:
    """Cash of hours rented on demand and paid as they are used.

    Parameters
    ----------
    rent_usd_per_gpu_hour : array (n_months, ...)
        Price at the start of each month, at least 0.
    gpu_hours_per_month : float or array (...)
        Hours paid for, at least 0.

    Returns
    -------
    MonthlyCash
        Opex alone, at the end of each month.

    Raises
    ------
    DomainError
        If an argument is negative.

    Notes
    -----
    price of the month * hours.
    """
    require(
        np.greater_equal(rent_usd_per_gpu_hour, 0),
        "rent_usd_per_gpu_hour",
        "at least 0",
        rent_usd_per_gpu_hour,
    )
    require(
        np.greater_equal(gpu_hours_per_month, 0), "gpu_hours_per_month", "at least 0", gpu_hours_per_month
    )
    return _opex(rent_usd_per_gpu_hour * gpu_hours_per_month)


def reserved_cash(
    rent_usd_per_gpu_hour: FloatArray, gpu_hours_per_month: Floats, *, term_months: int
) -> MonthlyCash:
    """Cash of machines reserved for a term, paid whether they are used or not.

    Parameters
    ----------
    rent_usd_per_gpu_hour : array (n_months, ...)
        Price of a reservation that is signed at the start of each month, at least 0.
    gpu_hours_per_month : float or array (...)
        All hours of the machines reserved, at least 0.
    term_months : int
        Length of the commitment, at least 1. It is signed again when it ends.

    Returns
    -------
    MonthlyCash
        Opex alone. Months of a term that lie beyond the horizon are paid with the last month: they were
        promised.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    The price of the month in which a term starts holds to its end.
    """
    require(term_months >= 1, "term_months", "at least 1", term_months)
    n_months = len(rent_usd_per_gpu_hour)
    signed = np.arange(n_months) // term_months * term_months
    cash = rented_cash(rent_usd_per_gpu_hour[signed], gpu_hours_per_month)
    left_months = -n_months % term_months
    cash.opex_usd[-1] *= 1 + left_months
    return cash


def token_cash(usd_per_mtok: Floats, mtok_per_month: Floats, *, n_months: int) -> MonthlyCash:
    """Cash of tokens bought from an API at one price, both arguments at least 0: opex alone."""
    require(np.greater_equal(usd_per_mtok, 0), "usd_per_mtok", "at least 0", usd_per_mtok)
    require(np.greater_equal(mtok_per_month, 0), "mtok_per_month", "at least 0", mtok_per_month)
    require(n_months >= 1, "n_months", "at least 1", n_months)
    month_usd = np.multiply(usd_per_mtok, mtok_per_month)
    return _opex(np.broadcast_to(month_usd, (n_months, *np.shape(month_usd))))


@dataclass(frozen=True, slots=True)
class Owned:
    """Machines bought today and sold at the horizon; each number one value or an array (...).

    Parameters
    ----------
    hardware_usd, building_usd : float or array (...)
        Paid today for machines with their network, and for a building of one's own; at least 0.
    resale_usd, building_left_usd : float or array (...)
        What each is worth at the horizon, at least 0 and for the building at most what was paid.
    electricity_usd_per_month, space_usd_per_month, staff_usd_per_month, repair_usd_per_month :
        Paid at the end of each month, float or array (...), at least 0.
    """

    hardware_usd: Floats
    resale_usd: Floats
    electricity_usd_per_month: Floats
    space_usd_per_month: Floats = 0.0
    staff_usd_per_month: Floats = 0.0
    repair_usd_per_month: Floats = 0.0
    building_usd: Floats = 0.0
    building_left_usd: Floats = 0.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            require(np.greater_equal(getattr(self, name), 0), name, "at least 0", getattr(self, name))
        ok = np.less_equal(self.building_left_usd, self.building_usd)
        require(ok, "building_left_usd", "at most building_usd", self.building_left_usd)

    @property
    def opex_usd_per_month(self) -> Floats:
        """Electricity, space, staff and repairs."""
        people_usd = self.staff_usd_per_month + self.repair_usd_per_month
        return self.electricity_usd_per_month + self.space_usd_per_month + people_usd


def owned_cash(owned: Owned, *, n_months: int) -> MonthlyCash:
    """Cash of machines that are bought today, run for `n_months` (at least 1) and then sold."""
    require(n_months >= 1, "n_months", "at least 1", n_months)
    paid_usd = np.add(owned.hardware_usd, owned.building_usd)
    left_usd = np.add(owned.resale_usd, owned.building_left_usd)
    month_usd = np.asarray(owned.opex_usd_per_month)
    shape = np.broadcast_shapes(paid_usd.shape, left_usd.shape, month_usd.shape)
    capex = np.zeros((n_months + 1, *shape))
    capex[0] = paid_usd
    capex[-1] -= left_usd
    opex = np.zeros((n_months + 1, *shape))
    opex[1:] = month_usd
    return MonthlyCash(capex, opex)


def book_value_usd(paid_usd: Floats, life_years: Floats, months: FloatArray) -> FloatArray:
    """Value in the books of what was paid, written off in equal parts over its life.

    Parameters
    ----------
    paid_usd : float or array (...)
        Price paid, at least 0.
    life_years : float or array (...)
        Years until it is written off, above 0.
    months : array (n_months,)
        Months since it was bought, at least 0.

    Returns
    -------
    array (n_months, ...)
        USD. The depreciation of a month is the difference of two rows; it moves no cash.

    Notes
    -----
    paid * max(0, 1 - months / (12 life)): the straight line of ordinary accounts, to nothing.
    """
    require(np.greater_equal(paid_usd, 0), "paid_usd", "at least 0", paid_usd)
    require(np.greater(life_years, 0), "life_years", "above 0", life_years)
    require(np.greater_equal(months, 0), "months", "at least 0", months)
    spread = np.reshape(months, (-1, *(1,) * np.ndim(np.multiply(paid_usd, life_years))))
    value: FloatArray = paid_usd * np.maximum(1 - spread / np.multiply(life_years, 12.0), 0.0)
    return value


def _opex(month_usd: FloatArray) -> MonthlyCash:
    """Cash of payments at the end of each month."""
    opex = np.zeros((len(month_usd) + 1, *month_usd.shape[1:]))
    opex[1:] = month_usd
    return MonthlyCash(np.zeros_like(opex), opex)
