"""How long customers stay, for the terminal: the answer first, then a line for each segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import count, percent, significant
from nextdollar.report.audience.retention.purchases_words import purchases_lines, purchases_sentence
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words

Segment = Mapping[str, Any]

MOST_NAME = 24
_MOST_NAMED = 3
# Below so many at risk the observed curve says little.
_MANY = 10
_MOST_ROWS = 30
_MOST_NOTES = 12


def retention_text(view: View, *, next_command: str) -> str:
    """Return how long customers stay for people to read."""
    head = f"{headline(view)}\n{run_words(view)}"
    blocks = [head, _table(view), purchases_lines(view), "\n".join(_notes(view))]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def headline(view: View) -> str:
    """Return the answer as a sentence, and what it may not be trusted on as a second one."""
    if view["transactions"] is not None:
        return purchases_sentence(view)
    off = [item["segment"][:MOST_NAME] for item in view["segments"] if item["keeps_to_observed"] is False]
    if not off:
        return _answer(view)
    who = "what was seen" if len(view["segments"]) == 1 else f"what was seen of {listed(off[:_MOST_NAMED])}"
    return f"{_answer(view)} The laws do not keep to {who}."


def _answer(view: View) -> str:
    ends = [(item, item["forecast"][-1]) for item in view["segments"]]
    if len(ends) <= _MOST_NAMED:
        named = [f"{_left(row)} of {_who(item, view)}" for item, row in ends]
        last = {row["period"] for _, row in ends}
        if len(last) == 1:
            return f"Still customers, expected after {view['period']} {last.pop()}: {listed(named)}."
        # "of pro who stay 4 months, after 18": the comma keeps the two ages apart.
        commas = ["," if item["observed_from_period"] else "" for item, _ in ends]
        periods = [row["period"] for _, row in ends]
        named = [
            f"{words}{comma} after {period}"
            for words, comma, period in zip(named, commas, periods, strict=True)
        ]
        return f"Still customers, expected: {listed(named)}."
    low, high = (f"{_left(item['forecast'][-1])} of {_who(item, view)}" for item in named_segments(view))
    return f"Still customers {view['n_periods']} {view['period']}s on, {len(ends)} segments: {low} to {high}."


def named_segments(view: View) -> list[Segment]:
    """Return the segments that the answer names: all, or of many the one that keeps least and most."""
    segments = list(view["segments"])
    if len(segments) <= _MOST_NAMED:
        return segments
    ordered = sorted(segments, key=lambda item: float(ahead(item["forecast"][-1])["mean"]))
    return [ordered[0], ordered[-1]]


def _who(item: Segment, view: View) -> str:
    start = item["observed_from_period"]
    stay = f" who stay {start} {view['period']}{'' if start == 1 else 's'}" if start else ""
    return f"{item['segment'][:MOST_NAME]}{stay}"


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _left(row: Mapping[str, Any]) -> str:
    share = ahead(row)
    return f"{percent(share['mean'])} ({_ends(share)})"


def ahead(row: Mapping[str, Any]) -> Mapping[str, float]:
    """Return what is expected to be left: of those of the age at which watching begins, where it is late."""
    found: Mapping[str, float] = row["watched_share"] or row["survival_share"]
    return found


def _ends(share: Mapping[str, float]) -> str:
    low = percent(share["p5"]).removesuffix(" %")
    return f"{low} to {percent(share['p95'])}"


def parameter_words(item: Segment) -> str:
    """Return the parameters of a segment with their standard errors: "alpha 0.668 +- 0.104"."""
    found = []
    for name, value in item["parameters"].items():
        error = item["standard_errors"][name]
        spread = "" if error is None else f" +- {significant(error, 2)}"
        found.append(f"{name} {significant(value)}{spread}")
    return ", ".join(found)


def _table(view: View) -> str:
    segments = view["segments"]
    half, whole = max(view["n_periods"] // 2, 1), view["n_periods"]
    steps = [half, whole] if half < whole else [whole]
    heads = [head for step in steps for head in (f"+{step} {view['period']}s", "90 %")]
    is_late = any(item["observed_from_period"] for item in segments)
    is_law = all(item["laws"] for item in segments)
    law = ["law", "parameters", *(["of forecast"] if is_law else [])]
    lines = [["segment", "customers", *law, *(["from"] if is_late else []), "seen", *heads]]
    for item in segments[:_MOST_ROWS]:
        start = item["observed_from_period"]
        shares = [ahead(item["forecast"][min(step, len(item["forecast"])) - 1]) for step in steps]
        cells = [cell for share in shares for cell in (percent(share["mean"]), _ends(share))]
        lines.append(
            [
                item["segment"][:MOST_NAME],
                count(item["customers"]),
                item["model"],
                parameter_words(item),
                *([_weight(item)] if is_law else []),
                *([f"{view['period']} {start}" if start else "the start"] if is_late else []),
                _seen(item),
                *cells,
            ]
        )
    more = len(segments) - _MOST_ROWS
    return "\n".join(
        [aligned(lines), *([f"  and {more} more segments (--json has all)"] if more > 0 else [])]
    )


def _weight(item: Segment) -> str:
    """Return what share of the forecast the law has whose parameters stand beside it."""
    weights = {law["model"]: float(law["weight_share"]) for law in item["laws"]}
    return percent(weights[item["model"]])


def _seen(item: Segment) -> str:
    """Return what was left when enough customers were last watched: "49 % at 7"."""
    known = [row for row in item["observed"] if row["survival_share"] is not None]
    known = [row for row in known if row["customers"] >= _MANY] or known
    return f"{percent(known[-1]['survival_share'])} at {known[-1]['period']}" if known else ""


def _notes(view: View) -> list[str]:
    lines = [f"  note: {note}" for note in noted(view)]
    more = len(lines) - _MOST_NOTES
    return lines if more <= 0 else [*lines[:_MOST_NOTES], f"  and {more} more notes (--json has all)"]


def noted(view: View) -> list[str]:
    """Return what to hold against the answer; what several segments share stands once."""
    named: dict[str, list[str]] = {}
    for item in view["segments"]:
        for warning in item["warnings"]:
            named.setdefault(warning, []).append(item["segment"][:MOST_NAME])
    is_one = len(view["segments"]) == 1
    return [
        *view["warnings"],
        *(warning if is_one else f"{listed(names[:8])}: {warning}" for warning, names in named.items()),
    ]
