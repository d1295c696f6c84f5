"""A calibration for the terminal: the answer first, then errors before and after, and what was set aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, percent, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words

_MOST_LISTED, _MOST_NOTES = 8, 4
_MOST_NAME = 28
QUANTITY_WORDS = {
    "tpot_ms": "time per token",
    "ttft_ms": "time to first token",
    "out_tok_s_per_gpu": "throughput",
}
SHORT_WORDS = {"tpot_ms": "per token", "ttft_ms": "first token", "out_tok_s_per_gpu": "throughput"}

Part = Mapping[str, Any]


def calibrate_text(view: View, *, next_command: str) -> str:
    """Return a calibration for people to read."""
    blocks = [f"{headline(view)}\n{run_words(view)}", _serving(view), _training(view), _logs(view)]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    sentences = [serving_sentence(view), training_sentence(view)]
    return " ".join(sentence for sentence in sentences if sentence)


def serving_sentence(view: View) -> str:
    """Return what the measurements of serving change; empty without any."""
    errors = errors_of(view)
    if not errors:
        return ""
    scope, error = max(errors, key=lambda item: item[1]["n_rows"])
    where = f"{scope['model']} on {scope['accelerator']}"
    what, n_rows = QUANTITY_WORDS[error["quantity"]], error["n_rows"]
    before = significant(error["before_percent"], 2)
    if scope["is_kept_back"]:
        return (
            f"The {what} of {where} is {before} % off with the constants of the catalogue, which stay: "
            f"{n_rows} measurements predict each other no better."
        )
    if error["left_out_percent"] is None:
        after = significant(error["after_percent"], 2)
        return f"One measurement of {where}: its {what} was {before} % off and is {after} % off now."
    after = significant(error["left_out_percent"], 2)
    verb = "falls" if error["left_out_percent"] < error["before_percent"] else "goes"
    measured = f"{n_rows} measurements, each predicted without it"
    return f"The error of the {what} of {where} {verb} from {before} % to {after} % ({measured})."


def training_sentence(view: View) -> str:
    """Return what logs of training show; empty without any."""
    if not view["training"]:
        return ""
    item = max(view["training"], key=lambda run: float(run["hours"]))
    after, before = item["mfu_after"], item["mfu_before"]
    return (
        f"{item['file']} shows an MFU of {percent(item['mfu'])} on {item['accelerator']}: a forecast of "
        f"{share_words(after)} where {share_words(before)} was expected."
    )


def share_words(found: Mapping[str, float]) -> str:
    """Return a range of shares: "42 % (38 % to 46 %)"."""
    return f"{percent(found['p50'])} ({percent(found['p5'])} to {percent(found['p95'])})"


def errors_of(view: View) -> list[tuple[Part, Part]]:
    """Return every error with what it is an error of: model, accelerator and engine."""
    return [(scope, error) for scope in view["serving"] for error in scope["errors"]]


def band_words(band: Mapping[str, float]) -> str:
    """Return a band of factors: "/1.52 to x1.52"."""
    return f"/{significant(1 / band['p5_factor'])} to x{significant(band['p95_factor'])}"


def _serving(view: View) -> str:
    errors = errors_of(view)
    if not errors:
        return ""
    head = ["model", "machine", "", "rows", "off before", "left out", "90 % range", "before"]
    lines = [head]
    for scope, error in errors[: 3 * _MOST_LISTED]:
        left_out = error["left_out_percent"]
        lines.append(
            [
                scope["model"][:_MOST_NAME],
                f"{scope['accelerator']} {scope['engine']}",
                SHORT_WORDS[error["quantity"]],
                f"{error['n_rows']}",
                f"{significant(error['before_percent'], 2)} %",
                "cannot say" if left_out is None else f"{significant(left_out, 2)} %",
                band_words(error["band_after"]),
                band_words(error["band_before"]),
            ]
        )
    more = len(errors) - 3 * _MOST_LISTED
    return "\n".join([aligned(lines), *([f"  and {more} more (--json has all)"] if more > 0 else [])])


def _training(view: View) -> str:
    if not view["training"]:
        return ""
    head = ["log", "machine", "MFU", "forecast", "expected", "hours", "entries", "warm-up", "slow"]
    lines = [head]
    for item in view["training"][: 3 * _MOST_LISTED]:
        after = item["mfu_after"]
        slow = f"{item['n_interrupted']}, {percent(item['interrupted_share'])}"
        lines.append(
            [
                item["file"][:_MOST_NAME],
                f"{count(item['gpus'])} {item['accelerator']}",
                percent(item["mfu"]),
                f"{percent(after['p5'])} to {percent(after['p95'])}",
                share_words(item["mfu_before"]),
                significant(item["hours"], 2),
                f"{item['n_entries']}",
                f"{item['n_warm_up']}",
                slow if item["n_interrupted"] else "none",
            ]
        )
    halves = [
        f"  {item['file'][:_MOST_NAME]}: the first half predicts the second to within "
        f"{percent(abs(item['halves_log']))}"
        for item in view["training"][:_MOST_LISTED]
        if item["halves_log"] is not None
    ]
    return "\n".join([aligned(lines), *halves])


def _logs(view: View) -> str:
    lines: list[str] = []
    for log in view["logs"]:
        lines.append(f"  read: {log['file']} as {log['format_words']}: {log['n_used']} used")
        lines += [f"    set aside: {words}" for words in log["set_aside"][:_MOST_LISTED]]
        more = len(log["set_aside"]) - _MOST_LISTED
        lines += [f"    and {more} more set aside (--json has all)"] if more > 0 else []
        lines += [f"    as read: {words}" for words in log["notes"][:_MOST_NOTES]]
        n_left = len(log["notes"]) - _MOST_NOTES
        lines += [f"    and {n_left} more remarks (--json has all)"] if n_left > 0 else []
    return "\n".join([*lines, *(f"  note: {warning}" for warning in view["warnings"])])
