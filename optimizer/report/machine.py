"""One JSON object of a solve, for programs. What has no value is null."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from optimizer.auditor.findings import Findings
from optimizer.clash import Clash
from optimizer.scenario.faults import Fault
from optimizer.schedule import SCHEDULE_VERSION, Schedule, dispatch_records


def solve_object(schedule: Schedule, findings: Findings, clashes: Sequence[Clash] = ()) -> dict[str, Any]:
    """What `wattshift solve --json` prints. A schedule that the audit rejects is withheld: its numbers are null."""
    shown = findings.ok
    seconds = schedule.seconds.model_dump()
    return {
        "schema_version": SCHEDULE_VERSION,
        "scenario": schedule.scenario,
        "currency": schedule.currency,
        "outcome": schedule.outcome.model_dump(),
        "profit_usd": schedule.profit_usd if shown else None,
        "horizon_profit_usd": schedule.horizon_profit_usd if shown else None,
        "ledger": schedule.ledger_by_kind if shown and schedule.profit_usd is not None else None,
        "audit": {
            "ok": findings.ok,
            "profit_usd": findings.profit_usd,
            "violations": [violation.to_dict() for violation in findings.violations],
        },
        "solver": schedule.solver.model_dump(),
        "seconds": seconds,
        "size": schedule.size.model_dump(),
        "dispatch": dispatch_records(schedule.dispatch_rows) if shown and schedule.dispatch_rows else None,
        "contracts": [c.model_dump(mode="json") for c in schedule.contracts] if shown else None,
        "state": schedule.state.model_dump(mode="json") if shown and schedule.state is not None else None,
        "clashes": [asdict(clash) for clash in clashes],
        "notes": list(schedule.notes),
    }


def refused_object(faults: Sequence[Fault], source: str) -> dict[str, Any]:
    """The object of a scenario that was refused: outcome `error`, and its faults."""
    return {
        "schema_version": SCHEDULE_VERSION,
        "scenario": None,
        "outcome": {"status": "error", "gap": None, "bound_usd": None, "limit": None, "message": "invalid scenario"},
        "profit_usd": None,
        "horizon_profit_usd": None,
        "ledger": None,
        "audit": {"ok": None, "profit_usd": None, "violations": []},
        "solver": None,
        "seconds": None,
        "size": None,
        "dispatch": None,
        "contracts": None,
        "source": source,
        "faults": [asdict(fault) for fault in faults],
    }


def as_text(value: dict[str, Any]) -> str:
    """The object as one line of JSON; never NaN."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False)
