"""Faults of disks and folders."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time

from tests.operating.roll.small import small
from tests.proof._fault_cases.ground import (
    DAY,
    FEW,
    Ended,
    Ground,
    broken,
    expect,
    first,
    hard_file,
)


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
