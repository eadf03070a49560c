"""One plan in a process of its own: its seconds by part and the process's peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_PROGRAM = """
import json, resource, sys
from pathlib import Path
from optimizer import load
from optimizer.planning.plan import plan_and_audit
def peak_mb():
    # ru_maxrss begins with what the parent had when it started this process; VmHWM is this program's own.
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024.0
given = load(sys.argv[1])
for _ in range(int(sys.argv[2])):
    schedule, findings = plan_and_audit(given, solver=sys.argv[3], gap=1e-4)
    print(json.dumps({
        "status": schedule.outcome.status,
        "ok": findings.ok,
        "seconds": schedule.seconds.model_dump(),
        "size": schedule.size.model_dump(),
        "peak_mb": peak_mb(),
    }))
"""


@dataclass(frozen=True)
class Run:
    """One plan. `around_s`: building, handing over and reading back; `solve_s`: the solver's own time."""

    status: str
    ok: bool
    solve_s: float
    around_s: float
    audit_s: float
    peak_mb: float
    columns: int
    rows: int
    integers: int


def runs(scenario: str, count: int, solver: str = "highs") -> list[Run]:
    """Plan a shipped example `count` times in one fresh process."""
    command = [sys.executable, "-c", _PROGRAM, str(ROOT / "scenarios" / scenario), str(count), solver]
    output = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return [_run(json.loads(line)) for line in output.splitlines()]


def _run(record: dict) -> Run:  # type: ignore[type-arg]
    seconds, size = record["seconds"], record["size"]
    return Run(
        status=record["status"],
        ok=record["ok"],
        solve_s=seconds["solve"],
        around_s=seconds["build"] + seconds["read"],
        audit_s=seconds["audit"],
        peak_mb=record["peak_mb"],
        columns=size["columns"],
        rows=size["rows"],
        integers=size["integers"],
    )
