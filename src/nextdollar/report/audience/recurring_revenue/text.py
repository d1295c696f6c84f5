"""An answer on recurring revenue for the terminal: what is kept, then how MRR moves."""

from __future__ import annotations

from collections.abc import Iterator

from nextdollar.plan.words import count, percent, significant
from nextdollar.report.audience.recurring_revenue.words import (
    MEASURES,
    by_age_finding,
    by_age_range_words,
    headline,
    months_words,
    moves,
    own_rates_words,
    quick_words,
    range_words,
    share_words,
    undefined_words,
)
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words

_MONTHS_SHOWN = 12


def mrr_text(view: View, *, next_command: str) -> str:
    """Return an answer on recurring revenue for people to read."""
    blocks = [
        f"{headline(view)}\n{run_words(view)}",
        _kept(view),
        _movements(view),
        "\n".join(_lines(view)),
        _notes(view),
    ]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _kept(view: View) -> str:
    same = view["same_accounts"]
    if same is None:
        return ""
    rows = [[f"{same['from_month']} to {same['to_month']}, same accounts", "measured", "90 %"]]
    rows += [
        [words, share_words(same[name]["measured"]), range_words(same[name])]
        for name, words in MEASURES.items()
    ]
    own = own_rates_words(view)
    return aligned(rows) + (f"\n  {own}" if own else "")


def _movements(view: View) -> str:
    named = moves(view)
    head = ["month", "start USD", *named.values(), "end USD", "NRR", "GRR", "customers lost", "quick ratio"]
    rows = [head]
    for month in view["months"][-_MONTHS_SHOWN:]:
        ratio = month["quick_ratio"]
        rows.append(
            [
                month["month"],
                count(month["start_mrr_usd"]),
                *(count(month[name]) for name in named),
                count(month["end_mrr_usd"]),
                _percent(month["nrr_without_reactivation_share"]),
                _percent(month["grr_share"]),
                f"{month['customers_lost']} of {month['customers_start']}",
                "-" if ratio is None else significant(ratio),
            ]
        )
    return f"{aligned(rows)}\n  NRR and GRR of a month: who comes back counts for neither"


def _percent(share: float | None) -> str:
    return "-" if share is None else share_words(share)


def _lines(view: View) -> Iterator[str]:
    last = view["last_months"]
    churn = last["logo_churn_per_month"]
    if churn is not None:
        yield (
            f"  customers lost a month over {months_words(last['n_months'])}: "
            f"{share_words(churn['measured'])} (90 %: {range_words(churn)})"
        )
    yield f"  {quick_words(view)}"
    if view["by_age"]:
        finding = by_age_finding(view)
        yield f"  {finding[:1].lower()}{finding[1:]}{by_age_range_words(view)}"
    crowd = view["concentration"]
    if crowd is not None:
        yield (
            f"  largest account {percent(crowd['largest_share'])} of that MRR, ten largest "
            f"{percent(crowd['top_ten_share'])}: as concentrated as "
            f"{_accounts(crowd['accounts_of_one_size'])} of one size"
        )


def _accounts(number: float) -> str:
    text = significant(number, 2)
    return f"{text} account{'' if text == '1' else 's'}"


def _notes(view: View) -> str:
    lines = [f"  cannot say: {undefined_words(item)}" for item in view["undefined"]]
    return "\n".join([*lines, *(f"  note: {warning}" for warning in view["warnings"])])
