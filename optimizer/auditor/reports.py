"""The schedule's contract rows, held against what became of each contract."""

from __future__ import annotations

from typing import Any

from optimizer.auditor.case import Case
from optimizer.auditor.fields import check_fields

RULE = "contracts"


def check_reports(case: Case) -> None:
    """Every contract (reserved: every billing period touched) has its row, and no other row is there."""
    left: dict[tuple[str, float | None], Any] = {}
    for report in case.schedule.contracts:
        key = (report.name, None if report.billing_start is None else report.billing_start.timestamp())
        if key in left:
            case.book.add(RULE, report.name, None, f"two contract rows are about {_about(report)}")
        left[key] = report
    for fields in case.reports:
        name, start = fields["name"].value, fields["billing_start"].value
        report = left.pop((name, None if start is None else start.timestamp()), None)
        about = f"its billing period from {start.isoformat()}" if start else "it"
        if report is None:
            case.book.add(RULE, name, None, f"no contract row is about {about}")
            continue
        place = f"billing period from {start.isoformat()}: " if start else ""
        check_fields(case.book, RULE, name, place, fields, report)
    for report in left.values():
        message = f"a contract row is about {_about(report)}, which the scenario does not have in this horizon"
        case.book.add(RULE, report.name, None, message)


def _about(report: Any) -> str:
    if report.billing_start is None:
        return f"{report.name} as a whole"
    return f"its billing period from {report.billing_start.isoformat()}"
