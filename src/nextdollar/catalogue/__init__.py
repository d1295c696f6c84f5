"""Figures that ship with the package, each a CSV row with its source; see `load`."""

from nextdollar.catalogue.load import (
    DEFAULT_LAW,
    FittedLaw,
    PriceRow,
    PurchasePrice,
    RentContract,
    RentPrice,
    accelerator,
    accelerators,
    fitted_law,
    fitted_laws,
    has_rent_price,
    price_rows,
    purchase_price,
    rent_price,
)

__all__ = [
    "DEFAULT_LAW",
    "FittedLaw",
    "PriceRow",
    "PurchasePrice",
    "RentContract",
    "RentPrice",
    "accelerator",
    "accelerators",
    "fitted_law",
    "fitted_laws",
    "has_rent_price",
    "price_rows",
    "purchase_price",
    "rent_price",
]
