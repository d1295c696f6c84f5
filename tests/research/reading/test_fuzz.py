"""Mutated tables: read or refused, never a crash, never a hang."""

from __future__ import annotations

import random
import time

import pytest

from nextdollar.errors import RunsError
from nextdollar.report.fault_text import fault_text
from nextdollar.research.reading import read_runs, read_targets

SEEDS = {
    "runs.csv": (
        b"run,params,tokens,flops,loss,family,lr,step,mmlu\n"
        b"a,1e8,2e9,1.2e18,3.1123,c4,1e-3,10,0.25\n"
        b'"b, c",200000000,4e9,4.8e18,2.9123,c4,1e-3,20,\n'
        b"d,4e8,8e9,-5e17,2.7123,c4,1e-4,30,0.4\n"
    ),
    "runs.jsonl": (
        b'{"name": "a", "params": 1e8, "tokens": 2e9, "loss": 3.1123, "config": {"lr": {"value": 1e-3}}}\n'
        b'{"name": "b", "params": 2e8, "tokens": 4e9, "loss": NaN}\n'
    ),
    "runs.json": b'[{"N": 1e8, "D": 2e9, "loss": 3.1123}, {"N": 2e8, "D": 4e9, "loss": 2.9123}]',
    "runs.tsv": b"N\tD\tloss\n1e8\t2e9\t3.1123\n2e8\t4e9\t2.9123\n",
}
WHERES = (
    "flops <= 1e21 and family == 'c4'",
    "not (params > 1e8 or `mmlu` < 0.3)",
    "1e7 < params <= 2e8",
    "family in ('c4', 'rpj')",
    "tokens / params >= 20 - 1e-3",
)
PIECES = (
    b"", b",", b"\n", b'"', b"\x00", b"\xff", b"\xef\xbb\xbf", b"nan", b"-inf", b"1e400", b"1_000", b"7B",
    b"-", b"{", b"]", b"'", b"\t", b";", b"\r\n", b"\xe2\x80\xae", b"9" * 400, b"(" * 60, b"0", b"1e-320",
    b"9e307", b"loss", b"params,", b"`", b"\\", b"not ", b"**", b"==", b"\xd9\xa1", b"\x1b[31m", b"[" * 2_000,
)  # fmt: skip


def mutated(chance: random.Random, content: bytes) -> bytes:
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randrange(len(content) + 1), chance.choice((0, 0, 1, 1, 3, 20))
        kind = chance.randrange(4)
        if kind == 0:
            content = content[:at] + chance.choice(PIECES) + content[at + length :]
        elif kind == 1:
            content = content[:at] + bytes([chance.randrange(256)]) + content[at + length :]
        elif kind == 2:
            content = (
                content[:at] + content[at : at + 30] * chance.choice((2, 3, 40)) + content[at + length :]
            )
        else:
            content = content[:at] + content[at + length :]
    return content


def try_one(seed: int, folder) -> float:
    """Read one mutated table with one mutated expression; return the CPU seconds that it took."""
    chance = random.Random(seed)
    name = chance.choice(sorted(SEEDS))
    path = folder / name
    path.write_bytes(mutated(chance, SEEDS[name]))
    where = None
    if chance.random() < 0.5:
        where = mutated(chance, chance.choice(WHERES).encode()).decode("utf-8", "replace")
    started = time.process_time()
    for read in (
        lambda: read_runs(path, where=where, keep=chance.choice(("best", "checkpoints", "all"))),
        lambda: read_targets(path),
    ):
        try:
            read()
        except RunsError as error:
            assert error.faults
            for fault in error.faults:
                assert fault_text(fault).isprintable() or "\n" in fault_text(fault)
    return time.process_time() - started


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_a_few_mutated_tables_are_read_or_refused(start, tmp_path):
    assert max(try_one(seed, tmp_path) for seed in range(start, start + 50)) < 2.0


@pytest.mark.slow
def test_two_thousand_mutated_tables_are_read_or_refused_in_bounded_time(tmp_path):
    assert max(try_one(seed, tmp_path) for seed in range(1_000, 3_000)) < 2.0
