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
        named = [f"{words} after {row['period']}" for words, (_, row) in zip(named, ends, strict=True)]
        return f"Still customers, expected: {listed(named)}."
    ordered = sorted(ends, key=lambda pair: float(pair[1]["survival_share"]["mean"]))
    low, high = (f"{_left(row)} of {_who(item, view)}" for item, row in (ordered[0], ordered[-1]))
    return f"Still customers {view['n_periods']} {view['period']}s on, {len(ends)} segments: {low} to {high}."


def _who(item: Segment, view: View) -> str:
    return "all" if len(view["segments"]) == 1 and item["segment"] == "all" else item["segment"][:MOST_NAME]


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _left(row: Mapping[str, Any]) -> str:
    share = row["survival_share"]
    return f"{percent(share['mean'])} ({_ends(share)})"


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
    lines = [["segment", "customers", "law", "parameters", "seen", *heads]]
    for item in segments[:_MOST_ROWS]:
        shares = [item["forecast"][min(step, len(item["forecast"])) - 1]["survival_share"] for step in steps]
        cells = [cell for share in shares for cell in (percent(share["mean"]), _ends(share))]
        lines.append(
            [
                item["segment"][:MOST_NAME],
                count(item["customers"]),
                item["model"],
                parameter_words(item),
                _seen(item),
                *cells,
            ]
        )
    more = len(segments) - _MOST_ROWS
    return "\n".join(
        [aligned(lines), *([f"  and {more} more segments (--json has all)"] if more > 0 else [])]
    )


def _seen(item: Segment) -> str:
    """Return what was left when last seen: "49 % at 7"."""
    known = [row for row in item["observed"] if row["survival_share"] is not None]
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
