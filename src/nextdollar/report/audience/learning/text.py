"""What a table of users and quality says, for the terminal: the answer first, then its parts."""

from __future__ import annotations

from collections.abc import Callable

from nextdollar.plan.words import count, percent
from nextdollar.report.audience.learning.joiners_words import is_followed, joiners_words
from nextdollar.report.audience.learning.number_words import periods, small
from nextdollar.report.audience.learning.words import (
    PARTS,
    cadence_words,
    churn_words,
    curve_words,
    headline,
    lag_words,
    life_words,
    updates_words,
)
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words


def learn_text(view: View, *, next_command: str) -> str:
    """Return an answer for people to read."""
    told = (curve_words, churn_words, joiners_words, life_words, lag_words, updates_words, cadence_words)
    lines = [f"  {words}" for words in (tell(view) for tell in told) if words]
    blocks = [f"{headline(view)}\n{run_words(view)}", _table(view), "\n".join(lines), _notes(view)]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _table(view: View) -> str:
    """Return the numbers in columns, each with its range."""
    lines = [["", "median", "90 %"]]
    curve, churn, wheel = view["learning_curve"], view["churn_by_quality"], view["flywheel"]

    def line(
        name: str, spread: dict[str, float | None], words: Callable[[float], str], unit: str = ""
    ) -> None:
        told = ["never" if spread[end] is None else words(spread[end]) for end in ("p50", "p5", "p95")]  # type: ignore[arg-type]
        lines.append([name, f"{told[0]}{unit}", f"{told[1]} to {told[2]}"])

    if curve is not None:
        line("quality of a fresh version", curve["quality_now_share"], _fine)
        line("quality on ten times the data", curve["quality_at_ten_times_share"], _fine)
    if churn is not None:
        line(f"churn a {view['period']}, fresh version", churn["churn_now_share"], _fine)
    if wheel is not None:
        user, unit = wheel["one_more_user"], wheel["unit"]
        line(f"one more user alone, {unit}", user["alone"], count)
        line("  and through learning", user["through_learning"], count)
        line("loop gain", wheel["loop_gain"], small)
        if is_followed(wheel):
            line("  by staying longer", wheel["gain_by_staying"], small)
            line("  by more who join", wheel["gain_by_joining"], small)
        line("users in the end, as now", wheel["settled_users"], count)
        line("  at the ceiling of quality", wheel["settled_users_at_ceiling"], count)
        last = wheel["path"][-1]
        line(f"users in {view['period']} {last['period'] + 1}", last["learning"], count)
        line("  with copies of today's version", last["copies"], count)
    if view["version_life"] is not None and view["version_life"]["is_found"]:
        line(f"useful life of a version, {view['period']}s", view["version_life"]["life_periods"], periods)
    return aligned(lines) if len(lines) > 1 else ""


def _fine(share: float) -> str:
    """Return a share to three digits: neighbouring qualities must not look the same."""
    return percent(share, 3)


def _notes(view: View) -> str:
    refused = [f"  cannot say: {PARTS[item['what']]}: {item['reason']}" for item in view["refused"]]
    return "\n".join([*refused, *(f"  note: {warning}" for warning in view["warnings"])])
