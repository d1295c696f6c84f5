"""Options that say what the columns of a table of summaries mean."""

from __future__ import annotations

from typing import cast

from nextdollar.audience.transactions.summaries import SummaryQuestion
from nextdollar.audience.transactions.summary_meaning import Buys, Recency
from nextdollar.cli.ltv_verbs import LtvOptions
from nextdollar.cli.retention_verbs import RetentionOptions, TableKind
from nextdollar.errors import Fault, OptionsError

_OF_OTHERS = (
    "tenure",
    "entered",
    "churned",
    "flag",
    "start",
    "cancelled",
    "customer",
    "watched_since",
    "until",
)


def summary_question(
    options: RetentionOptions | LtvOptions, *, n_draws: int = 4096, seed: int = 7
) -> SummaryQuestion:
    """Return how a table of summaries is to be read, as options say."""
    recency, buys = options.recency, options.buys
    return SummaryQuestion(
        recency=None if recency is None else cast(Recency, str(recency)),
        buys=None if buys is None else cast(Buys, str(buys)),
        by=options.by,
        n_draws=n_draws,
        seed=seed,
    )


def refuse_beside_summary(options: RetentionOptions) -> None:
    """Raise OptionsError for options of other tables beside those of summaries."""
    given = {name: getattr(options, name) for name in _OF_OTHERS}
    faults = [
        Fault(
            "ND1707",
            f"--{name.replace('_', '-')}",
            "is of no use for a table of summary",
            str(value),
            "leave it out",
        )
        for name, value in given.items()
        if value is not None
    ]
    if options.kind not in (None, TableKind.summary):
        rule = "must be summary beside --recency or --buys"
        faults.append(Fault("ND1707", "--kind", rule, str(options.kind)))
    if faults:
        raise OptionsError(faults)
