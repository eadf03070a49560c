"""Hostile input: a hundred thousand broken, odd and oversized scenarios and series, and what the command says of them.

The cases run in one process (`_hostile_run`) with a limit each; a share of them runs through the command line, as
processes of their own; input that is too large runs alone. `python -m tests.proof._hostile_run N N+1 FOLDER` repeats
case N.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.figure import Figure
from tests.proof._hostile_cases import case
from tests.proof._hostile_giants import GIANTS
from tests.proof._hostile_giants import write as write_giant
from tests.proof._hostile_run import ALLOWED, CODES_OF_VALIDATE, write, wrong_words

CASES, QUICK_CASES = 100_000, 2_000
COMMANDS, QUICK_COMMANDS = 1_000, 20
QUICK_GIANTS = 4
"""Of which the quick form takes one."""
FIRST_COMMAND = 1_000_000
"""The command line takes cases that the process does not."""
COMMAND = [sys.executable, "-c", "from optimizer.cli import main; main()"]
COMMAND_LIMIT_S, GIANT_LIMIT_S = 60.0, 300.0
MOST_MB = 1024.0


def figures(quick: bool) -> Iterator[Figure]:
    asked = QUICK_CASES if quick else CASES
    ran = _in_one_process(asked)
    yield Figure("hostile cases in one process", ran["cases"], "", asked, at_least=True)
    yield Figure("hostile cases that reach a solver", 100.0 * ran["reached"] / ran["cases"], "%", 20.0, at_least=True)
    yield Figure("hostile cases that end wrongly", ran["wrong"], "", 0)
    yield Figure("slowest hostile case, of the processor", ran["slowest_s"], "s", 5.0)
    yield Figure("memory of the process of all hostile cases", ran["memory_mb"], "MB", MOST_MB)
    commands = QUICK_COMMANDS if quick else COMMANDS
    faults = _faults(_command, range(FIRST_COMMAND, FIRST_COMMAND + commands), workers=2)
    yield Figure("hostile cases through the command line", commands, "", commands, at_least=True)
    yield Figure("hostile cases through the command line that end wrongly", faults, "", 0)
    faults = _faults(_giant, range(0, len(GIANTS), QUICK_GIANTS if quick else 1), workers=1)
    yield Figure("oversized input not refused with its limit", faults, "", 0)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield Figure("memory of any of these processes", memory, "MB", MOST_MB)


def _in_one_process(cases: int) -> dict[str, Any]:
    """The summary of the cases; one that ends the process is counted, and the others go on in another."""
    total: dict[str, Any] = {"cases": 0, "reached": 0, "wrong": 0, "slowest_s": 0.0, "memory_mb": 0.0}
    first = 0
    while first < cases:
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, "-m", "tests.proof._hostile_run", str(first), str(cases), folder]
            with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                ended: dict[str, Any] = {}
                for line in process.stdout:
                    ended = json.loads(line)
                    if "fault" in ended:
                        _tell(ended["number"], ended["fault"])
                        total["wrong"] += 1
            if "cases" not in ended:
                at = int((Path(folder) / "number").read_text())
                _tell(at, f"ends the process ({process.returncode})")
                total["wrong"] += 1
                total["cases"] += at + 1 - first
                first = at + 1
                continue
        for name in ("cases", "reached"):
            total[name] += ended[name]
        for name in ("slowest_s", "memory_mb"):
            total[name] = max(total[name], ended[name])
        first = cases
    return total


def _faults(check: Any, numbers: Sequence[int], workers: int) -> int:
    """In how many cases something is wrong."""
    wrong = 0
    with ThreadPoolExecutor(workers) as pool:
        for number, fault in zip(numbers, pool.map(check, numbers), strict=True):
            if fault is not None:
                _tell(number, fault)
                wrong += 1
    return wrong


def _run(*arguments: object, limit_s: float = COMMAND_LIMIT_S) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        timeout=limit_s,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )


def _command(number: int) -> str | None:
    """What is wrong with how the command takes a case; every tenth is only validated."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(case(number), Path(folder))
        solve = ("solve", path, "--time-limit", 1, *(["--json"] if number % 2 else []))
        done = _run(*(("validate", path) if number % 10 == 0 else solve))
    if done.returncode not in (CODES_OF_VALIDATE if number % 10 == 0 else ALLOWED):
        return f"exit code {done.returncode}: {(done.stderr or done.stdout)[-500:]}"
    return wrong_words(done.stdout, done.stderr)


def _giant(number: int) -> str | None:
    """What is wrong with how oversized input is refused."""
    giant = GIANTS[number]
    with tempfile.TemporaryDirectory() as folder:
        done = _run("validate", write_giant(giant, Path(folder)), limit_s=GIANT_LIMIT_S)
    if done.returncode != 2 or not re.search(re.escape(giant.says), done.stderr):
        return f"giant: exit code {done.returncode}, not {giant.says!r}: {done.stderr[:300]!r}"
    return wrong_words(done.stdout, done.stderr)


def _tell(number: int, fault: str) -> None:
    print(f"hostile: case {number}: {fault}", file=sys.stderr, flush=True)
