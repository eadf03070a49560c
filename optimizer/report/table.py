"""A plan in a terminal: a table by period, then totals, outcome and the audit's word, in the width there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimizer.auditor.findings import Findings
from optimizer.insight.figures import break_even, cost_shares
from optimizer.report.bills import bill_tables
from optimizer.report.columns import Column, fits, megawatts, money, side_by_side, table_of
from optimizer.report.flexibility import flexibility_columns, flexibility_lines
from optimizer.report.plain import plain
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import ContractReport, Schedule

MOST_TABLES = 4
"""Tables of single fleets and contracts beside the main one; more are for the files."""


def print_plan(console: Console, scenario: Scenario, schedule: Schedule, findings: Findings) -> None:
    """Everything that an operator wants to see of a plan that the audit accepts."""
    console.print(Text(f"{scenario.name}: MW by period, mining by fleet, AI by contract", style="bold"))
    for table in _by_period(console.width, scenario, schedule):
        console.print(table)
        console.print()
    console.print(_totals(schedule))
    console.print()
    if schedule.contracts:
        console.print(_contracts(scenario, schedule))
        console.print()
    for table in bill_tables(schedule, console.width):
        console.print(table)
        console.print()
    for line in [*flexibility_lines(scenario, schedule), *_figure_lines(scenario, schedule)]:
        console.print(_hanging(line))
    console.print(_hanging(outcome_line(schedule)))
    for line in attempt_lines(schedule):
        console.print(_hanging(line))
    for note in schedule.notes:
        console.print(_hanging(f"note: {note}"))
    console.print(_hanging(audit_line(schedule, findings)))


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
            f": gap {_percent(outcome.gap)} ({_usd(outcome.gap_usd)} {currency}) of at most "
            f"{_percent(outcome.gap_asked)}, no plan earns more than {_usd(outcome.bound_usd)} {currency}"
        )
    if outcome.leaving_usd:
        words += f"; {_usd(outcome.leaving_usd)} {currency} are held against published set-points that are left"
    if outcome.message:
        words += f" [{outcome.message}]"
    seconds = schedule.seconds
    return (
        f"outcome: {words}; {schedule.solver.name} {schedule.solver.version}, {seconds.solve:.2f} s solving, "
        f"{seconds.total:.2f} s in all"
    )


def attempt_lines(schedule: Schedule) -> list[str]:
    """Who was asked and did not answer, and why; nothing where the first one answered."""
    return [
        f"asked: {attempt.solver} ({attempt.version or 'no version'}, {attempt.seconds:.2f} s): {attempt.reason}"
        for attempt in schedule.outcome.attempts
        if attempt.reason
    ]


def audit_line(schedule: Schedule, findings: Findings) -> str:
    """The audit's word."""
    if not findings.ok:
        return f"audit: REJECTED\n{findings}"
    if findings.profit_usd is None:
        return "audit: nothing to check"
    return f"audit: accepted; it counts {_usd(findings.profit_usd)} {schedule.currency} by itself"


def _percent(share: float) -> str:
    """Three digits of percent; what is arithmetic and no gap is 0."""
    return f"{100 * share:.3g} %" if share >= 1e-9 else "0 %"


def _usd(amount: float) -> str:
    """Dollars and cents; nothing is minus zero."""
    return f"{round(amount, 2) + 0.0:,.2f}"


def _by_period(width: int, scenario: Scenario, schedule: Schedule) -> list[Table]:
    """One table where all has room; else one with what is summed, and others with what it is the sum of."""
    parts = _Parts(scenario, schedule)
    head, tail = [parts.start, parts.price], parts.tail
    items = [*parts.fleets, *parts.ai]
    if fits([*head, *items, *tail], width):
        return [table_of([*head, *items, *tail], width)]
    main, below = [*head, *parts.fleets, *parts.all_ai, *tail], parts.ai
    if not fits(main, width):
        main, below = [*head, *parts.all_mining, *parts.all_ai, *tail], items
    tables = side_by_side(parts.start, main[1:], width)
    details = side_by_side(parts.start, below, width)
    if len(details) <= MOST_TABLES:
        tables += details
    return [table_of(columns, width) for columns in tables]


class _Parts:
    """The columns that a table by period is made of."""

    def __init__(self, scenario: Scenario, schedule: Schedule) -> None:
        starts = list(dict.fromkeys(row.start for row in schedule.dispatch_rows))
        values: dict[tuple[str, str], list[float]] = {}
        for row in schedule.dispatch_rows:
            values.setdefault((row.item, row.quantity), []).append(row.value)
        earned = dict.fromkeys(starts, 0.0)
        for line in schedule.ledger_rows:
            earned[line.start] += line.usd

        def total(names: Sequence[str], quantity: str = "it_mw") -> list[float]:
            drawn = [values[name, quantity] for name in names]
            return [sum(period) for period in zip(*drawn, strict=True)] if drawn else [0.0] * len(starts)

        def item(name: str) -> Column:
            return Column(name, megawatts(values[name, "it_mw"]))

        fleets = [fleet.name for fleet in scenario.fleets]
        contracts = [contract.name for contract in scenario.contracts]
        pools = [pool.name for pool in scenario.pools]
        imported, limit = values["site", "import_mw"], values["site", "import_limit_mw"]
        halls = [hall.name for hall in scenario.site.halls]
        it, facility = total(halls), total(halls, "facility_mw")
        nodes = _less(total(pools), total(contracts))
        currency = schedule.currency
        self.start = Column("start", _labels(starts), left=True)
        self.price = Column(f"{currency}/MWh", money(values["site", "energy_price_usd_per_mwh"]))
        self.fleets = [item(name) for name in fleets]
        self.ai = [item(name) for name in contracts]
        if pools:
            self.ai.append(Column("idle nodes", megawatts(nodes)))
        self.all_mining = [Column("mining", megawatts(total(fleets)))] if fleets else []
        self.all_ai = [Column("AI", megawatts(total(pools)))] if pools else []
        profit = [earned[start] for start in starts]
        self.tail = [
            Column("cooling", megawatts(_less(facility, it))),
            *_on_site(scenario, values),
            Column("idle", megawatts(_less(limit, imported))),
            *flexibility_columns(scenario, total),
            Column(f"profit {currency}", money(profit, 0 if max(map(abs, profit)) >= 100 else 2)),
        ]


def _on_site(
    scenario: Scenario,
    values: Mapping[tuple[str, str], list[float]],
) -> list[Column]:
    """What is on site, in the columns of its kinds (`Asset.columns`), and export, of those that there are."""
    sums: dict[str, list[float]] = {}
    for asset in scenario.supply.every_asset:
        for column, parts in asset.columns.items():
            for quantity, factor in parts.items():
                before, of_asset = sums.get(column), values[asset.name, quantity]
                sums[column] = [b + factor * v for b, v in zip(before or [0.0] * len(of_asset), of_asset, strict=True)]
    columns = [Column(column, megawatts(sum_mw)) for column, sum_mw in sums.items()]
    if ("site", "export_mw") in values:
        columns.append(Column("export", megawatts(values["site", "export_mw"])))
    return columns


def _less(whole: Sequence[float], part: Sequence[float]) -> list[float]:
    """What is left of the whole, without the dust of floating point."""
    return [0.0 if w - p < 1e-9 else w - p for w, p in zip(whole, part, strict=True)]


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
    table.add_column()
    for kind, usd in sorted(schedule.ledger_by_kind.items(), key=lambda entry: -entry[1]):
        table.add_row(Text(kind.replace("_", " ")), Text(f"{usd:,.2f}"))
    currency = Text(schedule.currency)
    table.add_row(Text("profit"), Text(f"{schedule.profit_usd:,.2f}"), currency, style="bold")
    if schedule.look_ahead_dispatch_rows:
        table.add_row(Text("profit with look-ahead"), Text(f"{schedule.horizon_profit_usd:,.2f}"), currency)
    return table


def _contracts(scenario: Scenario, schedule: Schedule) -> Table:
    work = {contract.name for contract in scenario.contracts if contract.gets_done}
    table = Table(box=None, pad_edge=False)
    for name in ("contract", "kind", "GPU-hours", "short", ""):
        right = name in {"GPU-hours", "short"}
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for report in schedule.contracts:
        short = f"{report.short_gpu_hours:,.2f}" if report.short_gpu_hours else "-"
        cells = [report.name, report.kind, f"{report.delivered_gpu_hours:,.2f}", short]
        if not report.accepted:
            cells[2:] = ["-", "-"]
        table.add_row(*map(Text, [*cells, _fate(schedule, report, report.name in work)]))
    return table


def _fate(schedule: Schedule, report: ContractReport, gets_done: bool) -> str:
    """What becomes of a contract, in words; `gets_done`: whether it is work with an end."""
    if not report.accepted:
        return "declined"
    words = []
    if report.billing_start is not None and report.availability is not None:
        tier = "all tiers met" if report.credit_tier is None else f"tier {report.credit_tier:g} breached"
        words += [f"availability {report.availability:.4%} of {report.billing_start:%Y-%m-%d} on", tier]
        if report.credit_usd:
            words.append(f"credit {report.credit_usd:,.2f} {schedule.currency}")
    if gets_done:
        done = report.finish is not None
        words.append(f"done {report.finish:%m-%d %H:%M}" if done else "not done in this horizon")
    if report.lateness_hours:
        words.append(f"{report.lateness_hours:g} h late")
    return ", ".join(words)


def _figure_lines(scenario: Scenario, schedule: Schedule) -> list[str]:
    lines = []
    currency = scenario.currency
    shares = cost_shares(scenario, schedule).shares
    if shares:
        lines.append("cost shares: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items() if share))
    even = break_even(scenario, schedule)
    by_fleet: dict[str, list[str]] = {}
    for (fleet, mode), usd in even.power_price_usd_per_mwh.items():
        by_fleet.setdefault(fleet, []).append(f"{mode} {usd:,.2f}")
    for fleet, prices in by_fleet.items():
        lines.append(f"break-even power price at the meter of {fleet}: {', '.join(prices)} {currency}/MWh")
    for label, btc in (
        ("marginal (electricity and cooling)", even.btc_price_marginal_usd),
        ("full (with maintenance and depreciation)", even.btc_price_full_usd),
    ):
        if btc is not None:
            lines.append(f"break-even BTC price, {label}: {btc:,.0f} {currency}")
    return lines


def _hanging(line: str) -> Table:
    """A line of words whose further lines are indented, where the terminal is narrower."""
    label, colon, rest = plain(line).partition(": ")
    if not colon or len(label) > len("break-even"):
        label, rest = "", plain(line)
    grid = Table.grid(padding=(0, 1))
    if label:
        grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(*([Text(f"{label}:")] if label else []), Text(rest))
    return grid
