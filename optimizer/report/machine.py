"""One JSON object of a solve, for programs. What has no value is null."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from optimizer.auditor.findings import Findings
from optimizer.insight.clash import Clash
from optimizer.scenario.faults import ScenarioError
from optimizer.schedule import SCHEDULE_VERSION, Schedule, dispatch_records


def solve_object(schedule: Schedule, findings: Findings, clashes: Sequence[Clash] = ()) -> dict[str, Any]:
    """What `wattshift solve --json` prints. A schedule that the audit rejects is withheld: its numbers are null."""
    shown = findings.ok
    # Without a plan there is nothing to audit, unless the audit objects to that.
    audited = schedule.profit_usd is not None or not findings.ok
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
            "ok": findings.ok if audited else None,
            "profit_usd": findings.profit_usd,
            "violations": [violation.to_dict() for violation in findings.violations],
        },
        "solver": schedule.solver.model_dump(),
        "seconds": seconds,
        "size": schedule.size.model_dump(),
        "dispatch": dispatch_records(schedule.dispatch_rows) if shown and schedule.dispatch_rows else None,
        "contracts": [c.model_dump(mode="json") for c in schedule.contracts] if shown and audited else None,
        "state": schedule.state.model_dump(mode="json") if shown and schedule.state is not None else None,
        "clashes": [asdict(clash) for clash in clashes],
        "notes": list(schedule.notes),
    }


def failed_object(error: BaseException) -> dict[str, Any]:
    """The object of a solve that came to no outcome: input that is refused (with its faults), an interrupt, or an
    error."""
    interrupted = isinstance(error, KeyboardInterrupt)
    refused = isinstance(error, ScenarioError)
    return {
        "schema_version": SCHEDULE_VERSION,
        "scenario": None,
        "currency": None,
        "outcome": {
            "status": "no_solution" if interrupted else "error",
            "gap": None,
            "gap_usd": None,
            "bound_usd": None,
            "gap_asked": None,
            "limit": "interrupt" if interrupted else None,
            "message": "invalid scenario" if refused else str(error),
            "leaving_usd": 0.0,
            "attempts": [],
        },
        "profit_usd": None,
        "horizon_profit_usd": None,
        "ledger": None,
        "audit": {"ok": None, "profit_usd": None, "violations": []},
        "solver": None,
        "seconds": None,
        "size": None,
        "dispatch": None,
        "contracts": None,
        "state": None,
        "clashes": [],
        "notes": [],
        "source": error.source if isinstance(error, ScenarioError) else None,
        "faults": [asdict(fault) for fault in error.faults] if isinstance(error, ScenarioError) else [],
    }


def as_text(value: dict[str, Any]) -> str:
    """The object as one line of JSON; never NaN, and ASCII only, so that it passes through any terminal."""
    return json.dumps(value, allow_nan=False)
