"""The same input gives the same bytes: fresh processes, each with its own hash seed, all on one thread.

Only `seconds` may differ, also those of the attempts. Where the outcome is not proven there is nothing to be held to,
so that counts as a fault.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from tests.figure import Figure

ROOT = Path(__file__).parents[2]
EXAMPLES = (
    "west-texas-hybrid-day",
    "last-day-of-july",
    "ai-heavy-tight-sla",
    "clock-change-day",
    "halving-night",
    "first-steps",
)
QUICK = ("clock-change-day", "first-steps")
TIMES = 20
QUICK_TIMES = 5
AT_ONCE = 2
TABLES = ("dispatch.csv", "ledger.csv", "dispatch.parquet", "ledger.parquet")
SOLVE = [sys.executable, "-c", "from optimizer.cli import main; main()", "solve"]
LIMIT_S = 300.0


def figures(quick: bool) -> Iterator[Figure]:
    times = QUICK_TIMES if quick else TIMES
    for example in QUICK if quick else EXAMPLES:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            prints = list(threads.map(partial(_print_of, example), range(times)))
        same = sum(each is not None and each == prints[0] for each in prints)
        if same < times:
            print(f"sameness: {example}: {prints}", file=sys.stderr)
        yield Figure(f"same bytes again, {example}", same, "", times, at_least=True)


def _print_of(example: str, seed: int) -> tuple[str, ...] | None:
    """Digests of all that a solve writes and prints; None where it is not proven."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "plan"
        done = subprocess.run(
            [*SOLVE, f"scenarios/{example}", "-o", str(out), "--time-limit", str(LIMIT_S), "--json"],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": str(seed), "OMP_NUM_THREADS": "1"},
            capture_output=True,
            check=False,
        )
        if done.returncode:
            print(f"sameness: {example}, hash seed {seed}: exit code {done.returncode}", file=sys.stderr)
            return None
        texts = [(out / "schedule.json").read_bytes(), done.stdout]
        bare = [json.dumps(without_seconds(json.loads(text))).encode() for text in texts]
        return tuple(
            hashlib.sha256(data).hexdigest()[:12] for data in [*bare, *((out / n).read_bytes() for n in TABLES)]
        )


def without_seconds(value: Any) -> Any:
    """JSON without what a clock has measured."""
    if isinstance(value, dict):
        return {name: without_seconds(inner) for name, inner in value.items() if name != "seconds"}
    if isinstance(value, list):
        return [without_seconds(inner) for inner in value]
    return value
