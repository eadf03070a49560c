"""A rate of OpenEI's Utility Rate Database (URDB) as a tariff (domain section 6, «URDB rates»).

`adj` adds to `rate`, for demand too; schedules are 0-based local hours; a coincident schedule of zeros bills
nothing; `lookbackpercent` is a fraction, `lookbackrange` above 0 replaces `lookbackmonths`, which are the months
looked back to; who the rate applies to is no charge. Whatever else a rate holds is named, not dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import ValidationError

from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.tariff import (
    CoincidentCharge,
    DemandCharge,
    DemandTier,
    EnergyPeriod,
    EnergyTier,
    FixedCharge,
    MinimumCharge,
    Ratchet,
    Tariff,
)
from optimizer.tariff.urdb.fields import NO_CHARGE, READ, REASONS
from optimizer.tariff.urdb.schedule import windows_of
from optimizer.tariff.urdb.values import Rate, Schedule, Tier, UrdbError, shown

KW_PER_HP = 0.745699872
NO_END = 1e9
"""An end of a last tier from here on stands for none."""
Metering = Literal[15, 30, 60]


def import_urdb(raw: Any) -> tuple[Tariff, list[str]]:
    """The tariff that a URDB rate (parsed JSON, alone or as the one of `items`) describes, and each field that
    it cannot honour, with the reason: also in `Tariff.not_honoured`.

    Raises UrdbError where the rate is broken.
    """
    rate = Rate(raw)
    try:
        energy = _energy(rate)
        demand = _demand(rate)
        coincident = _coincident(rate)
        fixed, minimum = _fixed(rate), _minimum(rate)
        _name_the_rest(rate)
        tariff = Tariff(
            name=" ".join(part for part in (rate.text("utility"), rate.text("name")) if part)[:300] or "URDB rate",
            source=(rate.text("uri") or f"URDB {rate.text('label')}".strip())[:2000],
            energy=energy,
            demand=demand,
            coincident=coincident,
            fixed=fixed,
            minimum=minimum,
            not_honoured=tuple(rate.not_honoured),
        )
    except ValidationError as error:  # more periods or tiers than a tariff takes
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        found = first["input"]
        text = f"{len(found)} entries" if isinstance(found, tuple) else shown(found)
        raise UrdbError(f"{error.title} {place}".strip(), text, first["msg"]) from None
    return tariff, list(rate.not_honoured)


def _schedules(rate: Rate, kind: str, periods: int) -> tuple[Schedule, Schedule]:
    weekday, weekend = (rate.schedule(f"{kind}{day}schedule", periods) for day in ("weekday", "weekend"))
    return weekday, weekend


def _energy(rate: Rate) -> tuple[EnergyPeriod, ...]:
    structure = rate.structure("energyratestructure")
    if not structure:
        for field in ("energyweekdayschedule", "energyweekendschedule"):
            if field in rate.fields:
                raise UrdbError("energyratestructure", "missing", f"the periods that {field} refers to")
        rate.drop("energyratestructure", "missing, so that no energy is billed")
        return ()
    weekday, weekend = _schedules(rate, "energy", len(structure))
    periods = []
    for at, tiers in enumerate(structure):
        place = f"energyratestructure[{at}]"
        if windows := windows_of(at, weekday, weekend):
            read = tuple(_energy_tier(rate, tier, f"{place}[{k}]", k == len(tiers) - 1) for k, tier in enumerate(tiers))
            ended_in = {end for tier in read for end, kwh in enumerate(tier.ends()) if kwh is not None}
            if len(ended_in) > 1:
                rate.drop(f"{place}.unit", "tiers in several units; each ends where its own unit says, cumulatively")
            periods.append(EnergyPeriod(name=f"period {at + 1}", windows=windows, tiers=read))
    return tuple(periods)


_ENERGY_UNITS = {
    "kwh": ("up_to_kwh", 1.0),
    "kwh daily": ("up_to_kwh_per_day", 1.0),
    "kwh/kw": ("up_to_kwh_per_kw", 1.0),
    "kwh/kw daily": ("up_to_kwh_per_kw_day", 1.0),
    "kwh/hp": ("up_to_kwh_per_kw", 1.0 / KW_PER_HP),
    "kwh/hp daily": ("up_to_kwh_per_kw_day", 1.0 / KW_PER_HP),
}


def _energy_tier(rate: Rate, tier: Tier, place: str, last: bool) -> EnergyTier:
    unit = str(tier.get("unit", "kWh")).strip().lower()
    end = _end(rate, tier, place, last)
    if unit not in _ENERGY_UNITS:
        if end is not None:
            allowed = "kWh, kWh daily, kWh/kW, kWh/kW daily, kWh/hp or kWh/hp daily"
            raise UrdbError(f"{place}.unit", shown(tier["unit"]), allowed)
        rate.drop(f"{place}.unit", f"{shown(tier['unit'])} is read as kWh")
    _name_unknown(rate, tier, place, {"rate", "adj", "sell", "max", "unit"})
    ends = {} if end is None else {_ENERGY_UNITS[unit][0]: end * _ENERGY_UNITS[unit][1]}
    return EnergyTier(
        rate_usd_per_kwh=tier.get("rate", 0.0),
        adjustment_usd_per_kwh=tier.get("adj", 0.0),
        sell_usd_per_kwh=tier.get("sell"),
        **ends,
    )


def _end(rate: Rate, tier: Tier, place: str, last: bool) -> float | None:
    """Where a tier ends; the last one does not."""
    if not last:
        return float(tier["max"])
    if tier.get("max", NO_END) < NO_END:
        rate.drop(f"{place}.max", f"{tier['max']:g} ends the last tier; what is beyond is billed at its rate")
    return None


def _demand(rate: Rate) -> tuple[DemandCharge, ...]:
    metering, ratchet = _metering(rate), _ratchet(rate)
    charges = []
    flat = rate.structure("flatdemandstructure")
    if flat:
        months = rate.months("flatdemandmonths", len(flat))
        if months is None:
            raise UrdbError("flatdemandmonths", "missing", "12 entries, the period of each month")
        for at, tiers in enumerate(flat):
            if of := tuple(month + 1 for month in range(12) if months[month] == at):
                windows: tuple[ClockWindow, ...] = (ClockWindow(months=of),)
                charges.append(("flatdemandstructure", "flatdemandunit", "flat", at, tiers, windows))
    tou = rate.structure("demandratestructure")
    if tou:
        weekday, weekend = _schedules(rate, "demand", len(tou))
        for at, tiers in enumerate(tou):
            if windows := windows_of(at, weekday, weekend):
                charges.append(("demandratestructure", "demandrateunit", "TOU", at, tiers, windows))
    read = []
    for structure, unit_field, kind, at, tiers, windows in charges:
        charged = _demand_tiers(rate, tiers, f"{structure}[{at}]", unit_field)
        if any(tier.rate_usd_per_kw or tier.adjustment_usd_per_kw for tier in charged):
            read.append(
                DemandCharge(
                    name=f"{kind} {at + 1}",
                    windows=windows,
                    tiers=charged,
                    metering_minutes=metering,
                    ratchet=ratchet,
                )
            )
    if ratchet is not None and not read:
        rate.drop("lookbackpercent", "there is no demand charge that it could ratchet")
    return tuple(read)


def _demand_tiers(rate: Rate, tiers: Sequence[Tier], place: str, unit_field: str) -> tuple[DemandTier, ...]:
    """Tiers per kW; none where the unit is one that cannot be billed."""
    read = []
    for k, tier in enumerate(tiers):
        here = f"{place}[{k}]"
        field = f"{here}.unit" if "unit" in tier else unit_field
        per_kw = _kw_of_unit(rate, str(tier.get("unit", rate.text(unit_field) or "kW")), field)
        if per_kw is None:
            return ()
        _name_unknown(rate, tier, here, {"rate", "adj", "max", "unit"})
        end = _end(rate, tier, here, k == len(tiers) - 1)
        read.append(
            DemandTier(
                rate_usd_per_kw=tier.get("rate", 0.0) / per_kw,
                adjustment_usd_per_kw=tier.get("adj", 0.0) / per_kw,
                up_to_kw=None if end is None else end * per_kw,
            )
        )
    return tuple(read)


def _kw_of_unit(rate: Rate, unit: str, field: str) -> float | None:
    """kW of one unit of demand; None where demand in it is not metered by the month."""
    known = {"kw": 1.0, "hp": KW_PER_HP, "kva": 1.0}
    plain = unit.strip().lower()
    if plain.removesuffix(" daily") not in known:
        raise UrdbError(field, shown(unit), "kW, hp or kVA, by the month or daily")
    if plain.endswith(" daily"):
        rate.drop(field, f"{shown(unit)}: demand charges by the day are left out of the bill")
        return None
    if plain == "kva":
        rate.drop(field, "kVA is read as kW: a power factor of 1")
    return known[plain]


def _metering(rate: Rate) -> Metering | None:
    minutes = rate.number("demandwindow")
    for known in (15, 30, 60):
        if minutes == known:
            return known
    if minutes:
        rate.drop("demandwindow", f"{minutes:g} minutes; 15, 30 or 60 are metered, so the load's own step is taken")
    return None


def _ratchet(rate: Rate) -> Ratchet | None:
    share, back, months = rate.number("lookbackpercent"), rate.number("lookbackrange"), rate.months("lookbackmonths", 2)
    if share is not None and not 0 <= share <= 1:
        raise UrdbError("lookbackpercent", shown(share), "a fraction from 0 to 1")
    if back is not None and not (back == int(back) and 0 <= back <= 60):
        raise UrdbError("lookbackrange", shown(rate.fields["lookbackrange"]), "a whole number of months, 0 to 60")
    if not share:
        if back or any(months or ()):
            rate.drop("lookbackrange" if back else "lookbackmonths", "without lookbackpercent nothing is ratcheted")
        return None
    if back:
        return Ratchet(share=share, look_back_months=int(back))
    if not any(months or ()):
        rate.drop("lookbackpercent", "neither lookbackrange nor lookbackmonths says which months are looked back to")
        return None
    return Ratchet(share=share, months=tuple(at + 1 for at, counts in enumerate(months or ()) if counts))


def _coincident(rate: Rate) -> tuple[CoincidentCharge, ...]:
    """Periods after the first, where the schedule shows them: index 0 is what a schedule of zeros consists of."""
    structure = rate.structure("coincidentratestructure")
    if not structure:
        return ()
    if "coincidentrateschedule" not in rate.fields:
        rate.drop("coincidentratestructure", "coincidentrateschedule is missing, so that no hour is billed")
        return ()
    schedule = rate.schedule("coincidentrateschedule", len(structure))
    charges = []
    for at in range(1, len(structure)):
        windows = windows_of(at, schedule, schedule)
        tiers = _demand_tiers(rate, structure[at], f"coincidentratestructure[{at}]", "coincidentrateunit")
        if not windows or not tiers:
            continue
        if len(tiers) > 1:
            rate.drop(f"coincidentratestructure[{at}][1]", "tiers of coincident peaks; the first one's rate is billed")
        charges.append(
            CoincidentCharge(
                name=f"coincident {at}",
                rate_usd_per_kw=tiers[0].rate_usd_per_kw,
                adjustment_usd_per_kw=tiers[0].adjustment_usd_per_kw,
                windows=windows,
            )
        )
    if charges:
        rate.drop(
            "coincidentrateschedule", "when the peak fell in its hours is not known; billed on the mean load in them"
        )
    shows_zero = any(0 in row for row in schedule)
    if shows_zero and any(tier.get("rate", 0.0) + tier.get("adj", 0.0) for tier in structure[0]):
        rate.drop("coincidentratestructure[0]", "hours for which the schedule shows 0 bill nothing")
    return tuple(charges)


def _fixed(rate: Rate) -> FixedCharge:
    first, monthly = rate.number("fixedchargefirstmeter"), rate.number("fixedmonthlycharge")
    if first is None:
        return FixedCharge(usd_per_month=monthly or 0.0)
    if monthly is not None and monthly != first:
        rate.drop("fixedmonthlycharge", "fixedchargefirstmeter, its successor, is billed in its place")
    units = _charge_units(rate, "fixedchargeunits")
    if units == "$/day":
        return FixedCharge(usd_per_day=first)
    return FixedCharge(usd_per_month=first / 12 if units == "$/year" else first)


def _minimum(rate: Rate) -> MinimumCharge:
    least, monthly, yearly = (rate.number(field) for field in ("mincharge", "minmonthlycharge", "annualmincharge"))
    of: dict[str, float | None] = {"$/month": monthly, "$/day": None, "$/year": yearly}
    if least is not None:
        units = _charge_units(rate, "minchargeunits")
        old = {"$/month": "minmonthlycharge", "$/year": "annualmincharge"}.get(units)
        if old is not None and of[units] not in (None, least):
            rate.drop(old, "mincharge, its successor, is compared in its place")
        of[units] = least
    return MinimumCharge(
        usd_per_month=of["$/month"] or None, usd_per_day=of["$/day"] or None, usd_per_year=of["$/year"] or None
    )


def _charge_units(rate: Rate, field: str) -> str:
    units = rate.text(field).lower().replace(" ", "")
    if not units:
        rate.drop(field, "missing; read as $/month")
        return "$/month"
    if units not in {"$/day", "$/month", "$/year"}:
        raise UrdbError(field, shown(rate.fields[field]), "$/day, $/month or $/year")
    return units


def _name_unknown(rate: Rate, tier: Tier, place: str, known: set[str]) -> None:
    for key in tier:
        if key not in known:
            rate.drop(f"{place}.{key}", f"{shown(tier[key])} is not read")


def _name_the_rest(rate: Rate) -> None:
    for field, value in rate.fields.items():
        if field in READ or field in NO_CHARGE or field.startswith("_"):
            continue
        if field in REASONS:
            nothing = value is False or value == 0 or (isinstance(value, list) and not any(value))
            if not nothing:
                rate.drop(field, f"{shown(value)}; {REASONS[field]}")
        else:
            rate.drop(field, f"{shown(value)}; not a field that is known here")
