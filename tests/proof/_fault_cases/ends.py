"""Commands that are killed, stopped, or run beside each other."""

from __future__ import annotations

import shutil
import signal
import time

from optimizer.schedule import Schedule
from tests.operating.roll.small import small
from tests.proof import _injected as injected
from tests.proof._fault_cases.ground import (
    DAY,
    Check,
    Ended,
    Ground,
    broken,
    expect,
    first,
    hard_file,
)


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
