"""`nextdollar calibrate` and its options; its work is in `calibrate`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb

LogFiles = Annotated[
    list[Path],
    typer.Argument(metavar="LOGS", help="Logs or results of vLLM, SGLang, InferenceX or a trainer."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateOptions:
    """Fit the models of serving and training to your own logs, and say how far off they were and are.

    The options state what a log does not say itself; they hold for all logs.
    """

    logs: LogFiles
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME", help='Name, config.json, or size such as "70 B".'),
    ] = None
    hardware: Annotated[
        str | None, typer.Option("--hardware", metavar="NAME", help="Accelerator, e.g. H100-SXM.")
    ] = None
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="NAME", help="vllm, sglang or trtllm.")
    ] = None
    precision: Annotated[
        str | None, typer.Option("--precision", metavar="WORD", help="bf16, fp8, int8, fp4 or int4.")
    ] = None
    gpus: Annotated[int | None, typer.Option("--gpus", min=1, help="GPUs of the instance or of the run.")] = (
        None
    )
    tensor: Annotated[int | None, typer.Option("--tp", min=1, help="Tensor parallelism of an instance.")] = (
        None
    )
    replicas: Annotated[
        int | None, typer.Option("--dp", min=1, help="Replicas of attention in an instance.")
    ] = None
    stages: Annotated[
        int | None, typer.Option("--pp", min=1, help="Stages of the pipeline of an instance.")
    ] = None
    prompt: Annotated[
        float | None, typer.Option("--prompt", min=1, metavar="TOKENS", help="Mean length of prompts.")
    ] = None
    output: Annotated[
        float | None, typer.Option("--output", min=1, metavar="TOKENS", help="Mean length of answers.")
    ] = None
    concurrency: Annotated[
        float | None, typer.Option("--concurrency", min=1, help="Requests in flight at an instance.")
    ] = None
    seq_len: Annotated[
        float | None, typer.Option("--seq-len", min=1, metavar="TOKENS", help="Context length in training.")
    ] = None
    tokens_per_step: Annotated[
        float | None,
        typer.Option("--tokens-per-step", min=1, metavar="TOKENS", help="Of training, over all GPUs."),
    ] = None
    shapes: Annotated[
        Path | None,
        typer.Option("--shapes", metavar="FILE", help="Shapes of models: a CSV table or a config.json."),
    ] = None
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Write the calibration here, for --calibration."),
    ] = None
    out: Out = None
    as_json: Json = False


calibrate = verb("calibrate", CalibrateOptions, "nextdollar.cli.calibrate:run_calibrate")
