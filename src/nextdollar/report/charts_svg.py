"""One drawing, three uses: inlined in a page, saved as SVG with its title, and saved as PNG.

The page's drawing takes its colours from the page, so that it follows light and dark; the saved ones
stand on white, with title, subtitle and footer drawn in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from nextdollar.report import charts_style as style
from nextdollar.report.charts_style import text_width_px

_NAMESPACE = "http://www.w3.org/2000/svg"
_COLOURS = {
    style.BLUE: "blue",
    style.VERMILLION: "vermillion",
    style.GREEN: "green",
    style.PURPLE: "purple",
    style.GREY: "grey",
    style.INK: "ink",
    style.SOFT: "soft",
    style.GRID: "grid",
    style.PAPER: "paper",
}
_DECIMALS = re.compile(r"-?\d+\.\d{3,}")
_MARGIN_PX = 28


def drawn(specification: dict[str, object]) -> str:
    """Return the SVG of a chart's specification."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(specification)
    return svg


def inlined(svg: str, *, name: str, alt: str, css_class: str) -> str:
    """Return a drawing for a page: one image with a text in its place, in the page's colours.

    `name` keeps the ids of several drawings on one page apart.
    """
    root = _plain(svg, name)
    for element in root.iter():
        for attribute in ("fill", "stroke"):
            colour = _COLOURS.get(element.get(attribute, ""))
            if colour is not None:
                element.set(attribute, f"var(--{colour})")
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.set("viewBox", f"0 0 {width} {height}")
    root.set("class", css_class)
    root.set("role", "img")
    root.set("aria-label", alt)
    return _written(root)


def saved(svg: str, *, name: str, title: str, subtitle: str, footer: str) -> str:
    """Return a drawing as a file of its own: title, subtitle and footer around it, on white."""
    plot = _plain(svg, name)
    inner_width = float(plot.get("width", "0"))
    width = inner_width + 2 * _MARGIN_PX
    root = ET.Element(f"{{{_NAMESPACE}}}svg")
    y = float(_MARGIN_PX) + 14
    pieces: list[ET.Element] = []
    for text, size_px, weight, colour in (
        (title, 18, "bold", style.INK),
        (subtitle, 13, "normal", style.SOFT),
    ):
        for line in wrapped(text, inner_width, size_px * (1.06 if weight == "bold" else 1.0)):
            pieces.append(_text(line, y, size_px, weight, colour))
            y += size_px * 1.35
        y += 2
    plot.set("x", str(_MARGIN_PX))
    plot.set("y", f"{y:g}")
    y += float(plot.get("height", "0")) + 24
    pieces.append(plot)
    for line in wrapped(footer, inner_width, 11):
        pieces.append(_text(line, y, 11, "normal", style.SOFT))
        y += 15
    height = y + _MARGIN_PX - 12
    for key, value in (("width", width), ("height", height)):
        root.set(key, f"{value:g}")
    root.set("viewBox", f"0 0 {width:g} {height:g}")
    root.set("role", "img")
    root.set("aria-label", f"{title}. {subtitle}")
    ground = ET.SubElement(root, f"{{{_NAMESPACE}}}rect")
    ground.attrib.update({"width": f"{width:g}", "height": f"{height:g}", "fill": style.PAPER})
    root.extend(pieces)
    return _written(root) + "\n"


def png(svg: str) -> bytes:
    """Return a saved drawing as PNG, two pixels for each of its own."""
    import vl_convert

    image: bytes = vl_convert.svg_to_png(svg, scale=2)
    return image


def wrapped(text: str, width_px: float, size_px: float) -> list[str]:
    """Return a text in lines that fit, breaking words that alone are wider than a line."""
    lines = [""]
    for word in _pieces(text, width_px, size_px):
        longer = f"{lines[-1]} {word}".strip()
        if text_width_px(longer, size_px) <= width_px or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _pieces(text: str, width_px: float, size_px: float) -> Iterator[str]:
    n_characters = max(int(width_px / (0.62 * size_px)), 1)
    for word in text.split():
        for start in range(0, len(word), n_characters):
            yield word[start : start + n_characters]


def _text(line: str, y: float, size_px: float, weight: str, colour: str) -> ET.Element:
    element = ET.Element(f"{{{_NAMESPACE}}}text")
    element.attrib.update(
        {
            "x": str(_MARGIN_PX),
            "y": f"{y:g}",
            "font-size": f"{size_px}px",
            "font-weight": weight,
            "fill": colour,
        }
    )
    element.set("font-family", style.FONT)
    element.text = line
    return element


def _plain(svg: str, name: str) -> ET.Element:
    """Return a drawing without roles, handles for scripts and surplus digits, its ids made its own."""
    root = ET.fromstring(svg)
    ids = {
        element.get("id", ""): f"{name}-{i}"
        for i, element in enumerate(e for e in root.iter() if e.get("id"))
    }
    for element in root.iter():
        for attribute in list(element.attrib):
            value = element.attrib[attribute]
            if attribute in ("role", "class", "pointer-events", "version") or attribute.startswith("aria-"):
                del element.attrib[attribute]
            elif attribute == "id":
                element.set("id", ids[value])
            elif value.startswith("url(#"):
                element.set(attribute, f"url(#{ids[value[5:-1]]})")
            elif attribute in ("d", "transform"):
                element.set(attribute, _DECIMALS.sub(lambda found: f"{float(found[0]):.2f}", value))
    return root


def _written(root: ET.Element) -> str:
    ET.register_namespace("", _NAMESPACE)
    return ET.tostring(root, encoding="unicode")
