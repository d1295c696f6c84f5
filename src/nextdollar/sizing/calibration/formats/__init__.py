"""Formats of logs, in the order in which they are tried."""

from nextdollar.sizing.calibration.formats.composer import COMPOSER
from nextdollar.sizing.calibration.formats.inferencex import INFERENCEX
from nextdollar.sizing.calibration.formats.megatron import MEGATRON
from nextdollar.sizing.calibration.formats.nanogpt import NANOGPT
from nextdollar.sizing.calibration.formats.points_csv import POINTS_CSV
from nextdollar.sizing.calibration.formats.prometheus import PROMETHEUS
from nextdollar.sizing.calibration.formats.sglang_bench import SGLANG_BENCH
from nextdollar.sizing.calibration.formats.sglang_log import SGLANG_LOG
from nextdollar.sizing.calibration.formats.step_table import STEP_TABLE
from nextdollar.sizing.calibration.formats.torchtitan import TORCHTITAN
from nextdollar.sizing.calibration.formats.trainer_state import TRAINER_STATE
from nextdollar.sizing.calibration.formats.vllm_bench import VLLM_BENCH
from nextdollar.sizing.calibration.formats.vllm_log import VLLM_LOG
from nextdollar.sizing.calibration.measured import LogFormat

FORMATS: dict[str, LogFormat] = {
    "trainer-state": TRAINER_STATE,
    "inferencex": INFERENCEX,
    "vllm-bench": VLLM_BENCH,
    "sglang-bench": SGLANG_BENCH,
    "points-csv": POINTS_CSV,
    "prometheus": PROMETHEUS,
    "vllm-log": VLLM_LOG,
    "sglang-log": SGLANG_LOG,
    "megatron": MEGATRON,
    "composer": COMPOSER,
    "nanogpt": NANOGPT,
    "torchtitan": TORCHTITAN,
    "step-table": STEP_TABLE,
}

__all__ = ["FORMATS"]
