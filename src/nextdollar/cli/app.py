"""The verbs of nextdollar in the order of `--help`; what each takes is in the file of its family."""

from __future__ import annotations

from typing import Annotated

import typer

from nextdollar.cli.budget_verbs import allocate, diagnose
from nextdollar.cli.calibrate_verbs import calibrate
from nextdollar.cli.catalogue_verbs import catalogue
from nextdollar.cli.decision_verbs import knee, study
from nextdollar.cli.estimate_verbs import estimate
from nextdollar.cli.learn_verbs import learn
from nextdollar.cli.ltv_verbs import ltv
from nextdollar.cli.mrr_verbs import mrr
from nextdollar.cli.own_verbs import own
from nextdollar.cli.price_verbs import price
from nextdollar.cli.retention_verbs import retention
from nextdollar.cli.runs_verbs import fit, forecast
from nextdollar.cli.scenario_verbs import check, compare, demo, doctor, explain, init, plan, schema
from nextdollar.cli.serve_verbs import serve_plan
from nextdollar.cli.verb import with_catalogue

app = typer.Typer(
    name="nextdollar",
    help="Where does the next dollar of AI spend stop paying off?",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from nextdollar.cli.version import version_line

        typer.echo(version_line())
        raise typer.Exit


@app.callback()
def _everywhere(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


for _verb in (
    plan,
    compare,
    explain,
    demo,
    init,
    check,
    fit,
    forecast,
    allocate,
    diagnose,
    study,
    knee,
    schema,
    doctor,
):
    app.command()(with_catalogue(_verb))

app.add_typer(estimate)
app.command()(serve_plan)
app.command()(calibrate)
app.command()(own)
app.command()(ltv)
app.command()(learn)
app.command()(price)
app.command()(mrr)
app.command()(retention)
app.add_typer(catalogue)
