"""What a study says, in sentences: for the terminal, the page and the titles of charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import money, percent, power, significant
from nextdollar.report.plan_text import often
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import loss_words, model_words


def headline(view: View) -> str:
    """Return the answer as one sentence or two."""
    following = view["next"]
    if following is not None:
        run = model_words(following["params"], following["tokens"])
        return (
            f"Next, train {run}: it costs {money(following['cost_usd'], 2)} "
            f"and is worth {money(following['evsi_usd'], 2)} to the choice."
        )
    if view["runs"] and view["runs"][0]["net_usd"] > 0:
        return f"No further run can be told to be worth its cost: {_now(view)}."
    return f"No further run is worth its cost: {_now(view)}."


def _now(view: View) -> str:
    best = view["best"]
    if best["params"] == 0:
        return "train nothing"
    word = "choose" if view["decision"] == "candidates" else "train"
    return f"{word} {model_words(best['params'], best['tokens'])} now"


def option_words(item: Mapping[str, Any]) -> str:
    """Return an option by its model."""
    return "train nothing" if item["params"] == 0 else model_words(item["params"], item["tokens"])


def decision_words(view: View) -> str:
    """Return what is to be chosen."""
    if view["decision"] == "candidates":
        return f"one of {len(view['options'])} options"
    if view["decision"] == "split":
        return f"the size of the model that {power(view['target_flop'])} FLOP train"
    return "how much to spend on the large run"


def standing_words(view: View) -> str:
    """Return what would be chosen now and how sure that is."""
    best = view["best"]
    return f"{option_words(best)}, the best in {often(best['best_share'])}"


def perfect_words(view: View) -> str:
    """Return what knowing everything would be worth."""
    if view["evpi_usd"] == 0:
        return "nothing: the same option is the best in every draw"
    return f"{money(view['evpi_usd'], 2)}: no run can be worth more"


def interval_now_words(view: View) -> str:
    """Return the forecast of the run that would be chosen now, and what the ladder leaves of its width."""
    low, high = view["loss_interval_90_nats"]
    ends = " to ".join(loss_words(low, high))
    words = f"{ends} nats per token"
    last = view["ladder"][-1] if view["ladder"] else None
    if last is not None:
        left = " to ".join(loss_words(*last["interval_90_nats"]))
        n_runs = len(view["ladder"])
        words += f"; about {left} after {'that run' if n_runs == 1 else f'those {n_runs} runs'}"
    return words


def noise_words(view: View) -> str:
    """Return the scatter that a run is taken to have."""
    return f"{significant(100 * view['noise_log'], 2)} % of the loss from run to run"


def chart_title(view: View) -> str:
    """Return the finding of the chart of worth against cost."""
    following = view["next"]
    if following is None:
        return "No small run is worth more than it costs"
    times = following["evsi_usd"] / following["cost_usd"]
    run = model_words(following["params"], following["tokens"])
    return f"{run} is worth {significant(times, 2)} times its cost to the choice"


def weighed_words(view: View) -> str:
    """Return how many of the runs are worth their cost."""
    n_worth = sum(item["net_usd"] > 0 for item in view["runs"])
    return f"{n_worth} of {len(view['runs'])} runs that were weighed are worth more than they cost"


def ladder_words(view: View) -> str:
    """Return what the ladder comes to."""
    last = view["ladder"][-1] if view["ladder"] else None
    if last is None:
        return ""
    n_runs = len(view["ladder"])
    runs, verbs = ("One run", ("is", "leaves")) if n_runs == 1 else (f"{n_runs} runs", ("are", "leave"))
    cost, worth = money(last["total_cost_usd"], 2), money(last["total_evsi_usd"], 2)
    left = percent(last["spread_left_share"])
    return f"{runs} for {cost} {verbs[0]} worth {worth} and {verbs[1]} {left} of the spread of the forecast"
