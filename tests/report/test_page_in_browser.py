"""The report in a real browser: accessible, readable on a phone, offline."""

from __future__ import annotations

import pytest

from nextdollar.report.write import write_files

WIDE, PHONE = (1280, 900), (390, 844)


@pytest.fixture(scope="module")
def pages(made_reports, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    return {name: write_files(made_reports[name], folder / name).page for name in ("demo", "hostile")}


@pytest.fixture
def opened(browser, pages):
    """Return what opens a report in a colour scheme and at a size, with a list of what it requested."""
    contexts = []

    def open_page(name, scheme, size):
        context = browser.new_context(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = context.new_page()
        requested, messages = [], []
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.on("dialog", lambda dialog: messages.append(dialog.message))
        page.goto(pages[name].as_uri())
        return page, requested, messages

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", ["demo", "hostile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
class TestEveryPage:
    def test_it_breaks_no_rule_of_accessibility_asks_for_nothing_and_fits(self, opened, name, scheme, size):
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        page, requested, messages = opened(name, scheme, size)
        violations = [(item["id"], len(item["nodes"])) for item in axe.run(page).response["violations"]]
        assert violations == []
        assert [url for url in requested if not url.startswith("file:")] == []
        assert len(requested) == 1
        assert messages == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_with_every_table_open_a_phone_still_needs_no_scrolling_sideways(opened):
    page, _, _ = opened("demo", "light", PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_phone_gets_the_narrow_drawings_and_a_wide_screen_the_wide_ones(opened):
    for size, shown, hidden in ((WIDE, "wide", "narrow"), (PHONE, "narrow", "wide")):
        page, _, _ = opened("hostile", "light", size)
        assert page.locator(f"svg.{shown}").first.is_visible()
        assert not page.locator(f"svg.{hidden}").first.is_visible()


def test_dark_is_dark_in_the_drawings_too(opened):
    colours = {}
    for scheme in ("light", "dark"):
        page, _, _ = opened("hostile", scheme, WIDE)
        script = "getComputedStyle(document.querySelector('svg.wide text')).fill"
        colours[scheme] = (
            page.evaluate(script),
            page.evaluate("getComputedStyle(document.body).backgroundColor"),
        )
    assert colours["light"][0] != colours["dark"][0]
    assert colours["light"][1] == "rgb(255, 255, 255)" != colours["dark"][1]


def test_the_first_press_of_tab_offers_a_way_past_the_menu(opened):
    page, _, _ = opened("demo", "light", WIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "report"


def test_a_wide_table_can_be_reached_and_scrolled_by_keyboard(opened):
    page, _, _ = opened("demo", "light", PHONE)
    region = page.locator("[role=region]:visible").first
    region.focus()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"


def test_print_shows_the_tables_that_a_screen_folds_away(opened):
    page, _, _ = opened("hostile", "dark", WIDE)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details table").first.evaluate("each => each.getBoundingClientRect().height") > 20
    assert page.pdf(format="A4").startswith(b"%PDF")
