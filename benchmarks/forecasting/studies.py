"""Runs of published studies, and how each is cut into small runs and the larger ones they must foretell."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.scaling.runs import Runs

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "scaling"
Cells = dict[str, str]


@dataclass(frozen=True)
class Study:
    """A study's runs; set-ups of the same makers are of one `group`. `factor` is how far it can foretell."""

    name: str
    group: str
    source: str
    place: str
    link: str
    runs: Runs
    factor: float = 10.0


@dataclass(frozen=True)
class Split:
    """Small runs, and the runs beyond `factor` times less compute than the largest."""

    study: Study
    factor: float
    small: Runs
    large: Runs


def has_data() -> bool:
    """Whether the runs of the studies lie beside the repository."""
    return FOLDER.is_dir()


def split(study: Study, factor: float) -> Split:
    """Cut a study at its largest compute over `factor`."""
    most_flop = study.runs.flop.max() / factor * (1 + 1e-9)
    small = study.runs.flop <= most_flop
    return Split(study, factor, study.runs.take(small), study.runs.take(~small))


def protocol(found: list[Study]) -> list[Split]:
    """One split of each study: at a tenth of the largest compute, or as near as its runs allow."""
    return [split(study, study.factor) for study in found]


def further(found: list[Study]) -> list[Split]:
    """The split at a thirtieth, where at least 20 runs remain."""
    cuts = [split(study, 30.0) for study in found if study.factor == 10.0]
    return [cut for cut in cuts if len(cut.small) >= 20]


def studies() -> list[Study]:
    """Every shared study with losses of runs that saw their data about once."""
    return [
        Study(
            "chinchilla",
            "chinchilla",
            "Hoffmann et al. 2022",
            "data/svg_extracted_data.csv, 240 of 245 points",
            "https://github.com/epoch-research/analyzing-chinchilla",
            _runs("chinchilla_epoch.csv", lambda row: row["epoch_outlier"] != "1"),
        ),
        Study(
            "llama-3",
            "llama-3",
            "Grattafiori et al. 2024",
            "data/isoflops/extract, losses as drawn",
            "https://github.com/Open-Athena/scaling-law-analysis",
            _runs("llama3_isoflop_digitised.csv", lambda row: row["condition"] == "raw_loss"),
        ),
        Study(
            "misfitting",
            "misfitting",
            "Li et al. 2025",
            "data/scaling_results_last_ckpt_only.csv, best rates",
            "https://github.com/hadasah/scaling_laws",
            _runs("misfitting_final.csv", best=True),
        ),
        *(_gadre(corpus) for corpus in ("c4_original", "rpj", "rw_original")),
        *(_xlstm(context) for context in ("2048", "8192", "16384")),
        *(
            _porian(data, *setup)
            for data in ("rw", "owt2")
            for setup in (
                ("base", "long", "kaplan"),
                ("base", "short", "chinchilla"),
                ("tuned", "short", "const"),
            )
        ),
        Study(
            "clark-dense",
            "clark",
            "Clark et al. 2022",
            "data/curves.csv.gz, dense models",
            "https://github.com/google-deepmind/scaling_laws_for_routing",
            _clark_runs(),
        ),
        Study(
            "datablations",
            "datablations",
            "Muennighoff et al. 2023",
            "plotstables/return.ipynb, one epoch",
            "https://github.com/huggingface/datablations",
            _runs(
                "datablations_runs.csv",
                lambda row: row["family"] == "datablations" and float(row["epochs"]) <= 1.001,
            ),
        ),
        Study(
            "steplaw",
            "steplaw",
            "Li et al. 2025, step law",
            "data/dense_lr_bs_loss.csv, best settings",
            "https://github.com/step-law/steplaw",
            _runs("steplaw_dense_lr_bs.csv", best=True),
        ),
    ]


def unlike_studies() -> list[Study]:
    """Tables the prior was not made from: other losses of the same models, other counts, other warm-ups."""
    return [
        *(
            Study(f"{_gadre(corpus).name} {loss}", "gadre", "", "", "", _gadre_runs(corpus, loss))
            for corpus in ("c4_original", "rpj", "rw_original")
            for loss in ("loss_openlm", "loss_val_de-en_100", "loss_00000001")
        ),
        *(
            Study(f"clark-dense {loss}", "clark", "", "", "", _clark_runs(loss))
            for loss in ("loss_c4", "loss_pile", "loss_lambada", "loss_wikitext103")
        ),
        _porian("owt2", "base", "long", "kaplan", "kaplan"),
        _porian("rw", "base", "long", "kaplan", "kaplan"),
        _porian("rw", "base", "long", "kaplan", "attention"),
        _porian("rw", "base", "short", "kaplan"),
        _porian("owt2", "base", "short", "kaplan"),
        _porian("rw", "base", "short", "kaplan", "attention"),
        _porian("rw", "base", "short", "chinchilla", "attention"),
        _porian("rw", "tuned", "short", "const", "attention"),
        _porian("rw", "tuned", "long", "const", "kaplan"),
    ]


def _gadre(corpus: str) -> Study:
    name = f"gadre-{corpus.removesuffix('_original')}"
    link = "https://github.com/mlfoundations/scaling"
    return Study(name, "gadre", "Gadre et al. 2024", "exp_data/models, C4 loss", link, _gadre_runs(corpus))


def _gadre_runs(corpus: str, loss: str = "loss") -> Runs:
    file = "gadre_overtraining_runs.csv"
    return _runs(file, lambda row: row["family"] == f"gadre_{corpus}", loss=loss)


def _clark_runs(loss: str = "loss") -> Runs:
    file = "clark_routed_moe_final.csv"
    return _runs(file, lambda row: row["router_type"] == "Dense" and row[loss] != "", loss=loss)


def _xlstm(context: str) -> Study:
    # Two of the three context lengths span less than a factor of ten in compute.
    return Study(
        f"xlstm-{context}",
        "xlstm",
        "Beck et al. 2025, Llama baselines",
        f"data/isoflop_llama_ctx{context}.pkl",
        "https://github.com/NX-AI/xlstm_scaling_laws",
        _runs("xlstm_study_llama_isoflop.csv", lambda row: row["family"] == f"xlstm_llama_ctx{context}"),
        factor=10.0 if context == "8192" else 4.0,
    )


def _porian(data: str, hparams: str, warmup: str, decay: str, count: str = "standard") -> Study:
    wanted = {
        "family": f"porian_{data}",
        "hparams": hparams,
        "warmup": warmup,
        "decay": decay,
        "param_count": count,
    }
    counted = "" if count == "standard" else f"-{count}-count"
    return Study(
        f"porian-{data}-{hparams}-{warmup}-{decay}{counted}",
        "porian",
        "Porian et al. 2024",
        f"data/summary_df, {hparams}, {warmup} warm-up, {decay} decay",
        "https://github.com/formll/resolving-scaling-law-discrepancies",
        _runs("porian_isoflop.csv", lambda row: all(row[key] == value for key, value in wanted.items())),
    )


def _runs(
    file: str, keep: Callable[[Cells], bool] = lambda row: True, *, loss: str = "loss", best: bool = False
) -> Runs:
    """Read runs; `best` keeps the least loss of each model where hyperparameters were searched."""
    with (FOLDER / file).open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if keep(row)]
    if best:
        rows.sort(key=lambda row: -float(row[loss]))
        rows = list({(row["params"], row["tokens"]): row for row in rows}.values())
    params, tokens, flop, losses = (
        np.array([float(row[name]) for row in rows]) for name in ("params", "tokens", "flops", loss)
    )
    return Runs(params, tokens, flop, losses, np.arange(len(rows)))
