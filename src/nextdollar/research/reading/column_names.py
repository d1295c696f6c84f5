"""The names under which trainers and papers write what a run is.

Names are compared without case, blanks and hyphens, and without the prefixes that exports put before
them: `params.` `metrics.` `tags.` of MLflow's search_runs, `config.` and `summary.` of W&B.
"""

from __future__ import annotations

ROLES = (
    "params", "tokens", "flops", "loss", "family", "run", "label", "unique_tokens", "experts",
    "tokens_per_param", "params_no_embed", "step", "state", "tokenizer", "bytes_per_token",
)  # fmt: skip
"""What a column can be; `flops` is the training work in FLOP."""

REQUIRED = ("params", "tokens", "loss")

EXPORT_PREFIXES = ("params.", "metrics.", "tags.", "config.", "config/", "summary.", "summary/", "hparams.")

ALIASES: dict[str, tuple[str, ...]] = {
    "params": (
        "params", "n_params", "num_params", "model_params", "parameters", "n_parameters", "num_parameters",
        "total_parameters", "nparams", "param_count", "N",
    ),
    "tokens": (
        "tokens", "n_tokens", "num_tokens", "train_tokens", "training_tokens", "tokens_seen", "total_tokens",
        "tokens_trained", "num_input_tokens_seen", "D",
    ),
    "flops": (
        "flops", "flop", "train_flops", "train_flop", "training_flops", "training_flop", "total_flops",
        "total_flop", "total_flos", "compute_flop", "compute", "C",
    ),
    "loss": (
        "loss", "loss_nats", "final_loss", "val_loss", "eval_loss", "valid_loss", "validation_loss",
        "test_loss", "train_loss", "training_loss", "lm_loss", "ce_loss", "cross_entropy", "nll", "L",
        "val/loss", "eval/loss", "valid/loss", "validation/loss", "test/loss", "train/loss",
        "val/lm_loss", "eval/lm_loss", "train/lm_loss", "train/ce_loss", "eval/ce_loss",
    ),
    "family": ("family", "model_family", "dataset", "corpus", "source", "study"),
    "run": ("run", "run_id", "run_uuid", "id", "run_name", "name"),
    "label": (
        "run_name", "mlflow.runname", "name", "label", "target", "model", "model_name", "run", "run_id", "id",
    ),
    "unique_tokens": ("unique_tokens", "n_unique_tokens", "tokens_unique", "dataset_tokens"),
    "experts": ("experts", "n_experts", "num_experts", "nume", "moe_num_experts", "num_moe_experts"),
    "tokens_per_param": ("tokens_per_param", "tokens_per_parameter"),
    "params_no_embed": (
        "params_no_embed", "non_embedding_params", "params_non_embedding", "n_params_no_embed",
        "num_non_embedding_params",
    ),
    "step": (
        "step", "_step", "global_step", "trainer/global_step", "train/global_step", "current_steps",
        "current_step", "iteration", "iter",
    ),
    "state": ("state", "status"),
    "tokenizer": ("tokenizer", "tokeniser"),
    "bytes_per_token": ("bytes_per_token",),
}  # fmt: skip

FIRST_MATCH = frozenset({"family", "run", "label", "step", "state", "tokenizer"})
"""Roles of which the first name in the list is taken, since the names are not rivals but degrees."""

OTHER_UNITS = {
    "bits per byte": (
        "bpb", "bits_per_byte", "val_bpb", "eval_bpb", "val/bpb", "eval/bpb", "loss_bpb",
        "loss_bits_per_byte",
    ),
    "perplexity": (
        "ppl", "perplexity", "val_ppl", "eval_ppl", "val/ppl", "eval/ppl", "val_perplexity",
        "eval_perplexity", "val/perplexity", "eval/perplexity",
    ),
    "bits per token": ("bits_per_token", "loss_bits"),
}  # fmt: skip
"""Names of columns that say by themselves that the loss is not in nats per token."""

SWEPT = frozenset({
    "lr", "learning_rate", "peak_lr", "max_lr", "min_lr", "base_lr", "bs", "batch_size", "global_bs",
    "global_batch_size", "train_batch_size", "micro_batch_size", "wd", "weight_decay", "warmup_steps",
    "warmup_ratio", "warmup_tokens", "beta1", "beta2", "adam_beta1", "adam_beta2", "adam_epsilon", "dropout",
    "optimizer", "lr_schedule", "lr_scheduler", "lr_decay", "grad_clip", "init_std", "z_loss", "sweep",
})  # fmt: skip
"""Settings that are tuned: rows that differ in these alone are tries of one run."""

CONDITIONS = frozenset({
    "condition", "conditions", "hparams", "warmup", "decay", "schedule", "param_count", "dataset", "corpus",
    "data", "tokenizer", "tokeniser", "loss_split", "split", "loss_unit", "eval_set", "setup", "recipe",
    "architecture",
})  # fmt: skip
"""Columns of words whose values make losses, or counts, incomparable."""

NOT_MEASURES = frozenset({
    "seed", "timestamp", "_timestamp", "_runtime", "runtime", "_step", "created", "epoch", "epochs",
    "total_steps", "portion_steps_elapsed", "seq_len", "d_model", "h", "ffnh", "numh", "numl", "layers",
    "n_layers", "heads", "n_heads", "num_blocks", "width", "depth", "ti", "steps", "chinchilla_multiplier",
    "flops_budget", "flops_no_embed", "flops_per_step", "step", "k", "topk",
})  # fmt: skip
"""Columns of numbers that describe a run and do not measure it."""


def plain(name: str) -> str:
    """Return a name of a column without the prefix of its export; single letters keep their case."""
    name = name.strip()
    lowered = name.lower()
    for prefix in EXPORT_PREFIXES:
        if lowered.startswith(prefix) and len(name) > len(prefix):
            name = name[len(prefix) :]
            break
    if len(name) == 1:
        return name
    return name.lower().replace(" ", "_").replace("-", "_")


def last_part(name: str) -> str:
    """Return the last part of a nested name: `model.n_params` and `model/n_params` are `n_params`."""
    return plain(plain(name).replace("/", ".").rsplit(".", 1)[-1])
