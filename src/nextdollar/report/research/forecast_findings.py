"""What forecasts say, as sentences: headline, what cannot be said and why, and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import percent, significant
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import (
    distance_words,
    flop_words,
    loss_with_range,
    model_words,
    share_words,
)

Row = Mapping[str, Any]

_FAR_TIMES = 1e4


def headline(view: View) -> str:
    """Return the answer: the forecast of the largest target of which something can be said."""
    row = focus(view)
    if row is None:
        return f"Cannot say: {why_not(view, view['rows'][0])}."
    return f"{row_words(row)}."


def focus(view: View) -> Row | None:
    """Return the target of most work that has a forecast, None where none has."""
    said = [row for row in view["rows"] if not row["cannot_say"]]
    return max(said, key=lambda row: row["flop"]) if said else None


def are_named(view: View) -> bool:
    """Whether targets have names of their own, other than their size and data."""
    return any(row["name"] != model_words(row["params"], row["tokens"]) for row in view["rows"])


def row_words(row: Row) -> str:
    """Return a forecast: "70 B on 1.4 T tokens: loss 1.94 nats, 90 % 1.89 to 1.99, ..."."""
    loss, spread = loss_with_range(row["loss"]["p50"], row["loss"]["p5"], row["loss"]["p95"])
    return (
        f"{model_words(row['params'], row['tokens'])}: loss {loss} nats, 90 % {spread}, "
        f"{distance_words(row['distance'])}"
    )


def why_not(view: View, row: Row) -> str:
    """Return why nothing can be said of a target."""
    apart = percent(row["law_disagreement_share"])
    most = percent(view["most_disagreement_share"])
    return (
        f"{model_words(row['params'], row['tokens'])} lies {distance_words(row['distance'])}, and there laws "
        f"that fit your runs equally well part by {apart} of the loss (more than {most})"
    )


def what_would_help(view: View) -> str:
    """Return what would settle a target of which nothing can be said."""
    flop = max(row["flop"] for row in view["rows"])
    reached = max(point["flop"] for point in view["points"])
    if flop > _FAR_TIMES * reached:
        return f"runs of ten times the work of your largest, up to {flop_words(10 * reached, 1)}, come first"
    between = (flop * reached) ** 0.5
    return f"a run of about {flop_words(between, 1)}, between yours and the target, would settle most of it"


def metric_words(view: View, row: Row) -> str:
    """Return the forecast of the metric of a target."""
    figure = row["metric"]
    if row["metric_cannot_say"]:
        return (
            f"score on {view['metric']}: cannot say, {'; '.join(view['metric_doubts']) or 'as of the loss'}"
        )
    low, high = (significant(figure[name]) for name in ("p5", "p95"))
    return f"score on {view['metric']}: {significant(figure['p50'])}, 90 % {low} to {high}"


def happened_words(view: View) -> str:
    """Return how the forecasts compare with what happened, or an empty text."""
    found = view["what_happened"]
    if found is None:
        return ""
    n_targets = found["n_targets"]
    inside = round(found["inside_90_share"] * n_targets)
    half = round(found["inside_50_share"] * n_targets)
    error = percent(found["mean_error_share"])
    runs = "run" if n_targets == 1 else "runs"
    return (
        f"{inside} of {n_targets} {runs} that happened lie in their 90 % range and {half} in their 50 % "
        f"range; mean error {error}, on average {share_words(found['bias_share'])} the forecast"
    )


def happened_title(view: View) -> str:
    """Return the finding of the chart of forecasts against what happened."""
    found = view["what_happened"]
    error = percent(found["mean_error_share"])
    return f"Forecasts missed what happened by {error} on average"


def curve_title(view: View) -> str:
    """Return the finding of the chart of loss against work."""
    row = focus(view)
    if row is None:
        return "Beyond the runs, laws that fit them equally well part ways"
    loss, spread = loss_with_range(row["loss"]["p50"], row["loss"]["p5"], row["loss"]["p95"])
    return f"{model_words(row['params'], row['tokens'])} will reach {loss} nats per token, 90 % {spread}"


def inside_words(view: View) -> str:
    """Return how many runs that happened lie in their range."""
    found = view["what_happened"]
    inside = round(found["inside_90_share"] * found["n_targets"])
    return f"{inside} of {found['n_targets']} runs that happened lie in their 90 % range"


def metric_title(view: View, row: Row) -> str:
    """Return the finding of the chart of the metric."""
    low, high = (significant(row["metric"][name]) for name in ("p5", "p95"))
    return f"{row['name']} will score {low} to {high} on {view['metric']}"


def width_words(view: View) -> str:
    """Return how far from the forecast nine of ten runs will be."""
    row = focus(view)
    if row is None:
        return "Nothing can be said of these targets yet"
    loss = row["loss"]
    reach = max(loss["p95"] / loss["p50"] - 1, 1 - loss["p5"] / loss["p50"])
    return f"Nine of ten runs like {row['name']} will lie within {percent(reach)} of the forecast"
