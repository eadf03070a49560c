"""ASIC fleets: groups in modes, warm-up, minimum times, starts a day, power, hashrate and money (section 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.auditor.book import Floats, Ints, number, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.ramp import Ramp
from optimizer.auditor.switching import Cohort, Queues, Walk, changes, walk
from optimizer.scenario.fleet import Fleet, Mode
from optimizer.scenario.series import align
from optimizer.scenario.switching import LONG_AGO_HOURS
from optimizer.schedule import LedgerKind

Warming = dict[tuple[str, int], int]
"""Groups by (mode entered, period of their start)."""


@dataclass(frozen=True)
class FleetFindings:
    """What the rest of the audit needs of a fleet."""

    fleet: Fleet
    it_mw: Floats
    capacity_mw: float
    ramp: Ramp
    groups: dict[str, Ints]
    """Groups by mode, (periods,)."""
    warming: dict[str, Ints]
    """Of them, those that warm up, by each mode with hashrate."""
    walk: Walk
    entered: Warming
    """All starts by mode, those before the horizon included (only such as still warm up in it)."""
    warm_up: int
    """Warm-up in periods."""
    starts_today: int
    """Group starts, at the end of the committed part, of the local day that goes on there."""


def audit_fleet(case: Case, fleet: Fleet, hashprice: Floats) -> FleetFindings:
    """Check a fleet and post its money. `hashprice`: USD per PH/s per day, (periods,)."""
    rows = case.rows
    groups = {m.name: rows.take_whole(fleet.name, f"groups[{m.name}]", fleet.groups, "groups") for m in fleet.all_modes}
    _check_modes(case, fleet, groups)
    up = np.zeros(case.length, dtype=np.int64)
    for mode in _up_modes(fleet):
        up += groups[mode.name]
    before = _cohorts(case, fleet)
    hashing = {mode.name for mode in _up_modes(fleet)}
    queues = Queues.of((c for c in before if c.mode in hashing), (c for c in before if c.mode not in hashing))
    warm_up = case.horizon.whole_periods(fleet.warm_up_hours)
    entered: Warming = {}
    for cohort in queues.up:
        if -cohort.since < warm_up:
            key = (cohort.mode, cohort.since)
            entered[key] = entered.get(key, 0) + cohort.count
    started = _started(case, fleet, up, sum(c.count for c in queues.up))
    for name, counts in started.items():
        for t in np.flatnonzero(counts).tolist():
            entered[name, t] = entered.get((name, t), 0) + int(counts[t])
    walked = walk(case, fleet, fleet.name, "groups", queues, up, warm_up)
    warming = _check_warm_up(case, fleet, groups, entered, started, warm_up)
    it_mw, capacity, ramp = _check_power(case, fleet, groups, before)
    hashrate = _check_hashrate(case, fleet, groups, warming)
    _post(case, fleet, hashprice, hashrate, up, walked.starts)
    today = _check_starts_per_day(case, fleet, walked.starts)
    return FleetFindings(fleet, it_mw, capacity, ramp, groups, warming, walked, entered, warm_up, today)


def _up_modes(fleet: Fleet) -> list[Mode]:
    return [mode for mode in fleet.all_modes if mode.hashrate_th_per_s > 0]


def _cohorts(case: Case, fleet: Fleet) -> list[Cohort]:
    """The groups as they were handed over; default: all down since long ago."""
    state = case.scenario.state.fleets.get(fleet.name)
    if state is None or not state.groups:
        down = next(mode.name for mode in fleet.all_modes if mode.hashrate_th_per_s == 0)
        return [Cohort(-case.ages(LONG_AGO_HOURS), fleet.groups, LONG_AGO_HOURS, down)]
    return [Cohort(-case.ages(g.hours), g.groups, g.hours, g.mode) for g in state.groups if g.groups]


def _check_modes(case: Case, fleet: Fleet, groups: dict[str, Ints]) -> None:
    """Every group in exactly one mode; none in a barred one."""
    off = np.full(case.length, -fleet.groups, dtype=np.int64)
    for counts in groups.values():
        off += counts
    for t in np.flatnonzero(off).tolist():
        message = f"{int(off[t]) + fleet.groups} groups are in some mode; the fleet has {fleet.groups}"
        case.book.add("group_sum", fleet.name, t, message, amount=float(off[t]), unit="groups")
    if case.ambient is None:
        return
    for mode in fleet.all_modes:
        if mode.max_ambient_c is None:
            continue
        barred = case.ambient > mode.max_ambient_c + 1e-9
        for t in np.flatnonzero(barred & (groups[mode.name] != 0)).tolist():
            count = int(groups[mode.name][t])
            message = (
                f"{count} groups are in mode {mode.name}, barred above {number(mode.max_ambient_c)} °C; "
                f"it is {number(case.ambient[t])} °C"
            )
            case.book.add("mode_barred", fleet.name, t, message, amount=float(count), unit="groups")


def _started(case: Case, fleet: Fleet, up: Ints, up_before: int) -> dict[str, Ints]:
    """Groups started by the mode they entered; with the stops they must make the flow of groups up."""
    rows, name = case.rows, fleet.name
    started = {
        m.name: rows.take_whole(name, f"groups_started[{m.name}]", fleet.groups, "groups") for m in _up_modes(fleet)
    }
    stopped = rows.take_whole(name, "groups_stopped", fleet.groups, "groups")
    starts, stops = changes(up, up_before)
    total = np.zeros(case.length, dtype=np.int64)
    for counts in started.values():
        total += counts
    for word, said, own in (("started", total, starts), ("stopped", stopped, stops)):
        for t in np.flatnonzero(said != own).tolist():
            message = (
                f"{int(said[t])} groups are {word} by the rows; groups up go from "
                f"{int(up[t - 1]) if t else up_before} to {int(up[t])}, so {int(own[t])} are"
            )
            case.book.add("flow", name, t, message, amount=float(said[t] - own[t]), unit="groups")
    return started


def _check_warm_up(
    case: Case,
    fleet: Fleet,
    groups: dict[str, Ints],
    entered: Warming,
    started: dict[str, Ints],
    warm_up: int,
) -> dict[str, Ints]:
    """Groups warming up by mode, (periods,); they stay in the mode they entered."""
    warming = {name: np.zeros(case.length, dtype=np.int64) for name in started}
    for (name, since), count in entered.items():
        warming[name][max(since, 0) : max(since + warm_up, 0)] += count
    for name, starts in started.items():
        # Without a warm-up a group is in the mode it entered for the period of its start.
        held = warming[name] if warm_up else starts
        missing = held - groups[name]
        for t in np.flatnonzero(missing > 0).tolist():
            message = (
                f"{int(held[t])} groups have to be in mode {name}, which they entered and in which they "
                f"{'warm up' if warm_up else 'start'}; {int(groups[name][t])} are"
            )
            case.book.add("warm_up", fleet.name, t, message, amount=float(missing[t]), unit="groups")
    total = np.zeros(case.length)
    for counts in warming.values():
        total += counts
    claimed = case.rows.take(fleet.name, "groups_warming")
    case.book.equal("warm_up", fleet.name, "groups_warming", claimed, total, unit="groups", tolerance=1e-6)
    return warming


def _check_power(case: Case, fleet: Fleet, groups: dict[str, Ints], before: list[Cohort]) -> tuple[Floats, float, Ramp]:
    """IT power [MW], (periods,), the most that the fleet can draw, and how its power changes."""
    availability = align(fleet.availability, case.horizon)
    power = np.zeros(case.length)
    mw = {m.name: fleet.machines_per_group * m.power_w / 1e6 for m in fleet.all_modes}
    for mode in fleet.all_modes:
        in_order = availability if mode.hashrate_th_per_s > 0 else 1.0
        power += groups[mode.name] * mw[mode.name] * in_order
    capacity = fleet.groups * max(mw.values())
    claimed = case.rows.take(fleet.name, "it_mw")
    case.book.equal("fleet_power", fleet.name, "IT power", claimed, power, unit="MW", tolerance=share_of(capacity))
    state = case.scenario.state.fleets.get(fleet.name)
    if state is not None and state.it_power_mw is not None:
        before_mw = state.it_power_mw
    else:
        before_mw = sum(cohort.count * mw.get(cohort.mode, 0.0) for cohort in before)
    earlier = () if state is None else state.earlier_power
    step = max(mw.values())
    ramp = Ramp(case, fleet.name, fleet.ramp_mw_per_hour, step, capacity, before_mw, earlier, power)
    ramp.audit()
    return power, capacity, ramp


def _check_hashrate(case: Case, fleet: Fleet, groups: dict[str, Ints], warming: dict[str, Ints]) -> Floats:
    """Hashrate that earns [PH/s], (periods,): groups past their warm-up."""
    availability = align(fleet.availability, case.horizon)
    hashrate = np.zeros(case.length)
    for mode in _up_modes(fleet):
        warm = np.maximum(groups[mode.name] - warming[mode.name], 0)
        hashrate += warm * fleet.machines_per_group * mode.hashrate_th_per_s / 1000.0 * availability
    claimed = case.rows.take(fleet.name, "hashrate_ph_per_s")
    tolerance = share_of(_most_hashrate(fleet))
    case.book.equal("hashrate", fleet.name, "hashrate", claimed, hashrate, unit="PH/s", tolerance=tolerance)
    return hashrate


def _most_hashrate(fleet: Fleet) -> float:
    return fleet.units * max(mode.hashrate_th_per_s for mode in fleet.all_modes) / 1000.0


def _post(case: Case, fleet: Fleet, hashprice: Floats, hashrate: Floats, up: Ints, starts: Ints) -> None:
    bitcoin, ledger, name = case.scenario.bitcoin, case.ledger, fleet.name
    kept = 1.0 - (bitcoin.pool_fee if bitcoin else 0.0)
    per_ph = hashprice / 24.0 * case.hours * kept
    ledger.post(name, LedgerKind.MINING_REVENUE, hashrate * per_ph, _most_hashrate(fleet) * per_ph)
    ledger.post(name, LedgerKind.START, -fleet.start_cost_usd * starts, fleet.start_cost_usd * fleet.groups)
    machine_hours = up * fleet.machines_per_group * align(fleet.availability, case.horizon) * case.hours
    most = fleet.units * case.hours
    rate = fleet.running_cost_usd_per_machine_hour
    ledger.post(name, LedgerKind.RUNNING_COST, -rate * machine_hours, rate * most)
    if fleet.depreciation_by_use:
        rate = fleet.depreciation_usd_per_machine_hour
        ledger.post(name, LedgerKind.DEPRECIATION_BY_USE, -rate * machine_hours, rate * most)


def _check_starts_per_day(case: Case, fleet: Fleet, starts: Ints) -> int:
    """Group starts of each local day within the limit; how many the day at the seam has had by then."""
    days = case.local_days
    state = case.scenario.state.fleets.get(fleet.name)
    count: dict[int, int] = {days[0]: state.starts_today if state else 0}
    seam_day = case.horizon.at(case.committed).date().toordinal()
    today = count.get(seam_day, 0)
    limit = fleet.starts_per_day
    for t, (day, started) in enumerate(zip(days, starts.tolist(), strict=True)):
        before = count.get(day, 0)
        count[day] = before + started
        if t < case.committed and day == seam_day:
            today = count[day]
        if limit is not None and started and count[day] > limit:
            over = count[day] - max(before, limit)
            message = f"{count[day]} group starts in this local day by now; at most {limit} are allowed"
            case.book.add("starts_per_day", fleet.name, t, message, amount=float(over), unit="starts")
    return today
