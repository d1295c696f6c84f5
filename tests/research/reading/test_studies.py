"""Every shared study reads, or is refused with the reason and what to do."""

from __future__ import annotations

import time

import numpy as np
import pytest

from nextdollar.errors import RunsError
from nextdollar.research.reading import read_runs

# Rows used: 240 + 5 points, the best of 81 pairs of size and length, 17 and 16 cells (README of the studies).
WHOLE = {
    "chinchilla_epoch.csv": 245,
    "misfitting_final.csv": 81,
    "steplaw_dense_lr_bs.csv": 17,
    "steplaw_moe_lr_bs.csv": 16,
}
POOLED = {
    "clark_routed_moe_final.csv": ("family == 'clark_S-Base'", 87),
    "datablations_runs.csv": ("family == 'datablations'", 229),
    "gadre_overtraining_downstream.csv": ("family == 'gadre_c4_original'", 34),
    "gadre_overtraining_runs.csv": ("family == 'gadre_c4_original'", 34),
    "llama3_isoflop_digitised.csv": ("condition == 'raw_loss'", 133),
    "xlstm_study_llama_isoflop.csv": ("family == 'xlstm_llama_ctx8192'", 109),
    "porian_isoflop.csv": (
        "family == 'porian_rw' and hparams == 'tuned' and warmup == 'short' and decay == 'const'"
        " and param_count == 'standard' and loss_split == 'val'",
        121,
    ),
}
NO_RUNS = {
    "obsscaling_base_benchmarks.csv": "148 without loss",
    "obsscaling_emergent_capability_eval.csv": "must have a column for params",
    "obsscaling_leaderboard_v2_eval.csv": "must have a column for params",
    "obsscaling_post_training_eval.csv": "must have a column for params",
    "porian_published_fits.csv": "must have a column for params",
}


def test_no_study_is_forgotten(studies):
    known = {*WHOLE, *POOLED, *NO_RUNS, "misfitting_checkpoints.csv"}
    assert {path.name for path in studies.glob("*.csv")} == known


@pytest.mark.parametrize("name", WHOLE)
def test_a_study_of_one_family_reads_as_it_is(studies, name):
    found = read_runs(studies / name)
    assert len(found.runs) == WHOLE[name]
    assert found.n_rows == len(found.runs) + len(found.left_out)


@pytest.mark.parametrize("name", POOLED)
def test_a_study_of_several_is_refused_and_reads_with_a_choice(studies, name):
    with pytest.raises(RunsError) as caught:
        read_runs(studies / name)
    assert "--where" in caught.value.faults[0].hint
    where, n_runs = POOLED[name]
    assert len(read_runs(studies / name, where=where).runs) == n_runs


@pytest.mark.parametrize("name", POOLED)
def test_the_proposed_choice_reads(studies, name):
    with pytest.raises(RunsError) as caught:
        read_runs(studies / name)
    proposed = caught.value.faults[0].hint.split('--where "')[1].split('"')[0]
    assert len(read_runs(studies / name, where=proposed).runs) > 1


@pytest.mark.parametrize("name", NO_RUNS)
def test_a_table_without_runs_is_refused_with_the_reason(studies, name):
    with pytest.raises(RunsError) as caught:
        read_runs(studies / name)
    fault = caught.value.faults[0]
    assert NO_RUNS[name] in f"{fault.rule} {fault.value}"


def test_the_known_duplicates_of_misfitting_are_found(studies):
    # README: misfitting_final holds 8 (checkpoints 9) fully duplicated rows.
    for name, n_repeated in (("misfitting_final.csv", 8), ("misfitting_checkpoints.csv", 9)):
        assert read_runs(studies / name).left_out_counts()["repeated rows"] == n_repeated


def test_the_work_of_routed_models_is_seen_to_exceed_6nd(studies):
    # README: flops are 1.3x (1.3B) to 2.6x (15M) of 6 N D for dense models.
    found = read_runs(studies / "clark_routed_moe_final.csv", where="family == 'clark_Dense'")
    low, _, high = found.conventions.flop_per_param_token
    assert 6 * 1.2 < low < high < 6 * 3.6
    assert "ND1268" in [flag.code for flag in found.flags]


def test_checkpoints_are_clustered_by_run(studies):
    found = read_runs(studies / "misfitting_checkpoints.csv", keep="checkpoints")
    last = read_runs(studies / "misfitting_checkpoints.csv")
    assert found.runs.n_clusters == len(last.runs) == last.runs.n_clusters
    assert len(found.runs) > 10 * len(last.runs)


def test_the_best_of_a_sweep_is_the_lowest_loss_of_its_cell(studies):
    found = read_runs(studies / "steplaw_dense_lr_bs.csv").runs
    rows = np.genfromtxt(studies / "steplaw_dense_lr_bs.csv", delimiter=",", skip_header=1, usecols=(0, 1, 3))
    for N, D, loss in zip(found.params, found.tokens, found.loss_nats, strict=True):
        assert loss == rows[(rows[:, 0] == N) & (rows[:, 1] == D), 2].min()


def test_five_thousand_rows_read_in_well_under_a_second(studies):
    started = time.process_time()
    read_runs(studies / "misfitting_checkpoints.csv")
    assert time.process_time() - started < 0.8
