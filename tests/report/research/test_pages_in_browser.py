"""Fits and forecasts in a real browser: accessible, readable on a phone, offline."""

from __future__ import annotations

import pytest

from nextdollar.report.write import write_files

WIDE, PHONE = (1280, 900), (390, 844)
NAMES = (
    "fit isoflop",
    "fit one size",
    "fit hostile",
    "forecast happened",
    "forecast far",
    "forecast hostile",
)


@pytest.fixture(scope="module")
def pages(research_reports, tmp_path_factory):
    folder = tmp_path_factory.mktemp("research")
    return {name: write_files(research_reports[name], folder / name).page for name in NAMES}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", PHONE)], ids=["wide", "phone"])
def test_it_breaks_no_rule_of_accessibility_asks_for_nothing_and_fits(browser, pages, name, scheme, size):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    requested, messages = [], []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("dialog", lambda dialog: messages.append(dialog.message))
    page.goto(pages[name].as_uri())
    violations = [(item["id"], len(item["nodes"])) for item in axe.run(page).response["violations"]]
    assert violations == []
    assert len(requested) == 1 and requested[0].startswith("file:")
    assert messages == []
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    context.close()
