"""A plan in a terminal: a table by period, then totals, outcome and the audit's word, in the width there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimizer.auditor.findings import Findings
from optimizer.figures import break_even, cost_shares
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule

Column = tuple[str, list[str]]


def print_plan(console: Console, scenario: Scenario, schedule: Schedule, findings: Findings) -> None:
    """Everything that an operator wants to see of a plan that the audit accepts."""
    console.print(_by_period(console.width, scenario, schedule))
    console.print(_totals(schedule))
    for line in _contract_lines(schedule):
        console.print(Text(line))
    for line in _figure_lines(scenario, schedule):
        console.print(Text(line))
    console.print(Text(outcome_line(schedule)))
    for note in schedule.notes:
        console.print(Text(f"note: {note}"))
    console.print(Text(audit_line(schedule, findings)))


def outcome_line(schedule: Schedule) -> str:
    """How the solve ended, with its gap, solver and seconds."""
    outcome, currency = schedule.outcome, schedule.currency
    words = {
        "proven": "proven",
        "feasible": "feasible, not proven",
        "infeasible": "infeasible: no plan keeps every rule",
        "unbounded": "unbounded: the scenario earns without limit",
        "no_solution": "no plan found in time",
        "error": "the solver failed",
    }[outcome.status]
    if outcome.limit:
        words += f" (stopped by {outcome.limit})"
    if outcome.gap is not None and outcome.gap_usd is not None and outcome.bound_usd is not None:
        words += (
            f": gap {outcome.gap:.4%} ({outcome.gap_usd:,.2f} {currency}) of at most {outcome.gap_asked:.4%}, "
            f"no plan earns more than {outcome.bound_usd:,.2f} {currency}"
        )
    if outcome.message:
        words += f" [{outcome.message}]"
    seconds = schedule.seconds
    return (
        f"outcome: {words}; {schedule.solver.name} {schedule.solver.version}, {seconds.solve:.2f} s solving, "
        f"{seconds.total:.2f} s in all"
    )


def audit_line(schedule: Schedule, findings: Findings) -> str:
    """The audit's word."""
    if not findings.ok:
        return f"audit: REJECTED\n{findings}"
    if findings.profit_usd is None:
        return "audit: nothing to check"
    return f"audit: accepted; it counts {findings.profit_usd:,.2f} {schedule.currency} by itself"


def _by_period(width: int, scenario: Scenario, schedule: Schedule) -> Table:
    """The table, as detailed as the width allows: items by name, or summed into mining and AI."""
    starts = list(dict.fromkeys(row.start for row in schedule.dispatch_rows))
    values: dict[tuple[str, str], list[float]] = {}
    for row in schedule.dispatch_rows:
        values.setdefault((row.item, row.quantity), []).append(row.value)
    profit = dict.fromkeys(starts, 0.0)
    for line in schedule.ledger_rows:
        profit[line.start] += line.usd
    fleets = {f"{f.name} MW": values[f.name, "it_mw"] for f in scenario.fleets}
    contracts = {f"{c.name} MW": values[c.name, "it_mw"] for c in scenario.contracts}
    nodes = _rest(values, [p.name for p in scenario.pools], [c.name for c in scenario.contracts], len(starts))
    imported, limit = values["site", "import_mw"], values["site", "import_limit_mw"]
    it = _sum([values[h.name, "it_mw"] for h in scenario.site.halls], len(starts))
    facility = _sum([values[h.name, "facility_mw"] for h in scenario.site.halls], len(starts))
    cooling = [f - p for f, p in zip(facility, it, strict=True)]
    idle = [max(0.0, most - i) for most, i in zip(limit, imported, strict=True)]
    ends: list[Column] = [
        ("cooling MW", _numbers(cooling, 2)),
        *_on_site(scenario, values, len(starts)),
        ("idle MW", _numbers(idle, 2)),
        (f"profit {schedule.currency}", _numbers([profit[s] for s in starts], 0)),
    ]
    start: list[Column] = [
        ("start", _labels(starts)),
        (f"{schedule.currency}/MWh", _numbers(values["site", "energy_price_usd_per_mwh"], 2)),
    ]
    node_draw = {"node idle MW": nodes} if scenario.pools else {}
    full = fleets | contracts | node_draw
    summed: Mapping[str, list[float]] = {
        "mining MW": _sum(list(fleets.values()), len(starts)),
        "AI MW": _sum([*contracts.values(), *node_draw.values()], len(starts)),
    }
    columns = [*start, *((name, _numbers(v, 2)) for name, v in full.items()), *ends]
    if _width(columns) > width:
        columns = [*start, *((name, _numbers(v, 2)) for name, v in summed.items()), *ends]
    table = Table(title=Text(scenario.name), box=None, pad_edge=False)
    for name, _ in columns:
        table.add_column(Text(name), justify="left" if name == "start" else "right", no_wrap=name == "start")
    for cells in zip(*(cells for _, cells in columns), strict=True):
        table.add_row(*map(Text, cells))
    return table


def _on_site(scenario: Scenario, values: Mapping[tuple[str, str], list[float]], periods: int) -> list[Column]:
    """Power made on site, batteries (charging above 0) and export, of those that there are."""
    supply, columns = scenario.supply, []
    made = [values[r.name, "used_mw"] for r in supply.renewables]
    made += [values[g.name, "output_mw"] for g in supply.generators]
    if made:
        columns.append(("made MW", _numbers(_sum(made, periods), 2)))
    if supply.batteries:
        charge = _sum([values[b.name, "charge_mw"] for b in supply.batteries], periods)
        discharge = _sum([values[b.name, "discharge_mw"] for b in supply.batteries], periods)
        columns.append(("battery MW", _numbers([c - d for c, d in zip(charge, discharge, strict=True)], 2)))
    if ("site", "export_mw") in values:
        columns.append(("export MW", _numbers(values["site", "export_mw"], 2)))
    return columns


def _width(columns: Sequence[Column]) -> int:
    """Least width in which no number is cut: headers may break between words."""
    return sum(max(map(len, [*name.split(), *cells])) + 2 for name, cells in columns)


def _rest(
    values: Mapping[tuple[str, str], list[float]], pools: Sequence[str], contracts: Sequence[str], periods: int
) -> list[float]:
    """What nodes draw beside what contracts add: idle and off power."""
    pool_mw = _sum([values[p, "it_mw"] for p in pools], periods)
    contract_mw = _sum([values[c, "it_mw"] for c in contracts], periods)
    return [max(0.0, p - c) for p, c in zip(pool_mw, contract_mw, strict=True)]


def _sum(parts: Sequence[list[float]], periods: int) -> list[float]:
    return [sum(values) for values in zip(*parts, strict=True)] if parts else [0.0] * periods


def _numbers(values: Sequence[float], digits: int) -> list[str]:
    rounded = [round(value, digits) + 0.0 for value in values]
    return [f"{value:,.{digits}f}" for value in rounded]


def _labels(starts: Sequence[datetime]) -> list[str]:
    """Clock times; with the date where there are several days, with the offset where the clocks change."""
    form = "%H:%M" if len({s.date() for s in starts}) == 1 else "%m-%d %H:%M"
    if len({s.utcoffset() for s in starts}) > 1:
        form += " %z"
    return [s.strftime(form) for s in starts]


def _totals(schedule: Schedule) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for kind, usd in sorted(schedule.ledger_by_kind.items(), key=lambda entry: -entry[1]):
        table.add_row(Text(kind.replace("_", " ")), Text(f"{usd:,.2f}"))
    table.add_row(Text("profit"), Text(f"{schedule.profit_usd:,.2f} {schedule.currency}"), style="bold")
    if schedule.look_ahead_dispatch_rows:
        table.add_row(Text("profit with look-ahead"), Text(f"{schedule.horizon_profit_usd:,.2f} {schedule.currency}"))
    return table


def _contract_lines(schedule: Schedule) -> list[str]:
    lines = []
    for report in schedule.contracts:
        words = [f"{report.kind} {report.name}:"]
        if not report.accepted:
            lines.append(" ".join([*words, "declined"]))
            continue
        words.append(f"{report.delivered_gpu_hours:,.2f} GPU-hours")
        if report.short_gpu_hours:
            words.append(f"({report.short_gpu_hours:,.2f} short)")
        if report.availability is not None:
            tier = "all tiers met" if report.credit_tier is None else f"tier {report.credit_tier:g} breached"
            words.append(f"availability {report.availability:.4%}, {tier}")
        if report.finish is not None:
            words.append(f"done {report.finish:%m-%d %H:%M}")
        if report.lateness_hours:
            words.append(f"{report.lateness_hours:g} h late")
        lines.append(" ".join(words))
    return lines


def _figure_lines(scenario: Scenario, schedule: Schedule) -> list[str]:
    lines = []
    shares = cost_shares(scenario, schedule).shares
    if shares:
        lines.append("cost shares: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items()))
    even = break_even(scenario, schedule)
    for (fleet, mode), usd in even.power_price_usd_per_mwh.items():
        lines.append(f"break-even power price of {fleet}, {mode}: {usd:,.2f} {scenario.currency}/MWh at the meter")
    for label, btc in (
        ("marginal (electricity and cooling)", even.btc_price_marginal_usd),
        ("full (with maintenance and depreciation)", even.btc_price_full_usd),
    ):
        if btc is not None:
            lines.append(f"break-even BTC price, {label}: {btc:,.0f} {scenario.currency}")
    return lines
