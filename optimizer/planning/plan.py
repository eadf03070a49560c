"""Plan: scenario → arrays → solver → schedule and ledger → audit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.auditor import audit
from optimizer.auditor.findings import Findings
from optimizer.errors import ExitCode, WattshiftError
from optimizer.model.desk import REVENUE_KINDS
from optimizer.model.formulation import Formulation, formulate
from optimizer.model.set_points import Keep
from optimizer.planning.ask import DEFAULT, ORDER, ask
from optimizer.planning.outlook import find_expected_peaks, with_expected
from optimizer.planning.rules.repair import RULES
from optimizer.planning.ties import decided
from optimizer.scenario.faults import ScenarioError
from optimizer.scenario.horizon import stamp
from optimizer.scenario.notes import notes_of
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import State, TariffState
from optimizer.schedule import DispatchRow, FoundPeak, LedgerRow, Outcome, Schedule, Seconds, Size, Solver
from solvers import Options, Progress, Result, SolverUnavailable, Status, isolation
from solvers.gap import LEAST_DENOMINATOR, REFERENCE_SHARE
from solvers.problem import Floats

LEAST_USD = 1e-9
"""Ledger lines smaller than this are no lines."""
OUTLOOK_SHARE = 0.25
"""Most of the time limit that finding expected peaks may take; the plan has the rest."""


class RejectedByAudit(WattshiftError, RuntimeError):
    """The audit found the schedule wrong: it is not handed out as an answer.

    `schedule` and `findings` are kept for a look at what happened.
    """

    exit_code = ExitCode.REJECTED

    def __init__(self, schedule: Schedule, findings: Findings) -> None:
        super().__init__(f"the audit rejects the plan:\n{findings}")
        self.schedule = schedule
        self.findings = findings


def plan(
    scenario: Scenario,
    *,
    solver: str = "highs",
    gap: float = 1e-4,
    time_limit_s: float = 60.0,
    progress: Callable[[Progress], None] | None = None,
    keep: Keep | None = None,
    fallbacks: bool = True,
    isolated: bool | None = None,
    break_ties: bool = True,
) -> Schedule:
    """The schedule that earns most.

    `solver`: highs, scip, cbc, pulp:NAME, or "rules" for the plan by rules of thumb (`planning.rules.of_thumb`).
    `gap`: relative, as in `Outcome.gap`. `progress` is told the incumbent, bound and gap from time to time, by solvers
    that can. `keep`: published set-points that are held, or left only where that earns more than a stated amount
    (`optimizer.model.set_points`). `fallbacks`: other solvers, and at last the rules of thumb, where this one fails
    (`optimizer.planning.ask`), within the one time limit. `isolated`: solvers run where they can be ended
    (`solvers.isolated`); None: as WATTSHIFT_ISOLATED says. `break_ties`: of plans that earn the same, the one that
    `optimizer.planning.ties` prefers; False saves small problems a second solve. How it ended, and who was asked, is in
    `Schedule.outcome`: without a solution the schedule is empty and says why.

    Raises RejectedByAudit where the audit finds the answer wrong; ScenarioError where a variation of a scenario does
    not hold together; SolverError (UnknownSolver, SolverUnavailable, SolverUnsuitable) for the solver; ProblemError
    where the scenario's numbers make no finite problem; ValueError for a negative gap or a time limit not above 0.
    """
    schedule, findings = plan_and_audit(
        scenario,
        solver=solver,
        gap=gap,
        time_limit_s=time_limit_s,
        progress=progress,
        keep=keep,
        fallbacks=fallbacks,
        isolated=isolated,
        break_ties=break_ties,
    )
    if not findings.ok:
        raise RejectedByAudit(schedule, findings)
    return schedule


def plan_and_audit(
    scenario: Scenario,
    *,
    solver: str = "highs",
    gap: float = 1e-4,
    time_limit_s: float = 60.0,
    progress: Callable[[Progress], None] | None = None,
    keep: Keep | None = None,
    fallbacks: bool = True,
    isolated: bool | None = None,
    break_ties: bool = True,
) -> tuple[Schedule, Findings]:
    """As `plan`, but hands out the audit's findings beside the schedule instead of raising on them."""
    begun = time.perf_counter()
    faults = scenario.unchecked_faults()
    if faults:
        raise ScenarioError(faults, f"variation of {scenario.name}")
    options = Options(gap=gap, time_limit_s=time_limit_s, progress=progress)
    with isolation(isolated):
        found: list[FoundPeak] = []
        if scenario.supply.find_expected_peaks:
            found = _expected_peaks(scenario, solver, OUTLOOK_SHARE * time_limit_s, fallbacks=fallbacks)
        looked = time.perf_counter()
        formulation = formulate(with_expected(scenario, found) if found else scenario, keep=keep)
        built = time.perf_counter()
        if found:
            options = replace(options, time_limit_s=time_limit_s - min(looked - begun, OUTLOOK_SHARE * time_limit_s))
        audit_s = 0.0

        def read(result: Result) -> tuple[Schedule, Findings]:
            if break_ties:
                preferred = decided(formulation, result, time_limit_s - (time.perf_counter() - begun))
                schedule, findings = judge(preferred)
                if findings.ok or preferred is result:
                    return schedule, findings
            return judge(result)

        def judge(result: Result) -> tuple[Schedule, Findings]:
            nonlocal audit_s
            schedule = schedule_of(formulation, result, gap, Seconds())
            if schedule.profit_usd is not None:
                schedule = replace(schedule, expected_peaks=tuple(found))
            since = time.perf_counter()
            findings = audit(scenario, schedule)
            audit_s += time.perf_counter() - since
            return schedule, findings

        answered = ask(formulation, solver, options, read, fallbacks=fallbacks)
    ended = time.perf_counter()
    seconds = Seconds(
        outlook=looked - begun,
        build=built - looked,
        solve=answered.solve_s,
        read=ended - built - answered.solve_s - audit_s,
        audit=audit_s,
        total=ended - begun,
    )
    return replace(answered.schedule, seconds=seconds), answered.findings


def _expected_peaks(scenario: Scenario, solver: str, time_limit_s: float, *, fallbacks: bool) -> list[FoundPeak]:
    """What the first solver that can be used finds."""
    names = ORDER if fallbacks and solver in {DEFAULT, RULES} else (solver,)
    for name in names[:-1]:
        try:
            return find_expected_peaks(scenario, solver=name, time_limit_s=time_limit_s)
        except (SolverUnavailable, RuntimeError, MemoryError):
            continue
    return find_expected_peaks(scenario, solver=names[-1], time_limit_s=time_limit_s)


def schedule_of(formulation: Formulation, result: Result, gap_asked: float, seconds: Seconds) -> Schedule:
    """Read a solver's answer back into the operator's quantities and dollars."""
    scenario, problem = formulation.model.scenario, formulation.problem
    common = {
        "scenario": scenario.name,
        "zone": scenario.time.zone,
        "currency": scenario.currency,
        "solver": Solver(name=result.solver, version=result.version),
        "seconds": seconds,
        "size": Size(
            columns=problem.columns,
            rows=problem.rows,
            nonzeros=problem.nonzeros,
            integers=problem.integers,
        ),
        "notes": tuple(notes_of(scenario)),
    }
    if result.x is None:
        outcome = Outcome(
            status=result.status.value,
            bound_usd=result.bound,
            gap_asked=gap_asked,
            limit=result.limit,
            message=result.message,
        )
        return Schedule(outcome=outcome, profit_usd=None, horizon_profit_usd=None, **common)  # type: ignore[arg-type]
    x = formulation.settle(result.x)
    committed = formulation.model.horizon.committed
    dispatch = _dispatch(formulation, x)
    ledger = formulation.model.dollars(x)
    months = None if formulation.tariff is None else formulation.tariff.months_so_far(x, ledger)
    profit = sum(float(usd[:committed].sum()) for usd in ledger.values())
    horizon_profit = sum(float(usd.sum()) for usd in ledger.values())
    gross = sum(float(np.maximum(usd, 0.0).sum()) for (_, kind), usd in ledger.items() if kind in REVENUE_KINDS)
    published, look_ahead = _ledger_rows(formulation, ledger)
    here = formulation.model.horizon.stamps[:committed]
    behind = formulation.model.horizon.stamps[committed:]
    return Schedule(
        outcome=_outcome(result, horizon_profit, formulation.leaving_usd(x), gross, gap_asked),
        profit_usd=profit,
        horizon_profit_usd=horizon_profit,
        dispatch_rows=tuple(
            DispatchRow(start, item, quantity, value)
            for item, quantity, values in dispatch
            for start, value in zip(here, values[:committed], strict=True)
        ),
        look_ahead_dispatch_rows=tuple(
            DispatchRow(start, item, quantity, value)
            for item, quantity, values in dispatch
            for start, value in zip(behind, values[committed:], strict=True)
        ),
        ledger_rows=published,
        look_ahead_ledger_rows=look_ahead,
        contracts=tuple(r for block in formulation.contracts.values() for r in block.report(x)),
        bills=() if months is None else months.bills(),
        state=_state(formulation, x, scenario.state.tariff if months is None else months.state()),
        **common,  # type: ignore[arg-type]
    )


def _dispatch(formulation: Formulation, x: Floats) -> list[tuple[str, str, list[float]]]:
    """(item, quantity, one value per period), without the dust of floating point."""
    read = []
    for item, quantity, reader in formulation.model.quantities:
        values = np.asarray(reader(x), dtype=float)
        values = np.where(np.abs(values) < 1e-9, 0.0, values)
        read.append((item, quantity, values.tolist()))
    return read


def _ledger_rows(
    formulation: Formulation, ledger: dict[tuple[str, str], Floats]
) -> tuple[tuple[LedgerRow, ...], tuple[LedgerRow, ...]]:
    horizon = formulation.model.horizon
    rows: tuple[list[LedgerRow], list[LedgerRow]] = ([], [])
    for (item, kind), usd in ledger.items():
        for t in np.flatnonzero(np.abs(usd) > LEAST_USD).tolist():
            rows[t >= horizon.committed].append(LedgerRow(horizon.stamps[t], item, str(kind), float(usd[t])))
    return tuple(rows[0]), tuple(rows[1])


def _outcome(result: Result, profit: float, leaving: float, gross: float, gap_asked: float) -> Outcome:
    """The outcome by our own gap, from the money that the ledger says less what leaving set-points is charged."""
    if result.bound is None:
        return Outcome(
            status="feasible",
            gap_asked=gap_asked,
            limit=result.limit,
            message=result.message,
            leaving_usd=leaving,
        )
    worth = profit - leaving
    distance = abs(result.bound - worth)
    gap = distance / max(abs(worth), REFERENCE_SHARE * gross, LEAST_DENOMINATOR)
    proven = gap <= gap_asked or (result.status is Status.PROVEN and gap <= gap_asked + 1e-9)
    return Outcome(
        status="proven" if proven else "feasible",
        gap=gap,
        gap_usd=distance,
        bound_usd=result.bound,
        gap_asked=gap_asked,
        limit=None if proven else result.limit,
        message=result.message,
        leaving_usd=leaving,
    )


def _state(formulation: Formulation, x: Floats, tariff: TariffState) -> State:
    """What the next plan starts with."""
    scenario, horizon = formulation.model.scenario, formulation.model.horizon
    height = scenario.state.block_height
    if height is None and scenario.bitcoin is not None:
        height = scenario.bitcoin.block_height
    on_site: dict[str, Any] = {
        place: {name: asset.state(x) for name, asset in formulation.assets[place].items()}
        for place in State.places_of(formulation.assets)
    }
    return State(
        at=stamp(horizon.at(horizon.committed)),
        block_height=None if height is None else height + horizon.committed * horizon.hours * 6.0,
        fleets={name: block.state(x) for name, block in formulation.fleets.items()},
        pools={name: block.state(x) for name, block in formulation.pools.items()},
        contracts={name: block.state(x) for name, block in formulation.contracts.items()},
        tariff=tariff,
        carbon_tonnes=formulation.carbon.tonnes(x),
        **on_site,
    )
