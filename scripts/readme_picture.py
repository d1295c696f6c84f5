"""Draw the picture of the README, docs/images/npv-by-candidate.svg, from the case study's article.

Run it again when its numbers move: python scripts/readme_picture.py
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from nextdollar.plan import evaluate, parse_scenario
from nextdollar.report.charts import pictures
from nextdollar.report.charts_svg import saved
from nextdollar.report.view import plan_view

PICTURE = "npv-by-candidate"
TARGET = Path(__file__).resolve().parents[1] / "docs" / "images" / f"{PICTURE}.svg"


def main() -> None:
    """Write the picture."""
    text = (files("nextdollar.catalogue") / "scenarios" / "article.yaml").read_text(encoding="utf-8")
    found = pictures(plan_view(evaluate(parse_scenario(text, "article.yaml"))))[PICTURE]
    subtitle = ". ".join(filter(None, (found.subtitle, found.note)))
    svg = saved(found.wide_svg, name=PICTURE, title=found.title, subtitle=subtitle, footer=found.footer)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(svg, encoding="utf-8", newline="\n")
    print(f"wrote docs/images/{TARGET.name}")


if __name__ == "__main__":
    main()
