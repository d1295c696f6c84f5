"""Commands made from dataclasses of options."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from nextdollar.cli.runs_options import ReadingOptions, as_typed
from nextdollar.cli.runs_verbs import FitOptions, ForecastOptions
from nextdollar.cli.verb import verb


@dataclass(frozen=True, kw_only=True)
class Shared:
    loud: Annotated[bool, typer.Option("--loud")] = False


@dataclass(frozen=True, kw_only=True)
class GreetOptions(Shared):
    """Greet somebody."""

    name: Annotated[str, typer.Argument()]
    times: Annotated[int, typer.Option("--times", min=1)] = 1


def greet(options: GreetOptions) -> int:
    """Print a greeting and return how often."""
    print(
        (f"hello {options.name} " * options.times).strip().upper()
        if options.loud
        else f"hello {options.name}"
    )
    return options.times


@pytest.fixture
def app():
    found = typer.Typer()
    found.command()(verb("greet", GreetOptions, f"{__name__}:greet"))
    found.command()(verb("other", GreetOptions, "no.such.module:run"))
    return found


def test_fields_become_options_with_their_defaults(app, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, __name__, inspect.getmodule(greet))
    assert CliRunner().invoke(app, ["greet", "Ada"]).stdout == "hello Ada\n"
    assert (
        CliRunner().invoke(app, ["greet", "Ada", "--times", "2", "--loud"]).stdout == "HELLO ADA HELLO ADA\n"
    )


def test_own_options_stand_before_inherited_ones():
    names = list(inspect.signature(verb("greet", GreetOptions, "x:y")).parameters)
    assert names == ["name", "times", "loud", "catalogue"]


def test_help_needs_no_import_of_the_runner(app):
    found = CliRunner().invoke(app, ["other", "--help"])
    assert found.exit_code == 0
    assert "Greet somebody." in found.stdout


@pytest.mark.parametrize("options", [FitOptions, ForecastOptions])
def test_a_command_is_called_as_its_options_say(options):
    assert (options.__doc__ or "").endswith((".", "s"))


class TestTheNextCommand:
    def test_it_repeats_how_the_table_was_read(self, tmp_path):
        options = ReadingOptions(
            where="flops <= 1e21 and a == 'b'", columns=["loss=val loss"], keep="all", bytes_per_token=4.2
        )
        assert as_typed(tmp_path / "my runs.csv", options) == (
            f"'{tmp_path}/my runs.csv' --where 'flops <= 1e21 and a == '\"'\"'b'\"'\"'' "
            "--columns 'loss=val loss' --keep all --bytes-per-token 4.2"
        )

    def test_what_was_not_given_is_not_repeated(self, tmp_path):
        assert as_typed(tmp_path / "runs.csv", ReadingOptions()) == f"{tmp_path}/runs.csv"
