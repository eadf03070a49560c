"""`wattshift audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.exits import guarded, say, tell
from optimizer.cli.source import SCENARIO_HELP, STATE_HELP, read_scenario
from optimizer.errors import ExitCode


@guarded
def audit_command(
    scenario: Annotated[str, typer.Argument(help=SCENARIO_HELP)],
    schedule: Annotated[Path, typer.Argument(help="schedule.json, as `solve -o` writes it.")],
    state: Annotated[Path | None, typer.Option(help=STATE_HELP)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> ExitCode:
    """Recompute every rule and every dollar of a schedule, knowing nothing of the optimisation.

    Exit codes: 0 accepted; 5 rejected; 2 invalid input.
    """
    from optimizer.auditor import audit
    from optimizer.schedule import Schedule

    given = read_scenario(scenario, state)
    findings = audit(given, Schedule.from_json(schedule.read_bytes()))
    if json:
        from optimizer.report.machine import audit_object

        tell(audit_object(findings))
    elif findings.ok:
        profit = "no plan" if findings.profit_usd is None else f"{findings.profit_usd:,.2f} {given.currency}"
        typer.echo(f"accepted: every rule is kept and every dollar agrees; profit {profit}")
    else:
        typer.echo(f"rejected: {len(findings.violations)} violations")
        say(str(findings))
    return ExitCode.PROVEN if findings.ok else ExitCode.REJECTED
