"""Faults from outside: each has to end in a right or an honestly labelled result.

That is: a known exit code, no traceback, files that are whole or not there, no temporary files where there was time to
take them away. A disk of 64 kB is a tmpfs where that may be mounted; everywhere the size of files is limited as well
(RLIMIT_FSIZE). Moments are drawn from SEED.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.schedule import Schedule
from tests.cli.hard import hard
from tests.figure import Figure
from tests.operating.roll.small import small
from tests.proof import _injected as injected

ROOT = Path(__file__).parents[2]
SEED = 20260101
COMMAND = [sys.executable, "-c", "from optimizer.cli import main; main()"]
CODES = {0, 2, 3, 4, 5, 6, 7, 130}
FEW = ROOT / "scenarios" / "first-steps"
DAY = ROOT / "scenarios" / "clock-change-day"
ON_DISK_S = 2.0
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


# Disks and folders -------------------------------------------------------------------------------------------------


def mounted(ground: Ground, options: str) -> bool:
    """Whether the out folder is a file system of its own now."""
    ground.out.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", ground.out], capture_output=True, check=False
    )
    if done.returncode == 0:
        ground.left.append(ground.out)
    return done.returncode == 0


def disk_full(ground: Ground) -> str | None:
    if not mounted(ground, "size=64k"):
        return None  # files_too_large is the same by other means
    ended = ground.solve(DAY)
    return first(expect(ended, {2}, "No space left", "profit"), broken(ground.out), ground.untidy())


def files_too_large(ground: Ground) -> str | None:
    ended = ground.solve(DAY, limits={resource.RLIMIT_FSIZE: 16_384})
    return first(expect(ended, {2}, "too large", "profit"), broken(ground.out), ground.untidy())


def journal_on_a_full_disk(ground: Ground) -> str | None:
    if not mounted(ground, "size=128k"):
        return None
    file = ground.file("small.json", small(20).model_dump_json())
    ended = ground.run("roll", file, "--days", 8, "-o", ground.out)
    return first(expect(ended, {2}, "No space left"), broken(ground.out), ground.untidy())


def read_only_folder(ground: Ground) -> str | None:
    if mounted(ground, "size=64k"):
        subprocess.run(["mount", "-o", "remount,ro", ground.out], check=True)
    else:
        ground.out.mkdir(exist_ok=True)
        ground.out.chmod(0o555)
    return first(expect(ground.solve(), {2}, str(ground.out)), broken(ground.out))


def read_only_parent(ground: Ground) -> str | None:
    ended = ground.run("solve", FEW, "-o", "/proc/nowhere/out")
    return expect(ended, {2}, "/proc/nowhere")


def output_exists(ground: Ground) -> str | None:
    ground.out.mkdir()
    (ground.out / "schedule.json").write_text("old")
    (ground.out / "mine.txt").write_text("mine")
    ended = ground.solve()
    kept = None if (ground.out / "mine.txt").read_text() == "mine" else "another's file was touched"
    return first(expect(ended, {0}), broken(ground.out), kept, ground.untidy())


def output_is_a_folder(ground: Ground) -> str | None:
    (ground.out / "dispatch.csv").mkdir(parents=True)
    ended = ground.solve()
    return first(expect(ended, {2}, "dispatch.csv"), ground.untidy())


def folder_is_a_file(ground: Ground) -> str | None:
    ground.file("out", "a file")
    return expect(ground.solve(), {2}, str(ground.out))


def scenario_is_a_folder(ground: Ground) -> str | None:
    (ground.folder / "s" / "scenario.toml").mkdir(parents=True)
    return expect(ground.run("solve", ground.folder / "s"), {2}, "scenario.toml")


def long_path(ground: Ground) -> str | None:
    one = ground.run("solve", FEW, "-o", ground.folder / ("x" * 300))
    deep = ground.run("solve", FEW, "-o", ground.folder / "/".join(["y" * 200] * 25))
    many = ground.run("solve", ground.folder / ("z" * 300))
    return first(
        *(
            expect(ended, {2}, "name too long") if ended is not many else expect(ended, {2})
            for ended in (one, deep, many)
        )
    )


def symlink_loop(ground: Ground) -> str | None:
    loop = ground.folder / "loop"
    loop.symlink_to(loop)
    state = ground.run("solve", FEW, "--state", loop)
    return first(
        expect(ground.run("solve", loop), {2}, "loop"),
        expect(ground.run("solve", FEW, "-o", loop), {2}, "loop"),
        expect(state, {2}, "loop"),
        expect(ground.run("audit", FEW, loop), {2}, "loop"),
    )


def folder_vanishes(ground: Ground) -> str | None:
    process = ground.start("solve", hard_file(ground), "-o", ground.out, "--time-limit", 4)
    deadline = time.monotonic() + 30
    while not ground.out.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.5)
    shutil.rmtree(ground.out)
    out, err = process.communicate(timeout=60)
    there = None if (ground.out / "schedule.json").exists() else "nothing was written"
    return first(expect(Ended(process.returncode, out, err), {0, 4}), there, broken(ground.out), ground.untidy())


def temporary_is_read_only(ground: Ground) -> str | None:
    """TMPDIR is no folder: for HiGHS, for CBC (which needs one; another is found or it is said), and in isolation."""
    env = {"TMPDIR": "/proc/nowhere"}
    plain = ground.solve(env=env)
    cbc = ground.solve(FEW, "--solver", "cbc", env=env)
    return first(
        expect(plain, {0}), expect(cbc, {0}), expect(ground.solve(FEW, "--isolated", env=env), {0}), broken(ground.out)
    )


def home_is_missing(ground: Ground) -> str | None:
    return first(
        expect(ground.solve(DAY, env={"HOME": "/nowhere", "XDG_CACHE_HOME": "/nowhere"}), {0}), broken(ground.out)
    )


# Input ---------------------------------------------------------------------------------------------------------------


def with_series(ground: Ground, name: str, content: bytes) -> Path:
    given = json.loads(json.dumps(hard(2)))
    given["supply"]["energy"]["price_usd_per_mwh"] = {"file": name, "column": "price"}
    ground.file(name, content)
    return ground.file("scenario.json", given)


def corrupt_parquet(ground: Ground) -> str | None:
    frame = pd.DataFrame({"start": pd.date_range("2026-01-05", periods=48, freq="h", tz="UTC"), "price": 50.0})
    good = ground.folder / "good.parquet"
    frame.to_parquet(good)
    data = bytearray(good.read_bytes())
    for content in (data[: len(data) // 2], b"PAR1" + bytes(100) + b"PAR1", b"", data[:4] + b"\xff" * 200 + data[204:]):
        problem = expect(ground.solve(with_series(ground, "bad.parquet", bytes(content))), {2}, "bad.parquet")
        if problem:
            return problem
    return first(broken(ground.out), ground.untidy())


def truncated_csv(ground: Ground) -> str | None:
    lines = "".join(f"2026-01-05T{hour:02d}:00:00Z,50\n" for hour in range(24))
    text = "start,price\n" + lines
    for content in (text[:-400], text[:-4] + "5\x00\n", "", "start,price\n", "start,price\n2026-01-05T00:00:00Z"):
        problem = expect(ground.solve(with_series(ground, "bad.csv", content.encode())), {2}, "bad.csv")
        if problem:
            return problem
    return None


def unreadable_state(ground: Ground) -> str | None:
    for content in (b"", b"\xff\xfe\x00", b"{", b"[]", b'{"at": 3}', b"null"):
        problem = expect(ground.solve(FEW, "--state", ground.file("state.json", content)), {2}, "state.json")
        if problem:
            return problem
    (ground.folder / "folder.json").mkdir()
    return first(
        expect(ground.solve(FEW, "--state", ground.folder / "folder.json"), {2}, "folder.json"),
        expect(ground.solve(FEW, "--state", ground.folder / "none.json"), {2}, "none.json"),
    )


def other_version(ground: Ground) -> str | None:
    problem = expect(ground.solve(), {0})
    if problem:
        return problem
    read = json.loads((ground.out / "schedule.json").read_bytes())
    for version in (99, "1", None):
        other = ground.file("other.json", read | {"schema_version": version})
        again = ["replan", FEW, "--published", other, "--from", "2026-01-05T01:00:00"]
        for command in (["audit", FEW, other], ["solve", FEW, "--state", other], again):
            problem = expect(ground.run(*command), {2}, "version")
            if problem:
                return f"{command[0]}, version {version}: {problem}"
    return None


# Solvers -------------------------------------------------------------------------------------------------------------


def answered_by(ended: Ended, ground: Ground, solver: str, word: str, codes: set[int]) -> str | None:
    """What is wrong where another solver should have answered and it should be said why."""
    problem = expect(ended, codes)
    if problem:
        return problem
    schedule = Schedule.from_json((ground.out / "schedule.json").read_bytes())
    reasons = [attempt.reason for attempt in schedule.outcome.attempts]
    if schedule.solver.name != solver or not any(word in reason for reason in reasons):
        return f"{schedule.solver.name} answered; {reasons}"
    return first(broken(ground.out), ground.untidy())


def solver_missing(ground: Ground) -> str | None:
    ended = ground.solve(inject=injected.NO_SOLVERS.format(names=("highspy",)))
    return answered_by(ended, ground, "scip", "not available", {0, 4})


def all_solvers_missing(ground: Ground) -> str | None:
    ended = ground.solve(inject=injected.NO_SOLVERS.format(names=("highspy", "ortools", "pulp")))
    if "Traceback" in ended.err or ended.code not in {1, 2, 6} or "No module" not in ended.out + ended.err:
        return f"exit code {ended.code}: {ended.out[-200:]} {ended.err[-300:]}"
    return "a plan was written" if (ground.out / "schedule.json").exists() else None


def named_solver_missing(ground: Ground) -> str | None:
    ended = ground.solve(FEW, "--solver", "scip", inject=injected.NO_SOLVERS.format(names=("ortools",)))
    return expect(ended, {2}, "ortools")


def _worker(fault: str, word: str, **more: Any) -> Check:
    def check(ground: Ground) -> str | None:
        code = injected.FAULTY_WORKER.format(fault=fault)
        begun = time.monotonic()
        ended = ground.solve(
            FEW, "--isolated", "--time-limit", 10, inject=injected.WITH_WORKER.format(code=code), **more
        )
        late = time.monotonic() - begun > 10.0 + 8.0  # imports and the shell's share of a busy machine
        # HiGHS with presolve is another route; what breaks is "highs" alone.
        problem = expect(ended, {0, 4})
        if problem:
            return problem
        schedule = Schedule.from_json((ground.out / "schedule.json").read_bytes())
        reason = schedule.outcome.attempts[0].reason
        odd = None if word in reason and schedule.outcome.attempts[0].solver == "highs" else f"it says: {reason!r}"
        return first(odd, "it took too long" if late else None, broken(ground.out), ground.untidy())

    check.__name__ = f"solver_{fault}"
    return check


def no_memory_for_any(ground: Ground) -> str | None:
    ended = ground.solve(FEW, "--isolated", "--time-limit", 20, env={"WATTSHIFT_MEMORY_MB": "40"})
    if "Traceback (most" in ended.err.replace("it said: Traceback", "") or ended.code not in {1, 6}:
        return f"exit code {ended.code}: {ended.out[-300:]} {ended.err[-300:]}"
    return "a plan was written" if (ground.out / "schedule.json").exists() else ground.untidy()


def little_memory(ground: Ground) -> str | None:
    """The whole command in 3 steps of memory: it works or says that there is none; what is written is whole."""
    for megabytes in (300, 600, 1200):
        ended = ground.solve(DAY, limits={resource.RLIMIT_AS: megabytes << 20}, env={"OPENBLAS_NUM_THREADS": "1"})
        told = ended.code in CODES | {1, -6, -11} and (ended.code in {0, 4} or ended.err.strip() or ended.out.strip())
        if not told:
            return f"{megabytes} MB: exit code {ended.code}, nothing said"
        problem = broken(ground.out)
        if problem:
            return problem
    return None


def clock_set_back(ground: Ground) -> str | None:
    ended = ground.solve(hard_file(ground), "--time-limit", 2, inject=injected.CLOCK_BACK)
    problem = first(expect(ended, {0, 4}), broken(ground.out))
    if problem:
        return problem
    seconds = Schedule.from_json((ground.out / "schedule.json").read_bytes()).seconds
    took = {name: value for name, value in seconds.model_dump().items() if value is not None}
    if min(took.values()) < 0.0 or not 0.1 < took["solve"] < 8.0:
        return f"seconds: {took}"
    return ground.untidy()


# Streams -------------------------------------------------------------------------------------------------------------


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


# Ends ----------------------------------------------------------------------------------------------------------------


def hard_file(ground: Ground) -> Path:
    return ground.file("hard.json", hard())


def killed_while_writing(ground: Ground) -> str | None:
    """SIGKILL at moments over the writing of five files: each is whole, and the same folder is solved into again."""
    for turn in range(3 if ground.quick else 15):
        shutil.rmtree(ground.out, ignore_errors=True)
        process = ground.start("solve", DAY, "-o", ground.out, inject=injected.SLOW_WRITES)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (ground.out.exists() and any(ground.out.iterdir())):
            time.sleep(0.005)
        time.sleep(ground.dice.uniform(0.0, 0.8))
        process.kill()
        process.communicate()
        problem = broken(ground.out)
        if problem:
            return f"turn {turn}: {problem}"
    return first(expect(ground.solve(DAY), {0}), broken(ground.out))


def roll_killed(ground: Ground) -> str | None:
    """SIGKILL within days: the same command goes on, and ends as if nothing had been."""
    file = ground.file("small.json", small(20).model_dump_json())
    roll = ["roll", file, "--days", 4, "-o", ground.out]
    for turn in range(2 if ground.quick else 8):
        process = ground.start(*roll, inject=injected.SLOW_WRITES)
        time.sleep(ground.dice.uniform(1.0, 4.0))
        process.kill()
        process.communicate()
        problem = broken(ground.out)
        if problem:
            return f"turn {turn}: {problem}"
    ended = ground.run(*roll)
    other = ground.run("roll", file, "--days", 4, "-o", ground.folder / "undisturbed")
    problem = first(expect(ended, {0}), expect(other, {0}), broken(ground.out))
    if problem:
        return problem
    one, two = (
        Schedule.from_json((f / "schedule.json").read_bytes()) for f in (ground.out, ground.folder / "undisturbed")
    )
    parts = list(ground.out.rglob("*.part"))
    if parts:
        return f"left behind: {parts}"
    return None if one.dispatch_rows == two.dispatch_rows and one.ledger_rows == two.ledger_rows else "another plan"


def journal_damaged(ground: Ground) -> str | None:
    file = ground.file("small.json", small(20).model_dump_json())
    roll = ["roll", file, "--days", 3, "-o", ground.out]
    problem = expect(ground.run(*roll), {0})
    if problem:
        return problem
    day = ground.out / "days" / "2026-03-29.json"
    good = day.read_bytes()
    for content in (
        good[: len(good) // 2],
        b"",
        b"{}",
        b"\xff\xfe",
        b"[1]",
        good.replace(b'"settled"', b'"settles"', 1),
    ):
        day.write_bytes(content)
        problem = expect(ground.run(*roll), {2}, "2026-03-29.json", "delete it")
        if problem:
            return problem
    day.unlink()
    problem = expect(ground.run(*roll), {0})
    (ground.out / "roll.json").write_bytes(b"\x00")
    return first(problem, expect(ground.run(*roll), {2}, "roll.json"), broken(ground.out / "days"))


def two_at_once(ground: Ground) -> str | None:
    """Two plans, then two rolls, into one folder."""
    both = [ground.start("solve", DAY, "-o", ground.out, inject=injected.SLOW_WRITES) for _ in range(2)]
    ends = [Ended(process.wait(90), *map(str, process.communicate())) for process in both]
    problem = first(*(expect(ended, {0}) for ended in ends), broken(ground.out), ground.untidy())
    if problem:
        return problem
    file = ground.file("small.json", small(20).model_dump_json())
    folder = ground.folder / "rolled"
    both = [ground.start("roll", file, "--days", 3, "-o", folder, inject=injected.SLOW_WRITES) for _ in range(2)]
    ends = [Ended(process.wait(90), *map(str, process.communicate())) for process in both]
    good = [ended for ended in ends if ended.code == 0]
    refused = [ended for ended in ends if ended.code == 2 and "another process" in ended.err]
    if not good or len(good) + len(refused) < 2:
        return f"two rolls: {[(ended.code, ended.err[-200:]) for ended in ends]}"
    return first(broken(folder), ground.untidy())


def stopped(number: signal.Signals, most_s: float) -> Check:
    """A signal at moments over loading, building, solving, auditing and writing."""

    def check(ground: Ground) -> str | None:
        worst = 0.0
        for turn in range(6 if ground.quick else 30):
            shutil.rmtree(ground.out, ignore_errors=True)
            if turn % 2:
                scenario, limit, moment = hard_file(ground), 30.0, ground.dice.uniform(0.4, 6.0)
            else:
                scenario, limit, moment = DAY, 30.0, ground.dice.uniform(0.4, most_s)
            more = ["--isolated"] if turn % 3 == 2 else []
            process = ground.start(
                "solve", scenario, "-o", ground.out, "--time-limit", limit, *more, inject=injected.SLOW_WRITES
            )
            time.sleep(moment)
            pressed_at, pressed = time.time(), time.monotonic()
            running = process.poll() is None
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
            ended = Ended(process.returncode, out, err)
            codes = {130} if running else {0}
            if number is signal.SIGTERM:
                codes |= {-signal.SIGTERM}  # before a command has begun, nothing stands in its way
            written = ground.out / "schedule.json"
            if ended.code == 0 and written.exists() and time.monotonic() - pressed < 1.0:
                codes |= {0}  # it was over when it was pressed
            problem = None if ended.code in codes and "Traceback" not in err else f"{ended.code}: {err[-300:]}"
            problem = first(problem, broken(ground.out), ground.untidy())
            if problem is None and "profit" in out and not written.exists():
                problem = "a plan was shown, and not written"
            if problem:
                return f"turn {turn}, {scenario.name}, after {moment:.2f} s: {problem}"
            if written.exists():
                worst = max(worst, written.stat().st_mtime - pressed_at)
        TIMES.append(worst)
        return None

    check.__name__ = f"stopped_by_{number.name}"
    return check


TIMES: list[float] = []
"""Longest time from a signal to the plan on disk, by check."""

CHECKS: tuple[Check, ...] = (
    disk_full,
    files_too_large,
    journal_on_a_full_disk,
    read_only_folder,
    read_only_parent,
    output_exists,
    output_is_a_folder,
    folder_is_a_file,
    scenario_is_a_folder,
    long_path,
    symlink_loop,
    folder_vanishes,
    temporary_is_read_only,
    home_is_missing,
    corrupt_parquet,
    truncated_csv,
    unreadable_state,
    other_version,
    solver_missing,
    all_solvers_missing,
    named_solver_missing,
    _worker("killed", "SIGKILL"),
    _worker("crashes", "SIGSEGV"),
    _worker("leaves", "code 7"),
    _worker("hangs", "did not stop in time"),
    _worker("hangs_with_the_lock", "did not stop in time"),
    _worker("raises", "out of patience"),
    _worker("hoards", "emory", env={"WATTSHIFT_MEMORY_MB": "3000"}),
    no_memory_for_any,
    little_memory,
    clock_set_back,
    stdout_closed,
    stderr_closed,
    other_letters,
    killed_while_writing,
    roll_killed,
    journal_damaged,
    two_at_once,
    stopped(signal.SIGINT, 4.0),
    stopped(signal.SIGTERM, 4.0),
)


def held(check: Check, quick: bool) -> str | None:
    """What is wrong in a case; None where nothing is."""
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        ground = Ground(Path(folder), quick, random.Random(f"{SEED} {check.__name__}"))
        try:
            return check(ground) or None
        except subprocess.TimeoutExpired as error:
            return str(error)[-300:]
        finally:
            for path in ground.left:
                subprocess.run(["umount", "-l", path], check=False)


def figures(quick: bool) -> Iterator[Figure]:
    wrong = 0
    for check in CHECKS:
        problem = held(check, quick)
        if problem:
            wrong += 1
            print(f"faults: {check.__name__}: {problem}", file=sys.stderr, flush=True)
    yield Figure("faults injected", len(CHECKS), "", 20, at_least=True)
    yield Figure("faults that did not end in a right or honest result", wrong, "", 0)
    yield Figure("longest time from Ctrl-C to the plan on disk", max(TIMES, default=99.0), "s", ON_DISK_S)
