"""`nextdollar learn`: users bring data, data brings quality, quality keeps users."""

from __future__ import annotations

import shlex
from dataclasses import replace

from nextdollar.audience.learning.answer import LearnAnswer
from nextdollar.audience.learning.learn import learn
from nextdollar.audience.learning.question import JOINERS_ENDS, MOST_MONTHS, Ends, LearnQuestion
from nextdollar.cli.answer import give
from nextdollar.cli.learn_verbs import LearnOptions
from nextdollar.cli.option_quantities import USD, OptionReader
from nextdollar.cli.serve_quantities import ends_of
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.kind import Kind, linear
from nextdollar.report.audience.learning.report import learn_story
from nextdollar.report.audience.learning.text import learn_text
from nextdollar.report.audience.learning.view import learn_view
from nextdollar.report.write import check_folder
from nextdollar.units import PERCENT

_MARGIN = replace(
    kinds.PRICE_PER_MONTH, name="margin per user", plain_unit="USD/month", example="8 to 12 USD/month"
)
_COST = replace(USD, name="cost of a version", example="15 to 40 KUSD")
_HORIZON = replace(kinds.POSITIVE_DURATION, plain_unit="months", high=MOST_MONTHS, example="24 months")
_EVERY = replace(kinds.POSITIVE_DURATION, plain_unit="months", high=MOST_MONTHS, example="8 weeks")
_DISCOUNT = replace(kinds.DISCOUNT, plain_unit="%/year")
_TOLERANCE = replace(kinds.POSITIVE_SHARE, high_open=True, example="5 %")
_INVOLUNTARY = replace(kinds.POSITIVE_SHARE, high_open=True, example="15 to 40 %")
_REFERRALS = Kind(
    "users whom a user brings", "/month", {"%/month": linear(PERCENT), "/month": linear(1.0)}, "%/month",
    0.0, 1.0, low_open=True, least=1e-6, example="1 to 2 %/month",
)  # fmt: skip
_FOLLOW = Kind(
    "rise of joiners", "/point", {"%/point": linear(PERCENT), "/point": linear(1.0)}, "%/point",
    *JOINERS_ENDS, plain_unit="%/point", example="1 to 3 %/point",
)  # fmt: skip


def run_learn(options: LearnOptions) -> int:
    """Print what a table of users and quality says; with `out`, write a report. 3 where it says nothing."""
    if options.out is not None:
        check_folder(options.out)
    found = learn(options.table, _question(options))
    exit_code = give(
        learn_view(found),
        text=lambda view: learn_text(view, next_command=_next(options, found)),
        tell=learn_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and not found.is_answered else exit_code


def _question(options: LearnOptions) -> LearnQuestion:
    """Read every option, and refuse all that is wrong with them at once."""
    reader = OptionReader()
    margin = ends_of(reader, "--margin", options.margin, _MARGIN)
    cost = ends_of(reader, "--update-cost", options.update_cost, _COST)
    every = reader.number("--every", options.every, _EVERY)
    horizon = reader.number("--horizon", options.horizon, _HORIZON)
    discount = reader.number("--discount", options.discount, _DISCOUNT)
    tolerance = reader.number("--tolerance", options.tolerance, _TOLERANCE)
    involuntary = ends_of(reader, "--involuntary", options.involuntary, _INVOLUNTARY)
    referrals = ends_of(reader, "--referrals", options.referrals, _REFERRALS)
    follow = _follow_ends(reader, options.joiners_follow)
    if options.update_cost is not None and options.margin is None:
        hint = "a cost in USD cannot be held against users without what they bring"
        reader.refuse("--update-cost", "needs --margin beside it", options.update_cost, hint, code="ND1775")
    reader.done()
    if horizon is None or discount is None or tolerance is None:
        raise ValueError("an option that was refused passed the checks")
    return LearnQuestion(
        margin_usd_per_month=margin,
        update_cost_usd=cost,
        update_months=every,
        horizon_months=horizon,
        discount_per_month=discount,
        tolerance_share=tolerance,
        involuntary_share=involuntary,
        referrals_per_month=referrals,
        joiners_per_point_share=follow,
        n_draws=options.draws,
        seed=options.seed,
    )


def _follow_ends(reader: OptionReader, text: str | None) -> Ends | None:
    """Return the ends of a rise of joiners, which may be 0 or below; None where none is stated."""
    found = reader.quantity("--joiners-follow", text, _FOLLOW)
    if found is None:
        return None
    # A low end of 0 must not become a hair above it: ranges above 0 have another shape.
    low, high = (round(float(found.inner_quantile(share)), 9) for share in (0.05, 0.95))
    return low, high


def _next(options: LearnOptions, found: LearnAnswer) -> str:
    """Return the command to go on with: what is missing first, then a report."""
    words = ["nextdollar", "learn", str(options.table)]
    usual = LearnOptions(table=options.table)
    for name in ("margin", "update_cost", "every", "horizon", "discount", "tolerance"):
        value = getattr(options, name)
        if value != getattr(usual, name):
            words += [f"--{name.replace('_', '-')}", value]
    for name in ("involuntary", "referrals", "joiners_follow"):
        value = getattr(options, name)
        if value is not None:
            words += [f"--{name.replace('_', '-')}", value]
    has_worth = found.flywheel is not None
    if has_worth and options.margin is None:
        words += ["--margin", _MARGIN.example]
    elif found.flywheel is not None and found.flywheel.updates.versions_basis == "every_period":
        words += ["--every", _EVERY.example]
    elif has_worth and options.update_cost is None:
        words += ["--update-cost", _COST.example]
    else:
        words += ["--json"] if options.out is not None else ["--out", "learn-report"]
    return shlex.join(words)
