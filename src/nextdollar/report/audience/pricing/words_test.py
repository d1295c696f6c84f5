"""A test of prices in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from nextdollar.plan.words import percent, significant
from nextdollar.report.research.envelope import View


def seen_words(seen: Mapping[str, float], words: Callable[[float], str]) -> str:
    """Return a measured number with its range: "8 % (6.7 % to 9.4 %)"."""
    return f"{words(seen['measured'])} ({words(seen['p5'])} to {words(seen['p95'])})"


def test_sentences(view: View) -> Iterator[str]:
    """Yield what a test says of the elasticity, in all and by segment."""
    test = view["price_test"]
    text = f"The test puts the elasticity at {_range(test['elasticity'])}"
    if test["form"] == "linear":
        yield f"{text} at today's price of {significant(test['today_usd'])} USD."
    else:
        one = percent(test["at_most_one_share"])
        yield f"{text}, with {one} of the probability at 1 or less, where no finite price is best."
    if test["segments"]:
        alone = ", ".join(f"{item['segment'] or 'unnamed'} {_range(item)}" for item in test["segments"][:6])
        differ = test["segments_differ_share"]
        chance = "" if differ is None else f"; so unlike by chance in {percent(differ)} of tests"
        yield f"By segment alone: {alone}{chance}."


def beyond_words(view: View, multiple: float) -> str:
    """Return a word on an advised price that lies beyond those tested; empty where it does not or may not."""
    test = view["price_test"]
    if test is None or test["today_usd"] is None:
        return ""
    tested = [arm["price_usd"] / test["today_usd"] for arm in test["arms"]]
    return "" if min(tested) <= multiple <= max(tested) else ", beyond the prices tested"


def test_finding(view: View) -> str:
    """Return what the test found, for the title of a picture."""
    test = view["price_test"]
    return f"The test puts the elasticity at {_range(test['elasticity'])}"


def _range(item: Mapping[str, float]) -> str:
    # A median of next to nothing may be a zero below zero.
    middle, low, high = (significant(round(item[name], 9) + 0.0) for name in ("p50", "p5", "p95"))
    return f"{middle} ({low} to {high})"
