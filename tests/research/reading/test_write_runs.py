from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.errors import OutputError
from nextdollar.research.reading import read_runs, runs_as_csv, write_runs

FULL = (
    "name,params,tokens,flops,loss,family,unique_tokens,num_experts,mmlu\n"
    '"a, big",100000000,2e9,1.3e18,3.11231,c4,1e9,8,0.25\n'
    "b,200000000,4e9,2.6e18,2.91231,c4,2e9,8,\n"
)


def same(first, second):
    np.testing.assert_array_equal(first.params, second.params)
    np.testing.assert_array_equal(first.tokens, second.tokens)
    np.testing.assert_array_equal(first.flop, second.flop)
    np.testing.assert_array_equal(first.loss_nats, second.loss_nats)
    np.testing.assert_array_equal(first.run, second.run)
    assert first.family == second.family
    assert list(first.metrics) == list(second.metrics)
    for name in first.metrics:
        np.testing.assert_array_equal(first.metrics[name], second.metrics[name])


def test_runs_survive_being_written_and_read(table, tmp_path):
    found = read_runs(table(FULL))
    again = read_runs(write_runs(found, tmp_path / "again.csv"))
    same(found.runs, again.runs)
    np.testing.assert_array_equal(found.runs.unique_tokens, again.runs.unique_tokens)
    np.testing.assert_array_equal(found.runs.experts, again.runs.experts)
    assert again.labels == ("a, big", "b")
    assert again.left_out == ()


def test_checkpoints_stay_checkpoints_of_their_runs(table, tmp_path):
    text = "name,id,N,D,loss\nx,1,1e8,1e9,3.51234\nx,1,1e8,2e9,3.21234\nx,2,2e8,1e9,3.41234\n"
    found = read_runs(table(text), keep="checkpoints")
    again = read_runs(write_runs(found, tmp_path / "again.csv"), keep="checkpoints")
    same(found.runs, again.runs)
    assert again.runs.n_clusters == 2


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.floats(1e6, 1e13), st.floats(1e6, 1e15), st.floats(1.5, 2.0)), min_size=1, max_size=8,
        unique=True,
    )
)  # fmt: skip
def test_every_digit_survives(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("round")
    text = "params,tokens,loss\n" + "".join(f"{N!r},{D!r},{loss!r}\n" for N, D, loss in rows)
    (folder / "runs.csv").write_text(text)
    found = read_runs(folder / "runs.csv")
    (folder / "again.csv").write_text(runs_as_csv(found))
    again = read_runs(folder / "again.csv")
    same(found.runs, again.runs)
    assert again.n_rows == len(found.runs)


def test_a_place_that_cannot_be_written_is_refused(table, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        write_runs(read_runs(table(FULL)), tmp_path / "no" / "such" / "folder.csv")
