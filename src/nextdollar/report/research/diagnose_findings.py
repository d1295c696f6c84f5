"""What a diagnosis says, as sentences and rows that the text and the page share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.research.allocate_findings import plain_number
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import flop_words, model_words

VERDICT_WORDS = {
    "balanced": "balanced",
    "under-trained": "under-trained: too large for its tokens",
    "data-starved": "data-starved: its data are repeated too often",
    "compute-starved": "compute-starved: too small for its tokens",
}
_NOT_MUCH_SHARE = 0.002
_LOW_MFU = 0.2
_ALIKE = 0.05
_TENTH = 0.1
_NO_NATS = 5e-5
_ALL_SHARE = 0.9999
_MOST = 0.5


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    if len(view["runs"]) == 1:
        return _headline_of_one(view["runs"][0])
    n_runs = len(view["runs"])
    found = [f"{number} {name}" for name, number in view["counts"].items() if number]
    found[0] = found[0].replace(" ", " are ", 1)
    share = percent(view["wasted_flop"] / view["spent_flop"])
    return f"Of {n_runs} runs {', '.join(found)}; better splits would have saved {share} of the work."


def _headline_of_one(run: Mapping[str, Any]) -> str:
    unsure = "" if run["is_sure"] is not False else "Probably "
    others = run["forecast_verdicts"]
    if others is not None and others[run["verdict"]] < _MOST:
        unsure = "By the fit, not by the forecast, "
    words = VERDICT_WORDS[run["verdict"]]
    model = model_words(run["params"], run["tokens"])
    if run["gap"] is not None and run["gap"]["is_worse"]:
        worse = f"{percent(run['gap']['share'])} worse than the law says: look at training, not at the size"
        return f"{model} is {worse} ({run['verdict']})."
    if run["verdict"] == "balanced":
        return (
            f"{model} is {unsure.lower()}balanced: a better split would save {percent(run['waste_share'])}."
        )
    sentence = f"{model} is {unsure.lower()}{words}"
    if run["verdict"] == "data-starved":
        return f"{sentence}; more unique tokens would save {percent(run['data_share'])} of the cost."
    share = percent(min(run["waste_share"], _ALL_SHARE))
    return f"{sentence}; {model_words(**run['best'])} reaches its loss for {share} less."


def figures(run: Mapping[str, Any], view: View) -> list[tuple[str, str, str]]:
    """Return the few numbers of one run: name, figure, and what to know of it."""
    ratio = run["best_tokens_per_param"]
    best = f"best {plain_number(ratio['value'])}"
    if ratio["p5"] is not None:
        best += f" (P5 {significant(ratio['p5'])}, P95 {significant(ratio['p95'])})"
    rows = [
        ("Loss", f"{run['loss_nats']:.3f} nats", _observed(run)),
        ("Tokens per parameter", plain_number(run["tokens_per_param"]), best),
        ("Size, 10 % more", _less(run["params_elasticity"]), _elasticities(run)),
        ("Wasted", _amount(run, "wasted"), _of_cost(run)),
        ("Rebalanced", model_words(run["rebalanced"]["params"], run["rebalanced"]["tokens"]), _gain(run)),
        *_served(run, view),
        *_epochs(run),
        *_mfu(run),
        *_sure(run),
    ]
    return rows


def _observed(run: Mapping[str, Any]) -> str:
    gap = run["gap"]
    if gap is None:
        return "by the law"
    side = "above" if gap["share"] >= 0 else "below"
    observed = f"{run['observed_nats']:.3f} observed, {percent(abs(gap['share']))} {side}"
    if gap["share"] < -gap["tolerated_share"]:
        return f"by the law; {observed}: check that the law has your data, tokeniser and loss"
    if not gap["is_worse"]:
        return f"by the law; {observed}, within what counts as scatter"
    lost = gap["lost_flop_share"]
    worth = "" if lost is None else f", as if {percent(lost)} of the work had been lost"
    return f"by the law; {observed}{worth}"


def _elasticities(run: Mapping[str, Any]) -> str:
    tokens = f"as many tokens more: {_less(run['tokens_elasticity'])}"
    if run["params_elasticity"] <= 0 or run["tokens_elasticity"] <= 0:
        return tokens
    ratio = run["tokens_elasticity"] / run["params_elasticity"]
    if abs(ratio - 1) < _ALIKE:
        return f"{tokens}; both are worth the same"
    better, times = ("tokens are", ratio) if ratio > 1 else ("size is", 1 / ratio)
    return f"{tokens}; {better} worth {plain_number(times, 2)} times as much"


def _less(elasticity: float) -> str:
    """Return what a tenth more of something takes off the loss."""
    return f"{significant(_TENTH * 100 * elasticity, 2)} % less loss"


def _amount(run: Mapping[str, Any], what: str) -> str:
    usd = run[f"{what}_usd"]
    return flop_words(run[f"{what}_flop"]) if usd is None else money(usd)


def _of_cost(run: Mapping[str, Any]) -> str:
    total = _amount(run, "cost")
    cents = f"{significant(100 * run['waste_share'], 2)} cents of each dollar"
    parts = [
        f"{percent(run['waste_share'])} of {total}" if run["cost_usd"] is None else f"{cents} of {total}"
    ]
    if run["data_share"] > _NOT_MUCH_SHARE:
        parts.append(
            f"{percent(run['allocation_share'])} by the split, {percent(run['data_share'])} for want of data"
        )
    return "; ".join(parts)


def _gain(run: Mapping[str, Any]) -> str:
    loss = f"{run['rebalanced']['loss_nats']:.3f}"
    more = significant(run["more_tokens_nats"], 2)
    gained = "no less" if run["gained_nats"] < _NO_NATS else f"{significant(run['gained_nats'], 2)} less"
    return f"same cost, {loss} nats, {gained}; a tenth more tokens instead: {more} less"


def _served(run: Mapping[str, Any], view: View) -> Iterator[tuple[str, str, str]]:
    if run["justified_tokens"] > 0 and run["verdict"] == "compute-starved":
        yield (
            "Right if it serves",
            f"{count(run['justified_tokens'])} tokens",
            f"you expect {count(view['inference_tokens'])}"
            if view["inference_tokens"] > 0
            else "then a small model saves more in serving than it costs in training",
        )


def _epochs(run: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if run["epochs"] is not None:
        yield "Passes", plain_number(run["epochs"]), "over the unique tokens"


def _mfu(run: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if run["mfu"] is not None:
        word = (
            "low: look at the machines before the model"
            if run["mfu"] < _LOW_MFU
            else "of the peak, over billed time"
        )
        yield "MFU", percent(run["mfu"]), word


def _sure(run: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if run["agreeing_share"] is not None:
        yield "Sure", percent(run["agreeing_share"]), "of the draws of the law give this verdict"
    if run["forecast_verdicts"] is not None:
        ordered = sorted(run["forecast_verdicts"].items(), key=lambda item: -item[1])
        shares = ", ".join(f"{percent(share)} {name}" for name, share in ordered[1:] if share > 0)
        yield "By the forecast", f"{percent(ordered[0][1])} {ordered[0][0]}", shares


def map_heading(view: View) -> str:
    """Return what rebalancing buys."""
    if len(view["runs"]) > 1:
        share = percent(view["wasted_flop"] / view["spent_flop"])
        return f"Better splits would have saved {share} of {flop_words(view['spent_flop'])}"
    run = view["runs"][0]
    better = model_words(run["rebalanced"]["params"], run["rebalanced"]["tokens"])
    if run["gained_nats"] < _NO_NATS:
        return "No other split of the same cost is better"
    return f"{better} costs the same and gains {significant(run['gained_nats'], 2)} nats"


def map_title(view: View) -> str:
    """Return the finding of the map of runs."""
    if len(view["runs"]) > 1:
        balanced = view["counts"]["balanced"]
        most = percent(view["balanced_share"])
        return f"{balanced} of {len(view['runs'])} runs lie where no more than {most} is wasted"
    run = view["runs"][0]
    if run["verdict"] == "balanced":
        return "The run lies among the balanced ones"
    if run["verdict"] == "data-starved" and run["epochs"] is not None:
        return f"The run sees its data {significant(run['epochs'])} times: it is data-starved"
    where = {"under-trained": "below", "compute-starved": "above", "data-starved": "beside"}[run["verdict"]]
    return f"The run lies {where} the balanced ones: it is {run['verdict']}"
