"""Options in the language of scenarios."""

from __future__ import annotations

import pytest

from nextdollar.cli.option_quantities import (
    BYTES,
    MACHINES,
    SERVED_TOKENS,
    USD,
    USD_PER_GPU_HOUR,
    WORK,
    OptionReader,
)
from nextdollar.errors import OptionsError
from nextdollar.plan.quantities.kinds import PARAMS, POSITIVE_DURATION, TOKENS


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("5.76e23", WORK, 5.76e23),
        ("3 ZFLOP", WORK, 3e21),
        ("1e22 flops", WORK, 1e22),
        ("640 GB", BYTES, 640e9),
        ("80 GiB", BYTES, 80 * 2**30),
        ("2_048", MACHINES, 2048),
        ("70 B", PARAMS, 70e9),
        ("1.4T", TOKENS, 1.4e12),
        ("0", SERVED_TOKENS, 0),
        ("5 MUSD", USD, 5e6),
        ("5000", USD, 5000),
        ("2.5", USD_PER_GPU_HOUR, 2.5),
        ("1 month", POSITIVE_DURATION, 1.0),
    ],
)
def test_quantities_are_read_as_in_a_scenario(text, kind, value):
    reader = OptionReader()
    assert reader.number("--x", text, kind) == pytest.approx(value)
    reader.done()


def test_what_is_not_given_is_no_fault():
    reader = OptionReader()
    assert reader.number("--x", None, WORK) is None
    reader.done()


def test_every_fault_is_kept_and_all_come_at_once():
    reader = OptionReader()
    for option, text, kind in (
        ("--flop", "0", WORK),
        ("--usd", "-3", USD),
        ("--memory", "80", BYTES),
        ("--tokens", "1e40", TOKENS),
        ("--params", "abc", PARAMS),
        ("--price", "2 to 3", USD_PER_GPU_HOUR),
        ("--flop", "nan", WORK),
    ):
        assert reader.number(option, text, kind) is None
    with pytest.raises(OptionsError) as caught:
        reader.done()
    faults = caught.value.faults
    assert [fault.where for fault in faults] == [
        *("--flop", "--usd", "--memory", "--tokens", "--params", "--price", "--flop")
    ]
    assert all(fault.rule and fault.value and fault.hint for fault in faults)
    assert faults[2].hint.endswith('write --memory "80 GB"')
