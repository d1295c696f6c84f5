"""The door to the catalogue: accelerators, their prices, published fits.

Files are read at the first question and then kept. A row says what, since when or for what range,
and where it was read; to add one is to add a line to a CSV file. A price row is never edited once
its day is past.
"""

from nextdollar.catalogue.fits import DEFAULT_LAW, FittedLaw, fitted_law, fitted_laws
from nextdollar.catalogue.hardware import accelerator, accelerators
from nextdollar.catalogue.metric_fits import FittedMetric, fitted_metric, fitted_metrics
from nextdollar.catalogue.prices import (
    PriceRow,
    PurchasePrice,
    RentContract,
    RentPrice,
    has_rent_price,
    price_rows,
    purchase_price,
    rent_price,
)

__all__ = [
    "DEFAULT_LAW",
    "FittedLaw",
    "FittedMetric",
    "PriceRow",
    "PurchasePrice",
    "RentContract",
    "RentPrice",
    "accelerator",
    "accelerators",
    "fitted_law",
    "fitted_laws",
    "fitted_metric",
    "fitted_metrics",
    "has_rent_price",
    "price_rows",
    "purchase_price",
    "rent_price",
]
