"""A fleet whose owner published its size, against the one that is planned for its load.

DeepSeek, "DeepSeek-V3/R1 inference system overview", 2025-03-01 (open-infra-index, day 6): in 24 hours
608 B input tokens, 56.3 % of them cached, and 168 B output tokens, at 20 to 22 tokens a second for each
reader and 4,989 tokens of context, on 226.75 nodes of eight H800 on average and 278 at most; a node reads
73,700 tokens a second (cached ones counted) or writes 14,800. Nothing of it is among what the constants were
fitted to.
"""

from __future__ import annotations

from dataclasses import replace

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.serving_calibration import serving_calibration
from nextdollar.compute.fleet.instances import HOURS_PER_MONTH, FleetPolicy
from nextdollar.compute.fleet.load_curve import daily_curve
from nextdollar.compute.fleet.search import ServingNeed
from nextdollar.compute.serving.decode import decode_step
from nextdollar.compute.serving.prefill import prefill
from nextdollar.compute.serving.speculative import Speculation
from nextdollar.sizing.fleet.answer import Configuration
from nextdollar.sizing.fleet.options import deployment_of
from nextdollar.sizing.fleet.plan import FleetQuestion, plan_fleet
from nextdollar.sizing.model_named import model_named

INPUT_TOKENS, OUTPUT_TOKENS, CACHED_SHARE = 608e9, 168e9, 0.563
CONTEXT_TOKENS, TOKENS_PER_S = 4989.0, 21.0
NODES, PEAK_NODES, GPUS = 226.75, 278.0, 8.0
READ_PER_NODE, WRITTEN_PER_NODE = 73_700.0, 14_800.0
# Prompt plus half an answer is the context; prompts and answers are in the proportion of the totals.
ANSWER = CONTEXT_TOKENS / (INPUT_TOKENS / OUTPUT_TOKENS + 0.5)
PROMPT = ANSWER * INPUT_TOKENS / OUTPUT_TOKENS


def question() -> FleetQuestion:
    """The published load, and the speed at which it was answered."""
    load = daily_curve(OUTPUT_TOKENS / ANSWER, peak_multiple=PEAK_NODES / NODES, peak_hour=14)
    need = ServingNeed(load, PROMPT, ANSWER, tpot_limit_s=1 / TOKENS_PER_S, cached_prompt_share=CACHED_SHARE)
    policy = FleetPolicy(autoscaled=True, sure_share=0.5)
    return FleetQuestion(
        model_named("DeepSeek-V3"), need, ("H800-SXM",), ("fp8",), usd_per_gpu_hour=2.0, policy=policy
    )


def nodes(asked: FleetQuestion) -> str:
    """Nodes on average of the cheapest fleet, with its range."""
    chosen = plan_fleet(asked).chosen
    ends = (
        getattr(chosen.bill.gpu_hours_per_month, name) / HOURS_PER_MONTH / GPUS
        for name in ("p50", "p5", "p95")
    )
    middle, low, high = ends
    ratio = middle / NODES
    return f"{middle:6.0f} ({low:.0f} to {high:.0f}), {ratio:.2f} x published: {chosen.configuration.words}"


def main() -> None:
    """Print what was published beside what is planned."""
    asked = question()
    print(f"nodes on average, published                {NODES:6.0f}")
    print(f"planned                                    {nodes(asked)}")
    drafts = replace(asked, speculation=Speculation(1.0, 0.85, 0.03))
    print(f"planned, one token drafted (85 % accepted) {nodes(drafts)}")
    shape, constants = asked.model.shape, serving_calibration("unknown")
    chip = accelerator("H800-SXM")
    reader = deployment_of(shape, Configuration(chip, "fp8", 32, 32, 1, 1))
    new_tokens = PROMPT * (1 - CACHED_SHARE)
    read = new_tokens / float(prefill(reader, new_tokens, calibration=constants).shared_s) / 4
    published = READ_PER_NODE * (1 - CACHED_SHARE)
    print(f"a node reads, tokens/s not cached          {read:6.0f}, published {published:.0f}")
    writer = deployment_of(shape, Configuration(chip, "fp8", 128, 128, 1, 1))
    for each in (64.0, 72.0):
        step = decode_step(writer, each * 128, n_context_tokens=CONTEXT_TOKENS, calibration=constants)
        speed = 1 / float(step.total_s)
        written = f"{each * GPUS * speed:6.0f}, published {WRITTEN_PER_NODE:.0f}"
        print(f"a node writes, tokens/s at {speed:.1f} for each     {written}")


if __name__ == "__main__":
    main()
