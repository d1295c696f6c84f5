"""The door to the catalogue: accelerators, their prices, shapes of models, published fits.

Files are read at the first question and then kept. A row says what, since when or for what range,
and where it was read; to add one is to add a line to a CSV file. A price row is never edited once
its day is past.
"""

from nextdollar.catalogue.config_json import ConfigShape, parse_config_json
from nextdollar.catalogue.dated_prices import DatedPrice, dated_price
from nextdollar.catalogue.fits import DEFAULT_LAW, FittedLaw, fitted_law, fitted_laws
from nextdollar.catalogue.hardware import accelerator, accelerators
from nextdollar.catalogue.metric_fits import FittedMetric, fitted_metric, fitted_metrics
from nextdollar.catalogue.model_shapes import ModelShape, model_shape, model_shapes
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
from nextdollar.catalogue.shape_table import TableShape, parse_shape_table

__all__ = [
    "DEFAULT_LAW",
    "ConfigShape",
    "DatedPrice",
    "FittedLaw",
    "FittedMetric",
    "ModelShape",
    "PriceRow",
    "PurchasePrice",
    "RentContract",
    "RentPrice",
    "TableShape",
    "accelerator",
    "accelerators",
    "dated_price",
    "fitted_law",
    "fitted_laws",
    "fitted_metric",
    "fitted_metrics",
    "has_rent_price",
    "model_shape",
    "model_shapes",
    "parse_config_json",
    "parse_shape_table",
    "price_rows",
    "purchase_price",
    "rent_price",
]
