"""The ground of a fault: a folder of its own, how a command is run in it, and what an honest end is."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.schedule import Schedule
from tests.cli.hard import hard

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-c", "from optimizer.cli import main; main()"]
CODES = {0, 2, 3, 4, 5, 6, 7, 130}
FEW = ROOT / "scenarios" / "first-steps"
DAY = ROOT / "scenarios" / "clock-change-day"
Check = Callable[["Ground"], "str | None"]


@dataclass
class Ended:
    """A command that has come to its end."""

    code: int
    out: str
    err: str

    @property
    def wrong(self) -> str:
        """What is not honest about it; empty where nothing is."""
        if "Traceback" in self.err + self.out:
            return f"a traceback: {self.err[-300:]}"
        return "" if self.code in CODES else f"exit code {self.code}: {self.err[-300:]}"


@dataclass
class Ground:
    """A folder for one case, and how the command is run in it."""

    folder: Path
    quick: bool
    dice: random.Random
    left: list[Path] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def temporary(self) -> Path:
        path = self.folder / "tmp"
        path.mkdir(exist_ok=True)
        return path

    def start(
        self, *arguments: object, inject: str = "", limits: dict[int, int] | None = None, **more: Any
    ) -> subprocess.Popen[str]:
        """Start a command, with Python put into it and limits on it."""
        environment = os.environ | {"TMPDIR": str(self.temporary)} | more.pop("env", {})
        paths = [str(ROOT)]
        if inject:
            (self.folder / "inject").mkdir(exist_ok=True)
            (self.folder / "inject" / "sitecustomize.py").write_text(inject, encoding="utf-8")
            paths.insert(0, str(self.folder / "inject"))
        for name in [name for name, value in environment.items() if value is None]:
            del environment[name]
        environment["PYTHONPATH"] = os.pathsep.join(paths)

        def before() -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for what, most in (limits or {}).items():
                resource.setrlimit(what, (most, most))

        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=ROOT,
            env=environment,
            preexec_fn=before,  # noqa: PLW1509 - one thread here
            text=True,
            encoding="utf-8",
            errors="replace",
            **pipes,
        )

    def run(self, *arguments: object, **more: Any) -> Ended:
        """Run a command to its end."""
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=120)
        return Ended(process.returncode, out or "", err or "")

    def solve(self, scenario: Path = FEW, *more: object, **options: Any) -> Ended:
        return self.run("solve", scenario, "-o", self.out, *more, **options)

    def file(self, name: str, content: str | bytes | dict[str, Any]) -> Path:
        path = self.folder / name
        if isinstance(content, dict):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def untidy(self) -> str:
        """Temporary files that are left; empty where none are."""
        here = [path for path in self.folder.rglob("*") if path.name.endswith(".part")]
        found = [*here, *self.temporary.iterdir()]
        return f"left behind: {[str(path.relative_to(self.folder)) for path in found]}" if found else ""


def broken(folder: Path) -> str:
    """Which file of a plan's folder is not whole; empty where none is."""
    if not folder.is_dir():
        return ""
    readers = {".json": lambda p: json.loads(p.read_bytes()), ".csv": pd.read_csv, ".parquet": pd.read_parquet}
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or path.suffix not in readers:
            continue
        try:
            readers[path.suffix](path)
            if path.name == "schedule.json":
                Schedule.from_json(path.read_bytes())
        except Exception as error:
            return f"{path.name} is not whole: {error}"
    return ""


def expect(ended: Ended, codes: set[int], *words: str) -> str | None:
    """What is wrong with an end that should have one of these codes and say these words."""
    if ended.wrong:
        return ended.wrong
    if ended.code not in codes:
        return f"exit code {ended.code}, not one of {sorted(codes)}: {ended.out[-200:]} {ended.err[-300:]}"
    said = ended.out + ended.err
    missing = [word for word in words if word not in said]
    return f"it does not say {missing}: {said[-300:]}" if missing else None


def first(*problems: str | None) -> str | None:
    return next((problem for problem in problems if problem), None)


def hard_file(ground: Ground) -> Path:
    return ground.file("hard.json", hard())
