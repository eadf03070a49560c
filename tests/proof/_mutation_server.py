"""Runs the tests on mutants, in a copy of the tree: `python -m tests.proof._mutation_server FOLDER` there, with the
orders in the folder; answers are printed.

pytest collects once, with every module imported. A first pass runs each test file in a forked child and notes which
functions each test enters. Then each mutant has its own child: the mutated file is written (what is imported later,
and what runs in processes of its own, sees it), the functions imported before get the mutated code, and the tests that
enter the function run until one fails: the mirrored ones first, then the others in turn from each file, the fastest
first. A mutant outside function bodies runs in a fresh pytest. Time limits are of processor time, so that a busy
machine catches nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

PRELOADED = ("highspy", "ortools.linear_solver.python.model_builder", "pulp", "pandas", "pyarrow", "scipy.sparse")
PRELOADED += ("typer", "typer.testing", "rich", "holidays", "hypothesis", "openpyxl")
WALL_SECONDS = 240.0
"""What sleeps this long is caught."""
MOST_PROCESSES = 30
"""What starts more than this is caught: workers that start workers."""
PR_SET_CHILD_SUBREAPER = 36
TEST_SECONDS, TIMES = 5.0, 10.0
"""Processor time of a test on a mutant: so much, and so many times what it takes on the tree as it is."""

LEARNING_SECONDS = 1800.0
ANSWER = "mutants: "
"""What lines of answers begin with."""
OPTIONS = ("-q", "-p", "no:cacheprovider", "--hypothesis-seed=0")

Function = tuple[str, int]
"""A source file and the function's first line."""


def run_order(path: str, files: Sequence[str]) -> dict[str, int]:
    """How near test files are to a source file: 0 mirrors it, 1 lies in the mirrored folder, 2 in the one above."""
    parts = Path(path).parts
    folder = "/".join(("tests", *(parts[:-1] if parts[0] == "solvers" else parts[1:-1])))
    stem = "test_" + Path(path).stem
    near = {}
    for file in files:
        here, name = str(Path(file).parent), Path(file).stem
        if here == folder:
            near[file] = 0 if name == stem else 1
        elif here == f"tests/{Path(path).stem}":
            near[file] = 1
        else:
            near[file] = 2 if here.startswith(folder + "/") or folder.startswith(here + "/") else 3
        if "corruption" in name and "auditor" in parts:
            near[file] = 2
    return near


class Server:
    """The plugin that takes the place of pytest's loop over the tests."""

    def __init__(self, folder: Path) -> None:
        self.orders = json.loads((folder / "orders").read_text())
        self.folder = folder
        self.root = Path.cwd()
        self.failed: str | None = None
        self.seconds: dict[str, float] = {}
        self.entered: dict[str, set[Function]] = {}
        self.stamp = 2_000_000_000

    # pytest's hooks.

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        gc.collect()
        self.functions: dict[str, list[FunctionType]] = defaultdict(list)
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType):
                self.functions[thing.__code__.co_filename].append(thing)
        gc.freeze()
        begun = time.perf_counter()
        self.learn()
        print(
            f"{len(self.seconds)} of {len(self.items)} tests pass, {time.perf_counter() - begun:.0f} s", file=sys.stderr
        )
        for number, order in enumerate(self.orders["mutants"]):
            begun = time.perf_counter()
            outcome, by = self.judge(order)
            self.answer({"number": number, "outcome": outcome, "by": by}, begun)
        return True

    def answer(self, said: dict[str, Any], begun: float) -> None:
        seconds = round(time.perf_counter() - begun, 2)
        print("\n" + ANSWER + json.dumps(said | {"seconds": seconds}), flush=True)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid

    # Which tests enter which functions.

    def learn(self) -> None:
        files: dict[str, list[Any]] = defaultdict(list)
        for item in self.items.values():
            files[item.nodeid.split("::")[0]].append(item)
        for items in files.values():
            _, told = self.forked(lambda tell, items=items: self.trace(items, tell), limit=LEARNING_SECONDS)
            for name, took, entered in told:
                self.seconds[name] = took
                self.entered[name] = {(path, line) for path, line in entered}

    def trace(self, items: list[Any], tell: Callable[[Any], None]) -> int:
        for item, following in zip(items, [*items[1:], None], strict=True):
            codes: set[CodeType] = set()

            def note(frame: FrameType, event: str, argument: object, codes: set[CodeType] = codes) -> None:
                codes.add(frame.f_code)

            self.failed = None
            begun = time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
            sys.settrace(note)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            sys.settrace(None)
            took = time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - begun
            entered = []
            for code in codes:
                with contextlib.suppress(ValueError):
                    path = Path(code.co_filename).relative_to(self.root).as_posix()
                    entered.append((path, code.co_firstlineno))
            if self.failed is None:
                tell((item.nodeid, took, entered))
        return 0

    def chosen(self, order: Any) -> list[str]:
        """The tests to run on a mutant: those that enter its function, then the others of their files."""
        path, line = order["path"], order["function"]
        direct = {
            name
            for name, entered in self.entered.items()
            if ((path, line) in entered if line is not None else any(p == path for p, _ in entered))
        }
        files = {name.split("::")[0] for name in direct}
        near = run_order(path, sorted({name.split("::")[0] for name in self.seconds}))
        if line is None or not direct:  # what a library's own threads call is not seen being entered
            files |= {file for file, score in near.items() if score < 2}
        nearest, others = [], []
        for file in files:
            inside = [name for name in self.seconds if name.split("::")[0] == file]
            ranked = enumerate(sorted(inside, key=lambda name: (name not in direct, self.seconds[name])))
            for rank, name in ranked:
                # Of what is further away, one of each file, then another of each.
                kept = nearest if near[file] < 2 else others
                kept.append((name not in direct, near[file] if near[file] < 2 else rank, self.seconds[name], name))
        ordered = [name for *_, name in (*sorted(nearest), *sorted(others))]
        taken, spent = [], 0.0
        for name in ordered:
            spent += self.seconds[name]
            if spent <= self.orders["seconds"]:
                taken.append(name)
        return taken

    # Judging a mutant.

    def judge(self, order: Any) -> tuple[str, str | None]:
        names = self.chosen(order)
        if not names:
            return "survived", "no test enters it"
        path = self.root / order["path"]
        whole, times = path.read_bytes(), path.stat()
        mutated = whole[: order["start"]] + order["new"].encode() + whole[order["end"] :]
        self.stamp += 2
        path.write_bytes(mutated)
        os.utime(path, (self.stamp, self.stamp))
        try:
            code, begun = self.forked(
                lambda tell: self.run(path, mutated, order["function"], names, tell), WALL_SECONDS
            )
        finally:
            path.write_bytes(whole)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        if code == 0:
            return "survived", f"{len(names)} tests"
        return ("failed" if code > 0 else "ended"), begun[-1] if begun else None

    def run(self, path: Path, mutated: bytes, line: int | None, names: list[str], tell: Callable[[Any], None]) -> int:
        """Run the tests on the mutant, in this process where the functions take the mutated code."""
        if line is None or not self.patch(path, mutated):
            return self.afresh(names)
        items = [self.items[name] for name in names]
        for item, following in zip(items, [*items[1:], None], strict=True):
            tell(item.nodeid)
            signal.setitimer(signal.ITIMER_PROF, TEST_SECONDS + TIMES * self.seconds[item.nodeid])
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed is not None:
                return 1
        return 0

    def patch(self, path: Path, mutated: bytes) -> bool:
        """Give the functions that are imported already the mutated code; False where they do not take it."""
        new = {(code.co_qualname, code.co_firstlineno): code for code in _codes(compile(mutated, str(path), "exec"))}
        changed = False
        for function in self.functions[str(path)]:
            old = function.__code__
            code = new.get((old.co_qualname, old.co_firstlineno))
            if code is not None and code != old:
                if code.co_freevars != old.co_freevars:
                    return False
                function.__code__ = code
                changed = True
        return changed

    def afresh(self, names: list[str]) -> int:
        """Become a pytest that imports everything anew."""
        seconds = int(TEST_SECONDS + TIMES * sum(self.seconds[name] for name in names)) + 10
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        ids = self.folder / "ids"
        ids.write_text("\n".join(names))
        os.execv(sys.executable, [sys.executable, "-m", "pytest", "-x", *OPTIONS, f"@{ids}"])

    def forked(self, work: Callable[[Callable[[Any], None]], int], limit: float) -> tuple[int, list[Any]]:
        """Do the work in a forked child; its exit code (below zero where a signal ended it), and what it told."""
        said = self.folder / "said"
        said.write_text("")
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            code = 70
            try:
                nothing = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(nothing, stream)
                with said.open("w", buffering=1) as out:
                    code = work(lambda what: print(json.dumps(what), file=out))
            finally:
                os._exit(code)
        until = time.monotonic() + limit
        ended, status, looks = 0, 0, 0
        while not ended and time.monotonic() < until:
            time.sleep(0.005)
            ended, status = os.waitpid(child, os.WNOHANG)
            looks += 1
            if looks % 100 == 0 and len(_descendants()) > MOST_PROCESSES:
                break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if not ended:
            _, status = os.waitpid(child, 0)
        _end_what_is_left()
        whole = [line for line in said.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return os.waitstatus_to_exitcode(status), [json.loads(line) for line in whole]


def _adopt_orphans() -> None:
    """What a mutant leaves behind becomes a child of this process (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _descendants() -> list[int]:
    """Processes below this one, nearest first."""
    found = [os.getpid()]
    for pid in found:
        for told in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, told.read_text().split())
    return found[1:]


def _end_what_is_left() -> None:
    while left := _descendants():
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.002)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _codes(part)


def main() -> int:
    folder = Path(sys.argv[1])
    _adopt_orphans()
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for package in ("optimizer", "solvers"):
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    server = Server(folder)
    temporary = f"--basetemp={folder / 'pytest'}"
    return int(pytest.main(["-s", *OPTIONS, temporary, *server.orders["tests"]], plugins=[server]))


if __name__ == "__main__":
    sys.exit(main())
