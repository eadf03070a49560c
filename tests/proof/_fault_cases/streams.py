"""Faults of the streams that a command writes to."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.cli.hard import hard
from tests.proof._fault_cases.ground import (
    COMMAND,
    DAY,
    FEW,
    ROOT,
    Ground,
    broken,
    expect,
    first,
)


def stdout_closed(ground: Ground) -> str | None:
    """The reader goes after the first line; there is none at all; it is full."""
    process = ground.start("solve", DAY, "-o", ground.out)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.wait(60)
    if "Traceback" in err or "Exception" in err:
        return f"reader gone: {err[-300:]}"
    problem = broken(ground.out)
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "solve", FEW, "-o", ground.folder / "closed"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Traceback" in closed.stderr or closed.returncode != 0:
        return f"no stdout: exit code {closed.returncode}, {closed.stderr[-300:]}"
    with Path("/dev/full").open("w") as full:
        ended = ground.solve(FEW, stdout=full)
    if "Traceback" in ended.err or ended.code == 0:
        return f"full stdout: exit code {ended.code}, {ended.err[-300:]}"
    return first(problem, broken(ground.folder / "closed"), ground.untidy())


def stderr_closed(ground: Ground) -> str | None:
    for arguments, code in ((["solve", FEW], 0), (["solve", ground.folder / "none"], 2), (["validate", FEW], 0)):
        done = subprocess.run(
            ["sh", "-c", 'exec "$@" 2>&-', "sh", *COMMAND, *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != code:
            return f"{arguments[0]}: exit code {done.returncode}, not {code}"
    return None


def other_letters(ground: Ground) -> str | None:
    """Names of other scripts where the locale knows ASCII only."""
    given = hard(2)
    given["name"] = "Täglich 日"
    given["fleets"][0]["name"] = "Grüne Öfen"
    file = ground.file("scenario.json", given)
    env = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    return first(
        expect(ground.solve(file, env=env), {0, 4}),
        expect(ground.run("audit", file, ground.out / "schedule.json", env=env), {0}),
        expect(ground.run("init", ground.folder / "mine", env=env), {0}),
        broken(ground.out),
    )
