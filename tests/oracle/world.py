"""What the outside world gives in each period: prices, temperatures, limits, PUE and hashprice.

Written from the domain text; of the package only the input models and `align` are used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import holidays
import numpy as np
import numpy.typing as npt

from optimizer.scenario.bitcoin import Bitcoin
from optimizer.scenario.horizon import Horizon, localize
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import Floats, align
from optimizer.scenario.site import Hall, PueTable
from optimizer.scenario.supply import TouCalendar, TouWindow

TINY = 1e-9
"""Slack of a comparison of computed floats; data of the scenarios lie far further apart."""
BLOCKS_PER_HOUR = 6.0
HALVING = 210_000


@dataclass(frozen=True)
class World:
    """Per-period data; halls in the order of the scenario."""

    periods: int
    hours: float
    import_cost: Floats
    """USD per MWh metered, adders and losses included."""
    import_limit: Floats
    hall_names: tuple[str, ...]
    hall_limit: npt.NDArray[np.float64]
    """(halls, periods) IT MW."""
    pue: npt.NDArray[np.float64]
    overhead: Floats
    """(halls,) MW."""
    overhead_off: npt.NDArray[np.bool_]
    hashprice: Floats
    ambient: Floats | None


def world_of(scenario: Scenario) -> World:
    """The world of a scenario."""
    horizon = scenario.horizon
    site = scenario.site
    ambient = None if site.ambient_c is None else align(site.ambient_c, horizon)
    return World(
        periods=horizon.periods,
        hours=horizon.hours,
        import_cost=_import_cost(scenario),
        import_limit=_import_limit(scenario),
        hall_names=tuple(hall.name for hall in site.halls),
        hall_limit=np.array([align(hall.it_limit_mw, horizon, "min") for hall in site.halls]),
        pue=np.array([_pue(hall, horizon, ambient) for hall in site.halls]),
        overhead=np.array([hall.overhead_mw for hall in site.halls]),
        overhead_off=np.array([hall.overhead_off_with_hall for hall in site.halls]),
        hashprice=_hashprice(scenario),
        ambient=ambient,
    )


def _import_limit(scenario: Scenario) -> Floats:
    """The connection's limit, under every order whose window touches the period."""
    horizon = scenario.horizon
    limit = align(scenario.site.import_limit_mw, horizon, "min").copy()
    for order in scenario.site.curtailment:
        begin, end = localize(order.start, horizon.zone), localize(order.end, horizon.zone)
        for t in range(horizon.periods):
            if overlap_hours(begin, end, horizon.at(t), horizon.at(t + 1)) > 0:
                limit[t] = min(limit[t], order.import_limit_mw)
    return limit


def _import_cost(scenario: Scenario) -> Floats:
    energy, horizon = scenario.supply.energy, scenario.horizon
    if energy.tou is not None:
        price = np.array([_tou_price(energy.tou, horizon, t) for t in range(horizon.periods)])
    else:
        assert energy.price_usd_per_mwh is not None
        price = align(energy.price_usd_per_mwh, horizon)
    for adder in energy.adders:
        price = price + align(adder.usd_per_mwh, horizon)
    return price * (1.0 + energy.loss_factor)


def _tou_price(tou: TouCalendar, horizon: Horizon, period: int) -> float:
    """Mean over the five-minute steps of a period."""
    steps = horizon.step_minutes // 5
    first = horizon.start_minutes[period] * 60.0
    moments = [datetime.fromtimestamp(first + 300.0 * k, horizon.zone) for k in range(steps)]
    return sum(_window_at(tou, moment).price_usd_per_mwh for moment in moments) / steps


def _window_at(tou: TouCalendar, moment: datetime) -> TouWindow:
    kind = "weekend" if moment.weekday() >= 5 else "weekday"
    if tou.holidays is not None:
        country, _, subdivision = tou.holidays.partition("-")
        if moment.date() in holidays.country_holidays(country, subdiv=subdivision or None):
            kind = "holiday"
    clock = moment.time()
    for window in tou.windows:
        if moment.month not in window.months or kind not in window.days:
            continue
        if window.start == window.end:
            inside = True
        elif window.start < window.end:
            inside = window.start <= clock < window.end
        else:
            inside = clock >= window.start or clock < window.end
        if inside:
            return window
    raise AssertionError(f"no window covers {moment}")


def _pue(hall: Hall, horizon: Horizon, ambient: Floats | None) -> Floats:
    if not isinstance(hall.pue, PueTable):
        return align(hall.pue, horizon)
    assert ambient is not None
    return np.array([_on_table(hall.pue, float(degrees)) for degrees in ambient])


def _on_table(table: PueTable, degrees: float) -> float:
    """Linear between the points, clamped at the ends."""
    points = list(zip(table.ambient_c, table.pue, strict=True))
    if degrees <= points[0][0]:
        return points[0][1]
    for (low, pue_low), (high, pue_high) in pairwise(points):
        if degrees <= high:
            return pue_low + (pue_high - pue_low) * (degrees - low) / (high - low)
    return points[-1][1]


def _hashprice(scenario: Scenario) -> Floats:
    """USD per PH/s per day, before the pool fee."""
    horizon, bitcoin = scenario.horizon, scenario.bitcoin
    if bitcoin is None:
        return np.zeros(horizon.periods)
    if bitcoin.hashprice_usd_per_ph_day is not None:
        return align(bitcoin.hashprice_usd_per_ph_day, horizon)
    assert bitcoin.btc_price_usd is not None
    price = align(bitcoin.btc_price_usd, horizon)
    if bitcoin.hashprice_btc_per_ph_day is not None:
        return align(bitcoin.hashprice_btc_per_ph_day, horizon) * price
    if bitcoin.network_hashrate_eh_per_s is not None:
        network = align(bitcoin.network_hashrate_eh_per_s, horizon) * 1000.0
    else:
        assert bitcoin.difficulty is not None
        network = align(bitcoin.difficulty, horizon) * 2.0**32 / 600.0 / 1e15
    fees = align(bitcoin.fees_btc_per_block, horizon)
    subsidy = _subsidies(scenario, bitcoin, horizon)
    return (subsidy + fees) * 144.0 * price / network


def _subsidies(scenario: Scenario, bitcoin: Bitcoin, horizon: Horizon) -> Floats:
    """Time-weighted mean subsidy of each period: one block every 600 s, halved at each 210,000th."""
    height = scenario.state.block_height if scenario.state.block_height is not None else bitcoin.block_height
    assert height is not None
    means = []
    for t in range(horizon.periods):
        now, end = height + t * horizon.hours * BLOCKS_PER_HOUR, height + (t + 1) * horizon.hours * BLOCKS_PER_HOUR
        total, span = 0.0, end - now
        while now < end - TINY:
            era = int((now + TINY) // HALVING)
            until = min(end, float((era + 1) * HALVING))
            total += (until - now) * 50.0 / 2**era
            now = until
        means.append(total / span)
    return np.array(means)


def whole_ages(hours: float, step: float) -> int:
    """An age in hours as whole periods, rounded down."""
    return int(np.floor(hours / step + TINY))


def hours_between(start: datetime, end: datetime) -> float:
    """Real hours from one moment to another (negative where reversed)."""
    return (end.timestamp() - start.timestamp()) / 3600.0


def overlap_hours(a: datetime, b: datetime, c: datetime, d: datetime) -> float:
    """Hours that [a, b] and [c, d] have in common."""
    start, end = max(a.timestamp(), c.timestamp()), min(b.timestamp(), d.timestamp())
    return max(0.0, end - start) / 3600.0


def next_month(moment: datetime) -> datetime:
    """Local start of the month after a moment's."""
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
