"""Runs hostile cases in this process, each with a limit, and prints what went wrong as lines of JSON.

    python -m tests.proof._hostile_run FIRST END FOLDER

The last line is the summary. A case that cannot be interrupted ends the process, with where it stood on stderr.
"""

from __future__ import annotations

import contextlib
import faulthandler
import inspect
import io
import json
import random
import re
import resource
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import typer

from optimizer.cli.scenario import validate_command
from optimizer.cli.solve import solve_command
from optimizer.planning import plan as planner
from tests.proof._hostile_cases import Case, case

LIMIT_S, LAST_RESORT_S, SOLVER_LIMIT_S = 5.0, 120.0, 0.5
"""Seconds of the processor for a case; of the clock for a watch of cases; of the clock for a solver."""
CASES_A_WATCH = 50
ALLOWED = (0, 2, 3, 4, 6, 7)
CODES_OF_VALIDATE = (0, 2)
NOT_SHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What no line for people may hold: control codes, and marks that turn the direction of writing."""
DEFAULTS = {name: option.default for name, option in inspect.signature(solve_command).parameters.items()}
"""What the options of `solve` are where the command line says nothing of them."""
BROKEN_WORDS = ("Traceback", "internal error")


_OUT, _ERR = io.StringIO(), io.StringIO()


class TooLong(BaseException):
    """A case ran past its limit."""


def write(given: Case, folder: Path) -> Path:
    """The case's files in a folder; the scenario's path."""
    for name, data in given.files.items():
        (folder / name).write_bytes(data)
    path = folder / f"scenario.{given.form}"
    path.write_bytes(given.data)
    return path


def wrong_words(out: str, err: str) -> str | None:
    """What is wrong with what was printed; None where nothing is."""
    for stream, text in (("stdout", out), ("stderr", err)):
        if found := NOT_SHOWN.search(text):
            return f"{stream} shows {found[0]!r}: {text[max(0, found.start() - 60) : found.end() + 20]!r}"
        if word := next((word for word in BROKEN_WORDS if word in text), None):
            return f"{stream}: {word}: {text[:300]!r}"
    return None


def run(number: int, path: Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command on a case's scenario."""
    rng = random.Random(~number)
    out, err = _OUT, _ERR  # the same ones again: click keeps each stream that it has written to
    for stream in (out, err):
        stream.seek(0)
        stream.truncate()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            if rng.random() < 0.05:
                validate_command(str(path))
            else:
                output = path.parent / "out" if rng.random() < 0.01 else None
                chosen = {"output": output, "json": rng.random() < 0.9, "time_limit": SOLVER_LIMIT_S}
                solve_command(**DEFAULTS | chosen | {"scenario": str(path)})
        except typer.Exit as ended:
            code = int(ended.exit_code)
    return code, out.getvalue(), err.getvalue()


def main(first: int, end: int, folder: Path) -> dict[str, Any]:
    solved = Counter[str]()
    plan_and_audit = planner.plan_and_audit

    def counted(*given: Any, **options: Any) -> Any:
        solved["reached"] += 1
        return plan_and_audit(*given, **options)

    planner.plan_and_audit = counted

    def too_long(*_: Any) -> None:
        raise TooLong

    signal.signal(signal.SIGPROF, too_long)
    codes = Counter[int]()
    slowest, wrong = (0.0, first), 0
    for number in range(first, end):
        given = case(number)
        path = write(given, folder)
        (folder / "number").write_text(str(number))
        if (number - first) % CASES_A_WATCH == 0:
            faulthandler.dump_traceback_later(LAST_RESORT_S, exit=True)
        signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
        begun = time.process_time()
        try:
            code, out, err = run(number, path)
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            codes[code] += 1
            fault = wrong_words(out, err) if code in ALLOWED else f"exit code {code}: {(err or out)[:400]}"
        except TooLong:
            fault = f"longer than {LIMIT_S:g} s: {traceback.format_exc()[-700:]}"
        except Exception:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            fault = traceback.format_exc()[-1500:]
        slowest = max(slowest, (time.process_time() - begun, number))
        if fault is not None:
            wrong += 1
            print(json.dumps({"number": number, "fault": fault}), flush=True)
        for name in given.files:
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / "out", ignore_errors=True)
    return {
        "cases": end - first,
        "reached": solved["reached"],
        "codes": dict(sorted(codes.items())),
        "wrong": wrong,
        "slowest_s": round(slowest[0], 2),
        "slowest": slowest[1],
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))))
