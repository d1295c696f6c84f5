"""The verbs about how a budget is split, and their options; each verb's work is in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.runs_options import ReadingOptions
from nextdollar.cli.verb import verb

_Law = Annotated[
    str | None,
    typer.Option("--law", metavar="ID|FIT.json", help="A published law, or a file that `fit --save` wrote."),
]
_Hardware = Annotated[
    str | None,
    typer.Option("--hardware", metavar="NAME", help="The accelerator that dollars are counted on."),
]
_Price = Annotated[
    str | None, typer.Option("--price", metavar="USD", help="Of a GPU-hour; else the catalogue's median.")
]
_Mfu = Annotated[
    str | None, typer.Option("--mfu", metavar="SHARE", help='Share of the peak in training, e.g. "40 %".')
]
_ServingMfu = Annotated[
    str | None, typer.Option("--serving-mfu", metavar="SHARE", help="Share of the peak in serving.")
]
_InferenceTokens = Annotated[
    str | None,
    typer.Option(
        "--inference-tokens", metavar="T", help='Tokens the model will serve in its life, e.g. "2 T".'
    ),
]
_UniqueTokens = Annotated[
    str | None,
    typer.Option("--unique-tokens", metavar="U", help="Different tokens there are; more are repeats."),
]
_Gpus = Annotated[
    str | None, typer.Option("--gpus", metavar="N", help="How many accelerators work at the same time.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocateOptions:
    """Split a training budget between parameters and tokens."""

    law: _Law = None
    flop: Annotated[
        str | None, typer.Option("--flop", metavar="C", help="The budget in FLOP, e.g. 5.76e23.")
    ] = None
    usd: Annotated[
        str | None,
        typer.Option("--usd", metavar="B", help='The budget in dollars, e.g. "5 MUSD"; with --hardware.'),
    ] = None
    hardware: _Hardware = None
    price: _Price = None
    mfu: _Mfu = None
    serving_mfu: _ServingMfu = None
    inference_tokens: _InferenceTokens = None
    covers: Annotated[
        str,
        typer.Option(
            "--covers",
            metavar="WHAT",
            help="training: serving comes on top of the budget; lifetime: the budget pays for both.",
        ),
    ] = "training"
    unique_tokens: _UniqueTokens = None
    deadline: Annotated[
        str | None,
        typer.Option(
            "--deadline", metavar="TIME", help='Training ends within it, e.g. "38 days"; with --gpus.'
        ),
    ] = None
    gpus: _Gpus = None
    memory: Annotated[
        str | None,
        typer.Option("--memory", metavar="SIZE", help='Memory that must hold the model, e.g. "640 GB".'),
    ] = None
    bytes_per_param: Annotated[
        str | None,
        typer.Option(
            "--bytes-per-param",
            metavar="B",
            help="Bytes of memory for each parameter: 16 trains with Adam (the default), 2 serves in bf16.",
        ),
    ] = None
    out: Out = None
    as_json: Json = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnoseOptions(ReadingOptions):
    """Say whether a run, or each run of a table, is under-trained, short of data or compute, or balanced."""

    runs: Annotated[
        Path | None,
        typer.Argument(metavar="[RUNS]", help="A table of training runs, instead of --params and --tokens."),
    ] = None
    law: _Law = None
    params: Annotated[
        str | None, typer.Option("--params", metavar="N", help='Parameters of the run, e.g. "70 B".')
    ] = None
    tokens: Annotated[
        str | None, typer.Option("--tokens", metavar="D", help='Its training tokens, e.g. "1.4 T".')
    ] = None
    flop: Annotated[
        str | None, typer.Option("--flop", metavar="C", help="Its work in FLOP, in place of one of the two.")
    ] = None
    gpus: _Gpus = None
    time: Annotated[
        str | None,
        typer.Option("--time", metavar="TIME", help='How long the GPUs trained, e.g. "38 days".'),
    ] = None
    loss: Annotated[
        str | None, typer.Option("--loss", metavar="NATS", help="The loss that was observed, nats per token.")
    ] = None
    hardware: _Hardware = None
    price: _Price = None
    mfu: _Mfu = None
    serving_mfu: _ServingMfu = None
    inference_tokens: _InferenceTokens = None
    unique_tokens: _UniqueTokens = None
    out: Out = None
    as_json: Json = False


allocate = verb("allocate", AllocateOptions, "nextdollar.cli.allocate:run_allocate")
diagnose = verb("diagnose", DiagnoseOptions, "nextdollar.cli.diagnose:run_diagnose")
