"""What the views of all verbs on training runs share: files, draws, warnings, sources, versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from nextdollar.plan.provenance import versions
from nextdollar.report.own_catalogue import own_files, own_words
from nextdollar.report.plan_schema import File, SourceShape
from nextdollar.report.plan_text import spaced
from nextdollar.sources import Source

View = Mapping[str, Any]

_MOST_NAMED = 3


class Shape(BaseModel):
    """A part of what a verb prints with `--json`."""

    model_config = ConfigDict(populate_by_name=True)


class Envelope(Shape):
    """The fields that every verb on training runs prints; its own come on top."""

    files: list[File] = Field(description="the files that were read")
    draws: int | None = Field(description="draws behind the ranges; null where nothing was drawn")
    seed: int | None
    warnings: list[str] = Field(description="what to hold against the answer, as sentences")
    sources: list[SourceShape] = Field(description="where formulas and published figures come from")
    versions: dict[str, str]


def enveloped(
    schema: str,
    answer: Mapping[str, Any],
    *,
    files: Iterable[tuple[str, str]] = (),
    draws: int | None = None,
    seed: int | None = None,
    warnings: Iterable[str] = (),
    sources: Iterable[Source] = (),
) -> dict[str, Any]:
    """Return a view: its schema, the answer of the verb, then what all views carry.

    Parameters
    ----------
    schema : str
        Name and version of the shape, such as "nextdollar.fit/1.0".
    answer : mapping
        The fields of the verb, plain data, in the order in which they are printed.
    files : iterable of (file, SHA-256)
        What was read.
    draws, seed : int, optional
        Number of draws behind the ranges and the seed they were dealt from.
    warnings : iterable of str
        Sentences on what to hold against the answer.
    sources : iterable of Source
        Where formulas and published figures come from; repeats are dropped.

    Rows of the user's own catalogue are named among the files and the warnings.
    """
    told = [*warnings, own_words()] if own_files() else list(warnings)
    distinct = dict.fromkeys((source.work, source.place, source.link) for source in sources)
    return {
        "schema": schema,
        **answer,
        "files": [{"file": file, "sha256": digest} for file, digest in [*files, *own_files()]],
        "draws": draws,
        "seed": seed,
        "warnings": told,
        "sources": [{"work": work, "place": place, "link": link} for work, place, link in distinct],
        "versions": versions(),
    }


def run_words(view: View) -> str:
    """Return what an answer was made from: "runs.csv, 1 000 draws, seed 7"."""
    words = [item["file"] for item in view["files"]]
    if view["draws"] is not None:
        seed = "" if view["seed"] is None else f", seed {view['seed']}"
        words.append(f"{spaced(view['draws'])} draws{seed}")
    return ", ".join(words)


def footer_words(view: View) -> str:
    """Return what stands under every chart: files, draws, seed, version and sources."""
    works = [source["work"].split(",")[0].split(";")[0] for source in view["sources"] if source["link"]]
    distinct = list(dict.fromkeys(works))
    others = len(distinct) - _MOST_NAMED
    more = f" and {others} other {'work' if others == 1 else 'works'}" if others > 0 else ""
    named = f"after {', '.join(distinct[:_MOST_NAMED])}{more}" if distinct else ""
    made_by = f"nextdollar {view['versions']['nextdollar']}"
    return "; ".join(part for part in (run_words(view), made_by, named) if part)


def facts(view: View) -> Sequence[tuple[str, str]]:
    """Return draws, versions and hashes as pairs for the end of a page."""
    drawn = (
        []
        if view["draws"] is None
        else [("draws", f"{spaced(view['draws'])}, seed {view['seed']}".removesuffix(", seed None"))]
    )
    hashes = [(item["file"], f"SHA-256 {item['sha256']}") for item in view["files"]]
    return [*drawn, *view["versions"].items(), *hashes, ("result", view["schema"])]
