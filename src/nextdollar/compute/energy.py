"""Electricity and carbon of accelerators: from hours to kilowatt-hours, dollars and kilograms of CO2."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.training.machine_time import require_share
from nextdollar.errors import require
from nextdollar.units import WATTS_PER_KW, Floats


def system_watts(rated_watts: Floats, system_share: Floats) -> Floats:
    """Mean draw of an accelerator at work with its share of the host, in watts, before the data centre.

    Parameters
    ----------
    rated_watts : float or array (...)
        Rated power of the accelerator alone, at least 0.
    system_share : float or array (...)
        What the system draws on average at work over that rated power, above 0. It is above 1 where
        processors, network and fans of the host draw more than the accelerator stays below its rating.
        The catalogue's range is `catalogue.training_bill.bill_range("system_share")`.

    Returns
    -------
    float or array (...)
        Watts.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    rated * share. The measured quantity is the one of Patterson et al. 2021 (arXiv:2104.10350), table 4:
    "measured system average power per accelerator, including memory, network interface, fans, host CPU".
    """
    require(np.greater_equal(rated_watts, 0), "rated_watts", "at least 0", rated_watts)
    require(np.greater(system_share, 0), "system_share", "above 0", system_share)
    return rated_watts * system_share


def system_share_in_use(
    busy_system_share: Floats, utilisation_share: Floats, *, idle_share: Floats
) -> Floats:
    """Power of a system over the accelerator's rated one, on average over hours at work and idle hours.

    Parameters
    ----------
    busy_system_share : float or array (...)
        The `system_share` of `system_watts`, at work; above 0.
    utilisation_share : float or array (...)
        Share of all hours at work, in (0, 1].
    idle_share : float or array (...)
        Draw of an idle system over that of one at work, in [0, 1].

    Returns
    -------
    float or array (...)
        Share per hour on the calendar; multiply by the hours a machine is switched on.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    busy * (use + (1 - use) * idle).
    """
    require(np.greater(busy_system_share, 0), "busy_system_share", "above 0", busy_system_share)
    require_share(utilisation_share, "utilisation_share")
    idle_ok = np.greater_equal(idle_share, 0) & np.less_equal(idle_share, 1)
    require(idle_ok, "idle_share", "between 0 and 1", idle_share)
    return busy_system_share * (utilisation_share + (1 - utilisation_share) * idle_share)


def energy_kwh(gpu_hours: Floats, rated_watts: Floats, *, system_share: Floats, pue: Floats) -> Floats:
    """Energy that a number of GPU-hours takes out of the grid, in kWh.

    Parameters
    ----------
    gpu_hours : float or array (...)
        Hours of accelerators switched on, at least 0.
    rated_watts, system_share : float or array (...)
        As in `system_watts`.
    pue : float or array (...)
        Power of the data centre over that of its machines, at least 1.

    Returns
    -------
    float or array (...)
        Kilowatt-hours.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    hours * rated * system share * PUE (Patterson et al. 2021, arXiv:2104.10350, section 2). Making the
    hardware and the building takes energy too; it is not in it.
    """
    require(np.greater_equal(gpu_hours, 0), "gpu_hours", "at least 0", gpu_hours)
    require(np.greater_equal(pue, 1), "pue", "at least 1", pue)
    return gpu_hours * system_watts(rated_watts, system_share) / WATTS_PER_KW * pue


def carbon_kg(energy_kwh: Floats, kg_per_kwh: Floats) -> Floats:
    """Carbon dioxide equivalent of electricity, in kg.

    Parameters
    ----------
    energy_kwh : float or array (...)
        Energy taken out of the grid, at least 0.
    kg_per_kwh : float or array (...)
        Carbon intensity of the grid, location-based, at least 0.

    Returns
    -------
    float or array (...)
        Kilograms of CO2 equivalent.

    Raises
    ------
    DomainError
        If an argument is negative.

    Notes
    -----
    energy * intensity. Certificates that are bought do not lower it.
    """
    require(np.greater_equal(energy_kwh, 0), "energy_kwh", "at least 0", energy_kwh)
    require(np.greater_equal(kg_per_kwh, 0), "kg_per_kwh", "at least 0", kg_per_kwh)
    return energy_kwh * kg_per_kwh


def electricity_usd_per_gpu_hour(
    rated_watts: Floats, usd_per_kwh: Floats, *, system_share: Floats, pue: Floats
) -> Floats:
    """Electricity for one hour of one accelerator at work, in USD.

    Parameters
    ----------
    rated_watts, system_share : float or array (...)
        As in `system_watts`.
    usd_per_kwh : float or array (...)
        Price of electricity, at least 0.
    pue : float or array (...)
        As in `energy_kwh`.

    Returns
    -------
    float or array (...)
        USD per hour at work; the draw of idle hours is not charged to it.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    The energy of one hour times its price.
    """
    require(np.greater_equal(usd_per_kwh, 0), "usd_per_kwh", "at least 0", usd_per_kwh)
    return energy_kwh(1.0, rated_watts, system_share=system_share, pue=pue) * usd_per_kwh
