"""What `learn` says where a table does not say when versions came."""

from __future__ import annotations

from pathlib import Path

import pytest

from nextdollar.audience.learning.learn import learn
from nextdollar.audience.learning.question import LearnQuestion
from nextdollar.report.audience.learning.report import learn_story
from nextdollar.report.audience.learning.text import learn_text
from nextdollar.report.audience.learning.view import learn_view
from nextdollar.report.research.write import shown

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "customers" / "support-assistant-weeks.csv"
PAID = {"margin_usd_per_month": (8.0, 12.0), "update_cost_usd": (15e3, 40e3), "n_draws": 128}


def rewritten(folder: Path, name: str | None) -> Path:
    """The example under one name of a version; without the column where it is None."""
    rows = [line.split(",") for line in EXAMPLE.read_text(encoding="utf-8").splitlines()]
    told = [
        [cells[0], *([] if name is None else [name if row else "version"]), *cells[2:]]
        for row, cells in enumerate(rows)
    ]
    path = folder / "table.csv"
    path.write_text("\n".join(",".join(cells) for cells in told) + "\n", encoding="utf-8")
    return path


def test_without_versions_none_is_paid_for_and_it_is_said(tmp_path):
    found = learn(rewritten(tmp_path, None), LearnQuestion(**PAID))
    updates = found.flywheel.updates
    assert updates.versions_basis == "every_period"
    assert (updates.cost, updates.roi, updates.pays_share, list(updates.cadences)) == (None, None, None, [])
    assert "state --every" in found.refused["return_of_versions"]
    text = learn_text(shown(learn_view(found)), next_command="x")
    assert "learning every week brings" in text
    assert "104 versions" not in text
    learn_story(shown(learn_view(found)))


def test_a_stated_cadence_gives_the_return_without_versions_in_the_table(tmp_path):
    found = learn(rewritten(tmp_path, None), LearnQuestion(**PAID, update_months=2.0))
    updates = found.flywheel.updates
    assert updates.versions_basis == "stated"
    # Two months are 9 weeks; today's version is a week old, so that they come in weeks 8, 17 ... 98.
    assert updates.n_versions == 11
    assert updates.cost is not None
    assert "return_of_versions" not in found.refused


def test_one_version_whose_quality_moved_is_not_said_to_have_stood_still(tmp_path):
    found = learn(rewritten(tmp_path, "v1"), LearnQuestion(n_draws=128))
    for part in ("churn_by_quality", "joiners_by_quality"):
        assert "has one version" in found.refused[part]
        assert "did not move" not in found.refused[part]


def test_a_stall_that_is_not_sure_says_in_how_many_draws(tmp_path):
    found = learn(EXAMPLE, LearnQuestion(n_draws=512))
    share = found.flywheel.is_stalled_share
    assert 0.5 < share < 0.95
    first = learn_text(shown(learn_view(found)), next_command="x").splitlines()[0]
    assert f"has stalled (in {100 * share:.0f} % of draws)" in first


def test_when_it_stalls_has_a_range():
    found = learn(EXAMPLE.with_name("meeting-notes-weeks.csv"), LearnQuestion(n_draws=512))
    when = found.flywheel.stall_periods
    assert when.p5 < when.p50 < when.p95
    first = learn_text(shown(learn_view(found)), next_command="x").splitlines()[0]
    assert f"stalls {when.p50:.0f} weeks from now (90 %: {when.p5:.0f} to never)" in first


@pytest.mark.parametrize("name", ["meeting-notes-weeks.csv", "support-assistant-weeks.csv"])
def test_no_heading_repeats_the_title_of_its_picture(name):
    story = learn_story(shown(learn_view(learn(EXAMPLE.with_name(name), LearnQuestion(**PAID)))))
    for part in story.parts:
        assert part.heading not in {picture.title for picture in part.pictures}
