"""The one JSON object that a command with --json prints, for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from optimizer.auditor.findings import Findings
from optimizer.insight.clash import Clash
from optimizer.report.plain import said
from optimizer.scenario.faults import ScenarioError
from optimizer.scenario.notes import notes_of
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import OUTPUT_SCHEMA_VERSION, Schedule


def output_object(content: dict[str, Any], error: str | None = None) -> dict[str, Any]:
    """What a command says, as every --json says it: the version of the form first, and why it failed, if it did."""
    return {"output_schema_version": OUTPUT_SCHEMA_VERSION, "error": error} | content


def solve_object(schedule: Schedule, findings: Findings, clashes: Sequence[Clash] = ()) -> dict[str, Any]:
    """What `wattshift solve --json` prints: the object of the schedule's file with what belongs beside it. A schedule
    that the audit rejects is withheld: its profits and state are null, its lists are empty."""
    # Without a plan there is nothing to audit, unless the audit objects to that.
    audited = schedule.profit_usd is not None or not findings.ok
    beside = {
        "audit": {
            "ok": findings.ok if audited else None,
            "profit_usd": findings.profit_usd,
            "violations": [violation.to_dict() for violation in findings.violations],
        },
        "ledger_by_kind_usd": schedule.ledger_by_kind if findings.ok else {},
        "why": [asdict(clash) for clash in clashes],
    }
    shown = schedule if findings.ok else withheld(schedule)
    return output_object(shown.to_object() | beside, _without_plan(schedule, findings, clashes))


def scenario_object(scenario: Scenario) -> dict[str, Any]:
    """What `wattshift validate --json` prints of a valid scenario."""
    horizon = scenario.horizon
    content = {
        "scenario": scenario.name,
        "zone": scenario.time.zone,
        "currency": scenario.currency,
        "start": horizon.label(0),
        "interval_minutes": horizon.step_minutes,
        "committed_periods": horizon.committed,
        "periods": horizon.periods,
        "notes": list(notes_of(scenario)),
    }
    return output_object(content)


def audit_object(findings: Findings) -> dict[str, Any]:
    """What `wattshift audit --json` prints."""
    content = {
        "ok": findings.ok,
        "profit_usd": findings.profit_usd,
        "horizon_profit_usd": findings.horizon_profit_usd,
        "violations": [violation.to_dict() for violation in findings.violations],
    }
    return output_object(content, None if findings.ok else _rejected(findings))


def _rejected(findings: Findings) -> str:
    return f"the audit rejects the plan ({len(findings.violations)} violations): {findings.violations[0]}"


def withheld(schedule: Schedule) -> Schedule:
    """What is told of a schedule that the audit rejects: how the solve ended, and none of its numbers."""
    return replace(
        schedule,
        profit_usd=None,
        horizon_profit_usd=None,
        dispatch_rows=(),
        ledger_rows=(),
        look_ahead_dispatch_rows=(),
        look_ahead_ledger_rows=(),
        contracts=(),
        bills=(),
        expected_peaks=(),
        state=None,
    )


_WORDS = {
    "infeasible": "there is no plan: the requirements contradict one another",
    "unbounded": "there is no plan: nothing limits its profit",
    "no_solution": "no plan was found",
    "error": "the solver failed",
}


def _without_plan(schedule: Schedule, findings: Findings, clashes: Sequence[Clash]) -> str | None:
    """Why a solve gave no plan, in words; None where it gave one."""
    if not findings.ok:
        return _rejected(findings)
    outcome = schedule.outcome
    if schedule.profit_usd is not None:
        return "interrupted" if outcome.limit == "interrupt" else None
    if outcome.limit == "interrupt":
        return "interrupted before a plan was found"
    words = _WORDS[outcome.status]
    if outcome.limit == "time":
        words += " in time"
    details = [str(clash) for clash in clashes] or ([outcome.message] if outcome.message else [])
    return f"{words}: {'; '.join(details)}" if details else words


def failed_object(error: BaseException) -> dict[str, Any]:
    """The object of a command that came to nothing: input that is refused (with its faults), an interruption, a file's
    trouble, or a fault of this program."""
    source, faults = (error.source, error.faults) if isinstance(error, ScenarioError) else (None, [])
    return output_object({"source": source, "faults": [asdict(fault) for fault in faults]}, said(error))


def as_text(value: dict[str, Any]) -> str:
    """The object as one line of JSON; never NaN, and ASCII only, so that it passes through any terminal."""
    return json.dumps(value, allow_nan=False)
