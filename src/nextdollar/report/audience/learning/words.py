"""What a learning loop comes to, in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from nextdollar.plan.words import count, percent, significant
from nextdollar.report.audience.learning.joiners_words import is_followed, joiners_words
from nextdollar.report.audience.learning.number_words import MANY_PERIODS, amount, ends, periods, small
from nextdollar.report.research.envelope import View

PARTS = {
    "learning_curve": "learning curve",
    "churn_by_quality": "churn by quality",
    "joiners_by_quality": "joiners by quality",
    "retention_lag": "retention decay lag",
    "version_life": "useful life of a version",
    "flywheel": "flywheel",
    "return_of_versions": "return of versions",
}
_IN_BRACKETS = re.compile(r" \([^)]*\)")
_CLEAR_SHARE, _FEW = 0.95, 0.5


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    wheel = view["flywheel"]
    if wheel is not None:
        user = wheel["one_more_user"]["total"]
        worth = f"{amount(user['p50'], wheel['unit'])} over {_months(view)} ({ends(user, _worth(wheel))})"
        part = percent_part(wheel)
        return f"One more user is worth {worth}, {part} of it through learning; {stall_words(view)}."
    said = next((words for words in _without_wheel(view) if words), "")
    return said or "Nothing can be said from this table."


def finding(view: View) -> str:
    """Return the state of the loop, short enough for a title."""
    words = _IN_BRACKETS.sub("", stall_words(view))
    return words[:1].upper() + words[1:]


def percent_part(wheel: Mapping[str, Any]) -> str:
    """Return the part of a user's worth that flows through learning."""
    over = wheel["one_more_user"]["total_over_alone"]["p50"]
    if over is None or over <= 1:
        return "none"
    return percent(1 - 1 / over)


def stall_words(view: View) -> str:
    """Return where the flywheel stalls, without a full stop."""
    wheel = view["flywheel"]
    if not view["learning_curve"]["is_found"]:
        return "it is not clear that the flywheel turns: quality does not clearly rise with data"
    gain, when = wheel["loop_gain"], wheel["stall_periods"]
    does_keep = view["churn_by_quality"]["keeps_share"] >= _CLEAR_SHARE
    if not is_followed(wheel):
        if not does_keep:
            return "it is not clear that the flywheel turns: quality does not clearly keep users"
        longer = f"ten percent more data keep users {_gain(gain['p50'])} % longer"
    else:
        if not does_keep and not (gain["p5"] or 0.0) > 0:
            return "it is not clear that the flywheel turns: quality does not clearly keep or draw users"
        longer = f"ten percent more data bring {_gain(gain['p50'])} % more users"
    stalled = wheel["is_stalled_share"]
    if stalled >= 0.5:
        return f"the flywheel has stalled{_in_draws(stalled)}: {longer}"
    if when["p50"] is None:
        return f"the flywheel does not stall within {_months(view)}{_in_draws(when['never_share'])}: {longer}"
    if when["p50"] == 0:
        return f"the flywheel stalls with the version that is due: today {longer}"
    wait = significant(when["p50"], 2)
    plural = "" if wait == "1" else "s"
    return (
        f"the flywheel stalls {wait} {view['period']}{plural} from now ({ends(when, small)}): today {longer}"
    )


def _in_draws(share: float) -> str:
    """Return in how many draws something holds; nothing where it is all but certain."""
    return "" if share >= _CLEAR_SHARE else f" (in {percent(share)} of draws)"


def _gain(value: float | None) -> str:
    """Return percent of lifetime for ten percent of data."""
    return "" if value is None else significant(10 * value, 2)


def curve_words(view: View) -> str:
    """Return what data do to quality, without a full stop; empty where it cannot be said."""
    curve = view["learning_curve"]
    if curve is None:
        return ""
    if not curve["is_found"]:
        return f"that more data lift quality is not clear (chance alone: {percent(curve['no_gain_chance'])})"
    gain, top = curve["gain_per_doubling_share"], curve["ceiling_share"]
    return (
        f"twice the data lift quality by {_points(gain['p50'])} points ({ends(gain, _points)}), "
        f"to {percent(top['p50'])} at most ({ends(top, percent)})"
    )


def churn_words(view: View) -> str:
    """Return what quality does to churn, without a full stop; empty where it cannot be said."""
    churn = view["churn_by_quality"]
    if churn is None:
        return ""
    change = churn["change_per_point"]
    if churn["keeps_share"] < _CLEAR_SHARE:
        sure = percent(churn["keeps_share"])
        return f"that quality keeps users is not clear: less churn with better quality in {sure} of draws"
    moved = significant(-100 * (change["p50"] or 0.0), 2)
    spread = (
        f"{significant(-100 * (change['p95'] or 0.0), 2)} to {significant(-100 * (change['p5'] or 0.0), 2)}"
    )
    return f"a point of quality went with {moved} % less churn (90 %: {spread})"


def lag_words(view: View) -> str:
    """Return the retention decay lag, without a full stop; empty where it cannot be said."""
    lag = view["retention_lag"]
    if lag is None:
        return ""
    unit, seen = f"{view['period']}s", significant(lag["seen_to_periods"], 3)
    if not lag["is_found"]:
        chance = percent(lag["no_change_chance"])
        return f"churn does not clearly rise within {seen} {unit} of an update (chance alone: {chance})"
    at, rise = lag["lag_periods"], lag["rise_per_period"]
    return (
        f"churn starts to rise {significant(at['p50'], 2)} {unit} after an update ({ends(at, _two)}), "
        f"then by {percent(rise['p50'])} a {view['period']} ({ends(rise, percent)})"
    )


def life_words(view: View) -> str:
    """Return the useful life of a version, without a full stop; empty where it cannot be said."""
    life = view["version_life"]
    if life is None:
        return ""
    unit, seen = f"{view['period']}s", life["seen_to_periods"]
    if not life["is_found"]:
        chance = percent(life["no_change_chance"])
        return f"quality does not clearly fall within {seen:g} {unit} of an update (chance alone: {chance})"
    lived = life["life_periods"]
    beyond = "" if (lived["p50"] or MANY_PERIODS) <= seen else f", beyond the {seen:g} that were seen"
    return (
        f"a version has lost {percent(life['tolerance_share'])} of its quality after {periods(lived['p50'])} "
        f"{unit} ({ends(lived, periods)}){beyond}: {percent(life['loss_per_month_share']['p50'])} a month "
        f"from {view['period']} {significant(life['lag_periods']['p50'], 2)} on"
    )


def updates_words(view: View) -> str:
    """Return what the versions to come bring, without a full stop; empty where it cannot be said."""
    wheel = view["flywheel"]
    if wheel is None:
        return ""
    updates, unit = wheel["updates"], wheel["unit"]
    n_versions = updates["n_versions"]
    if n_versions == 0:
        return f"no version is due within {_months(view)}"
    over, data = updates["over_none"], updates["from_data"]
    if updates["versions_basis"] == "every_period":
        return (
            f"learning every {view['period']} brings {amount(over['p50'], unit)} over never again "
            f"({ends(over, _worth(wheel))})"
        )
    brought = (
        f"{n_versions} version{'' if n_versions == 1 else 's'} bring {amount(over['p50'], unit)} over none "
        f"({ends(over, _worth(wheel))}), {amount(data['p50'], unit)} of it by more data"
    )
    roi = updates["roi"]
    if roi is None:
        return brought
    return (
        f"{brought}; they cost {amount(updates['cost']['p50'], unit)}: return {percent(roi['p50'])} "
        f"({ends(roi, percent)}), of the data alone "
        f"{percent(updates['learning_roi']['p50'])} ({ends(updates['learning_roi'], percent)})"
    )


def cadence_words(view: View) -> str:
    """Return the best time between versions, without a full stop; empty where no cost is stated."""
    wheel = view["flywheel"]
    if wheel is None or not wheel["updates"]["cadences"]:
        return ""
    best = max(wheel["updates"]["cadences"], key=lambda item: item["gain"]["p50"])
    how_sure = f"best in {percent(best['best_share'])} of draws"
    if best["periods"] is None:
        return f"no cadence pays for its versions ({how_sure})"
    every = f"every {best['periods']} {view['period']}s" if best["periods"] > 1 else f"every {view['period']}"
    pays = "pays most" if best["best_share"] >= _FEW else "does as well as any"
    return f"a version {every} {pays} ({how_sure}; {ends(best['gain'], _worth(wheel))} over none)"


def path_words(view: View) -> str:
    """Return where users come to by the end of the horizon, without a full stop; empty without a loop."""
    if view["flywheel"] is None:
        return ""
    last = view["flywheel"]["path"][-1]
    with_data, copies = count(last["learning"]["p50"]), count(last["copies"]["p50"])
    at = f"in {view['period']} {last['period'] + 1}"
    if with_data == copies:
        return f"{with_data} users {at}, whether or not new versions learn"
    return f"{with_data} users {at} where new versions learn, {copies} where they do not"


def _worth(wheel: Mapping[str, Any]) -> Callable[[float], str]:
    unit = wheel["unit"]
    return lambda value: amount(value, unit).removesuffix(" USD").removesuffix(f" {unit}")


def _points(value: float | None) -> str:
    return "none" if value is None else significant(100 * value, 2)


def _two(value: float) -> str:
    return significant(value, 2)


def _months(view: View) -> str:
    return f"{significant(view['horizon_months'])} months"


def _without_wheel(view: View) -> list[str]:
    told = (life_words(view), lag_words(view), curve_words(view), churn_words(view), joiners_words(view))
    return [f"{words[:1].upper()}{words[1:]}." if words else "" for words in told]
