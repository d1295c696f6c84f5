"""What a split of a budget says, as sentences and rows that the text and the page share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import flop_words

_SAME_SHARE = 0.002
_MANY_TIMES = 2.0
_LETTERS_END = 1e6
_LIMITS = {"deadline": "the deadline", "memory": "memory", "data": "unique tokens, which are repeated"}


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    plan = f"Train {count(view['params'])} parameters on {count(view['tokens'])} tokens"
    saving = saving_of(view)
    if saving is None:
        held = [_LIMITS[name] for name in view["binding"] if name in ("deadline", "memory")]
        return (
            f"{plan}; {' and '.join(held)} {'set' if len(held) > 1 else 'sets'} the size."
            if held
            else f"{plan}."
        )
    beside = f"{count(view['plain']['params'])} that is compute-optimal for the same loss"
    if saving < 0:
        return f"{plan}; the limits make it cost {more_words(-saving)} than the {beside}."
    return f"{plan}: {percent(saving)} cheaper than the {beside}."


def saving_of(view: View) -> float | None:
    """Return the share saved against the compute-optimal plan; below 0 what limits cost.

    None where there is nothing to tell: the plans are alike, or no plain one reaches the loss.
    """
    saving = view["saving_share"]
    is_held = bool({"memory", "deadline"} & set(view["binding"]))
    if saving is None or abs(saving) < _SAME_SHARE or (saving < 0 and not is_held):
        return None
    return float(saving)


def more_words(share: float) -> str:
    """Return an extra cost: "15 % more", "3.2 times more"."""
    if share > _MANY_TIMES:
        return f"{plain_number(share, 2)} times more"
    return f"{percent(share)} more"


def plain_number(value: float, digits: int = 3) -> str:
    """Return a number that may be absurdly large."""
    if abs(value) < _LETTERS_END:
        return significant(value, digits)
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def figures(view: View) -> list[tuple[str, str, str]]:
    """Return the few numbers: name, figure, and what to know of it."""
    ranges = view["ranges"] or {}
    rows = [
        ("Parameters", count(view["params"]), _spread(ranges.get("params"), count)),
        ("Tokens", count(view["tokens"]), tokens_words(view, ranges)),
        ("Loss", f"{_nats(view['loss_nats'])} nats", _spread(ranges.get("loss_nats"), _nats)),
        _training(view),
    ]
    if view["demand"]["inference_tokens"] > 0:
        served = f"for {count(view['demand']['inference_tokens'])} tokens"
        usd = view["cost"]["serving_usd"]
        figure = flop_words(view["cost"]["serving_flop"]) if usd is None else money(usd)
        rows.append(("Serving", figure, served))
    rows += [*_saving(view), *_flat(view), *_limits(view), *_regret(ranges), *_second(view)]
    return rows


def _nats(loss_nats: float) -> str:
    return f"{loss_nats:.3f}"


def tokens_words(view: View, ranges: Mapping[str, Any]) -> str:
    """Return what to know of the tokens: per parameter, epochs, range."""
    parts = [f"{plain_number(view['tokens_per_param'])} per parameter"]
    if view["epochs"] is not None and view["epochs"] > 1:
        parts.append(f"each unique one seen {plain_number(view['epochs'])} times")
    parts.append(_spread(ranges.get("tokens"), count))
    return "; ".join(part for part in parts if part)


def _spread(found: Mapping[str, float] | None, words: Any) -> str:
    return "" if found is None else f"P5 {words(found['p5'])}, P95 {words(found['p95'])}"


def _training(view: View) -> tuple[str, str, str]:
    cost = view["cost"]
    flop, over = flop_words(cost["training_flop"]), _over_budget(view)
    if cost["training_usd"] is None:
        return "Training", flop, over
    hours = f"{count(cost['training_gpu_hours'])} GPU-hours of {view['hardware']['accelerator']}"
    return "Training", money(cost["training_usd"]), "; ".join(filter(None, (f"{flop}, {hours}", over)))


def _over_budget(view: View) -> str:
    """Return how far training goes over its budget to save on serving."""
    over = view["cost"]["training_flop"] / view["budget"]["flop"] - 1
    is_more = view["budget"]["covers"] == "training" and over > _SAME_SHARE
    return f"{percent(over)} over the budget, to serve for less" if is_more else ""


def _saving(view: View) -> Iterator[tuple[str, str, str]]:
    saving, plain = saving_of(view), view["plain"]
    if saving is None:
        return
    split = f"{count(plain['params'])} on {count(plain['tokens'])} tokens"
    amount = (
        flop_words(abs(view["saved_flop"])) if view["saved_usd"] is None else money(abs(view["saved_usd"]))
    )
    spread = _spread((view["ranges"] or {}).get("saving_share"), percent)
    word = "Saving" if saving > 0 else "Limits cost"
    share = percent(saving) if saving > 0 else more_words(-saving)
    against = f"{share} {'of' if saving > 0 else 'than'} the bill of {split}, compute-optimal"
    yield word, amount, "; ".join(filter(None, (against, spread)))


def _flat(view: View) -> Iterator[tuple[str, str, str]]:
    flat = view["flat"]
    is_free = not {"memory", "deadline"} & set(view["binding"])
    if is_free and flat["params_low"] is not None and flat["params_high"] is not None:
        ends = f"{count(flat['params_low'])} to {count(flat['params_high'])}"
        yield "Flat", ends, f"these sizes cost at most {percent(flat['extra_share'])} more for the same loss"


def _limits(view: View) -> Iterator[tuple[str, str, str]]:
    if view["binding"]:
        worth = {name: nats for name, nats in view["doubling_nats"].items() if nats > 0}
        parts = [f"twice the {name} takes off {significant(nats, 2)} nats" for name, nats in worth.items()]
        yield "Limited by", " and ".join(view["binding"]), ", ".join(parts)


def _regret(ranges: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    regret = ranges.get("regret_share")
    if regret is not None:
        yield (
            "If the law is off",
            f"{percent(regret['p50'])} wasted",
            f"P95 {percent(regret['p95'])} of the cost, over the draws of the law",
        )


def _second(view: View) -> Iterator[tuple[str, str, str]]:
    second = view["second_opinion"]
    if second is None:
        return
    size, loss, regret = (second[name] for name in ("params", "loss_nats", "regret_share"))
    yield "By the forecast", f"{count(size['p50'])}", f"{_spread(size, count)}: the best size"
    words = f"{_spread(loss, _nats)}: what this plan reaches; it wastes {percent(regret['p50'])} then"
    yield "", f"{_nats(loss['p50'])} nats", words


def isoflop_title(view: View) -> str:
    """Return the finding of the isoFLOP curves."""
    held = [_LIMITS[name] for name in view["binding"] if name in ("deadline", "memory")]
    if held:
        verb = "hold" if len(held) > 1 else "holds"
        words = f"{' and '.join(held)} {verb} the model at {count(view['params'])} parameters"
        return words[:1].upper() + words[1:]
    flat = view["flat"]
    if flat["params_low"] is None or flat["params_high"] is None:
        work = flop_words(view["cost"]["training_flop"])
        return f"At {work} the least loss is at {best_size(view)} parameters"
    ends = f"{count(flat['params_low'])} to {count(flat['params_high'])} parameters"
    return f"Any size from {ends} costs at most {percent(flat['extra_share'])} more than the best"


def budgets_heading(view: View) -> str:
    """Return what is best for training alone."""
    work = flop_words(view["cost"]["training_flop"])
    return f"For training alone {best_size(view)} parameters would be best at {work}"


def prices_heading(view: View) -> str:
    """Return what the compute-optimal model, or a size off by two, costs more."""
    saving = saving_of(view)
    if saving is not None and saving > 0:
        words = more_words(1 / (1 - saving) - 1)
        return f"The compute-optimal {count(view['plain']['params'])} costs {words}"
    _, half, twice, _ = (row["extra_share"] for row in view["multiples"])
    if half is None or twice is None or min(half, twice) < 0:
        return "What another size costs for the same loss"
    return f"A size off by a factor of two costs {more_words(max(half, twice))}"


def best_size(view: View) -> str:
    """Return the size with the least loss at the plan's training work."""
    middle = view["isoflops"][len(view["isoflops"]) // 2]
    return count(middle["best"]["params"])


def prices_title(view: View) -> str:
    """Return the finding of the prices of sizes."""
    _, half, twice, _ = (row["extra_share"] for row in view["multiples"])
    words = [_priced("half the size", half), _priced("twice", twice)]
    return f"{words[0][:1].upper()}{words[0][1:]}, {words[1]}"


def _priced(size: str, extra: float | None) -> str:
    if extra is None:
        return f"{size} never reaches this loss"
    if extra > _MANY_TIMES:
        return f"{size} costs {plain_number(1 + extra, 2)} times as much"
    return f"{size} costs {percent(abs(extra))} {'more' if extra >= 0 else 'less'}"
