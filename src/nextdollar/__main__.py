"""Run `python -m nextdollar`."""

from nextdollar.cli.entry import main

main()
