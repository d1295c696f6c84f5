"""A plan for the terminal: the answer first, then few numbers, then the next command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.figure import average, middle

_WIDTH = 60
_DRIVER_FLOOR = 0.03
_LARGEST_RATE = 10.0
View = Mapping[str, Any]


def plan_text(view: View, *, next_command: str) -> str:
    """Return a plan for people to read."""
    decision = view["decision"]
    title = _headline(view)
    run = f"{view['scenario']['file']}, {spaced(view['draws'])} draws, seed {view['seed']}"
    gap = " " * max(2, _WIDTH - len(title))
    blocks = [f"{title}{gap}{run}", _key_figures(view), _table(view), _flips(view)]
    if view["warnings"]:
        blocks.append("\n".join(f"  note: {warning}" for warning in view["warnings"]))
    if decision["over_the_limit"]:
        blocks.append(f"  over the risk limit, left out: {', '.join(decision['over_the_limit'])}")
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def spaced(number: int) -> str:
    """Return a whole number with thin thousands: 16 384."""
    return f"{number:,}".replace(",", " ")


def _headline(view: View) -> str:
    verdict = str(view["decision"]["verdict"])
    starts_with_name = any(verdict.startswith(name) for name in view["decision"]["order"])
    return (verdict if starts_with_name else verdict[0].upper() + verdict[1:]) + "."


def focus(view: View) -> Mapping[str, Any]:
    """Return the candidate the decision is about: the last worth funding, else the cheapest offered."""
    decision = view["decision"]
    name = decision["last_worth_funding"] or decision["order"][min(1, len(decision["order"]) - 1)]
    found: Mapping[str, Any] = next(item for item in view["candidates"] if item["name"] == name)
    return found


def _key_figures(view: View) -> str:
    best = focus(view)
    level = view["scenario"]["risk_level"]
    rows = [
        (
            f"NPV of {best['name']}",
            money_figure(best["npv_usd"]),
            f"loses money in {often(best['loss_probability'])}",
        ),
        ("Return", ratio_figure(best["benefit_cost_ratio"]), "for each extra dollar, all told"),
        ("Payback, cash", months_figure(best["payback_cash_months"]), _never(best["payback_cash_months"])),
        ("Payback, LTV", months_figure(best["payback_ltv_months"]), "rise of lifetime value, spread evenly"),
        ("IRR", rate_figure(best["irr_per_year"]), _none(best["irr_per_year"])),
        (f"VaR {percent(level)}", _tail(best["value_at_risk_usd"]), ""),
        (
            f"Worst {percent(1 - level)}",
            _tail(best["expected_shortfall_usd"]),
            "on average (expected shortfall)",
        ),
        *_lead(view),
        *_best_size(view),
        *_drivers(view),
    ]
    label_width = max(len(row[0]) for row in rows) + 2
    value_width = max(len(row[1]) for row in rows if row[2]) + 2
    return "\n".join(
        f"  {label:<{label_width}}{value:<{value_width}}{extra}".rstrip() for label, value, extra in rows
    )


def _lead(view: View) -> list[tuple[str, str, str]]:
    if view["decision"]["last_worth_funding"] is None:
        return []
    return [("Worth most in", often(view["decision"]["best_probability"]), _rival(view))]


def _rival(view: View) -> str:
    """Return how often the step that is not taken would pay."""
    last, following = view["decision"]["last_worth_funding"], view["decision"]["first_not_worth_funding"]
    for step in view["decision"]["steps"]:
        if step["from"] == last and step["to"] == following:
            return f"going on to {following} pays in {often(step['pays_probability'])}"
    return ""


def often(share: float) -> str:
    """Return how often something happens: "no draw", "12 % of draws"."""
    return "no draw" if share == 0 else "every draw" if share == 1 else f"{percent(share)} of draws"


def _tail(loss_usd: float) -> str:
    return f"loses {money(loss_usd)}" if loss_usd > 0 else f"still gains {money(-loss_usd)}"


def _best_size(view: View) -> list[tuple[str, str, str]]:
    frontier = view["frontier"]
    if frontier is None:
        return []
    best = frontier["best_params"]
    text = f"{count(best['p50'])} params   P5 {count(best['p5'])}   P95 {count(best['p95'])}"
    return [("Best size", text, "there the next dollar returns one dollar")]


def _drivers(view: View) -> list[tuple[str, str, str]]:
    shown = [item for item in view["drivers"] if item["share"] >= _DRIVER_FLOOR][:3]
    if not shown:
        return []
    return [("Driven by", ", ".join(f"{item['input']} {percent(item['share'])}" for item in shown), "")]


def _never(value: object) -> str:
    share = value.get("never_share", 0.0) if isinstance(value, Mapping) else 0.0
    if value is None:
        return "within the horizon"
    return f"never within the horizon in {often(share)}" if share else ""


def _none(value: object) -> str:
    if not isinstance(value, Mapping):
        return ""
    share = value.get("none_share") or 0.0
    return f"no single rate in {often(share)}" if share else "the only rate in every draw"


def _table(view: View) -> str:
    scale, letter = common_scale(average(focus(view)["npv_usd"]) or 0.0)
    unit = f"{letter} USD".strip()
    head = (
        "candidate",
        "params",
        "loss",
        f"extra cost, {unit}",
        f"NPV, {unit}",
        "P5 to P95",
        "next dollar",
        "loses in",
    )
    rows = [head, *[_row(view, name, scale) for name in view["decision"]["order"]]]
    return aligned(rows)


def common_scale(usd: float) -> tuple[float, str]:
    """Return (divisor, letter) that suit an amount, to show a whole table in one unit."""
    for divisor, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(usd) >= divisor:
            return divisor, letter
    return 1.0, ""


def _row(view: View, name: str, scale: float) -> tuple[str, ...]:
    item = next(entry for entry in view["candidates"] if entry["name"] == name)
    loss = middle(item["loss_nats"])
    params = "" if item["params"] is None else count(item["params"])
    if item["is_today"]:
        return (f"{name} (today)", params, f"{loss:.3f}", "paid", "0", "", "", "")
    npv = item["npv_usd"]
    spread = "certain"
    if isinstance(npv, Mapping):
        spread = f"{significant(npv['p5'] / scale)} to {significant(npv['p95'] / scale)}"
    step = item["marginal_return_usd_per_usd"]
    returned = "saves" if step is None else f"{significant(step)} USD"
    cost, worth = average(item["extra_cost_usd"]) or 0.0, average(npv) or 0.0
    return (
        name, params, f"{loss:.3f}", significant(cost / scale), significant(worth / scale), spread, returned,
        often(item["loss_probability"]),
    )  # fmt: skip


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows in columns: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            f"{row[0]:<{widths[0]}}",
            *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        lines.append("  " + "   ".join(cells).rstrip())
    return "\n".join(lines)


def flips(view: View) -> list[str]:
    """Return what would change the decision: break-evens of the last step taken and the first not taken."""
    decision = view["decision"]
    if decision["over_the_limit"] and decision["last_worth_funding"] is None:
        return []
    last = decision["last_worth_funding"] or view["scenario"]["today"]
    following = decision["first_not_worth_funding"]
    found = []
    for item in decision["break_even"]:
        if item["break_even"] is None:
            continue
        words = lever_words(item)
        if item["to"] == following and item["from"] == last:
            found.append(f"{following} would pay{' too' if decision['last_worth_funding'] else ''} {words}")
        elif item["to"] == last:
            found.append(f"{last} would not pay {words}")
    return found


def lever_words(item: Mapping[str, Any]) -> str:
    """Return a break-even in words: "if elasticity were 2.4 instead of 10"."""
    lever = item["lever"].replace("elasticity", "worth of quality")
    at, today = item["break_even"], item["today"]
    if lever == "churn":
        change = f"{significant(abs(at))} percentage points a month {'higher' if at > 0 else 'lower'}"
        return f"if churn were {change} in every segment"
    if item["unit"].startswith("%"):
        what = "what a decade adds in %" if item["unit"].endswith("decade") else "elasticity"
        return f"if {what} were {significant(at)} instead of {significant(today)}"
    return f"if {lever} were {significant(at)} times what it is"


def _flips(view: View) -> str:
    lines = flips(view)
    decision = view["decision"]
    if decision["over_the_limit"] and decision["last_worth_funding"] is None:
        return "  A higher risk limit would change it."
    if not lines:
        return "  Nothing in the range searched would change the decision."
    return "\n".join(["  What would change it:", *[f"    {line}" for line in lines]])


def money_figure(value: object) -> str:
    """Return a figure in USD: mean, P5 and P95 in one unit, and the sampling error of the mean."""
    if not isinstance(value, Mapping):
        return "none" if value is None else money(float(str(value)))
    if value["mean"] is None:
        return "none"
    scale, letter = common_scale(max(abs(value["mean"]), abs(value["p95"] - value["p5"]) / 10))
    middle_text, low, high = (significant(value[key] / scale) for key in ("mean", "p5", "p95"))
    error = significant((value["standard_error"] or 0.0) / scale, 1)
    unit = f" {letter} USD" if letter else " USD"
    return f"{middle_text}{unit} +/- {error}   P5 {low}   P95 {high}"


def months_figure(value: object) -> str:
    """Return a payback: median, P5 and P95, where never sorts last."""
    if isinstance(value, Mapping):
        ends = [("month", "p50"), ("P5", "p5"), ("P95", "p95")]
        return "   ".join(
            f"{name} {'never' if value[key] is None else significant(value[key])}" for name, key in ends
        )
    return "never" if value is None else f"month {significant(float(str(value)))}"


def ratio_figure(value: object) -> str:
    """Return dollars for a dollar: median, P5 and P95."""
    if isinstance(value, Mapping):
        ends = [("", "p50"), ("P5 ", "p5"), ("P95 ", "p95")]
        parts = [f"{name}{'none' if value[key] is None else significant(value[key])}" for name, key in ends]
        return f"{parts[0]} USD   {parts[1]}   {parts[2]}"
    return "none" if value is None else f"{significant(float(str(value)))} USD"


def rate_figure(value: object) -> str:
    """Return a rate per year: median, P5 and P95."""
    if not isinstance(value, Mapping):
        return "none"
    ends = [("", "p50"), ("P5 ", "p5"), ("P95 ", "p95")]
    parts = [f"{name}{_rate(value[key])}" for name, key in ends]
    return f"{parts[0]} a year   {parts[1]}   {parts[2]}"


def _rate(value: float | None) -> str:
    if value is None:
        return "none"
    return "over 1 000 %" if value > _LARGEST_RATE else percent(value)


def figure_words(value: object, unit: str) -> str:
    """Return any figure in words, with its unit."""
    if isinstance(value, Mapping):
        parts = [
            f"{key} {_one(item, 'share' if key.endswith('_share') else unit)}" for key, item in value.items()
        ]
        return ", ".join(parts)
    return _one(value, unit)


def _one(value: object, unit: str) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if unit == "USD":
        return money(float(value))
    if unit.startswith("share"):
        return f"{percent(float(value))}{unit[5:].replace(' per ', '/')}"
    return f"{count(float(value), 4)} {unit}".strip()
