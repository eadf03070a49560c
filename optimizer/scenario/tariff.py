"""A utility's tariff, as its sheet writes it: kWh and kW, local clock, charges by calendar month (section 6).

Nothing here is billed: `optimizer.tariff` bills a metered load under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeVar

import numpy as np
from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic.types import Strict
from pydantic_core import PydanticCustomError

from optimizer.scenario.base import Model, Moment, Name, NonNegative, Positive, Price, Share, Whole
from optimizer.scenario.clock import ALWAYS, DAY_KINDS, EDGE_MINUTES, MONTHS, ClockWindow, Month, Windows
from optimizer.scenario.series import Series

BillLine = Literal["energy", "demand", "coincident", "fixed", "minimum", "export"]


class EnergyTier(Model):
    """A block of the month's energy at one rate. Its end is cumulative, in one of four units; the last tier of a
    period has none."""

    rate_usd_per_kwh: Price
    """Rate [USD/kWh]."""
    adjustment_usd_per_kwh: Price = 0.0
    """Added to the rate, kept apart as the sheet keeps it: fuel, surcharges (URDB's `adj`) [USD/kWh]."""
    sell_usd_per_kwh: Price | None = None
    """Credit for energy exported in this tier [USD/kWh]; without it export earns nothing."""
    up_to_kwh: NonNegative | None = None
    """Month's energy at which the tier ends [kWh]."""
    up_to_kwh_per_day: NonNegative | None = None
    """The same per day of the calendar month [kWh/day]."""
    up_to_kwh_per_kw: NonNegative | None = None
    """The same per kW of the month's billed demand (hours of use) [kWh/kW]."""
    up_to_kwh_per_kw_day: NonNegative | None = None
    """The same per kW and day [kWh/kW/day]."""

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if sum(end is not None for end in self.ends()) > 1:
            raise PydanticCustomError("tier", "one end at most: in kWh, per day, per kW, or per kW and day")
        return self

    def ends(self) -> tuple[float | None, ...]:
        """The end in each of its four units, of which one at most is given."""
        return (self.up_to_kwh, self.up_to_kwh_per_day, self.up_to_kwh_per_kw, self.up_to_kwh_per_kw_day)

    @property
    def per_kw(self) -> bool:
        """Whether it ends by the month's billed demand."""
        return self.up_to_kwh_per_kw is not None or self.up_to_kwh_per_kw_day is not None

    def end_kwh(self, days: int, billed_kw: float) -> float:
        """Where the tier ends in a month of so many days and billed demand [kWh]; infinite without an end."""
        units = (1.0, float(days), billed_kw, billed_kw * days)
        return next((end * unit for end, unit in zip(self.ends(), units, strict=True) if end is not None), np.inf)


class DemandTier(Model):
    """A block of billed demand at one rate; its end is cumulative, the last tier has none."""

    rate_usd_per_kw: Price
    """Rate [USD per kW and month], not prorated."""
    adjustment_usd_per_kw: Price = 0.0
    """Added to the rate (URDB's `adj`) [USD per kW and month]."""
    up_to_kw: NonNegative | None = None
    """Billed demand at which the tier ends [kW]."""


def _energy_tiers_rise(tiers: tuple[EnergyTier, ...]) -> tuple[EnergyTier, ...]:
    for unit in range(4):
        _rise([tier.ends()[unit] for tier in tiers if tier.ends()[unit] is not None])
    _last_is_open([any(end is not None for end in tier.ends()) for tier in tiers])
    return tiers


def _demand_tiers_rise(tiers: tuple[DemandTier, ...]) -> tuple[DemandTier, ...]:
    _rise([tier.up_to_kw for tier in tiers if tier.up_to_kw is not None])
    _last_is_open([tier.up_to_kw is not None for tier in tiers])
    return tiers


def _rise(ends: Sequence[float | None]) -> None:
    numbers = [end for end in ends if end is not None]
    if any(later <= end for end, later in pairwise(numbers)):
        raise PydanticCustomError("tiers", "tiers whose ends rise (they are cumulative)")


def _last_is_open(ended: list[bool]) -> None:
    if ended[-1] or not all(ended[:-1]):
        raise PydanticCustomError("tiers", "tiers that all have an end but the last, which has none")


class EnergyPeriod(Model):
    """A time-of-use period: where it holds, and its rates by tier."""

    name: Name
    """The period's name, e.g. `summer peak`."""
    windows: Windows = ALWAYS
    """Where the period holds, unless an earlier one does."""
    tiers: Annotated[tuple[EnergyTier, ...], Field(min_length=1, max_length=50), AfterValidator(_energy_tiers_rise)]
    """Rates by the month's energy of all periods together, of which the period has its share pro rata."""


class Ratchet(Model):
    """Billed demand = max(own peak of the month, share × highest peak of the months looked back to).

    Those are the months of `months` among the `look_back_months` before the billed one; it counts in full itself.
    """

    share: Share
    """Share of the highest earlier peak that is billed at least, e.g. 0.8."""
    look_back_months: Annotated[int, Strict(), Field(ge=1, le=60)] = 12
    """How far back is looked, in months before the billed one (a rolling range)."""
    months: Annotated[tuple[Month, ...], Field(min_length=1, max_length=12)] = MONTHS
    """Which of them count, as months of the year: 6 to 9 for a ratchet on the summer's peak."""
    windows: Windows = ALWAYS
    """Hours whose demand counts in those months; by default the highest demand of any hour."""


class DemandCharge(Model):
    """A charge on the month's highest demand in a window: flat where the window is always."""

    name: Name
    """The charge's name, e.g. `flat` or `summer peak`; a history of peaks may go by it."""
    windows: Windows = ALWAYS
    """Where demand counts. In a month of none of the windows the charge is not in force."""
    tiers: Annotated[tuple[DemandTier, ...], Field(min_length=1, max_length=50), AfterValidator(_demand_tiers_rise)]
    """Rates by billed demand."""
    metering_minutes: Annotated[Literal[15, 30, 60], Whole] | None = None
    """Length of the clock-aligned blocks whose average is the demand; without it the load's own step."""
    ratchet: Ratchet | None = None
    """What earlier months' peaks do to billed demand."""


class KnownPeak(Model):
    """An interval in which the system's peak fell, or may fall."""

    start: Moment
    """Start of the interval, with its offset."""
    minutes: Annotated[int, Strict(), Field(ge=1, le=1440)] = 60
    """Length of the interval."""
    weight: Positive = 1.0
    """Weight or probability of the interval."""


class CoincidentCharge(Model):
    """A charge on one's demand at the system's peaks, as expected cost: rate × Σ weight × mean import."""

    name: Name
    """The charge's name, e.g. `4CP`."""
    rate_usd_per_kw: Price
    """Rate [USD per kW at one peak]; four peaks a year: a fourth of the annual rate."""
    adjustment_usd_per_kw: Price = 0.0
    """Added to the rate [USD per kW at one peak]."""
    windows: Annotated[tuple[ClockWindow, ...], Field(max_length=600)] = ()
    """Hours in which a peak of each month falls, all equally likely. Give this, `peaks` or `probability`."""
    peaks: Annotated[tuple[KnownPeak, ...], Field(max_length=10_000)] = ()
    """Known intervals with weights. Give this, `windows` or `probability`."""
    probability: Series | None = None
    """Probability of each interval to be one with a peak. Give this, `windows` or `peaks`."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.windows) + bool(self.peaks) + (self.probability is not None) != 1:
            raise PydanticCustomError("coincident", "one of `windows`, `peaks` and `probability`")
        return self


class FixedCharge(Model):
    """What is due without any load."""

    usd_per_month: Price = 0.0
    """USD per month, not prorated."""
    usd_per_day: Price = 0.0
    """USD per day × days of the local month."""


class MinimumCharge(Model):
    """The least that energy + demand + fixed come to; what is missing is billed as a line of its own."""

    usd_per_month: NonNegative | None = None
    """Least amount of a month [USD]."""
    usd_per_day: NonNegative | None = None
    """The same per day × days of the local month."""
    usd_per_year: NonNegative | None = None
    """Least amount of a calendar year [USD]; what is missing is billed in December."""


class Tax(Model):
    """A tax in percent of named lines."""

    name: Name
    """What it is called."""
    percent: Annotated[float, Strict(), Field(ge=-100, le=1000)]
    """Percent of the sum of the lines."""
    lines: Annotated[tuple[BillLine, ...], Field(min_length=1, max_length=6)]
    """The lines it is taken of."""


def _cover_every_moment(periods: tuple[EnergyPeriod, ...], info: ValidationInfo) -> tuple[EnergyPeriod, ...]:
    """Refuses periods of which none holds some moment, by trying every five minutes of every kind of day."""
    if not periods:
        return periods
    if repeated := _repeated(period.name for period in periods):
        raise PydanticCustomError("periods", "names that differ; {name} stands twice", {"name": repr(repeated)})
    kinds = len(DAY_KINDS) if info.data.get("holidays") else DAY_KINDS.index("holiday")
    shape = (12, kinds, 24 * 60 // EDGE_MINUTES)
    month, kind, step = (axis.ravel() for axis in np.indices(shape))
    bare = np.ones(month.size, dtype=bool)
    for period in periods:
        for window in period.windows:
            bare &= ~window.holds(month + 1, kind, step * EDGE_MINUTES)
    if bare.any():
        at = int(np.argmax(bare))
        clock = divmod(int(step[at]) * EDGE_MINUTES, 60)
        raise PydanticCustomError(
            "periods",
            "periods that together hold every moment; none holds {clock} of a {day} in month {month}",
            {"clock": f"{clock[0]:02d}:{clock[1]:02d}", "day": DAY_KINDS[kind[at]], "month": int(month[at]) + 1},
        )
    return periods


Named = TypeVar("Named", DemandCharge, CoincidentCharge)


def _apart(charges: tuple[Named, ...]) -> tuple[Named, ...]:
    if repeated := _repeated(charge.name for charge in charges):
        raise PydanticCustomError("charges", "names that differ; {name} stands twice", {"name": repr(repeated)})
    return charges


def _repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


class Tariff(Model):
    """A utility's tariff: what a month of metered load costs."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    """The rate's name on its sheet."""
    source: Annotated[str, Field(max_length=2000)] = ""
    """Where it came from."""
    holidays: Annotated[str, Field(min_length=2, max_length=16)] | None = None
    """Calendar of public holidays: an ISO country, with a subdivision if wanted (`US`, `US-TX`). Without
    it no day is a holiday."""
    energy: Annotated[tuple[EnergyPeriod, ...], Field(max_length=200), AfterValidator(_cover_every_moment)] = ()
    """Energy rates. The first period that holds a moment counts; together they hold every moment."""
    demand: Annotated[tuple[DemandCharge, ...], Field(max_length=200), AfterValidator(_apart)] = ()
    """Demand charges; each bills its own peak, all are added."""
    coincident: Annotated[tuple[CoincidentCharge, ...], Field(max_length=200), AfterValidator(_apart)] = ()
    """Charges on demand at the system's peaks."""
    fixed: FixedCharge = FixedCharge()
    """Charges by the month or the day."""
    minimum: MinimumCharge = MinimumCharge()
    """The least that a bill comes to."""
    taxes: Annotated[tuple[Tax, ...], Field(max_length=50)] = ()
    """Taxes in percent of named lines."""
    not_honoured: Annotated[tuple[str, ...], Field(max_length=500)] = ()
    """What its source says and this tariff cannot bill, field by field; every bill repeats it."""
