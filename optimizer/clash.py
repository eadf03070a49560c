"""Why there is no plan: which named requirements clash, in which periods, by how much.

Elastic re-solves over the requirements that the components have named. First all may give way, at a cost
relative to their size: what gives way is one side of the clash. Then those are held, and what gives way instead
is the other side; and so on, until nothing else can. Each side alone would mend the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from optimizer.components.model import Requirement
from optimizer.components.reserved import FLOOR
from optimizer.formulation import Formulation, formulate
from optimizer.scenario.contracts import Reserved
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from solvers import Options, Status, solve
from solvers.builder import Index
from solvers.elastic import elastic
from solvers.problem import Floats

MOST_NAMED = 3
NOTICED = 1e-5
"""Violations smaller than this, relative to the requirement's size, are the solver's tolerance."""
WEIGHT = 1000.0
"""Cost of a violation as large as its requirement: small ones, too, are far above the solver's gap."""


@dataclass(frozen=True)
class Clash:
    """A requirement that would have to give way.

    `start` is the first period in which it would; `amount` [`unit`] the most that it would in one period, and
    `periods` how many there are. `side` 1, 2, … are alternatives: giving way on one of them mends the plan.
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


@dataclass(frozen=True, eq=False)
class _GivenWay:
    """A requirement, its violation in each of its rows [its unit], and the solution in which it gives way."""

    requirement: Requirement
    violation: Floats
    x: Floats

    @property
    def noticed(self) -> Index:
        """Rows with a violation that is more than tolerance."""
        return np.flatnonzero(self.violation > NOTICED * self.requirement.size)


def clashes(scenario: Scenario, *, solver: str = "highs", time_limit_s: float = 20.0) -> tuple[Clash, ...]:
    """What makes a scenario infeasible, at most three requirements; empty where no named requirement does."""
    formulation = formulate(scenario)
    options = Options(gap=1e-6, time_limit_s=time_limit_s / (2 * MOST_NAMED))
    everything = formulation.model.requirements
    first = _given_way(formulation, everything, solver, options)
    others: list[tuple[int, _GivenWay]] = []
    for given in first[:MOST_NAMED]:
        # What gives way in its place, while those that have nothing to do with it may as before?
        held, side = [given], 2
        while len(others) < MOST_NAMED - 1:
            free = [r for r in everything if not _among(held, r)]
            known = [*first, *(g for _, g in others)]
            found = [g for g in _given_way(formulation, free, solver, options) if not _among(known, g.requirement)]
            if not found:
                break
            others += [(side, g) for g in found]
            held += found
            side += 1
    sole = min(len(first), MOST_NAMED - 1) if others else MOST_NAMED
    named = [*((1, given) for given in first[:sole]), *others][:MOST_NAMED]
    return tuple(_clash(formulation, given, side, [g for n, g in named if n != side]) for side, given in named)


def _among(given: Sequence[_GivenWay], requirement: Requirement) -> bool:
    return any(g.requirement is requirement for g in given)


def _given_way(
    formulation: Formulation, requirements: Sequence[Requirement], solver: str, options: Options
) -> list[_GivenWay]:
    """The requirements that give way where these may, the largest relative violation first."""
    if not requirements:
        return []
    rows = np.concatenate([r.rows for r in requirements])
    weights = np.concatenate([np.full(len(r.rows), WEIGHT * r.per_row / r.size) for r in requirements])
    relaxed = elastic(formulation.problem, rows, [], weights)
    result = solve(relaxed.problem, solver, options)
    if result.x is None or result.status not in (Status.PROVEN, Status.FEASIBLE):
        return []
    violations = np.abs(relaxed.violations(result.x).rows)
    x = relaxed.original(result.x)
    found, at = [], 0
    for requirement in requirements:
        mine = violations[at : at + len(requirement.rows)] * requirement.per_row
        at += len(requirement.rows)
        given = _GivenWay(requirement, mine, x)
        if len(given.noticed):
            found.append((mine.sum() / requirement.size, given))
    return [given for _, given in sorted(found, key=lambda f: -f[0])]


def _clash(formulation: Formulation, given: _GivenWay, side: int, others: Sequence[_GivenWay]) -> Clash:
    requirement, horizon = given.requirement, formulation.model.horizon
    first = int(given.noticed[0])
    period, amount, count = int(requirement.periods[first]), float(given.violation.max()), len(given.noticed)
    contract = next((c for c in formulation.model.scenario.contracts if c.name == requirement.item), None)
    if isinstance(contract, Reserved) and requirement.name == FLOOR:
        period, words = _floor_words(formulation, given, contract, others)
    else:
        shown = float(given.violation[first])
        words = f"{requirement.item}: {requirement.name}: " + requirement.words.format(
            allowed=f"{requirement.allowed[first]:.6g}",
            needed=f"{requirement.allowed[first] + shown:.6g}",
            amount=f"{shown:.6g}",
            when=f"at {_clock(formulation, period)}",
        )
        words += _overhead_words(formulation, requirement, first)
    if count > 1:
        words += f" (in {count} periods, by {amount:.6g} {requirement.unit} at most)"
    return Clash(
        item=requirement.item,
        requirement=requirement.name,
        start=horizon.label(period),
        amount=amount,
        unit=requirement.unit,
        periods=count,
        side=side,
        message=words,
    )


def _clock(formulation: Formulation, period: int) -> str:
    """14:00; with its date where the horizon has several, with its zone where the clock repeats an hour."""
    horizon = formulation.model.horizon

    def read(when: datetime) -> str:
        return f"{when:%H:%M}" if horizon.day[-1] == 0 else f"{when:%Y-%m-%d %H:%M}"

    when = horizon.at(period)
    twice = sum(read(start) == read(when) for start in horizon.starts) > 1
    return f"{read(when)} {when:%Z}" if twice else read(when)


def _overhead_words(formulation: Formulation, requirement: Requirement, row: int) -> str:
    """That the halls' overhead alone is too much, where it is."""
    if requirement.item != "site":
        return ""
    overhead = sum(h.overhead_mw for h in formulation.model.scenario.site.halls if not h.overhead_off_with_hall)
    if overhead <= requirement.allowed[row]:
        return ""
    return f"; the overhead of the halls alone is {overhead:.6g} MW"


def _floor_words(
    formulation: Formulation, given: _GivenWay, contract: Reserved, others: Sequence[_GivenWay]
) -> tuple[int, str]:
    """The first period in which the contract is short, and
    "contract acme needs 640 GPUs at 14:00, pool h100 can power 512 under the curtailment order"."""
    model, inside = formulation.model, given.requirement.span
    gpus = {pool: np.zeros(model.periods) for pool in contract.pools}
    for item, quantity, read in model.quantities:
        if item == contract.name and quantity.startswith("gpus["):
            gpus[quantity[5:-1]] = read(given.x)
    committed = align(contract.committed_gpus, model.horizon)
    short = committed - np.sum(list(gpus.values()), axis=0)
    period = int(inside[np.argmax(short[inside] > 1e-4 * np.maximum(committed[inside], 1.0))])
    pools = " and ".join(f"pool {pool} can power {gpus[pool][period]:.6g}" for pool in contract.pools)
    names = [_name(g.requirement) for g in others if period in g.requirement.span]
    under = f" under {' and '.join(dict.fromkeys(names))}" if names else ""
    return period, (
        f"contract {contract.name} needs {committed[period]:.6g} GPUs at {_clock(formulation, period)}, "
        f"{pools}{under}; its availability floor of {contract.availability_floor:g} is missed by "
        f"{given.violation[0]:.6g} GPU-hours"
    )


def _name(requirement: Requirement) -> str:
    if requirement.item == "site":
        return f"the {requirement.name}"
    return f"the {requirement.name} of {requirement.item}"
