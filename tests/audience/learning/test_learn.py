from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.audience.learning.answer import LearnAnswer
from nextdollar.audience.learning.learn import learn
from nextdollar.audience.learning.question import LearnQuestion
from nextdollar.errors import DomainError
from nextdollar.report.audience.learning.report import learn_story
from nextdollar.report.audience.learning.schema import LearnShape
from nextdollar.report.audience.learning.text import learn_text
from nextdollar.report.audience.learning.view import learn_view
from nextdollar.report.research.write import shown

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "customers" / "support-assistant-weeks.csv"
PAID = LearnQuestion(margin_usd_per_month=(8.0, 12.0), update_cost_usd=(15e3, 40e3), n_draws=512)
FEW = LearnQuestion(n_draws=128)


def simulated(folder: Path, seed: int, *, response: float = 5.0, loss: float = 0.006) -> Path:
    """Weeks of a product whose truth is known: ceiling 93 %, lag 3 weeks, data grow 25 times."""
    rng = np.random.default_rng(seed)
    users, examples, week = 8000.0, 60_000.0, 0
    rows = ["week,version,users,new_users,lost_users,examples,quality_share,judged"]
    for version in range(10):
        launch = 0.93 - 0.25 * (examples / 60_000) ** -0.42 + 0.003 * rng.standard_normal()
        for age in range(8):
            quality = launch - loss * max(age - 3, 0)
            churn = 0.008 + 0.034 * np.exp(-response * (quality - 0.70) + 0.05 * rng.standard_normal())
            lost, joined = rng.binomial(int(users), churn), rng.poisson(600)
            seen = rng.binomial(2000, quality) / 2000
            rows.append(f"{week},v{version},{int(users)},{joined},{lost},{int(examples)},{seen},2000")
            examples, users, week = examples + 1.6 * users, users - lost + joined, week + 1
    path = folder / f"{seed}.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def example() -> LearnAnswer:
    return learn(EXAMPLE, PAID)


def test_what_made_the_example_lies_in_the_ranges_that_it_gives(example):
    # The table was simulated with a ceiling of 93 %, exponent 0.42, a lag of 3 weeks and 0.6 points a week.
    truth = {
        "ceiling": (example.curve.ceiling_share, 0.93),
        "exponent": (example.curve.exponent, 0.42),
        "lag": (example.life.lag_periods, 3.0),
        "loss": (example.life.loss_per_period_share, 0.006),
    }
    for name, (found, value) in truth.items():
        assert found.p5 <= value <= found.p95, name
    assert example.life.is_found
    assert example.lag.is_found


def test_ranges_hold_the_truth_of_simulated_products(tmp_path):
    inside = {"loss": 0, "life": 0, "ten times": 0}
    n_tables = 30
    for seed in range(n_tables):
        found = learn(simulated(tmp_path, seed), LearnQuestion(n_draws=256, seed=seed))
        ten_times = 0.93 - 0.25 * (10 * found.curve.examples_now / 60_000) ** -0.42
        launch = 0.93 - 0.25 * (found.curve.examples_now / 60_000) ** -0.42
        truth = {
            "loss": (found.life.loss_per_period_share, 0.006),
            "life": (found.life.life_periods, 3 + 0.05 * launch / 0.006),
            "ten times": (found.curve.quality_at_ten_times_share, ten_times),
        }
        for name, (spread, value) in truth.items():
            inside[name] += spread.p5 <= value <= spread.p95
    # Binomial(30, 0.9) falls below 23 in 1 of 200 sets.
    assert min(inside.values()) >= 23, inside


def test_the_parts_of_one_more_user_are_the_whole(example):
    user = example.flywheel.one_more_user
    assert user.total.p50 == pytest.approx(user.alone.p50 + user.through_learning.p50, rel=0.02)
    assert user.total_over_alone.p50 > 1


def test_without_a_margin_worth_is_counted_in_weeks_of_users(tmp_path):
    found = learn(simulated(tmp_path, 1), FEW)
    assert found.flywheel.unit == "user-weeks"
    assert found.flywheel.updates.roi is None
    assert found.flywheel.updates.cadences == []


def test_where_quality_keeps_nobody_the_loop_has_stalled_by_now(tmp_path):
    found = learn(simulated(tmp_path, 2, response=0.0), FEW)
    assert found.flywheel.is_stalled_share > 0.95
    assert found.churn.keeps_share < 0.99
    assert abs(found.flywheel.one_more_user.total_over_alone.p50 - 1) < 0.01


def test_quality_that_only_scatters_is_not_called_learning(tmp_path):
    rng = np.random.default_rng(4)
    rows = [f"{week},100,10,{0.8 + 0.02 * rng.standard_normal()}" for week in range(30)]
    path = tmp_path / "flat.csv"
    path.write_text("\n".join(["week,users,lost_users,quality_share", *rows]) + "\n", encoding="utf-8")
    found = learn(path, FEW)
    assert not found.curve.is_found
    told = learn_text(shown(learn_view(found)), next_command="x")
    assert "not clear that the flywheel turns" in told.splitlines()[0]


def test_where_quality_holds_no_decay_is_called_found(tmp_path):
    found = learn(simulated(tmp_path, 3, loss=0.0), FEW)
    assert not found.life.is_found
    assert any("taken to keep its quality" in note for note in found.notes)


def test_a_table_without_versions_still_has_a_curve(tmp_path):
    lines = simulated(tmp_path, 4, loss=0.0).read_text(encoding="utf-8").splitlines()
    path = tmp_path / "plain.csv"
    plain = [",".join(cell for i, cell in enumerate(line.split(",")) if i != 1) for line in lines]
    path.write_text("\n".join(plain) + "\n", encoding="utf-8")
    found = learn(path, FEW)
    assert found.curve is not None
    assert found.life is None
    assert "no column `version`" in found.refused["version_life"]


def test_twice_the_margin_is_twice_the_worth(tmp_path):
    path = simulated(tmp_path, 5)
    single, double = (
        learn(path, LearnQuestion(margin_usd_per_month=(margin, margin), n_draws=128))
        for margin in (5.0, 10.0)
    )
    assert double.flywheel.one_more_user.total.p50 == pytest.approx(
        2 * single.flywheel.one_more_user.total.p50, rel=1e-12
    )


def test_the_same_seed_gives_the_same_answer(tmp_path):
    path = simulated(tmp_path, 6)
    assert learn(path, FEW).flywheel == learn(path, FEW).flywheel


def test_a_cost_without_a_margin_is_refused():
    with pytest.raises(DomainError, match="update_cost_usd must be beside margin_usd_per_month"):
        LearnQuestion(update_cost_usd=(1.0, 2.0))


class TestTheView:
    def test_it_has_the_shape_that_is_promised(self, example):
        model = LearnShape.model_validate(learn_view(example))
        assert model.flywheel.unit == "USD"
        assert len(model.observed) == example.table.users.size

    def test_the_answer_comes_first_and_names_worth_and_loop(self, example):
        first = learn_text(shown(learn_view(example)), next_command="x").splitlines()[0]
        assert first.startswith("One more user is worth")
        assert "the flywheel" in first

    def test_each_picture_has_a_finding_for_its_title(self, example):
        story = learn_story(shown(learn_view(example)))
        titles = {picture.name: picture.title for part in story.parts for picture in part.pictures}
        assert set(titles) == {
            *{
                "learning-curve",
                "quality-by-age",
                "churn-by-age",
                "joiners-by-quality",
                "users-to-come",
                "cadence",
            }
        }
        assert all(len(title) < 90 and "(" not in title for title in titles.values()), titles


@settings(max_examples=15)
@given(data=st.data())
def test_any_table_of_plausible_numbers_is_answered_or_refused_part_by_part(data, tmp_path_factory):
    n_rows = data.draw(st.integers(4, 14))
    rows = ["month,version,users,new_users,lost_users,quality_share"]
    for month in range(n_rows):
        users = data.draw(st.integers(1, 5000))
        lost, joined = data.draw(st.integers(0, users)), data.draw(st.integers(0, 5000))
        quality, version = data.draw(st.floats(0, 1)), data.draw(st.sampled_from("aab"))
        rows.append(f"{month},{version},{users},{joined},{lost},{quality}")
    path = tmp_path_factory.mktemp("any") / "table.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = learn(path, FEW)
    view = learn_view(found)
    LearnShape.model_validate(view)
    text = learn_text(shown(view), next_command="x")
    assert "nan" not in text.replace("finance", "")
    missing = [
        name for name, part in (("learning_curve", found.curve), ("flywheel", found.flywheel)) if part is None
    ]
    assert set(missing) <= set(found.refused)
