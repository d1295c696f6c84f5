"""The page of an estimate of training speed: utilisation, and tokens per second and GPU."""

from __future__ import annotations

from nextdollar.plan.words import count, significant
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part
from nextdollar.report.sizing.charts_estimate import Estimated, estimates_picture
from nextdollar.report.sizing.row_tables import refused_part
from nextdollar.report.sizing.throughput.text import answered, headline
from nextdollar.report.tables import Column, Table

_COLUMNS = (
    Column("name", "model"),
    Column("accelerator", "GPU"),
    Column("mfu_pct", "MFU, % of the peak", "number"),
    Column("tokens_per_s_per_gpu", "tokens per second and GPU", "count"),
    Column("reported_tokens_per_s_per_gpu", "reported", "count"),
)


def throughput_story(view: View) -> Story:
    """Return the report on estimates of training speed."""
    notes = [sentence(warning) for warning in view["warnings"]]
    parts = [answer_part("The estimate", headline(view), cards=_cards(view), notes=notes)]
    rows = tuple(tuple(row[column.key] for column in _COLUMNS) for row in answered(view))
    if rows:
        table = Table("throughput", "Estimates: the median, and P5 to P95", _COLUMNS, rows)
        items = [
            Estimated(row["name"], row["tokens_per_s_per_gpu"], row["reported_tokens_per_s_per_gpu"])
            for row in answered(view)
        ]
        picture = estimates_picture("tokens-per-second", items, view=view, what="tokens per second and GPU")
        block = Block("", "", pictures=[picture], tables=[table])
        parts.append(Part(0, "The steps", "How fast each configuration trains", blocks=[block]))
    parts += refused_part(view)
    return Story(f"How fast training steps are, from {view['files'][0]['file']}", parts)


def _cards(view: View) -> list[Card]:
    """Return the figures of the configuration that uses most of its GPU."""
    rows = answered(view)
    if not rows:
        return []
    row = max(rows, key=lambda item: float(item["mfu_pct"]["p50"]))
    mfu, speed = row["mfu_pct"], row["tokens_per_s_per_gpu"]
    share = f"{significant(mfu['p50'], 2)} %"
    ends = f"Nine of ten: {significant(mfu['p5'], 2)} to {significant(mfu['p95'], 2)} %."
    tokens = f"Nine of ten: {count(speed['p5'])} to {count(speed['p95'])}."
    return [
        Card(f"MFU of {row['name']}", share, ends),
        Card("Tokens per second and GPU", count(speed["p50"]), tokens),
    ]
