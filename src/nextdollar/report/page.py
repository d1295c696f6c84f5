"""What the report says, in which order: parts with a finding first, then its pictures and its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nextdollar.plan.words import money, percent, significant
from nextdollar.report import findings
from nextdollar.report.charts import Picture
from nextdollar.report.figure import average
from nextdollar.report.page_verdict import Verdict, verdict
from nextdollar.report.plan_text import focus, spaced
from nextdollar.report.tables import Table, cell_words
from nextdollar.report.tables_plan import View, offered


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of one claim: does it hold (`yes`, `partly`, `no`), in words, and why."""

    claim: str
    word: str
    says: str
    why: str


@dataclass(frozen=True, slots=True)
class Extra:
    """What else a block holds below its tables: a list of points, facts, judgements or references."""

    heading: str = ""
    points: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    judgements: Sequence[Judgement] = ()
    references: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One scenario's share of a part; `label` names the scenario where there are several."""

    label: str
    finding: str
    texts: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    folded: Sequence[Table] = ()
    extras: Sequence[Extra] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `heading` is the finding where one scenario is reported, and empty where several are."""

    number: int
    topic: str
    heading: str = ""
    intro: str = ""
    blocks: Sequence[Block] = ()
    verdicts: Sequence[Verdict] = ()
    after: Sequence[Block] = ()

    @property
    def pictures(self) -> list[Picture]:
        """The pictures of its blocks."""
        return [picture for block in (*self.blocks, *self.after) for picture in block.pictures]

    @property
    def tables(self) -> list[Table]:
        """The tables of its blocks, open and folded; not those of its pictures."""
        blocks = (*self.blocks, *self.after)
        return [table for block in blocks for table in (*block.tables, *block.folded)]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    title: str
    run: str
    version: str
    closing: str
    is_pair: bool
    parts: Sequence[Part] = field(default_factory=tuple)


Build = Callable[["Told"], Block]


@dataclass(frozen=True, slots=True)
class Told:
    """A plan with its pictures, its tables under the names of their files, and its label."""

    view: View
    label: str
    pictures: Mapping[str, Picture]
    tables: Mapping[str, Table]

    def drawn(self, *names: str) -> list[Picture]:
        """Return the pictures of these names that the plan has."""
        return [self.pictures[name] for name in names if name in self.pictures]


def page(told: Sequence[Told], title: str, extra_parts: Sequence[Part]) -> Page:
    """Return the report on one or more plans; extra parts stand before the assumptions."""
    is_pair = len(told) > 1
    verdicts = [verdict(item.view, item.label) for item in told]
    first = Part(1, "The verdict", "" if is_pair else verdicts[0].sentence, verdicts=verdicts)
    parts = [
        first,
        *(_part(i + 2, topic, intro, build, told) for i, (topic, intro, build) in enumerate(_PARTS)),
    ]
    for part in extra_parts:
        parts.append(
            Part(len(parts) + 1, part.topic, part.heading, part.intro, part.blocks, after=part.after)
        )
    parts.append(_part(len(parts) + 1, "Assumptions, references, versions", _GRADES, _assumptions, told))
    return Page(title, _run(told), told[0].view["versions"]["nextdollar"], _closing(told), is_pair, parts)


def _part(number: int, topic: str, intro: str, build: Build, told: Sequence[Told]) -> Part:
    blocks = [build(item) for item in told]
    return Part(number, topic, "" if len(told) > 1 else blocks[0].finding, intro, blocks)


def _run(told: Sequence[Told]) -> str:
    found = []
    for item in told:
        scenario = item.view["scenario"]
        months, rate = (
            findings.months_long(scenario["horizon_months"]),
            percent(scenario["discount_per_year"]),
        )
        horizon = f"{months} at {rate} a year"
        found.append(
            f"{scenario['file']}: {spaced(item.view['draws'])} draws, seed {item.view['seed']}, {horizon}"
        )
    return "; ".join(found)


def _closing(told: Sequence[Told]) -> str:
    files = " and ".join(item.view["scenario"]["file"] for item in told)
    return (
        f"Made by nextdollar {told[0].view['versions']['nextdollar']} from {files}. "
        "Amounts are nominal USD against keeping today's model, unless it says otherwise. "
        "Amounts are shown by their mean and other figures by their median, with P5 to P95 beside them; "
        "the files hold every digit."
    )


def _bigger(told: Told) -> Block:
    return Block(told.label, findings.bigger_buys(told.view), (), told.drawn("loss-against-cost"))


def _cost(told: Told) -> Block:
    texts = []
    view = told.view
    if offered(view):
        best = focus(view)
        gpus = best["gpus_for_deadline"]
        deadline = next(
            (item["written"] for item in view["inputs"] if item["name"] == "hardware.deadline"), ""
        )
        if gpus is not None and deadline:
            words = cell_words(gpus, "count")
            spread = f" ({words.spread})" if words.spread else ""
            texts = [f"Training {best['name']} within {deadline} takes {words.main} GPUs{spread}."]
    tables = [] if told.drawn("where-each-dollar-goes") else [told.tables["costs"]]
    return Block(told.label, findings.costs(view), texts, told.drawn("where-each-dollar-goes"), tables)


def _worth(told: Told) -> Block:
    customers = told.view["customers"]
    weighted, heads = customers["revenue_weighted_ltv_usd"], customers["head_weighted_ltv_usd"]
    revenue = cell_words(customers["revenue_usd_per_month"], "usd").main
    within = percent(average(customers["ltv_share_within_horizon"]) or 0.0)
    texts = [
        f"Today's customers pay {revenue} a month. The lifetime value behind an average dollar of revenue is "
        f"{money(average(weighted) or 0.0)}, that of an average customer {money(average(heads) or 0.0)}. "
        f"{within} of lifetime value arrives within the horizon."
    ]
    tables = [told.tables["lifetime-value"]]
    if offered(told.view):
        tables.append(told.tables["worth"])
    return Block(
        told.label,
        findings.worth(told.view),
        texts,
        told.drawn("payback-against-churn", "value-by-part"),
        tables,
    )


def _risk(told: Told) -> Block:
    limit = told.view["scenario"]["risk_limit_usd"]
    texts = (
        [] if limit is None else [f"The limit on {told.view['scenario']['risk_measure']} is {money(limit)}."]
    )
    shown = told.drawn("npv-by-candidate", "risk-envelope", "cumulative-cash")
    return Block(told.label, findings.envelope(told.view), texts, shown)


def _frontier(told: Told) -> Block:
    curve = told.view["frontier"]
    texts = []
    if curve is not None:
        ratio = significant(curve["tokens_per_param"])
        texts = [f"Along the curve of sizes, training data stays at {ratio} tokens per parameter."]
    shown = told.drawn("marginal-return", "frontier", "drivers")
    folded = [told.tables["break-even"]] if told.tables["break-even"].rows else []
    return Block(told.label, findings.frontier(told.view), texts, shown, folded=folded)


_PARTS: tuple[tuple[str, str, Build], ...] = (
    (
        "What bigger buys",
        "Loss is how badly a model predicts text, in nats per token: lower is better. The upper panel sets "
        "it against what each candidate costs, the lower one shows what more money buys.",
        _bigger,
    ),
    ("What it costs", "Training is paid once, at the start; serving grows with size and use.", _cost),
    (
        "What it is worth",
        "Lifetime value is what a customer pays after costs until leaving: price times margin over churn. "
        "A better model raises it, by what the scenario says of quality.",
        _worth,
    ),
    (
        "The risk envelope",
        "Value at risk is the loss that only the worst draws exceed; expected shortfall is their average "
        "loss. A negative loss is a gain.",
        _risk,
    ),
    (
        "The frontier",
        "A step pays as long as each extra dollar brings back more than one. Each break-even moves one lever "
        "and leaves everything else as it is.",
        _frontier,
    ),
)
_GRADES = (
    "Grades say what a figure rests on: A randomised evidence, B measured or counted by others, C observed "
    "association, D assumption. What the scenario states itself carries no grade."
)


def _assumptions(told: Told) -> Block:
    view = told.view
    tables = [told.tables["assumptions"]]
    if told.tables["correlations"].rows:
        tables.append(told.tables["correlations"])
    scenario = view["scenario"]
    facts = [
        ("draws", f"{spaced(view['draws'])} in {view['scrambles']} scrambles, seed {view['seed']}"),
        *((name, version) for name, version in view["versions"].items()),
        *((file["file"], f"SHA-256 {file['sha256']}") for file in scenario["files"]),
        ("result", view["schema"]),
    ]
    extras = [Extra("Seed, versions, hashes", facts=facts)]
    if view["sources"]:
        extras.insert(0, Extra("References", references=view["sources"]))
    folded = [table for table in tables if told.label]
    return Block(told.label, findings.assumptions(view), (), (), () if told.label else tables, folded, extras)
