"""The pages of fits and forecasts as files: whole, safe and the same every time."""

from __future__ import annotations

import csv
import io
import re

import pytest

from nextdollar.errors import OutputError
from nextdollar.report.research.envelope import enveloped, footer_words, run_words
from nextdollar.report.research.fit_report import fit_story
from nextdollar.report.research.forecast_report import forecast_story
from nextdollar.report.research.write import made_research, shown, write_research
from nextdollar.sources import Source

NAMES = (
    *("fit gadre", "fit isoflop", "fit one size", "fit hostile"),
    *("forecast happened", "forecast two runs", "forecast far", "forecast metric", "forecast hostile"),
)
CHARTS = {
    "fit isoflop": {
        "loss-against-compute",
        "loss-against-params",
        "loss-against-tokens",
        "isoflop",
        "residuals",
    },
    "fit one size": {"loss-against-tokens", "residuals"},
    "forecast happened": {"forecast", "forecast-against-happened"},
    "forecast metric": {"forecast", "metric"},
}


@pytest.mark.parametrize("name", NAMES)
class TestEveryReport:
    def test_it_holds_a_page_and_every_chart_twice_with_its_numbers(self, research_reports, name):
        made = research_reports[name]
        charts = {file.rsplit(".", 1)[0] for file in made if file.startswith("charts/")}
        assert charts and "index.html" in made
        for chart in charts:
            assert made[f"{chart}.png"].startswith(b"\x89PNG") and made[f"{chart}.svg"].startswith(b"<svg")

    def test_every_file_that_the_page_links_to_is_there(self, research_reports, name):
        made = research_reports[name]
        links = {part.split('"')[0] for part in made["index.html"].decode().split('href="')[1:]}
        linked = {link for link in links if link.startswith(("data/", "charts/"))}
        assert linked and linked <= set(made)

    def test_the_parts_are_numbered_from_one(self, research_reports, name):
        page = research_reports[name]["index.html"].decode()
        found = [int(number) for number in re.findall(r'<section id="part-(\d+)"', page)]
        assert found == list(range(1, len(found) + 1)) and len(found) >= 4

    def test_no_cell_starts_a_formula_and_no_number_is_missing(self, research_reports, name):
        for file, content in research_reports[name].items():
            if not file.endswith(".csv"):
                continue
            for row in csv.reader(io.StringIO(content.decode(), newline="")):
                for cell in row:
                    assert cell not in ("nan", "inf")
                    if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
                        float(cell)

    def test_no_text_of_the_table_becomes_markup(self, research_reports, name):
        page = research_reports[name]["index.html"].decode()
        assert "<script" not in page and "<b>" not in page
        assert not re.search(r"\bnan\b|>None<|\binf\b", page)


@pytest.mark.parametrize("name", list(CHARTS))
def test_a_report_has_the_charts_that_its_numbers_allow(research_reports, name):
    charts = {
        file.split("/")[1].split(".")[0] for file in research_reports[name] if file.startswith("charts/")
    }
    assert charts == CHARTS[name]


def test_the_same_view_makes_the_same_bytes(fit_views, forecast_views, research_reports):
    assert made_research(fit_views["isoflop"], fit_story) == research_reports["fit isoflop"]
    assert made_research(forecast_views["metric"], forecast_story) == research_reports["forecast metric"]


def test_a_report_is_written_where_it_should_be(fit_views, tmp_path):
    written = write_research(fit_views["one size"], tmp_path / "report", tell=fit_story)
    assert written.page == tmp_path / "report" / "index.html"
    assert all((tmp_path / "report" / file).is_file() for file in written.files)


def test_a_file_in_the_place_of_the_folder_is_refused_before_anything_is_drawn(fit_views, tmp_path):
    (tmp_path / "report").write_text("mine")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        write_research(fit_views["one size"], tmp_path / "report", tell=fit_story)


class TestEnvelope:
    VIEW = enveloped(
        "nextdollar.x/1.0",
        {"answer": 42},
        files=[("/home/me/runs\u202e.csv", "0" * 64)],
        draws=1000,
        seed=7,
        sources=[Source(f"Author {i}, Title", "page", "https://x") for i in (1, 1, 2, 3, 4, 5)],
    )

    def test_sources_are_named_once(self):
        assert len(self.VIEW["sources"]) == 5

    def test_a_file_is_shown_by_its_name_with_hidden_characters_spelled_out(self):
        assert run_words(shown(self.VIEW)) == r"runs\u202e.csv, 1 000 draws, seed 7"

    def test_a_footer_names_three_works_and_counts_the_others(self):
        assert footer_words(shown(self.VIEW)).endswith("after Author 1, Author 2, Author 3 and 2 other works")

    def test_without_draws_it_says_nothing_of_them(self):
        assert run_words(enveloped("x", {}, files=[("a.csv", "0")])) == "a.csv"
