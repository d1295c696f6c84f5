"""`nextdollar mrr`: movements of recurring revenue, and what is kept of it."""

from __future__ import annotations

import shlex

from nextdollar.audience.recurring_revenue.mrr import mrr
from nextdollar.cli.answer import give
from nextdollar.cli.mrr_verbs import MrrOptions
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER, Fault, OptionsError
from nextdollar.report.audience.recurring_revenue.report import TENURES_FILE, mrr_story
from nextdollar.report.audience.recurring_revenue.text import mrr_text
from nextdollar.report.audience.recurring_revenue.view import mrr_view
from nextdollar.report.write import check_folder

_USUAL_FOLDER = "mrr-report"


def run_mrr(options: MrrOptions) -> int:
    """Print how MRR moves and what is kept; with `out`, write a report. 3 where nothing kept can be said."""
    if options.out is not None:
        check_folder(options.out)
    found = mrr(
        options.table,
        usd_per_unit=_rates(options.rate),
        rates=options.rates,
        billed=options.billed,
        as_of=options.as_of,
        span_months=options.span,
        n_draws=options.draws,
        seed=options.seed,
    )
    exit_code = give(
        mrr_view(found),
        text=lambda view: mrr_text(view, next_command=_next(options)),
        tell=mrr_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and found.same_accounts is None else exit_code


def _rates(texts: list[str] | None) -> dict[str, str]:
    """Return what each currency costs, as it was typed; one that is stated twice is refused."""
    rates: dict[str, str] = {}
    for text in texts or ():
        name, _, price = text.partition("=")
        name = name.strip().upper()
        if name in rates:
            rule, hint = "must be stated once for a currency", "leave one out"
            raise OptionsError([Fault("ND1738", f"--rate {name}", rule, text, hint)])
        rates[name] = price.strip()
    return rates


def _next(options: MrrOptions) -> str:
    """Return the command to go on with: a report, then what its cohorts say of retention to come."""
    if options.out is not None:
        file = shlex.quote(str(options.out / TENURES_FILE))
        return f"nextdollar retention {file} --tenure tenure_months --churned has_left --flag ever"
    words = ["nextdollar mrr", shlex.quote(str(options.table))]
    words += [f"--rate {shlex.quote(text)}" for text in options.rate or ()]
    for name, value in (("rates", options.rates), ("billed", options.billed), ("as-of", options.as_of)):
        if value is not None:
            words.append(f"--{name} {shlex.quote(str(value))}")
    for name, number, usual in (
        ("span", options.span, 12),
        ("draws", options.draws, 4096),
        ("seed", options.seed, 0),
    ):
        if number != usual:
            words.append(f"--{name} {number}")
    return " ".join([*words, f"--out {_USUAL_FOLDER}"])
