"""Published fits of benchmark metrics against the loss, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, kept, read, rows, unknown
from nextdollar.scaling.downstream.laws.error_from_loss import error_from_loss
from nextdollar.scaling.downstream.metric_curve import MetricCurve
from nextdollar.sources import Source

_COLUMNS = ("name", "metric", "loss_on", "eps", "k", "gamma", "loss_low", "loss_high", *SOURCE_COLUMNS)


@dataclass(frozen=True, slots=True)
class FittedMetric:
    """A published fit of a metric: its curve, what it measures, and on what text the loss is.

    `loss_low_nats` and `loss_high_nats` bound the losses of the runs that it was fitted to.
    """

    name: str
    curve: MetricCurve
    metric: str
    loss_on: str
    loss_low_nats: float
    loss_high_nats: float
    source: Source
    kind: str
    note: str


@kept
def fitted_metrics() -> Mapping[str, FittedMetric]:
    """Every published fit of a metric in the catalogue, by name."""
    return MappingProxyType(parse_fitted_metrics(read("fitted_metrics.csv"), "fitted_metrics.csv"))


def fitted_metric(name: str) -> FittedMetric:
    """Return the published fit of a name; CatalogueError if there is none."""
    known = fitted_metrics()
    if name not in known:
        raise unknown("metric", name, known)
    return known[name]


def parse_fitted_metrics(lines: Iterable[str], file: str) -> dict[str, FittedMetric]:
    """Published fits by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _fitted_metric_of)
    return by_name((row, item.name, item) for row, item in found)


def _fitted_metric_of(row: Row) -> FittedMetric:
    """Return the published fit of a row."""
    return FittedMetric(
        name=row.text("name"),
        curve=error_from_loss(row.number("eps"), row.number("k"), row.number("gamma")),
        metric=row.text("metric"),
        loss_on=row.text("loss_on"),
        loss_low_nats=row.number("loss_low"),
        loss_high_nats=row.number("loss_high"),
        source=row.source(),
        kind=row.text("kind"),
        note=row.cells["note"],
    )
