"""Properties of plans, on random scenarios over every component (`tests.proof._scenarios`).

Profits are compared by bounds: a plan that earns p shows that a problem whose optimum cannot be below has a bound of at
least p. What each holds for:

- money scaled, an optional contract added, a limit or duty relaxed (`_changes.limits`): all.
- a revenue price raised: prices that nothing is refunded at (`_changes.revenue_prices`).
- a cost raised: energy that cannot be sold again. No export, PPA, day-ahead position, reserve or event (each is worth
  more at a higher price), and no tax that counts a minimum charge but not all that it compares with.
- renamed and reordered: lists whose order says nothing (`_changes.reorder`).
- split in four: hourly periods on the hour; nothing ramps, warms up, loses charge or is metered. No jobs where power is
  paid for or offers hang on import: a job runs no longer than its work needs, and in quarters that is shorter.
- rules, static split, nothing: where those pass the audit.
- plan + state + plan: parts that have a plan, and end where a metering interval does; jobs that are not given up.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from optimizer.auditor import audit
from optimizer.model.formulation import formulate
from optimizer.model.supply.energy import import_cost
from optimizer.operating.roll import RollStopped
from optimizer.planning.plan import plan_and_audit
from optimizer.planning.read import read_schedule
from optimizer.planning.rules.repair import rule_plan
from optimizer.scenario.contracts import Batch, BatchState
from optimizer.scenario.faults import ScenarioError
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from tests.figure import Figure
from tests.operating.roll.in_parts import in_parts, with_accruals
from tests.proof import _changes as change
from tests.proof._scenarios import Wants, scenarios

EXAMPLES, QUICK_EXAMPLES = 300, 20
GAP = 1e-7
SHARE, LEAST_USD = 1e-6, 1e-3
"""By how much of all its ledger's dollars a profit may be above a bound: the solver's tolerance."""


ANY = Wants()


class Unfit(Exception):
    """The property says nothing of this scenario."""


class Fault(Exception):
    """The property does not hold."""


@dataclass(frozen=True)
class Property:
    name: str
    check: Callable[[Scenario, random.Random], None]
    wants: Wants = ANY


@dataclass
class Count:
    """What came of the cases of one property."""

    run: int = 0
    unfit: int = 0
    faults: list[str] = field(default_factory=list)


def figures(quick: bool) -> Iterator[Figure]:
    for proposition in PROPERTIES:
        count = tried(proposition, QUICK_EXAMPLES if quick else EXAMPLES)
        yield Figure(f"properties: {proposition.name}: failures of {count.run} cases", len(count.faults), "", 0)
        if not quick:
            yield Figure(f"properties: {proposition.name}: cases", count.run, "", 300, at_least=True)


def tried(proposition: Property, examples: int) -> Count:
    """Check a property on so many scenarios that differ; they are the same every time."""
    count = Count()
    seen: set[str] = set()

    # Cases that say nothing (infeasible, nothing to change) and repeated ones are drawn again: hence more than asked.
    @settings(
        max_examples=8 * examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(scenarios(proposition.wants), st.integers(0, 2**32))
    def one(scenario: Scenario | None, seed: int) -> None:
        if count.run >= examples:
            return
        document = "" if scenario is None else scenario.model_dump_json(exclude_unset=True)
        if scenario is None or document in seen:
            count.unfit += 1
            return
        seen.add(document)
        try:
            proposition.check(scenario, random.Random(seed))
            count.run += 1
        except Unfit:
            count.unfit += 1
        except Exception as fault:  # whatever it is, the other cases are to be seen too
            count.run += 1
            count.faults.append(str(fault))
            _tell(proposition, document, seed, fault)

    one()
    return count


def _tell(proposition: Property, document: str, seed: int, fault: Exception) -> None:
    """Keep the case so that it can be looked at."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", prefix="wattshift-proof-", delete=False) as kept:
        Path(kept.name).write_text(document, encoding="utf-8")
    said = str(fault) if isinstance(fault, Fault) else repr(fault)
    print(f"properties: {proposition.name}: {said} (seed {seed}, {kept.name})", file=sys.stderr, flush=True)


# --- plans and how they compare


def planned(scenario: Scenario, gap: float = GAP) -> Schedule:
    """A plan that the audit accepts; Unfit where there is none, Fault where it is rejected."""
    schedule, findings = plan_and_audit(scenario, gap=gap, time_limit_s=30.0)
    if not findings.ok:
        raise Fault(f"the audit rejects the plan: {findings}")
    if schedule.profit_usd is None:
        raise Unfit(schedule.outcome.status)
    return schedule


def varied(scenario: Scenario, *changes: change.Change) -> Scenario:
    """The scenario changed; Unfit where it does not hold together so."""
    try:
        return change.changed(scenario, *changes)
    except ValidationError as error:
        raise Unfit(str(error)) from None


def must_plan(scenario: Scenario, why: str) -> Schedule:
    """A plan of what has to be feasible because something tighter is."""
    try:
        return planned(scenario)
    except Unfit as none:
        raise Fault(f"{why}: no plan any more ({none})") from None


def may_not_exceed(less: Schedule, more: Schedule, why: str, *, of_less: float = 1.0, of_more: float = 1.0) -> None:
    """Fault where what `less` earns is above what is proven of `more`."""
    assert less.horizon_profit_usd is not None and more.outcome.bound_usd is not None
    low, high = of_less * less.horizon_profit_usd, of_more * more.outcome.bound_usd
    if low > high + max(_dust(less) * of_less, _dust(more) * of_more):
        raise Fault(f"{why}: {low:.9g} is above the bound {high:.9g}")


def _dust(schedule: Schedule) -> float:
    rows = (*schedule.ledger_rows, *schedule.look_ahead_ledger_rows)
    return SHARE * sum(abs(row.usd) for row in rows) + LEAST_USD


# --- the properties


def money_scaled(scenario: Scenario, rng: random.Random) -> None:
    factor = rng.choice((0.2, 3.7, 11.0))
    other = varied(scenario, lambda document: change.scale_money(document, factor))
    one, more = planned(scenario), must_plan(other, f"money times {factor}")
    may_not_exceed(one, more, f"money times {factor}", of_less=factor)
    may_not_exceed(more, one, f"money times {factor}, back", of_more=factor)


def revenue_raised(scenario: Scenario, rng: random.Random) -> None:
    what, how = _one_of(list(change.revenue_prices(scenario)), rng)
    better = varied(scenario, how)
    may_not_exceed(planned(scenario), must_plan(better, what), f"{what} raised")


def limit_relaxed(scenario: Scenario, rng: random.Random) -> None:
    what, how = _one_of(list(change.limits(scenario)), rng)
    looser = varied(scenario, how)
    may_not_exceed(planned(scenario), must_plan(looser, what), f"{what} relaxed")


def contract_added(scenario: Scenario, rng: random.Random) -> None:
    horizon, kinds = scenario.horizon, []

    def when(periods: float) -> str:
        return horizon.at(round(periods)).isoformat()

    larger = varied(scenario, lambda document: kinds.append(change.add_optional(document, rng, when)))
    may_not_exceed(planned(scenario), must_plan(larger, f"{kinds[0]} added"), f"optional {kinds[0]} added")


def cost_raised(scenario: Scenario, rng: random.Random) -> None:
    tariff = scenario.supply.tariff
    compared = {"energy", "demand", "fixed", "minimum"}
    if tariff is not None and any("minimum" in tax.lines and not compared <= set(tax.lines) for tax in tariff.taxes):
        raise Unfit("what a minimum makes up for is taxed otherwise than what it compares with")
    what, how = _one_of(list(change.costs(scenario)), rng)
    dearer = varied(scenario, how)
    may_not_exceed(planned(dearer), must_plan(scenario, what), f"{what} raised")


def renamed(scenario: Scenario, rng: random.Random) -> None:
    other = varied(
        scenario,
        lambda document: change.reorder(document, rng),
        lambda document: change.rename(document, rng),
    )
    one, same = planned(scenario), must_plan(other, "renamed and reordered")
    may_not_exceed(one, same, "renamed and reordered")
    may_not_exceed(same, one, "renamed and reordered, back")


def split(scenario: Scenario, rng: random.Random) -> None:
    if any(isinstance(contract, Batch) for contract in scenario.contracts) and (
        scenario.supply.reserves or import_cost(scenario).min() < 0.0
    ):
        raise Unfit("a job's rounded end is worth something")
    finer = varied(scenario, change.split_in_four)
    may_not_exceed(planned(scenario), must_plan(finer, "split in four"), "split in four")


def beats_rules(scenario: Scenario, rng: random.Random) -> None:
    best = planned(scenario)
    formulation = formulate(scenario)
    result = rule_plan(formulation, 30.0)
    if result.x is None:
        raise Unfit(result.message)
    simple = read_schedule(formulation, result, GAP)
    if not audit(scenario, simple).ok:
        raise Unfit("the audit rejects the rule-based plan")
    may_not_exceed(simple, best, "rule-based plan")


def beats_static(scenario: Scenario, rng: random.Random) -> None:
    _beats_held(scenario, rng.choice((0.5, 0.5, 0.7, 1.0)))


def beats_nothing(scenario: Scenario, rng: random.Random) -> None:
    _beats_held(scenario, 0.0)


def _beats_held(scenario: Scenario, share: float) -> None:
    span = scenario.horizon.starts[0], scenario.horizon.end
    held = planned(varied(scenario, lambda document: change.hold_machines(document, share, span)))
    may_not_exceed(held, must_plan(scenario, "without the hold"), f"machines held at a share of {share:g}")


def seams(scenario: Scenario, rng: random.Random) -> None:
    scenario = with_accruals(scenario)
    last = scenario.horizon.periods
    seam = rng.randint(1, last - 1)
    try:
        rolled = in_parts(scenario, (0, seam, last), look_ahead=rng.randint(0, 2))
    except RollStopped as stopped:
        if stopped.schedule.outcome.status == "infeasible":
            raise Unfit("a part that nobody looked behind leaves the next without a plan") from None
        raise Fault(f"stopped: {stopped}; {stopped.findings}") from None
    except ScenarioError as error:
        raise Unfit(str(error)) from None
    assert rolled.schedule.state is not None
    states = rolled.schedule.state.contracts.values()
    if any(isinstance(state, BatchState) and state.missed_gpu_hours > 0 for state in states):
        raise Unfit("work is given up before its hard end")
    if not rolled.findings.ok:
        raise Fault(f"seam at {seam}: {rolled.findings}")
    may_not_exceed(rolled.schedule, must_plan(rolled.scenario, "both parts as one"), f"seam at {seam}")


def _one_of(named: list[change.Named], rng: random.Random) -> change.Named:
    if not named:
        raise Unfit("nothing to change")
    return rng.choice(named)


PROPERTIES = (
    Property("money scaled scales profit", money_scaled),
    Property("a revenue price raised", revenue_raised),
    Property("a limit relaxed", limit_relaxed),
    Property("an optional contract added", contract_added),
    Property("a cost raised", cost_raised, Wants(sells=False)),
    Property("renamed and reordered", renamed),
    Property("periods split in four", split, Wants(hourly=True, plain=True, most=6)),
    Property("rule-based plan", beats_rules),
    Property("static split", beats_static),
    Property("doing nothing", beats_nothing),
    Property("plan + state + plan", seams),
)
