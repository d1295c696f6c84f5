"""`nextdollar price`: what a price list comes to on real use, and its Python twin."""

from __future__ import annotations

import shlex
from pathlib import Path

from nextdollar.audience.pricing.case import PriceCase
from nextdollar.audience.pricing.price import PriceAnswer, price_usage
from nextdollar.audience.pricing.price_test_rows import read_price_test
from nextdollar.cli.answer import give
from nextdollar.cli.price_model import read_price_model
from nextdollar.cli.price_verbs import PriceOptions
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER, Fault, OptionsError
from nextdollar.report.audience.pricing.report import price_story
from nextdollar.report.audience.pricing.text import price_text
from nextdollar.report.audience.pricing.view import price_view
from nextdollar.report.write import check_folder


def price(usage: Path | str, model: Path | str | PriceCase, *, test: Path | str | None = None) -> PriceAnswer:
    """Work out what a price list comes to on a table of real use.

    Parameters
    ----------
    usage : Path or str
        A CSV file: `customer`, and what the price list and the costs count (`prompt_tokens` and
        `output_tokens`, `seats`, `predictions`, `accurate`). `month` where a customer has several rows,
        `paid_usd` for what is paid today, `tier` for tiers that customers are on.
    model : Path, str or PriceCase
        A file of prices (YAML), or what `parse_price_model` made of a text.
    test : Path or str, optional
        A CSV file of a test of prices in place of an elasticity: `price_usd`, `offered`, `bought`, and
        `segment` where people were of several kinds. Only with a file of prices.

    Returns
    -------
    PriceAnswer
        Margins by decile, who loses money, the advised price or why there is none, and the growth of use
        at which serving outruns the bills. Amounts are a month's average over the months of the table.

    Raises
    ------
    ScenarioError
        With every fault of the file of prices.
    RowsError
        With every fault of the table, or of the test.
    OptionsError
        If a test stands beside a case that has been read already.
    """
    if isinstance(model, PriceCase):
        if test is not None:
            rule = "must not stand beside a case that has been read: its demand is stated there"
            raise OptionsError([Fault("ND1797", "test", rule, str(test), "parse_price_model takes a test")])
        return price_usage(usage, model)
    case = read_price_model(model, None if test is None else read_price_test(test))
    return price_usage(usage, case)


def run_price(options: PriceOptions) -> int:
    """Print what a price list comes to; with `out`, write a report. 3 where the price has no answer."""
    if options.out is not None:
        check_folder(options.out)
    found = price(options.usage, options.model, test=options.test)
    exit_code = give(
        price_view(found),
        text=lambda view: price_text(view, next_command=_next(options)),
        tell=price_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and not found.has_answer else exit_code


def _next(options: PriceOptions) -> str:
    usage, model = (shlex.quote(str(path)) for path in (options.usage, options.model))
    command = f"nextdollar price {usage} --model {model}"
    if options.test is not None:
        command += f" --test {shlex.quote(str(options.test))}"
    return f"{command} --json" if options.out is not None else f"{command} --out price-report"
