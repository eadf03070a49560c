"""Which rules a scenario exercises, and how often over many seeds.

Run as a program it prints the table of the 200 seeds of the test: `python -m tests.oracle.coverage`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from optimizer.scenario.contracts import Batch, Contract, Reserved, Spot
from optimizer.scenario.fleet import Fleet
from optimizer.scenario.pool import Pool
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.scenario.site import PueTable
from optimizer.scenario.switching import Switching

from .enumerate import has_fractions, search_of
from .generator import small_scenario
from .terms import batch_terms, billings_of
from .world import world_of

TOO_LARGE = (9,)
"""Of which nobody goes through all ways: 40 million in a period, since earlier powers of a ramp are told apart."""
SEEDS = tuple(seed for seed in range(201) if seed not in TOO_LARGE)
LEAST = 25
RARE = frozenset({"halving inside the horizon", "clock change", "two billing periods", "infeasible"})
"""Shown, and not asked for in so many scenarios."""
MATTERS = 1e-6
"""USD by which lifting a limit must raise the best profit for the limit to bind."""


@dataclass(frozen=True)
class Judged:
    """What the oracle says of a seed's scenario."""

    profit: float | None
    hall_binds: bool
    import_binds: bool


@cache
def judged(seed: int) -> Judged:
    """The best profit, and whether the limits that items share hold it down."""
    search = search_of(small_scenario(seed))
    profit = search.best()
    if profit is None:
        return Judged(None, False, False)

    def rises(free: float | None) -> bool:
        return free is not None and free > profit + MATTERS

    return Judged(profit, rises(search.best(hall_limits=False)), rises(search.best(import_limit=False)))


def rules_of(seed: int) -> set[str]:
    """The rules that a seed's scenario exercises."""
    scenario, oracle = small_scenario(seed), judged(seed)
    found = _time(scenario) | _site(scenario) | _supply(scenario)
    for fleet in scenario.fleets:
        found |= _fleet(scenario, fleet)
    for pool in scenario.pools:
        found |= _pool(scenario, pool)
    for contract in scenario.contracts:
        found |= _contract(scenario, contract)
    found |= _named(
        {
            "several fleets": len(scenario.fleets) > 1,
            "several pools": len(scenario.pools) > 1,
            "several contracts": len(scenario.contracts) > 1,
            "fractions of GPUs by enumeration and LP": has_fractions(scenario),
            "hall limit binds": oracle.hall_binds,
            "import limit binds": oracle.import_binds,
            "infeasible": oracle.profit is None,
            "two components interact": interacts(scenario, oracle),
        }
    )
    return found


def interacts(scenario: Scenario, oracle: Judged) -> bool:
    """Whether what one component takes is missing elsewhere: a limit that several of them share binds, or
    contracts ask together for more than a pool has."""
    several = len(scenario.fleets) + len(scenario.pools) > 1
    if several and oracle.import_binds:
        return True
    halls = [*(fleet.hall for fleet in scenario.fleets), *(pool.hall for pool in scenario.pools)]
    if oracle.hall_binds and any(halls.count(hall) > 1 for hall in halls):
        return True
    return any(_contended(scenario, pool) for pool in scenario.pools)


def _contended(scenario: Scenario, pool: Pool) -> bool:
    """Whether contracts that run on this pool alone could in some period use more than all of it."""
    most = [0.0] * scenario.horizon.periods
    users = 0
    for contract in scenario.contracts:
        if contract.pools != (pool.name,):
            continue
        users += 1
        for t, gpus in enumerate(_wanted(scenario, contract)):
            most[t] += min(gpus, float(pool.nodes * pool.gpus_per_node))
    return users > 1 and max(most) > pool.nodes * pool.gpus_per_node


def _wanted(scenario: Scenario, contract: Contract) -> list[float]:
    """Most GPUs that a contract could use in each period."""
    horizon = scenario.horizon
    if isinstance(contract, Spot):
        return [float(x) for x in align(contract.demand_gpus, horizon)]
    if isinstance(contract, Reserved):
        return [float(x) for x in align(contract.committed_gpus, horizon)]
    terms = batch_terms(scenario, contract)
    return [contract.max_gpus * (t in terms.window and not terms.over) for t in range(horizon.periods)]


def _named(flags: dict[str, bool]) -> set[str]:
    return {name for name, on in flags.items() if on}


def _time(scenario: Scenario) -> set[str]:
    horizon = scenario.horizon
    return _named(
        {
            "look-ahead": horizon.committed < horizon.periods,
            "15-minute periods": horizon.step_minutes == 15,
            "30-minute periods": horizon.step_minutes == 30,
            "60-minute periods": horizon.step_minutes == 60,
            "clock change": len({s.utcoffset() for s in horizon.starts}) > 1,
        }
    )


def _site(scenario: Scenario) -> set[str]:
    halls, world = scenario.site.halls, world_of(scenario)
    touched = any(
        world.import_limit[t] < align(scenario.site.import_limit_mw, scenario.horizon, "min")[t]
        for t in range(world.periods)
    )
    return _named(
        {
            "several halls": len(halls) > 1,
            "PUE table": any(isinstance(hall.pue, PueTable) for hall in halls),
            "PUE series": any(isinstance(hall.pue, tuple) for hall in halls),
            "overhead": any(hall.overhead_mw > 0 for hall in halls),
            "overhead off with its hall": any(hall.overhead_mw > 0 and hall.overhead_off_with_hall for hall in halls),
            "curtailment order": touched,
        }
    )


def _supply(scenario: Scenario) -> set[str]:
    energy, bitcoin, world = scenario.supply.energy, scenario.bitcoin, world_of(scenario)
    derived = bitcoin is not None and (bitcoin.network_hashrate_eh_per_s or bitcoin.difficulty) is not None
    return _named(
        {
            "TOU calendar": energy.tou is not None,
            "adders": bool(energy.adders),
            "losses": energy.loss_factor > 0,
            "negative price": bool((world.import_cost < 0).any()),
            "hashprice derived": derived,
            "halving inside the horizon": derived and bool(world.hashprice.max() > 1.4 * world.hashprice.min()),
            "mining pool's fee": bitcoin is not None and bitcoin.pool_fee > 0,
        }
    )


def _switching(name: str, item: Switching) -> set[str]:
    return _named(
        {
            f"{name}: start cost": item.start_cost_usd > 0,
            f"{name}: minimum up": item.min_up_hours > 0,
            f"{name}: minimum down": item.min_down_hours > 0,
            f"{name}: ramp": item.ramp_mw_per_hour is not None,
        }
    )


def _fleet(scenario: Scenario, fleet: Fleet) -> set[str]:
    ambient = world_of(scenario).ambient
    limits = [mode.max_ambient_c for mode in fleet.modes if mode.max_ambient_c is not None]
    state = scenario.state.fleets.get(fleet.name)
    flags = {
        "fleet": True,
        "fleet: several modes up": sum(mode.hashrate_th_per_s > 0 for mode in fleet.modes) > 1,
        "fleet: several modes down": sum(mode.hashrate_th_per_s == 0 for mode in fleet.modes) > 1,
        "fleet: several groups": fleet.groups > 1,
        "fleet: warm-up": fleet.warm_up_hours > 0,
        "fleet: starts per day": fleet.starts_per_day is not None,
        "fleet: availability": fleet.availability != 1.0,
        "fleet: mode barred by heat": ambient is not None and any(bool((ambient > c).any()) for c in limits),
        "fleet: state before": state is not None,
        "fleet: running cost": fleet.running_cost_usd_per_machine_hour > 0,
        "fleet: depreciation by use": fleet.depreciation_by_use,
    }
    return _named(flags) | _switching("fleet", fleet)


def _pool(scenario: Scenario, pool: Pool) -> set[str]:
    flags = {
        "pool: idle power": pool.idle_power_w > 0,
        "pool: several nodes": pool.nodes > 1,
        "pool: several GPUs a node": pool.gpus_per_node > 1,
        "pool: nodes available": pool.nodes_available is not None,
        "pool: running cost": pool.running_cost_usd_per_node_hour > 0,
        "pool: state before": pool.name in scenario.state.pools,
    }
    return _named(flags) | _switching("pool", pool)


def _contract(scenario: Scenario, contract: Contract) -> set[str]:
    state = scenario.state.contracts.get(contract.name)
    flags = {
        f"GPUs by {contract.gpu_unit}": True,
        "contract on several pools": len(contract.pools) > 1,
        "utilisation below 1": contract.utilisation < 1,
        f"{contract.kind}: optional, open": contract.optional and (state is None or state.accepted is None),
        "acceptance decided before": contract.optional and state is not None and state.accepted is not None,
        "spot": isinstance(contract, Spot),
    }
    found = _named(flags)
    if isinstance(contract, Reserved):
        found |= _reserved(scenario, contract)
    if isinstance(contract, Batch):
        found |= _batch(scenario, contract)
    return found


def _reserved(scenario: Scenario, contract: Reserved) -> set[str]:
    state = scenario.state.contracts.get(contract.name)
    records = state.billing if state is not None and state.kind == "reserved" else ()
    billings = contract.billing_periods
    return _named(
        {
            "reserved: no tiers": not contract.tiers,
            "reserved: tiers": bool(contract.tiers),
            "reserved: several tiers": len(contract.tiers) > 1,
            "reserved: floor": contract.availability_floor is not None,
            "reserved: shortfall price": contract.shortfall_usd_per_gpu_hour > 0,
            "reserved: take-or-pay": contract.take_or_pay,
            "reserved: history": any(record.committed_gpu_hours > 0 for record in records),
            "reserved: rest expected": any(b.rest_committed_gpu_hours > 0 for b in billings),
            "reserved: rest partly delivered": any(b.rest_delivered_gpu_hours is not None for b in billings),
            "reserved: credit booked": any(record.credit_booked_usd > 0 for record in records),
            "reserved: by calendar month": not billings,
            "two billing periods": len(billings_of(scenario, contract)) > 1,
        }
    )


def _batch(scenario: Scenario, contract: Batch) -> set[str]:
    terms = batch_terms(scenario, contract)
    if terms.over:
        return set()
    return _named(
        {
            "batch: preemptible": contract.preemptible,
            "batch: restarts": contract.preemptible and contract.restart_gpu_hours > 0,
            "batch: minimum GPUs": contract.preemptible and contract.min_gpus > 0,
            "batch: without a break": not contract.preemptible,
            "batch: all or nothing": contract.all_or_nothing,
            "batch: lateness": contract.lateness_usd_per_hour > 0,
            "batch: completion": contract.completion_usd > 0,
            "batch: penalty": contract.penalty_usd_per_gpu_hour > 0,
            "batch: hard end behind the horizon": not terms.ends_inside,
            "batch: completion accrued": not terms.ends_inside and contract.completion_usd > 0,
            "batch: not all can be caught up": not terms.ends_inside and terms.owed > terms.catch_up,
            "batch: under way": terms.state.started,
        }
    )


def coverage(seeds: Iterable[int] = SEEDS) -> dict[str, int]:
    """In how many of the seeds' scenarios each rule is exercised, the rarest first."""
    counts: dict[str, int] = {}
    for seed in seeds:
        for name in rules_of(seed):
            counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (item[1], item[0])))


def table(counts: dict[str, int], scenarios: int) -> str:
    """The coverage, to be printed."""
    lines = [f"{scenarios} scenarios; each rule is exercised in"]
    return "\n".join([*lines, *(f"{count:>5}  {name}" for name, count in counts.items())])


if __name__ == "__main__":
    print(table(coverage(), len(SEEDS)))
