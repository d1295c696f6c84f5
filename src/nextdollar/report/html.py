"""The report as one HTML page: no scripts, nothing fetched, drawings inlined, every text escaped."""

from __future__ import annotations

import re
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from nextdollar.report.charts import Picture
from nextdollar.report.charts_svg import inlined
from nextdollar.report.page import Page
from nextdollar.report.tables import cell_words

_AMOUNT = re.compile(r"-?\d+(?: \d{3})*(?:\.\d+)?(?: [KMBT]\b)?(?: (?:USD|months|nats|GPUs|params)\b| %)?")
_AFTER_WHICH_A_PATH_BREAKS = re.compile(r"(?<=[._/])")


def html_text(page: Page) -> str:
    """Return the page; what a user wrote can be read on it and does nothing."""
    environment = Environment(
        loader=PackageLoader("nextdollar.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"amounts": _amounts, "breakable": _breakable, "is_link": _is_link}
    environment.globals |= {"cell_words": cell_words, "inlined": _inlined}
    css = (files("nextdollar.report") / "templates" / "style.css").read_text(encoding="utf-8")
    return environment.get_template("report.html").render(page=page, css=Markup(css))


def _inlined(picture: Picture, frame: str) -> Markup:
    svg = picture.wide_svg if frame == "wide" else picture.narrow_svg
    drawing = inlined(svg, name=f"{picture.name}-{frame}", alt=picture.alt, css_class=f"chart {frame}")
    return Markup(drawing)


def _amounts(text: str) -> Markup:
    """Return escaped text in which no line breaks inside an amount such as 13.1 B USD."""
    pieces: list[Markup] = []
    at = 0
    for found in _AMOUNT.finditer(text):
        pieces.append(escape(text[at : found.start()]))
        amount = found[0].rstrip()
        pieces.append(Markup('<span class="n">{}</span>').format(amount) if " " in amount else escape(amount))
        pieces.append(escape(found[0][len(amount) :]))
        at = found.end()
    return Markup("").join([*pieces, escape(text[at:])])


def _breakable(path: str) -> Markup:
    """Return an escaped path that may break after its dots."""
    return Markup("<wbr>").join(escape(piece) for piece in _AFTER_WHICH_A_PATH_BREAKS.split(path) if piece)


def _is_link(text: str) -> bool:
    """Whether a source's link is an address of the web, and not a script."""
    return text.startswith(("https://", "http://"))
