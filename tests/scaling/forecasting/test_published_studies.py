"""Small runs of published studies against the larger ones that were then made."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "scaling"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the runs of the studies are not beside the repository"),
]


@pytest.fixture(scope="module")
def scores():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        from forecasting.scores import score
        from forecasting.studies import protocol, studies

        return [score(cut) for cut in protocol(studies())]
    finally:
        sys.path.remove(str(BENCHMARKS))


def mean(scores, name):
    return np.mean([getattr(item, name) for item in scores])


# The bands are those of shared/facts/scaling.md, section 6.
def test_nine_of_ten_larger_runs_lie_in_the_interval(scores):
    assert 0.85 <= mean(scores, "cover_90") <= 0.97
    assert 0.40 <= mean(scores, "cover_50") <= 0.65


def test_no_study_is_left_out_in_the_cold(scores):
    assert min(item.cover_90 for item in scores) >= 0.70


def test_the_interval_score_is_a_third_better_than_bootstrap_and_residuals(scores):
    assert mean(scores, "interval_score") <= 0.7 * mean(scores, "peer_score_residuals")


def test_the_error_is_a_fifth_lower_than_any_peer_s_and_higher_on_no_study(scores):
    for peer in scores[0].peer_errors:
        assert mean(scores, "error") <= 0.8 * np.mean([item.peer_errors[peer] for item in scores])
    assert [item.name for item in scores if item.error > item.best_peer_error] == []
