"""Whether `retention` says what quality does to churn in one way, from possible counts, within its reach."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from nextdollar.customers.quality import voluntary_left_share
from nextdollar.errors import Fault
from nextdollar.plan.faults import fault_at
from nextdollar.plan.named_input import Input, Values
from nextdollar.plan.quality_defaults import IN_PLACE_OF_CHURN
from nextdollar.plan.quality_fields import RetentionByQuality
from nextdollar.plan.quality_measured import count_rule, counts
from nextdollar.plan.quality_parts import gain_log_per_decade, step_decades
from nextdollar.plan.reading.document import Document, KeyPath
from nextdollar.plan.repairs import left_out
from nextdollar.plan.words import percent
from nextdollar.uncertainty.distributions import MOST_UNIFORM

_PATH: KeyPath = ("value_of_quality", "retention")


def retention_faults(stated: RetentionByQuality, document: Document) -> Iterator[Fault]:
    """Yield a fall of churn that is said twice, and counts or a step that nothing follows from."""
    first = next((name for name in ("churn", "measured") if getattr(stated, name) is not None), "")
    for other in ("measured", *IN_PLACE_OF_CHURN) if first else ():
        if other == first or getattr(stated, other) is None:
            continue
        path = (*_PATH, other)
        yield fault_at(
            document, path, code="ND1187", on_key=True, rule=f"cannot stand beside `{first}`",
            hint="both say what quality does to churn; state one of them", fix=left_out(document, path),
        )  # fmt: skip
    measured = stated.measured
    if measured is None:
        return
    for place, counted in counts(measured):
        rule = count_rule(counted)
        if rule:
            yield fault_at(
                document, (*_PATH, "measured", *place), code="ND1188", on_key=True, rule=rule,
                hint=f"it says {counted.left} of {counted.customer_months}; count more months or customers",
            )  # fmt: skip
    if measured.gained.is_uncertain:
        yield fault_at(
            document, (*_PATH, "measured", "gained"), code="ND1188",
            rule="must be one number of decades",
            hint="the step between the two models that were compared, such as 0.6 decades",
        )  # fmt: skip


def retention_size_faults(
    stated: RetentionByQuality, inputs: Mapping[str, Input], typical: Values, document: Document
) -> Iterator[Fault]:
    """Yield churn of which nothing follows quality, and a fall that is more than quality can do."""
    name = "value_of_quality.retention.involuntary"
    if inputs[name].quantity.inner_quantile(MOST_UNIFORM) >= 1:
        yield fault_at(
            document, (*_PATH, "involuntary"), code="ND1189", rule="must be below 100 % in every draw",
            hint="of churn that no quality cures nothing is left to follow quality",
        )  # fmt: skip
        return
    involuntary = float(typical[name])
    if not stated.states_churn:
        yield from _gain_beyond_churn(typical, involuntary, document)
        return
    fall, step = typical["value_of_quality.retention.churn"], step_decades(stated)
    if voluntary_left_share(fall, step_decades=step, involuntary_share=involuntary) > 0:
        return
    path = (*_PATH, "churn" if stated.measured is None else "measured")
    fallen = 1.0 - math.exp(-float(fall) * step)
    yield fault_at(
        document, path, code="ND1189", on_key=True,
        rule="must leave the churn that quality cannot cure",
        hint=f"all churn would fall by {percent(fallen)}, and only {percent(1.0 - involuntary)} of it can: "
        "see what else changed, or state `involuntary`",
    )  # fmt: skip


def _gain_beyond_churn(typical: Values, involuntary_share: float, document: Document) -> Iterator[Fault]:
    """Yield a gain of value per decade that less churn cannot make, however good a model is."""
    gain_log = float(gain_log_per_decade(typical))
    if voluntary_left_share(gain_log, involuntary_share=involuntary_share) > 0:
        return
    yield fault_at(
        document, _PATH, code="ND1189", on_key=True,
        rule="must not gain more by a decade than less churn can give",
        hint=f"lifetime value would rise by {percent(math.expm1(gain_log))}, and by "
        f"{percent(1.0 / involuntary_share - 1.0)} at most while {percent(involuntary_share)} of churn stays",
    )  # fmt: skip
