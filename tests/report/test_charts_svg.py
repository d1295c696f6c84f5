from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.report.charts import drawing
from nextdollar.report.charts_style import NARROW, WIDE, text_width_px
from nextdollar.report.charts_svg import inlined, png, saved, wrapped
from nextdollar.report.charts_what_if import frontier_plot
from nextdollar.report.charts_worth import npv_plot
from nextdollar.report.findings import npv_title


@pytest.fixture(scope="module")
def drawn(hostile_view):
    return drawing(npv_plot, hostile_view, WIDE)


@pytest.fixture(scope="module")
def saved_picture(drawn, hostile_view):
    return saved(
        drawn, name="x", title=npv_title(hostile_view), subtitle="what is plotted", footer="512 draws"
    )


def test_an_inlined_drawing_takes_every_colour_from_the_page(drawn):
    root = ET.fromstring(inlined(drawn, name="x", alt="words", css_class="chart"))
    colours = {element.get(kind) for element in root.iter() for kind in ("fill", "stroke")} - {None, "none"}
    assert colours
    assert all(colour.startswith("var(--") for colour in colours), colours


def test_an_inlined_drawing_is_one_image_with_words_in_its_place(drawn):
    root = ET.fromstring(inlined(drawn, name="x", alt='a "finding" & more', css_class="chart"))
    assert (root.get("role"), root.get("aria-label")) == ("img", 'a "finding" & more')
    assert not [element for element in root.iter() if element is not root and element.get("role")]
    assert root.get("viewBox") and root.get("width") is None


def test_two_drawings_on_one_page_share_no_id(example_views):
    drawings = [drawing(frontier_plot, example_views["first-principles"], frame) for frame in (WIDE, NARROW)]
    roots = [
        ET.fromstring(inlined(svg, name=name, alt="", css_class=""))
        for name, svg in zip(("a", "b"), drawings, strict=True)
    ]
    ids = [{element.get("id") for element in root.iter() if element.get("id")} for root in roots]
    assert not ids[0] & ids[1]


def test_a_saved_drawing_holds_its_title_and_runs_nothing(saved_picture):
    root = ET.fromstring(saved_picture)
    assert not [
        element for element in root.iter() if element.tag.endswith(("script", "foreignObject", "image"))
    ]
    assert not [
        name for element in root.iter() for name in element.attrib if name.startswith("on") or "href" in name
    ]
    texts = " ".join(element.text or "" for element in root.iter())
    assert "<script>alert(2)</script> is worth" in texts
    assert "<script" not in saved_picture


def test_a_saved_drawing_becomes_a_png_of_twice_its_size(saved_picture):
    image = png(saved_picture)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(image[16:20], "big")
    assert width == pytest.approx(2 * float(ET.fromstring(saved_picture).get("width")), abs=2)


@given(st.text(alphabet=st.characters(codec="ascii", exclude_categories=["C"]), max_size=400))
def test_wrapping_keeps_every_character_and_stays_inside(text):
    lines = wrapped(text, 300, 12)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(text_width_px(line, 12) <= 300 * 1.6 for line in lines)
