"""Demand charges by the rule (domain section 6): what a load bills, month by month.

| symbol | attribute |
|---|---|
| b(m), x(m) | `before_kw`, `expected_kw`: highest demand before the load, and what is expected whatever it does |
| h(m) | `history_kw`, `anyway_kw`: share × highest demand looked back to without the load's, without and with x |
| own(m), r(m) | `own_kw`, `looked_at_kw`: the load's highest demand in the charge's and in its ratchet's windows |

    ratchet floor   F0(m) = h(m) with x;  F1(m) = max(F0(m), share × highest r(m') of the months looked back to)
    billed          cost(max(b, F1, own)), nothing that is only expected in F1; cost: tiers of rate + adjustment
    what the load adds to what is billed, or expected, anyway:
    demand          cost(max(b, x, F1, own)) − cost(max(b, x, F1))
    ratchet         cost(max(b, x, F1)) − cost(max(b, x, F0))
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import DemandCharge, Ratchet, Tariff
from optimizer.tariff.clock import Flags
from optimizer.tariff.rule.before import Before
from optimizer.tariff.rule.metering import Blocks, blocks_of
from optimizer.tariff.rule.months import Months
from optimizer.tariff.rule.steps import LoadSteps
from optimizer.tariff.rule.tiers import cost


@dataclass(frozen=True)
class BilledDemand:
    """One charge's demand in one month. `usd` is the whole charge, `ratchet_usd` the part of it that is due to
    earlier months' peaks."""

    charge: str
    peak_kw: float
    ratchet_kw: float
    billed_kw: float
    usd: float
    ratchet_usd: float


@dataclass(frozen=True, eq=False)
class ChargeRule:
    """A demand charge over a load's months; all arrays but the blocks' are (months,), kW. A load is its import in each
    interval, (intervals,), in its own unit.

    `counted`, `looked_at`: (blocks,) blocks that count for the charge, and for its ratchet. `looks`: (months, months)
    whether the ratchet of the first looks back to the second.
    """

    charge: DemandCharge
    months: Months
    blocks: Blocks
    counted: Flags
    looked_at: Flags
    looks: Flags
    force: Flags
    before_kw: Floats
    expected_kw: Floats
    looked_at_before_kw: Floats
    history_kw: Floats
    anyway_kw: Floats

    @property
    def name(self) -> str:
        return self.charge.name

    @cached_property
    def ends_kw(self) -> tuple[float, ...]:
        return tuple(np.inf if tier.up_to_kw is None else tier.up_to_kw for tier in self.charge.tiers)

    @cached_property
    def usd_per_kw(self) -> tuple[float, ...]:
        return tuple(tier.rate_usd_per_kw + tier.adjustment_usd_per_kw for tier in self.charge.tiers)

    @property
    def share(self) -> float:
        return 0.0 if self.charge.ratchet is None else self.charge.ratchet.share

    @property
    def seen_kw(self) -> Floats:
        """What the month sees without the load, ratchet aside."""
        return np.maximum(self.before_kw, self.expected_kw)

    @property
    def floor_kw(self) -> Floats:
        """What is billed without the load."""
        return np.maximum(self.seen_kw, self.anyway_kw)

    @property
    def true_floor_kw(self) -> Floats:
        """The same without what is only expected."""
        return np.maximum(self.before_kw, self.history_kw)

    def usd(self, billed_kw: Floats) -> Floats:
        """The charge of each month; nothing where it is not in force."""
        owed = [cost(kw, self.ends_kw, self.usd_per_kw) for kw in billed_kw.tolist()]
        return np.where(self.force, owed, 0.0)

    def billed_usd(self, load: Floats) -> Floats:
        """The whole charge of each month, nothing that is only expected in it, (months,)."""
        held = np.maximum(self.before_kw, self.ratchet_kw(load, expected=False))
        return self.usd(np.maximum(held, self.own_kw(load)))

    def own_kw(self, load: Floats) -> Floats:
        """Highest demand of the load in the charge's windows."""
        return self.blocks.highest_kw(load, self.counted, self.months.count)

    def looked_at_kw(self, load: Floats) -> Floats:
        """Highest demand of the load in the windows of the ratchet."""
        return self.blocks.highest_kw(load, self.looked_at, self.months.count)

    def ratchet_kw(self, load: Floats, *, expected: bool = True) -> Floats:
        """F1; with or without what earlier months are only expected to see."""
        looked_at = np.where(self.looks, self.looked_at_kw(load), 0.0).max(axis=1)
        return np.asarray(np.maximum(self.anyway_kw if expected else self.history_kw, self.share * looked_at))

    def billed_kw(self, load: Floats) -> Floats:
        """What is billed or expected in all: own demand, ratchet and what the month sees anyway."""
        return np.maximum(np.maximum(self.seen_kw, self.ratchet_kw(load)), self.own_kw(load))

    def lines(self, load: Floats) -> tuple[BilledDemand | None, ...]:
        """The whole charge month by month, nothing that is only expected in it; None where it is not in force."""
        own, held = np.maximum(self.before_kw, self.own_kw(load)), self.ratchet_kw(load, expected=False)
        return tuple(
            self.line(peak, ratchet) if force else None
            for force, peak, ratchet in zip(self.force.tolist(), own.tolist(), held.tolist(), strict=True)
        )

    def line(self, peak_kw: float, ratchet_kw: float) -> BilledDemand:
        """A month's charge of an own peak and what its ratchet comes to."""
        billed = max(peak_kw, ratchet_kw)
        usd = cost(billed, self.ends_kw, self.usd_per_kw)
        without = usd if billed == peak_kw else cost(peak_kw, self.ends_kw, self.usd_per_kw)
        return BilledDemand(self.name, peak_kw, ratchet_kw, billed, usd, usd - without)

    def demand_usd(self, load: Floats) -> Floats:
        """What the load adds by its own demand."""
        return self.usd(self.billed_kw(load)) - self.usd(self._ratcheted_kw(load))

    def ratchet_usd(self, load: Floats) -> Floats:
        """What the load adds by what its demand makes of later months by the ratchet."""
        return self.usd(self._ratcheted_kw(load)) - self.usd(self.floor_kw)

    def _ratcheted_kw(self, load: Floats) -> Floats:
        return np.maximum(self.seen_kw, self.ratchet_kw(load))


def in_force(charge: DemandCharge, month_of_year: int) -> bool:
    """Whether the charge has a window in a month of the year."""
    return any(month_of_year in window.months for window in charge.windows)


def looked_back_to(ratchet: Ratchet, month: int) -> list[int]:
    """The months (since the year 0) whose demand a month's ratchet looks at."""
    return [m for m in range(month - ratchet.look_back_months, month) if m % 12 + 1 in ratchet.months]


def unknown_months(rule: ChargeRule, before: Before) -> list[int]:
    """Months before the load (since the year 0) that the ratchet looks back to, and whose peak nobody gives."""
    if rule.charge.ratchet is None:
        return []
    billed = [month for month, force in zip(rule.months.numbers, rule.force, strict=True) if force]
    looked_at = {earlier for month in billed for earlier in looked_back_to(rule.charge.ratchet, month)}
    return sorted(m for m in looked_at if m < rule.months.first and (rule.name, m) not in before.look_back_kw)


def charge_rules(tariff: Tariff, steps: LoadSteps, months: Months, before: Before) -> tuple[ChargeRule, ...]:
    """The demand charges of a tariff. Those of one metering share their blocks."""
    known: dict[object, Blocks] = {}
    rules = []
    for charge in tariff.demand:
        begun = before.open_intervals.get(charge.name)
        metered = (charge.metering_minutes, begun and (begun.start, begun.import_mwh))
        if metered not in known:
            known[metered] = blocks_of(steps, months, charge.metering_minutes, begun)
        rules.append(_rule(charge, months, known[metered], before))
    return tuple(rules)


def _rule(charge: DemandCharge, months: Months, blocks: Blocks, before: Before) -> ChargeRule:
    name, numbers = charge.name, months.numbers
    expected = np.array([before.expected_kw.get((name, month), 0.0) for month in numbers])
    looks = np.zeros((months.count, months.count), dtype=bool)
    history, anyway = np.zeros(months.count), np.zeros(months.count)
    looked_at = np.zeros(len(blocks.month), dtype=bool)
    if charge.ratchet is not None:
        looked_at = blocks.counted(charge.ratchet.windows)
        for at, month in enumerate(numbers):
            earlier = looked_back_to(charge.ratchet, month)
            looks[at, [other - months.first for other in earlier if other >= months.first]] = True
            given = (before.look_back_kw.get((name, other), 0.0) for other in earlier)
            history[at] = charge.ratchet.share * max(given, default=0.0)
            anyway[at] = max(history[at], charge.ratchet.share * float(np.max(expected[looks[at]], initial=0.0)))
    return ChargeRule(
        charge=charge,
        months=months,
        blocks=blocks,
        counted=blocks.counted(charge.windows),
        looked_at=looked_at,
        looks=looks,
        force=np.array([in_force(charge, month) for month in months.month_of_year.tolist()]),
        before_kw=np.array([before.peak_kw.get((name, month), 0.0) for month in numbers]),
        expected_kw=expected,
        looked_at_before_kw=np.array([before.look_back_kw.get((name, month), 0.0) for month in numbers]),
        history_kw=history,
        anyway_kw=anyway,
    )
