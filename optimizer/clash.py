"""Why there is no plan: which named requirements clash, in which periods, by how much.

Elastic re-solves over the requirements that the components have named: first all may give way, at a cost
relative to their size; what gives way is one side of the clash. Then those are held, and what gives way
instead is the other side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.components.model import Requirement
from optimizer.formulation import Formulation, formulate
from optimizer.scenario.contracts import Reserved
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from solvers import Options, Status, solve
from solvers.elastic import elastic
from solvers.problem import Floats

MOST_NAMED = 3
NOTICED = 1e-5
"""Violations smaller than this, relative to the requirement's size, are the solver's tolerance."""


@dataclass(frozen=True)
class Clash:
    """A requirement that would have to give way.

    `start` is the first period in which it would; `amount` [`unit`] the most that it would in one period, and
    `periods` how many there are. `side` 1 and 2 are alternatives: giving way on either side mends the plan.
    """

    item: str
    requirement: str
    start: str
    amount: float
    unit: str
    periods: int
    side: int
    message: str

    def __str__(self) -> str:
        return self.message


def clashes(scenario: Scenario, *, solver: str = "highs", time_limit_s: float = 20.0) -> tuple[Clash, ...]:
    """What makes a scenario infeasible, at most three requirements; empty where no named requirement does."""
    formulation = formulate(scenario)
    options = Options(gap=1e-6, time_limit_s=time_limit_s / 2)
    first = _given_way(formulation, formulation.model.requirements, solver, options)
    if not first:
        return ()
    others = [r for r in formulation.model.requirements if r not in [g.requirement for g in first]]
    second = _given_way(formulation, others, solver, options) if others else []
    if len(first) + len(second) > MOST_NAMED:
        second = second[: max(1, MOST_NAMED - len(first))]
        first = first[: MOST_NAMED - len(second)]
    return tuple(
        [_clash(formulation, given, 1, first, second) for given in first]
        + [_clash(formulation, given, 2, second, first) for given in second]
    )


@dataclass(frozen=True, eq=False)
class _GivenWay:
    """A requirement, its violation in each of its rows, and the solution in which it gives way."""

    requirement: Requirement
    violation: Floats
    x: Floats

    @property
    def weight(self) -> float:
        return float(np.abs(self.violation).sum())


def _given_way(
    formulation: Formulation, requirements: Sequence[Requirement], solver: str, options: Options
) -> list[_GivenWay]:
    """The requirements that give way where these may, the largest relative violation first."""
    if not requirements:
        return []
    problem = formulation.problem
    sizes = [_size(formulation, r) for r in requirements]
    rows = np.concatenate([r.rows for r in requirements])
    weights = np.concatenate([np.full(len(r.rows), 1.0 / s) for r, s in zip(requirements, sizes, strict=True)])
    relaxed = elastic(problem, rows, [], weights)
    result = solve(relaxed.problem, solver, options)
    if result.x is None or result.status not in (Status.PROVEN, Status.FEASIBLE):
        return []
    violations = relaxed.violations(result.x).rows
    x = relaxed.original(result.x)
    found, at = [], 0
    for requirement, size in zip(requirements, sizes, strict=True):
        mine = violations[at : at + len(requirement.rows)]
        at += len(requirement.rows)
        if np.abs(mine).max(initial=0.0) > NOTICED * size:
            found.append((np.abs(mine).sum() / size, _GivenWay(requirement, mine, x)))
    return [given for _, given in sorted(found, key=lambda f: -f[0])]


def _size(formulation: Formulation, requirement: Requirement) -> float:
    limits = np.concatenate(
        [
            formulation.problem.row_lower[requirement.rows],
            formulation.problem.row_upper[requirement.rows],
        ]
    )
    return float(max(1e-3, np.abs(limits[np.isfinite(limits)]).max(initial=0.0)))


def _clash(
    formulation: Formulation,
    given: _GivenWay,
    side: int,
    same: Sequence[_GivenWay],
    other: Sequence[_GivenWay],
) -> Clash:
    requirement, horizon = given.requirement, formulation.model.horizon
    amounts = np.abs(given.violation)
    noticed = np.flatnonzero(amounts > NOTICED * _size(formulation, requirement))
    worst = int(noticed[0]) if len(noticed) else int(np.argmax(amounts))
    period = int(requirement.periods[worst])
    amount = float(amounts[noticed].max(initial=0.0))
    words = _words(formulation, given, period, float(amounts[worst]), other)
    if len(noticed) > 1:
        words += f" (in {len(noticed)} periods, by {amount:.6g} {requirement.unit} at most)"
    return Clash(
        item=requirement.item,
        requirement=requirement.name,
        start=horizon.label(period),
        amount=amount,
        unit=requirement.unit,
        periods=len(noticed),
        side=side,
        message=words,
    )


def _words(formulation: Formulation, given: _GivenWay, period: int, amount: float, other: Sequence[_GivenWay]) -> str:
    requirement, horizon = given.requirement, formulation.model.horizon
    when = f"{horizon.at(period):%Y-%m-%d %H:%M}"
    contract = next((c for c in formulation.model.scenario.contracts if c.name == requirement.item), None)
    if isinstance(contract, Reserved):
        return _reserved_words(formulation, given, contract, amount, other)
    if requirement.unit == "MW":
        row = requirement.rows[int(np.flatnonzero(requirement.periods == period)[0])]
        limit = formulation.problem.row_upper[row]
        what = f"{requirement.item}: {requirement.name}"
        if requirement.name == "ramp":
            return f"{what} would have to be exceeded by {amount:.6g} MW at {when}"
        constant = _constant_of(formulation, requirement, period)
        allowed = limit + constant
        return f"{what} allows {allowed:.6g} MW at {when}, at least {allowed + amount:.6g} MW are needed"
    return f"{requirement.item}: {requirement.name} would have to give way by {amount:.6g} {requirement.unit} at {when}"


def _constant_of(formulation: Formulation, requirement: Requirement, period: int) -> float:
    """What the row's limit leaves out: the constant part of the limited amount (off power, overhead)."""
    return float(formulation.model.it_mw(requirement.item).constant[period])


def _reserved_words(
    formulation: Formulation,
    given: _GivenWay,
    contract: Reserved,
    amount: float,
    other: Sequence[_GivenWay],
) -> str:
    """ "contract acme needs 640 GPUs at 14:00, pool h100 can power 512 under the curtailment order"."""
    model = formulation.model
    gpus = {pool: np.zeros(model.periods) for pool in contract.pools}
    for item, quantity, read in model.quantities:
        if item == contract.name and quantity.startswith("gpus["):
            gpus[quantity[5:-1]] = read(given.x)
    committed = align(contract.committed_gpus, model.horizon)
    short = committed - np.sum(list(gpus.values()), axis=0)
    period = int(np.argmax(short > 1e-4 * np.maximum(committed, 1.0)))
    pools = " and ".join(f"pool {pool} can power {gpus[pool][period]:.6g}" for pool in contract.pools)
    under = " and ".join(dict.fromkeys(f"{g.requirement.name} of {g.requirement.item}" for g in other))
    return (
        f"contract {contract.name} needs {committed[period]:.6g} GPUs at {model.horizon.at(period):%Y-%m-%d %H:%M}, "
        f"{pools}{f' under the {under}' if under else ''}; its availability floor of "
        f"{contract.availability_floor:g} is missed by {amount:.6g} GPU-hours"
    )
