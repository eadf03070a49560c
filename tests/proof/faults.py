"""Faults from outside: each has to end in a right or an honestly labelled result.

That is: a known exit code, no traceback, files that are whole or not there, no temporary files where there was time to
take them away. A disk of 64 kB is a tmpfs where that may be mounted; everywhere the size of files is limited as well
(RLIMIT_FSIZE). Moments are drawn from SEED.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.figure import Figure
from tests.proof._fault_cases.disks import (
    disk_full,
    files_too_large,
    folder_is_a_file,
    folder_vanishes,
    home_is_missing,
    journal_on_a_full_disk,
    long_path,
    output_exists,
    output_is_a_folder,
    read_only_folder,
    read_only_parent,
    scenario_is_a_folder,
    symlink_loop,
    temporary_is_read_only,
)
from tests.proof._fault_cases.ends import (
    TIMES,
    journal_damaged,
    killed_while_writing,
    roll_killed,
    stopped,
    two_at_once,
)
from tests.proof._fault_cases.ground import Check, Ground
from tests.proof._fault_cases.input import (
    corrupt_parquet,
    other_version,
    truncated_csv,
    unreadable_state,
)
from tests.proof._fault_cases.solvers import (
    all_solvers_missing,
    clock_set_back,
    little_memory,
    named_solver_missing,
    no_memory_for_any,
    solver_missing,
    worker,
)
from tests.proof._fault_cases.streams import (
    other_letters,
    stderr_closed,
    stdout_closed,
)

SEED = 20260101
ON_DISK_S = 2.0

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
    worker("killed", "SIGKILL"),
    worker("crashes", "SIGSEGV"),
    worker("leaves", "code 7"),
    worker("hangs", "did not stop in time"),
    worker("hangs_with_the_lock", "did not stop in time"),
    worker("raises", "out of patience"),
    worker("hoards", "emory", env={"WATTSHIFT_MEMORY_MB": "3000"}),
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
