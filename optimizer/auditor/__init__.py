"""The audit: every rule and every dollar of a schedule, recomputed from the scenario and the schedule alone.

    findings = audit(scenario, schedule)
    findings.ok, findings.profit_usd, findings.violations, str(findings)

It shares nothing with the optimisation model and its solvers, so that one mistake cannot pass twice. It takes
the plan's decisions (groups in modes, starts by mode, nodes on, GPUs by contract and pool, batch work, acceptance,
renewable power used, generators on and their output, charge and discharge, day-ahead position) from the rows and
derives everything else itself: power, import and export, PUE, hashprice, prices, terms, money, state.
"""

from __future__ import annotations

import numpy as np

from optimizer.auditor.bill.tariff import audit_tariff
from optimizer.auditor.book import Book
from optimizer.auditor.carbon import audit_carbon
from optimizer.auditor.case import Case, Fields
from optimizer.auditor.contracts import KINDS
from optimizer.auditor.contracts.served import serve
from optimizer.auditor.day_ahead import audit_day_ahead
from optimizer.auditor.demand_response import audit_demand_response
from optimizer.auditor.energy import audit_energy
from optimizer.auditor.findings import Findings, Violation
from optimizer.auditor.fleets import audit_fleet
from optimizer.auditor.ledger import Ledger, compare
from optimizer.auditor.market import audit_market
from optimizer.auditor.meter import audit_meter
from optimizer.auditor.onsite import audit_plant
from optimizer.auditor.outcome import SOLVED, check_outcome, check_unsolved
from optimizer.auditor.overrides import audit_overrides
from optimizer.auditor.pools import PoolUse, audit_pool
from optimizer.auditor.power import Load, audit_power
from optimizer.auditor.reports import check_reports
from optimizer.auditor.reserves import Providers, audit_reserves
from optimizer.auditor.rows import Periods, Rows
from optimizer.auditor.state import check_state
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import MonthBill, Schedule
from optimizer.schedule.vocabulary import Vocabulary

__all__ = ["Findings", "Violation", "audit"]


def audit(scenario: Scenario, schedule: Schedule) -> Findings:
    """Check a schedule against its scenario. Wrong schedules never raise; a scenario whose series were not read
    (`optimizer.load` reads them) raises SeriesError."""
    horizon = scenario.horizon
    book = Book(horizon)
    _check_identity(scenario, schedule, book)
    if schedule.outcome.status not in SOLVED:
        check_unsolved(schedule, book)
        return Findings(book.violations, None, None)
    periods = Periods(horizon)
    rows = Rows(schedule, Vocabulary(scenario), horizon, periods, book)
    ledger = Ledger(horizon)
    case = Case(scenario, schedule, horizon, book, periods, rows, ledger)
    bills = _check_plan(case)
    rows.close()
    compare(schedule, ledger, horizon, periods, book)
    check_outcome(schedule, ledger, horizon, book)
    cut, end = horizon.committed, horizon.periods
    return Findings(
        violations=book.violations,
        profit_usd=ledger.total(cut),
        horizon_profit_usd=ledger.total(end),
        ledger_rows=ledger.rows(0, cut),
        look_ahead_ledger_rows=ledger.rows(cut, end),
        bills=bills,
    )


def _check_identity(scenario: Scenario, schedule: Schedule, book: Book) -> None:
    for name, said, own in (
        ("scenario", schedule.scenario, scenario.name),
        ("currency", schedule.currency, scenario.currency),
        ("zone", schedule.zone, scenario.time.zone),
    ):
        if said != own:
            book.add("scenario", "schedule", None, f"{name} is {said!r}; the scenario says {own!r}")


def _check_plan(case: Case) -> tuple[MonthBill, ...]:
    """Physics and terms from the inside out: contracts, machines, halls, plant, meter, bill; then what is reported.
    Returns the utility's bills."""
    scenario = case.scenario
    pools = {pool.name: pool for pool in scenario.pools}
    uses = {name: PoolUse(np.zeros(case.length), np.zeros(case.length)) for name in pools}
    served = [serve(case, contract, pools, uses) for contract in scenario.contracts]
    hashprice = audit_market(case)
    fleets = [audit_fleet(case, fleet, hashprice) for fleet in scenario.fleets]
    halls = [audit_pool(case, pool, uses[name]) for name, pool in pools.items()]
    loads = [Load(found.fleet.hall, found.it_mw, found.capacity_mw) for found in fleets]
    loads += [Load(found.pool.hall, found.it_mw, found.capacity_mw) for found in halls]
    plant = audit_plant(case)
    meter = audit_meter(case, audit_power(case, loads), plant.drawn, plant.made)
    price = audit_energy(case, meter)
    audit_day_ahead(case, price, meter)
    audit_reserves(case, Providers(fleets, served, plant, loads), meter, hashprice, price)
    for event in scenario.supply.demand_response:
        audit_demand_response(case, event, meter)
    audit_overrides(case, fleets, halls, plant)
    bills = audit_tariff(case, meter)
    carbon = audit_carbon(case, meter)
    for asset in plant.by_name.values():
        asset.at_price(case, price)
    states: dict[str, Fields] = {}
    for one in served:
        states[one.name] = KINDS[one.contract.kind].check_terms(case, one)
    check_reports(case)
    check_state(case, fleets, halls, states, plant, carbon)
    return bills
