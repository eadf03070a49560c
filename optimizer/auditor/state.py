"""The state handed to the next plan, field by field (section 8).

Groups (and nodes) are alike where they have been up or down for equally long; in which mode an old group is
counted is free, as long as the modes' counts are those of the last committed period. A group that still warms
up carries the mode it entered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from optimizer.auditor.book import number, same_moment, share_of
from optimizer.auditor.carbon import CarbonFindings
from optimizer.auditor.case import Case, Expected, Fields, Records
from optimizer.auditor.fields import check_fields
from optimizer.auditor.fleets import FleetFindings
from optimizer.auditor.market import BLOCKS_PER_HOUR, start_height
from optimizer.auditor.onsite.plant import Plant
from optimizer.auditor.pools import PoolFindings
from optimizer.auditor.switching import Walk, seam_age
from optimizer.scenario.contracts import BillingRecord
from optimizer.scenario.horizon import localize
from optimizer.scenario.state import FleetState, PoolState, State
from optimizer.scenario.switching import LONG_AGO_HOURS

RULE = "state"
Ages = Counter[tuple[str, int]]
"""Items by ("up" or "down", age in whole periods)."""


def check_state(
    case: Case,
    fleets: Iterable[FleetFindings],
    pools: Iterable[PoolFindings],
    contracts: Mapping[str, Fields],
    plant: Plant,
    carbon: CarbonFindings,
) -> None:
    """Hold the whole state after the committed part against the audit's own."""
    state = case.schedule.state
    if state is None:
        case.book.add(RULE, "state", None, "the schedule hands no state over")
        return
    height = start_height(case)
    if height is not None:
        height += case.committed * case.hours * BLOCKS_PER_HOUR
    fields: Fields = {
        "at": Expected(case.horizon.at(case.committed)),
        "block_height": Expected(height, "blocks", 1e-6),
    }
    check_fields(case.book, RULE, "state", "", fields, state)
    fleets, pools = list(fleets), list(pools)
    _same_names(case, "fleets", state.fleets, [found.fleet.name for found in fleets])
    _same_names(case, "pools", state.pools, [found.pool.name for found in pools])
    _same_names(case, "contracts", state.contracts, list(contracts))
    for place in state.places_of(plant.assets):
        _same_names(case, place, state.of_assets(place), list(plant.assets[place]))
    for fleet in fleets:
        if fleet.fleet.name in state.fleets:
            _check_fleet(case, fleet, state.fleets[fleet.fleet.name])
    for pool in pools:
        if pool.pool.name in state.pools:
            _check_pool(case, pool, state.pools[pool.pool.name])
    for name, expected in contracts.items():
        if name in state.contracts:
            _check_contract(case, name, expected, state)
    emitted: Fields = {"carbon_tonnes": Expected(carbon.tonnes, "t", carbon.slack)}
    check_fields(case.book, RULE, "state", "", emitted, state)
    for place, assets in plant.assets.items():
        said = state.of_assets(place)
        for name, found in assets.items():
            if name in said:
                found.check_state(case, RULE, said[name])


def _same_names(case: Case, place: str, said: Mapping[str, object], own: list[str]) -> None:
    for name in own:
        if name not in said:
            case.book.add(RULE, name, None, f"state.{place} does not have it")
    for name in said:
        if name not in own:
            message = f"state.{place} has it; the scenario does not"
            case.book.add(RULE, name, None, message)


def _check_fleet(case: Case, found: FleetFindings, state: FleetState) -> None:
    name, last = found.fleet.name, case.committed - 1
    power: Fields = {
        "starts_today": Expected(found.starts_today, "starts"),
        "it_power_mw": Expected(float(found.it_mw[last]), "MW", share_of(found.capacity_mw)),
    }
    check_fields(case.book, RULE, name, "", power, state)
    found.ramp.check_state(RULE, state.earlier_power)
    hashing = {mode.name for mode in found.fleet.all_modes if mode.hashrate_th_per_s > 0}
    modes: Counter[tuple[str, int]] = Counter()
    ages: Ages = Counter()
    warm: Counter[tuple[str, int]] = Counter()
    hours: list[tuple[str, float]] = []
    for cohort in state.groups:
        age = case.ages(cohort.hours)
        up = "up" if cohort.mode in hashing else "down"
        modes[cohort.mode, 0] += cohort.groups
        ages[up, age] += cohort.groups
        hours.append((up, cohort.hours))
        if up == "up" and age < found.warm_up:
            warm[cohort.mode, age] += cohort.groups
    own_modes = Counter({(mode, 0): int(counts[last]) for mode, counts in found.groups.items()})
    _compare(case, name, "groups in mode {0}", modes, own_modes, "groups")
    _compare_ages(case, name, ages, hours, found.walk, "groups")
    own_warm: Counter[tuple[str, int]] = Counter()
    for (mode, since), count in found.entered.items():
        age = case.committed - since
        if since < case.committed and age < found.warm_up:
            own_warm[mode, age] += count
    _compare(case, name, "groups warming up in mode {0} for {1} periods", warm, own_warm, "groups")


def _check_pool(case: Case, found: PoolFindings, state: PoolState) -> None:
    name = found.pool.name
    power = Expected(float(found.it_mw[case.committed - 1]), "MW", share_of(found.capacity_mw))
    check_fields(case.book, RULE, name, "", {"it_power_mw": power}, state)
    found.ramp.check_state(RULE, state.earlier_power)
    ages: Ages = Counter()
    hours: list[tuple[str, float]] = []
    for cohort in state.nodes:
        up = "up" if cohort.on else "down"
        ages[up, case.ages(cohort.hours)] += cohort.nodes
        hours.append((up, cohort.hours))
    _compare_ages(case, name, ages, hours, found.walk, "nodes")


def _compare_ages(case: Case, name: str, said: Ages, hours: list[tuple[str, float]], walk: Walk, what: str) -> None:
    """Items by age; hours may be exact or those of the whole periods that count."""
    own: Ages = Counter()
    exact: set[tuple[str, float]] = set()
    for up, queue in (("up", walk.seam.up), ("down", walk.seam.down)):
        for cohort in queue:
            age, real = seam_age(case, cohort)
            own[up, age] += cohort.count
            exact |= {(up, round(real, 5)), (up, round(min(age * case.hours, LONG_AGO_HOURS), 5))}
    wrong = _compare(case, name, f"{what} {{0}} for {{1}} periods of {number(case.hours)} h", said, own, what)
    for up, given in hours:
        if not wrong and (up, round(given, 5)) not in exact:
            message = f"{what} are {up} for {number(given)} h; none of them has that age"
            case.book.add(RULE, name, None, message, unit="h")


def _compare(
    case: Case,
    name: str,
    words: str,
    said: Counter[tuple[str, int]],
    own: Counter[tuple[str, int]],
    unit: str,
) -> bool:
    """Compare counts by key; whether any is wrong."""
    wrong = False
    for key in sorted(set(said) | set(own)):
        off = said[key] - own[key]
        if off:
            wrong = True
            message = f"{words.format(*key)}: the state has {said[key]}; {own[key]} are"
            case.book.add(RULE, name, None, message, amount=float(off), unit=unit)
    return wrong


def _check_contract(case: Case, name: str, expected: Fields, state: State) -> None:
    actual = state.contracts[name]
    if actual.kind != expected["kind"].value:
        message = f"its state is that of a {actual.kind} contract; it is a {expected['kind'].value} one"
        case.book.add(RULE, name, None, message)
        return
    plain = {key: value for key, value in expected.items() if not isinstance(value.value, Records)}
    check_fields(case.book, RULE, name, "", plain, actual)
    for key, value in expected.items():
        if isinstance(value.value, Records):
            _check_records(case, name, value.value, getattr(actual, key))


def _check_records(case: Case, name: str, expected: Records, said: tuple[BillingRecord, ...]) -> None:
    """Records of billing periods, told apart by their start."""
    left = [(localize(record.start, case.horizon.zone), record) for record in said]
    for start, fields, needed in expected.entries:
        match = next((entry for entry in left if same_moment(entry[0], start)), None)
        place = f"billing period from {start.isoformat()}: "
        if match is None:
            if needed:
                case.book.add(RULE, name, None, f"{place}the state has no record of it")
            continue
        left.remove(match)
        check_fields(case.book, RULE, name, place, fields, match[1])
    for start, _ in left:
        message = f"billing period from {start.isoformat()}: the state has a record that it should not have"
        case.book.add(RULE, name, None, message)
