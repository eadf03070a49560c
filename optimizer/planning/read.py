"""A solver's result read back: dispatch, ledger, contracts, bills, the state that is handed over, and the outcome."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.model.desk import REVENUE_KINDS
from optimizer.model.formulation import Formulation
from optimizer.scenario.horizon import stamp
from optimizer.scenario.notes import notes_of
from optimizer.scenario.state import State, TariffState
from optimizer.schedule import DispatchRow, LedgerRow, Outcome, Schedule, Seconds, Size, Solver
from solvers import Result, Status
from solvers.gap import LEAST_DENOMINATOR, REFERENCE_SHARE
from solvers.problem import Floats

LEAST_USD = 1e-9
"""Ledger lines smaller than this are no lines."""


def read_schedule(formulation: Formulation, result: Result, gap_asked: float) -> Schedule:
    """A solver's result as the operator's quantities and dollars; without a solution, how it ended. What it took is
    not known here: `seconds` are none."""
    scenario, problem = formulation.model.scenario, formulation.problem
    common = {
        "scenario": scenario.name,
        "zone": scenario.time.zone,
        "currency": scenario.currency,
        "solver": Solver(name=result.solver, version=result.version),
        "seconds": Seconds(),
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
    x = formulation.tidy(result.x)
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
