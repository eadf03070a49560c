"""Why there is no plan: which named requirements clash, in which periods, by how much.

Elastic re-solves over the requirements that the components have named. First all may give way, at a cost
relative to their size: what gives way is one side of the clash. Then those are held, and what gives way instead
is the other side; and so on, until nothing else can. Each side alone, all of it, would mend the plan, and nothing
in it is needless: where some give way a little so that others have to less, the others are asked to alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from optimizer.model.contracts.reserved import FLOOR, billings
from optimizer.model.desk import Requirement
from optimizer.model.formulation import Formulation, formulate
from optimizer.model.set_points import Keep
from optimizer.model.site.hall import pue_of
from optimizer.scenario.contracts import Reserved
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.scenario.site import Hall
from optimizer.scenario.state import ReservedState
from solvers import Options, Status, solve
from solvers.builder import Index
from solvers.elastic import elastic
from solvers.problem import Floats
from solvers.registry import LEAST_TIME_S

MOST_NAMED = 3
NOTICED = 1e-5
"""Violations smaller than this, relative to the requirement's size, are the solver's tolerance."""
LIMIT_S = 20.0
EACH_SHARE = 1.0 / (2 * MOST_NAMED)
LEAST_EACH_S = 0.5
"""The most that one solve takes: this share of the time limit, and where that is less than so much, so much."""
WEIGHT = 1000.0
"""Cost of a violation as large as its requirement: small ones, too, are far above the solver's gap."""


@dataclass(frozen=True)
class Clash:
    """A requirement that would have to give way.

    `start` is the first period in which it would; `amount` [`unit`] the most that it would in one period, and
    `periods` how many there are. `side` 1, 2, … are alternatives: all of one side giving way mends the plan.
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


@dataclass(frozen=True)
class _Asking:
    """Who is asked, and until when."""

    solver: str
    each_s: float
    last: float
    """By `time.monotonic`."""

    @property
    def left(self) -> float:
        return self.last - time.monotonic()


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


def clashes(
    scenario: Scenario, *, solver: str = "highs", time_limit_s: float = LIMIT_S, keep: Keep | None = None
) -> tuple[Clash, ...]:
    """What makes a scenario infeasible, at most three requirements; empty where no named requirement does.
    `keep`: published set-points that the plan had to hold (`optimizer.model.set_points`). Where the time is up, what is
    known by then: sides may be missing, or name more than they need."""
    # Reserves and demand response ask for nothing: without them it is as infeasible, and less stands in the way.
    # Published offers that have to be held do ask for something.
    exactly = keep is not None and keep.leave_usd is None
    dropped = {"demand_response": ()} if exactly else {"reserves": (), "demand_response": ()}
    supply = scenario.supply.model_copy(update=dropped)
    formulation = formulate(scenario.model_copy(update={"supply": supply}), keep=keep)
    asking = _Asking(solver, max(EACH_SHARE * time_limit_s, LEAST_EACH_S), time.monotonic() + time_limit_s)
    everything = formulation.model.requirements

    def side_of(free: Sequence[Requirement]) -> list[_GivenWay]:
        return _without_needless(formulation, _given_way(formulation, free, asking), asking)

    first = side_of(everything)
    others: list[tuple[int, _GivenWay]] = []
    for given in first[:MOST_NAMED]:
        # What gives way in its place, while those that have nothing to do with it may as before?
        held, side = [given], 2
        while len(others) < MOST_NAMED - 1:
            free = [r for r in everything if not _among(held, r)]
            known = [*first, *(g for _, g in others)]
            found = [g for g in side_of(free) if not _among(known, g.requirement)]
            if not found:
                break
            others += [(side, g) for g in found]
            held += found
            side += 1
    sole = min(len(first), MOST_NAMED - 1) if others else MOST_NAMED
    named = [*((1, given) for given in first[:sole]), *others][:MOST_NAMED]
    return tuple(_clash(formulation, given, side, [g for n, g in named if n != side]) for side, given in named)


def told(found: Sequence[Clash]) -> list[str]:
    """The clashes as lines: "and" before what has to give way together with the line above, "or" before another
    side."""
    lines: list[str] = []
    last = 0
    for clash in found:
        word = "clash" if not lines else "and" if clash.side == last else "or"
        lines.append(f"{word:>5}: {clash}")
        last = clash.side
    return lines


def _among(given: Sequence[_GivenWay], requirement: Requirement) -> bool:
    return any(g.requirement is requirement for g in given)


def _given_way(formulation: Formulation, requirements: Sequence[Requirement], asking: _Asking) -> list[_GivenWay]:
    """The requirements that give way where these may, the largest relative violation first; none without time."""
    if not requirements or asking.left <= 0.0:
        return []
    rows = np.concatenate([r.rows for r in requirements])
    weights = np.concatenate([np.full(len(r.rows), WEIGHT * r.per_row / r.size) for r in requirements])
    relaxed = elastic(formulation.problem, rows, [], weights)
    options = Options(gap=1e-6, time_limit_s=max(min(asking.each_s, asking.left), LEAST_TIME_S))
    result = solve(relaxed.problem, asking.solver, options)
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


def _without_needless(formulation: Formulation, side: list[_GivenWay], asking: _Asking) -> list[_GivenWay]:
    """The side without those that need not give way where its others give way more."""
    for given in reversed(side[:]):
        rest = [g.requirement for g in side if g.requirement is not given.requirement]
        if len(rest) in {0, len(side)}:  # the last one left, or gone with an earlier one
            continue
        side = _given_way(formulation, rest, asking) or side
    return side


def _clash(formulation: Formulation, given: _GivenWay, side: int, others: Sequence[_GivenWay]) -> Clash:
    requirement, horizon = given.requirement, formulation.model.horizon
    first = int(given.noticed[0])
    period, amount, count = int(requirement.periods[first]), float(given.violation.max()), len(given.noticed)
    contract = next((c for c in formulation.model.scenario.contracts if c.name == requirement.item), None)
    if isinstance(contract, Reserved) and requirement.name == FLOOR:
        period, words = _floor_words(formulation, given, contract, others)
    else:
        shown = float(given.violation[first])
        said = requirement.words.format(
            allowed=f"{requirement.allowed[first]:.6g}",
            needed=f"{requirement.allowed[first] + shown:.6g}",
            amount=f"{shown:.6g}",
            when=f"at {_clock(formulation, period)}",
        )
        words = f"{requirement.item}: {requirement.name}: {_of_one(said)}"
        words += _alone_words(formulation, requirement, first)
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


def _of_one(words: str) -> str:
    """The words with 1 group, 1 node and 1 more start in the singular."""
    words = re.sub(r"(?<![\d.,])1 (group|node)s have\b", r"1 \1 has", words)
    words = re.sub(r"(?<![\d.,])1 (group|node)s that warm up\b", r"1 \1 that warms up", words)
    words = re.sub(r"(?<![\d.,])1 (group|node)s are\b", r"1 \1 is", words)
    words = re.sub(r"\bat least 1 (have|are)\b", lambda m: f"at least 1 {'has' if m[1] == 'have' else 'is'}", words)
    return re.sub(r"(?<![\d.,])1 (group|node|engine|more start)s\b", r"1 \1", words)


def _alone_words(formulation: Formulation, requirement: Requirement, row: int) -> str:
    """What draws at least so much that nothing else matters: overhead, or what is off or asleep; "" where it fits."""
    site, allowed = formulation.model.scenario.site, requirement.allowed[row]
    period = int(requirement.periods[row])
    if requirement.item == "site" and (
        requirement.name == "import limit" or requirement.name.startswith("curtailment order ")
    ):
        overhead = sum(h.overhead_mw for h in site.halls if not h.overhead_off_with_hall)
        if overhead > allowed:
            return f"; the overhead of the halls alone is {overhead:.6g} MW"
        ambient, horizon = site.ambient_c, formulation.model.horizon
        parts = [("overhead", overhead)] if overhead else []
        for hall in site.halls:
            pue = float(pue_of(hall, ambient, horizon)[period])
            parts += [(who, mw * pue) for who, mw in _least_draws(formulation, hall, period)]
    elif requirement.name == "IT limit":
        parts = [p for h in site.halls if h.name == requirement.item for p in _least_draws(formulation, h, period)]
    else:
        return ""
    alone = sum(mw for _, mw in parts)
    if alone <= allowed + 1e-9:
        return ""
    parts.sort(key=lambda part: -part[1])
    named = [f"{who} {mw:.6g} MW" for who, mw in parts[:MOST_NAMED]]
    rest = len(parts) - len(named)
    more = f" and {rest} more" if rest else ""
    return f"; at least {alone:.6g} MW is always drawn: {', '.join(named)}{more}"


def _least_draws(formulation: Formulation, hall: Hall, period: int) -> list[tuple[str, float]]:
    """What in a hall draws IT power [MW] in a period even at its least, with the mode in which it does."""
    scenario, horizon = formulation.model.scenario, formulation.model.horizon
    found = []
    for fleet in scenario.fleets:
        if fleet.hall != hall.name:
            continue
        in_order = float(align(fleet.availability, horizon)[period])
        draws = {m.name: m.power_w * (in_order if m.hashrate_th_per_s > 0 else 1.0) for m in fleet.all_modes}
        least = min(draws, key=lambda name: draws[name])
        found.append((f"{fleet.name} in mode {least}", draws[least] * fleet.units / 1e6))
    for pool in scenario.pools:
        if pool.hall == hall.name:
            least_w, how = min((pool.off_power_w, "off"), (pool.idle_power_w, "idle"))
            found.append((f"{pool.name} {how}", least_w * pool.nodes / 1e6))
    return [(who, mw) for who, mw in found if mw > 0.0]


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
    lacking = inside[short[inside] > 1e-4 * np.maximum(committed[inside], 1.0)]
    past = _history_words(formulation, given, contract, committed - short)
    if not len(lacking):
        period = int(inside[0])
        return period, (
            f"contract {contract.name}: even if all is delivered from {_clock(formulation, period)} on, its "
            f"availability floor of {contract.availability_floor:g} is missed by {given.violation[0]:.6g} "
            f"GPU-hours{past}"
        )
    period = int(lacking[0])
    pools = " and ".join(f"pool {pool} can power {gpus[pool][period]:.6g}" for pool in contract.pools)
    names = [_name(g.requirement) for g in others if period in g.requirement.span]
    under = f" under {' and '.join(dict.fromkeys(names))}" if names else ""
    return period, (
        f"contract {contract.name} needs {committed[period]:.6g} GPUs at {_clock(formulation, period)}, "
        f"{pools}{under}; its availability floor of {contract.availability_floor:g} is missed by "
        f"{given.violation[0]:.6g} GPU-hours{past}"
    )


def _history_words(formulation: Formulation, given: _GivenWay, contract: Reserved, delivered: Floats) -> str:
    """What the billing period misses outside the horizon, and the best availability it can still have."""
    model, last = formulation.model, given.requirement.periods[0]
    state = model.scenario.state.contracts.get(contract.name)
    before = state if isinstance(state, ReservedState) else ReservedState(kind="reserved")
    billing = next(b for b in billings(contract, before, model.horizon) if last in b.periods)
    history, hours = billing.history, model.horizon.hours
    missed = history.committed_gpu_hours - history.delivered_gpu_hours
    if missed <= NOTICED * max(history.committed_gpu_hours, 1.0):
        return ""
    due = float(align(contract.committed_gpus, model.horizon)[billing.periods].sum()) * hours
    had = float(delivered[billing.periods].sum()) * hours
    committed = history.committed_gpu_hours + due + billing.rest_committed
    best = (history.delivered_gpu_hours + had + billing.rest_delivered) / committed
    return (
        f"; its history already misses {missed:.6g} of {history.committed_gpu_hours:.6g} GPU-hours, and the best "
        f"availability still in reach is {best:.4g}"
    )


def _name(requirement: Requirement) -> str:
    if requirement.item == "site":
        return f"the {requirement.name}"
    return f"the {requirement.name} of {requirement.item}"
