"""Joiners that follow quality in `learn`: from the table, as stated, and held."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nextdollar.audience.learning.answer import LearnAnswer
from nextdollar.audience.learning.learn import learn
from nextdollar.audience.learning.question import LearnQuestion
from nextdollar.errors import DomainError
from nextdollar.report.audience.learning.report import learn_story
from nextdollar.report.audience.learning.schema import LearnShape
from nextdollar.report.audience.learning.text import learn_text
from nextdollar.report.audience.learning.view import learn_view
from nextdollar.report.research.write import shown

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "customers"
DRAWING, HOLDING = EXAMPLES / "meeting-notes-weeks.csv", EXAMPLES / "support-assistant-weeks.csv"
FEW = LearnQuestion(n_draws=128)


def simulated(folder: Path, seed: int, *, response: float, lag: int) -> tuple[Path, float]:
    """Weeks of a product whose truth is known, and what its last version was trained on."""
    rng = np.random.default_rng(seed)
    users, examples, week, trained, met = 8000.0, 60_000.0, 0, 0.0, []
    rows = ["week,version,users,new_users,lost_users,examples,quality_share,judged"]
    for version in range(10):
        launch, trained = 0.93 - 0.25 * (examples / 60_000) ** -0.42, examples
        for age in range(8):
            met.append(launch - 0.006 * max(age - 3, 0))
            churn = 0.008 + 0.034 * np.exp(-5.0 * (met[-1] - 0.70) + 0.05 * rng.standard_normal())
            before = met[max(len(met) - 1 - lag, 0)]
            lost = rng.binomial(int(users), churn)
            joined = rng.poisson(600 * np.exp(response * (before - 0.80) + 0.03 * rng.standard_normal()))
            seen = rng.binomial(2000, met[-1]) / 2000
            rows.append(f"{week},v{version},{int(users)},{joined},{lost},{int(examples)},{seen},2000")
            examples, users, week = examples + 1.6 * users, users - lost + joined, week + 1
    path = folder / f"{seed}.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path, trained


@pytest.fixture(scope="module")
def drawing() -> LearnAnswer:
    return learn(DRAWING, LearnQuestion(n_draws=512))


def test_what_made_the_example_lies_in_the_ranges_that_it_gives(drawing):
    # It was simulated with exp(0.02) - 1 = 2.02 % more joiners for a point of quality, two weeks later.
    joiners = drawing.joiners
    assert joiners.is_found
    assert joiners.change_per_point.p5 <= 0.0202 <= joiners.change_per_point.p95
    assert joiners.lag_periods.p5 <= 2 <= joiners.lag_periods.p95
    assert drawing.flywheel.joiners_basis == "table"


def test_ranges_of_the_loop_hold_the_truth_of_simulated_products(tmp_path):
    inside = {"point": 0, "gain": 0, "settled": 0}
    n_tables = 16
    for seed in range(n_tables):
        path, trained = simulated(tmp_path, seed, response=3.0, lag=2)
        found = learn(path, LearnQuestion(n_draws=256, seed=seed))
        assert found.flywheel.joiners_basis == "table"
        left = 0.25 * (trained / 60_000) ** -0.42
        voluntary = 0.034 * np.exp(-5.0 * (0.93 - left - 0.70) + 0.05**2 / 2)
        joiners = 600 * np.exp(3.0 * (0.93 - left - 0.80) + 0.03**2 / 2)
        truth = {
            "point": (found.joiners.change_per_point, np.expm1(0.03)),
            "gain": (found.flywheel.loop_gain, 0.42 * left * (5.0 * voluntary / (0.008 + voluntary) + 3.0)),
            "settled": (found.flywheel.settled_users, joiners / (0.008 + voluntary)),
        }
        for name, (spread, value) in truth.items():
            inside[name] += spread.p5 <= value <= spread.p95
    # Binomial(16, 0.9) falls below 11 in 1 of 300 sets.
    assert min(inside.values()) >= 11, inside


def test_where_the_table_does_not_tell_joiners_are_held_and_it_is_said(tmp_path):
    found = learn(HOLDING, FEW)
    stated = learn(HOLDING, replace(FEW, joiners_per_point_share=(0.0, 0.0)))
    assert not found.joiners.is_found
    assert found.flywheel.joiners_basis == "held"
    assert found.flywheel.one_more_user == stated.flywheel.one_more_user
    assert found.flywheel.gain_by_joining.p95 == 0
    assert any("does not show it clearly; state --joiners-follow" in note for note in found.notes)
    assert any("are held" in note and "as stated" in note for note in stated.notes)


def test_a_stated_rise_is_used_whatever_the_table_says():
    held, stated = learn(HOLDING, FEW), learn(HOLDING, replace(FEW, joiners_per_point_share=(0.01, 0.01)))
    wheel = stated.flywheel
    assert wheel.joiners_basis == "stated"
    assert wheel.joiners_change_per_point.p50 == pytest.approx(0.01, rel=1e-12)
    # dq / d ln D x 100 ln 1.01, on the same draws of the curve.
    ratio = wheel.gain_by_joining.p50 / held.flywheel.gain_by_staying.p50
    assert wheel.loop_gain.p50 == pytest.approx(held.flywheel.loop_gain.p50 * (1 + ratio), rel=0.02)
    assert wheel.one_more_user.through_learning.p50 > held.flywheel.one_more_user.through_learning.p50


def test_a_statement_that_the_table_contradicts_is_named():
    found = learn(HOLDING, replace(FEW, joiners_per_point_share=(0.03, 0.05)))
    assert any("the two do not agree" in note for note in found.notes)
    agreed = learn(HOLDING, replace(FEW, joiners_per_point_share=(-0.01, 0.02)))
    assert not any("the two do not agree" in note for note in agreed.notes)


def test_a_range_from_0_is_not_stretched_over_orders_of_magnitude():
    found = learn(HOLDING, replace(FEW, joiners_per_point_share=(0.0, 0.02)))
    change = found.flywheel.joiners_change_per_point
    assert change.p50 == pytest.approx(0.01, rel=0.02)
    assert (change.p5, change.p95) == pytest.approx((0.0, 0.02), abs=5e-4)


def test_those_who_were_referred_are_not_counted_among_joiners_again():
    # Recent joiners are 695.2 a week at 20 899 users; 2 % a month are 0.46 % a week: 96.1 of them.
    table = learn(HOLDING, FEW).table
    users, joined = table.users[-13:].mean(), table.joined[-13:].mean()
    found = learn(HOLDING, replace(FEW, referrals_per_month=(0.02, 0.02)))
    expected = joined - 0.02 * 7 / (365.25 / 12) * users
    assert found.flywheel.joiners_per_period.p50 == pytest.approx(expected, rel=2e-3)


def test_more_referred_than_joined_is_said(tmp_path):
    found = learn(HOLDING, replace(FEW, referrals_per_month=(0.3, 0.3)))
    assert "more are stated to be referred than join" in found.refused["joiners_by_quality"]
    assert any("in 100 % of draws" in note for note in found.notes)


def test_a_table_that_is_short_says_how_many_periods_it_takes(tmp_path):
    lines = HOLDING.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "short.csv"
    path.write_text("\n".join(lines[:15]) + "\n", encoding="utf-8")
    found = learn(path, FEW)
    assert found.joiners is None
    assert "needs 17 periods, there are 14" in found.refused["joiners_by_quality"]


def test_a_last_row_that_repeats_the_one_before_is_not_evidence(tmp_path):
    lines = [line.split(",") for line in DRAWING.read_text(encoding="utf-8").splitlines()]
    column = lines[0].index("new_users")
    path = tmp_path / "without.csv"
    rows = [",".join(cells[:column] + cells[column + 1 :]) for cells in lines]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = learn(path, FEW)
    assert found.table.joined[-1] == found.table.joined[-2]
    assert not found.table.joined_is_known[-1]
    # The example adds up, so all but the last row are as they were.
    full = learn(DRAWING, FEW)
    np.testing.assert_allclose(found.table.joined[:-1], full.table.joined[:-1])
    assert len(found.joiners.seen) == len(full.joiners.seen) - 1


@pytest.mark.parametrize("ends", [(0.02, 0.01), (-0.6, 0.1), (0.1, 1.5), (0.0, np.nan)])
def test_a_rise_that_cannot_be_is_refused(ends):
    with pytest.raises(DomainError, match=r"joiners_per_point_share must be \(low, high\) from -0.5 to 1"):
        LearnQuestion(joiners_per_point_share=ends)


def test_a_table_without_versions_cannot_tell_and_says_why(tmp_path):
    rows = [line.split(",") for line in DRAWING.read_text(encoding="utf-8").splitlines()]
    path = tmp_path / "plain.csv"
    path.write_text("\n".join(",".join([cells[0], *cells[2:]]) for cells in rows) + "\n", encoding="utf-8")
    found = learn(path, FEW)
    assert found.joiners is None
    assert "no column `version`" in found.refused["joiners_by_quality"]
    assert found.flywheel.joiners_basis == "held"


class TestTheView:
    def test_it_has_the_shape_that_is_promised(self, drawing):
        model = LearnShape.model_validate(learn_view(drawing))
        assert model.joiners_by_quality.is_found
        assert model.flywheel.joiners_basis == "table"

    def test_the_answer_speaks_of_users_and_not_of_lifetimes_where_they_also_join(self, drawing):
        text = learn_text(shown(learn_view(drawing)), next_command="x")
        assert "more users" in text.splitlines()[0]
        assert "a point of quality went with" in text
        assert "more joiners" in text
        assert "by more who join" in text
        held = learn_text(shown(learn_view(learn(HOLDING, FEW))), next_command="x")
        assert "longer" in held.splitlines()[0]
        assert "by more who join" not in held

    def test_what_is_stated_stands_beside_what_the_table_shows(self):
        view = learn_view(learn(HOLDING, replace(FEW, joiners_per_point_share=(0.0, 0.02))))
        text = learn_text(shown(view), next_command="x")
        assert "a point of quality is stated to draw" in text
        assert "in the table that quality draws users is not clear" in text

    def test_the_page_has_a_picture_of_joiners_with_a_short_title(self, drawing):
        story = learn_story(shown(learn_view(drawing)))
        found = {picture.name: picture.title for part in story.parts for picture in part.pictures}
        assert len(found["joiners-by-quality"]) < 90
        assert "more joiners" in found["joiners-by-quality"]
