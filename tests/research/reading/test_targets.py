from __future__ import annotations

import numpy as np
import pytest

from nextdollar.errors import RunsError
from nextdollar.research.reading import read_targets


def codes(path):
    with pytest.raises(RunsError) as caught:
        read_targets(path)
    return [fault.code for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("params,tokens", "7e9,140e9"),
        ("N,D", "7e9,140e9"),
        ("params,tokens_per_param", "7e9,20"),
        ("flops,params", "5.88e21,7e9"),
        ("flops,tokens", "5.88e21,140e9"),
        ("flops,tokens_per_param", "5.88e21,20"),
        ("tokens,tokens_per_param", "140e9,20"),
    ],
)
def test_any_two_of_size_data_work_and_ratio_say_the_same(table, header, row):
    found = read_targets(table(f"{header}\n{row}\n", "targets.csv"))
    np.testing.assert_allclose([found.params[0], found.tokens[0]], [7e9, 140e9], rtol=1e-12)


def test_targets_are_named_by_their_column_or_by_their_size(table):
    assert read_targets(table("name,N,D\nbig,7e9,1.4e11\n,1e9,2e10\n")).names == (
        "big", "1e+09 params, 2e+10 tokens",
    )  # fmt: skip


def test_order_and_repeats_are_kept(table):
    found = read_targets(table("params,tokens\n2e9,1e10\n1e9,1e10\n2e9,1e10\n"))
    np.testing.assert_array_equal(found.params, [2e9, 1e9, 2e9])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("params,tokens\n", ["ND1210"]),
        ("", ["ND1210"]),
        ("params,colour\n1e9,red\n", ["ND1290"]),
        ("params,tokens\n1e9,\n0,1e9\n-1,1e9\n1e9,nan\n", ["ND1231"] * 4),
        ("params,tokens\n7B,1e9\n1e9,1_000\n", ["ND1230"] * 2),
        ("params,tokens_per_param\n1e300,1e300\n", ["ND1231"]),
        ("params,tokens\n" + "1e9,1e10\n" * 10_001, ["ND1204"]),
    ],
)
def test_what_is_not_a_list_of_targets_is_refused_with_every_fault(table, text, expected):
    assert codes(table(text, "targets.csv")) == expected


def test_what_happened_is_read_where_the_table_says(table):
    found = read_targets(table("name,N,D,loss,mmlu,lr\na,1e9,2e10,2.5,0.4,1e-3\nb,2e9,4e10,,,1e-3\n"))
    np.testing.assert_array_equal(found.loss_nats, [2.5, np.nan])
    assert list(found.metrics) == ["mmlu"]
    np.testing.assert_array_equal(found.metrics["mmlu"], [0.4, np.nan])
    assert read_targets(table("N,D\n1e9,2e10\n")).loss_nats is None


def test_what_happened_is_turned_into_nats_where_its_name_says_the_unit(table):
    found = read_targets(table("N,D,perplexity\n1e9,2e10,12.5\n"))
    np.testing.assert_allclose(found.loss_nats, np.log([12.5]))


def test_targets_know_their_file(table):
    path = table("N,D\n1e9,2e10\n")
    found = read_targets(path)
    assert (found.file, len(found.sha256)) == (str(path), 64)
