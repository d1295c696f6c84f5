"""What quality does to joiners, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import percent
from nextdollar.report.audience.learning.number_words import ends, small
from nextdollar.report.research.envelope import View


def joiners_words(view: View) -> str:
    """Return what quality does to joiners, stated and seen, without a full stop; empty if neither."""
    wheel, seen = view["flywheel"], joiners_seen_words(view)
    if wheel is None or wheel["joiners_basis"] != "stated":
        return seen
    used = wheel["joiners_change_per_point"]
    if not is_followed(wheel):
        stated = "a point of quality is stated to draw nobody"
    else:
        spread = "" if used["p5"] == used["p95"] else f" ({ends(used, _hundredths)})"
        stated = f"a point of quality is stated to draw {_more(used['p50'])}{spread}"
    return f"{stated}; in the table {seen}" if seen else stated


def joiners_seen_words(view: View) -> str:
    """Return what the table says of it, without a full stop; empty where it cannot be said."""
    joiners = view["joiners_by_quality"]
    if joiners is None:
        return ""
    change, lag = joiners["change_per_point"], joiners["lag_periods"]
    if not joiners["is_found"]:
        chance, without = joiners["no_rise_chance"], joiners["no_rise_without_one"]
        why = f"no rise in {percent(chance if without is None else without)} of draws"
        return (
            f"that quality draws users is not clear: {_more(change['p50'])} for a point "
            f"({ends(change, _hundredths)}; {why}{'' if without is None else ' without one launch'})"
        )
    later = "at once" if not lag["p50"] else f"{small(lag['p50'])} {view['period']}s later"
    return (
        f"a point of quality went with {_more(change['p50'])} ({ends(change, _hundredths)}), "
        f"{later} ({ends(lag, small)})"
    )


def is_followed(wheel: Mapping[str, Any]) -> bool:
    """Return whether joiners follow quality in the loop."""
    change = wheel["joiners_change_per_point"]
    return bool(change["p5"] != 0 or change["p95"] != 0)


def _more(value: float | None) -> str:
    """Return a relative change of joiners: "2.1 % more joiners", "0.4 % fewer joiners"."""
    if value is None:
        return "endless joiners"
    return f"{_hundredths(abs(value))} % {'fewer' if value < 0 else 'more'} joiners"


def _hundredths(value: float) -> str:
    """Return a share as a percentage without its sign; what rounds to nothing is 0."""
    return small(100 * value)
