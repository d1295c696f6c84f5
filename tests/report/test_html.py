from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from nextdollar.plan.words import money, significant
from nextdollar.report.plan_text import plan_text
from nextdollar.report.write import made_report

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}


class Outline(HTMLParser):
    """What a test needs to know of a page: its elements, headings and words."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.headings: list[tuple[int, str]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        self.words.append(data)
        if any(re.fullmatch(r"h[1-6]", tag) for tag in self.open):
            level, text = self.headings[-1]
            self.headings[-1] = (level, f"{text} {data}".strip())

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    found.close()
    return found


@pytest.fixture
def article_page(made_reports):
    return made_reports["article"]["index.html"].decode()


@pytest.fixture
def hostile_page(made_reports):
    return made_reports["hostile"]["index.html"].decode()


@pytest.fixture
def demo_page(made_reports):
    return made_reports["demo"]["index.html"].decode()


@pytest.fixture(params=["article", "hostile", "demo"])
def page(request, made_reports):
    return made_reports[request.param]["index.html"].decode()


def test_every_element_is_closed_where_it_should_be(page):
    found = outline(page)
    assert (found.faults, found.open) == ([], [])


def test_a_page_has_a_language_one_main_one_first_heading_and_a_way_past_the_menu(page):
    tags = [tag for tag, _ in outline(page).elements]
    assert [tags.count(tag) for tag in ("html", "main", "h1", "nav")] == [1, 1, 1, 1]
    elements = outline(page).elements
    assert ("html", {"lang": "en"}) in elements
    first_link = next(attributes for tag, attributes in elements if tag == "a")
    target = first_link["href"].removeprefix("#")
    assert any(tag == "main" and attributes.get("id") == target for tag, attributes in elements)


def test_no_heading_level_is_left_out(page):
    levels = [level for level, _ in outline(page).headings]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert all(text for _, text in outline(page).headings)


def test_the_page_runs_nothing_and_fetches_nothing(page):
    for tag, attributes in outline(page).elements:
        assert tag not in (
            "script",
            "img",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form",
            "video",
            "audio",
        )
        assert "src" not in attributes and "srcset" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert not attributes.get("href", "").lower().startswith(("javascript:", "data:", "http:"))
    assert "url(http" not in page and "@import" not in page


def test_every_table_says_what_it_holds_and_what_its_headers_head(page):
    elements = outline(page).elements
    tags = [tag for tag, _ in elements]
    assert tags.count("table") == tags.count("caption") > 5
    assert all(
        attributes.get("scope") in ("row", "col", "colgroup") for tag, attributes in elements if tag == "th"
    )


def test_every_chart_says_its_finding_and_is_followed_by_its_numbers(page):
    found = outline(page)
    charts = [attributes for tag, attributes in found.elements if tag == "svg"]
    assert all(attributes["role"] == "img" and len(attributes["aria-label"]) > 40 for attributes in charts)
    n_figures = [tag for tag, _ in found.elements].count("figure")
    assert len(charts) == 2 * n_figures
    assert page.count("The numbers behind this picture") == n_figures


def test_no_two_regions_or_ids_share_a_name(page):
    elements = outline(page).elements
    regions = [attributes["aria-label"] for _, attributes in elements if attributes.get("role") == "region"]
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(set(regions)) == len(regions)
    assert len(set(ids)) == len(ids)


def test_what_a_user_wrote_is_read_and_not_run(hostile_page):
    assert "<script" not in hostile_page and "<img" not in hostile_page
    text = outline(hostile_page).text
    assert "<script>alert(1)</script> =cmd() & co" in text
    assert "<script>alert(2)</script> is the last worth funding." in text


def test_the_parts_come_in_the_order_in_which_they_are_read(article_page):
    topics = [text for level, text in outline(article_page).headings if level == 2]
    words = ["verdict", "bigger", "costs", "worth", "risk", "frontier", "Assumptions"]
    assert all(word in topic for word, topic in zip(words, topics, strict=True))


def test_the_page_prints_the_figures_of_the_text_and_of_the_json(case_study, article_page):
    view = case_study["article"]
    text, page = plan_text(view, next_command="none"), outline(article_page).text
    best = next(item for item in view["candidates"] if item["name"] == "v3")
    npv, step = best["npv_usd"], view["decision"]["steps"][2]
    for figure in (
        significant(npv["mean"] / 1e9),
        significant(npv["p5"] / 1e9),
        significant(npv["p95"] / 1e9),
        significant(best["payback_cash_months"]["p50"]),
        significant(best["payback_ltv_months"]["p50"]),
        f"{significant(step['marginal_return_usd_per_usd'])} USD",
        money(-best["value_at_risk_usd"]),
        money(-best["expected_shortfall_usd"]),
        view["decision"]["verdict"],
        "v3 would not pay if",
    ):
        assert figure in text, figure
        assert figure in page, figure


def test_every_assumption_stands_on_the_page_with_its_source(case_study, article_page):
    text = "".join(outline(article_page).words)
    for item in case_study["article"]["inputs"]:
        assert item["name"] in text
        assert item["source"] in text
    for source in case_study["article"]["sources"]:
        assert source["work"] in text
    for file in case_study["article"]["scenario"]["files"]:
        assert file["sha256"] in text


def test_neither_a_script_for_a_link_nor_a_path_on_this_machine_gets_into_a_report(case_study):
    view = dict(case_study["article"], drivers=[], churn_sensitivity=[])
    view["sources"] = [{"work": "a work", "place": "", "link": "javascript:alert(1)"}]
    view["scenario"] = dict(view["scenario"], file="/home/somebody/secret/article.yaml")
    made = made_report([view])
    assert b"a work" in made["index.html"] and b"article.yaml" in made["index.html"]
    assert not [name for name, content in made.items() if b"somebody" in content or b"javascript:" in content]


def test_the_case_study_tells_both_stories_and_then_compares_them(demo_page):
    headings = [text for _, text in outline(demo_page).headings]
    assert sum("As the article tells it" in text for text in headings) == 7
    assert sum("From first principles" in text for text in headings) == 7
    assert "Which of the article's conclusions survive" in headings
    assert "7 The article beside our figures" in [" ".join(text.split()) for text in headings]
