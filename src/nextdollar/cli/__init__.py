"""The command line: a file per verb, one door for errors."""

from nextdollar.cli.entry import main

__all__ = ["main"]
