from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from nextdollar.report.charts import pictures
from nextdollar.report.charts_style import NARROW, WIDE

SVG = "{http://www.w3.org/2000/svg}"
MOVES = re.compile(r"translate\((-?[\d.]+)[, ]\s*(-?[\d.]+)\)")

# Widths of Liberation Sans, in thousandths of the font size, from its own tables (hmtx, 2048 units per em).
NARROW_WIDTHS = {
    **dict.fromkeys("ijl'|", 222),
    **dict.fromkeys(" .,:;ft/()-I!", 290),
    **dict.fromkeys("r", 333),
}
WIDE_WIDTHS = {**dict.fromkeys("mMW%@", 890), **dict.fromkeys("ABCDEGHKNOPQRSTUVXYZw\u2190\u2026", 722)}
WIDTHS = NARROW_WIDTHS | WIDE_WIDTHS


def text_boxes(svg: str) -> list[tuple[str, float, float, float, float]]:
    """Return (text, left, right, top, bottom) of every text that can be seen."""
    found: list[tuple[str, float, float, float, float]] = []

    def walk(element: ET.Element, x: float, y: float) -> None:
        transform = element.get("transform", "")
        for dx, dy in MOVES.findall(transform):
            x, y = x + float(dx), y + float(dy)
        if element.tag == f"{SVG}text" and element.get("opacity") != "0" and "rotate" not in transform:
            size = float(element.get("font-size", "12px").removesuffix("px"))
            text = element.text or ""
            width = size * sum(WIDTHS.get(character, 556) for character in text) / 1000
            left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "start")]
            found.append((text, left, left + width, y - 0.75 * size, y + 0.2 * size))
        for child in element:
            walk(child, x, y)

    walk(ET.fromstring(svg), 0.0, 0.0)
    return found


def overlaps(svg: str) -> list[tuple[str, str]]:
    boxes = text_boxes(svg)
    slack = 2.0
    return [
        (a[0], b[0])
        for a, b in combinations(boxes, 2)
        if a[1] + slack < b[2] and b[1] + slack < a[2] and a[3] + slack < b[4] and b[3] + slack < a[4]
    ]


@pytest.fixture(scope="module")
def every_picture(example_views, awkward_views, hostile_view):
    views = {**example_views, **awkward_views, "hostile": hostile_view}
    return {(name, key): item for name, view in views.items() for key, item in pictures(view).items()}


def test_no_two_texts_of_any_picture_cover_each_other(every_picture):
    found = {
        (*where, frame): pairs
        for where, item in every_picture.items()
        for frame, svg in (("wide", item.wide_svg), ("narrow", item.narrow_svg))
        if (pairs := overlaps(svg))
    }
    assert not found


def test_no_picture_is_wider_than_its_frame(every_picture):
    for where, item in every_picture.items():
        for frame, svg in ((WIDE, item.wide_svg), (NARROW, item.narrow_svg)):
            width = float(ET.fromstring(svg).get("width", "0"))
            assert width <= 1.06 * frame.width_px, (*where, frame.name, width)


def test_every_picture_has_a_finding_and_its_numbers(every_picture):
    for where, item in every_picture.items():
        assert item.title[-1] not in ".:;", where
        assert len(item.title.split()) >= 3, where
        assert item.table.rows, where
        assert item.alt.startswith(item.title), where
        assert "draws, seed 7" in item.footer, where


def test_nothing_that_is_shown_reads_like_a_hole_in_the_data(every_picture):
    for where, item in every_picture.items():
        shown = [item.title, item.subtitle, item.note, *(text for text, *_ in text_boxes(item.wide_svg))]
        for text in shown:
            assert not re.search(r"\b(nan|None|null|undefined|inf|NaN)\b", text), (*where, text)


def test_a_billion_is_a_b_and_never_a_g(every_picture):
    for (name, key), item in every_picture.items():
        if name in ("article", "first-principles"):
            labels = [text for text, *_ in text_boxes(item.wide_svg)]
            assert not [text for text in labels if re.fullmatch(r"[\u2212-]?[\d.]+ ?G", text)], key


def test_an_axis_of_dollars_shows_zero(every_picture):
    for name in ("npv-by-candidate", "cumulative-cash", "risk-envelope"):
        for (scenario, key), item in every_picture.items():
            if key == name:
                assert "0" in [text for text, *_ in text_boxes(item.wide_svg)], (scenario, key)


def test_a_log_axis_says_so(every_picture):
    for (scenario, key), item in every_picture.items():
        if key in ("marginal-return", "frontier"):
            assert any("log scale" in text for text, *_ in text_boxes(item.wide_svg)), scenario


def test_the_title_of_a_picture_is_the_finding_of_its_numbers(every_picture, example_views):
    candidates = {item["name"]: item for item in example_views["article"]["candidates"]}
    mean = candidates["v3"]["npv_usd"]["mean"]
    found = every_picture["article", "npv-by-candidate"].title
    assert found.startswith(f"v3 is worth most: {mean / 1e9:.1f} B USD on average; v4 would lose")
    assert every_picture["first-principles", "where-each-dollar-goes"].title.endswith("goes to serving")


def test_without_a_law_there_is_no_frontier_to_draw(every_picture):
    assert ("first-principles", "frontier") in every_picture
    assert ("article", "frontier") not in every_picture


def test_where_nothing_is_uncertain_nothing_drives(every_picture):
    assert ("nothing uncertain", "npv-by-candidate") in every_picture
    assert ("nothing uncertain", "drivers") not in every_picture


def test_a_payback_that_never_comes_is_said_in_words(every_picture):
    item = every_picture["nothing pays", "payback-against-churn"]
    assert "never reached" in item.note
    assert "never" in [text for text, *_ in text_boxes(item.wide_svg)]


def test_a_candidate_far_beyond_the_scale_keeps_its_number(every_picture):
    item = every_picture["article", "npv-by-candidate"]
    assert "v5" in item.note
    assert any(re.fullmatch(r"-25\d B", text) for text, *_ in text_boxes(item.wide_svg))
