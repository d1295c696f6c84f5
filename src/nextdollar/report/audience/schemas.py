"""The shapes of what the verbs on customers print, by verb; each is version 1.0."""

from __future__ import annotations

from nextdollar.report.audience.learning.schema import LearnShape
from nextdollar.report.audience.ltv.schema import LtvShape
from nextdollar.report.audience.pricing.schema import PriceShape
from nextdollar.report.audience.recurring_revenue.schema import MrrShape
from nextdollar.report.audience.retention.schema import RetentionShape
from nextdollar.report.research.envelope import Envelope

AUDIENCE_SHAPES: dict[str, type[Envelope]] = {
    "learn": LearnShape,
    "ltv": LtvShape,
    "mrr": MrrShape,
    "price": PriceShape,
    "retention": RetentionShape,
}
