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

import numpy as np

from optimizer.model.desk import Requirement
from optimizer.model.formulation import Formulation, formulate
from optimizer.model.set_points import Keep
from optimizer.model.site.hall import pue_of
from optimizer.planning.first import first_result
from optimizer.planning.how import HowToSolve, how_to_solve
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.scenario.site import Hall
from solvers import Options, Status
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

    how: HowToSolve
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
    scenario: Scenario, *, how: HowToSolve | None = None, time_limit_s: float = LIMIT_S, keep: Keep | None = None
) -> tuple[Clash, ...]:
    """What makes a scenario infeasible, at most three requirements; empty where no named requirement does.
    `keep`: published set-points that the plan had to hold (`optimizer.model.set_points`). Where the time is up, what is
    known by then: sides may be missing, or name more than they need. `how`: who is asked; `time_limit_s` is for all of
    it. Raises ScenarioError where a variation does not hold together."""
    scenario.check_variation()
    how = how_to_solve(how)
    # Reserves and demand response ask for nothing: without them it is as infeasible, and less stands in the way.
    # Published offers that have to be held do ask for something.
    exactly = keep is not None and keep.leave_usd is None
    dropped = {"demand_response": ()} if exactly else {"reserves": (), "demand_response": ()}
    supply = scenario.supply.model_copy(update=dropped)
    formulation = formulate(scenario.model_copy(update={"supply": supply}), keep=keep)
    asking = _Asking(how, max(EACH_SHARE * time_limit_s, LEAST_EACH_S), time.monotonic() + time_limit_s)
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


def lines_of(found: Sequence[Clash]) -> list[str]:
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
    result = first_result(relaxed.problem, asking.how, options)
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
    contract = formulation.contracts.get(requirement.item)
    named = [other.requirement for other in others]
    own = None if contract is None else contract.explain(requirement, float(given.violation[0]), given.x, named)
    if own is not None:
        period, words = own
    else:
        shown = float(given.violation[first])
        said = requirement.words.format(
            allowed=f"{requirement.allowed[first]:.6g}",
            needed=f"{requirement.allowed[first] + shown:.6g}",
            amount=f"{shown:.6g}",
            when=f"at {horizon.clock_words(period)}",
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
