"""What the state handed over says of the utility's bill."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from optimizer.auditor.bill.bills import Bill, look_back_mw
from optimizer.auditor.bill.demand import ChargeFindings
from optimizer.auditor.bill.metering import blocks_of
from optimizer.auditor.bill.month_energy import highest_that_tiers_end_by
from optimizer.auditor.bill.months import Month
from optimizer.auditor.book import number
from optimizer.auditor.case import Case, Expected, Fields
from optimizer.auditor.clockwork import month_number, month_text
from optimizer.auditor.fields import check_fields
from optimizer.auditor.meter import Meter
from optimizer.scenario.state import MonthSoFar
from optimizer.scenario.tariff import DemandCharge

RULE = "state"


def check_untouched(case: Case) -> None:
    """Without a tariff its state is handed on as it was given."""
    state = case.schedule.state
    if state is not None and state.tariff != case.scenario.state.tariff:
        case.book.add(RULE, "grid", None, "state.tariff is not what was given, though there is no tariff")


def check_tariff_state(case: Case, meter: Meter, bills: list[Bill], charges: list[ChargeFindings]) -> None:
    """Hold metering intervals under way, the month under way, and the months that ratchets look back to, against the
    audit's own."""
    state = case.schedule.state
    if state is None:
        return
    _check_open(case, meter, charges, bills[-1].tolerances["import_mwh"])
    said: dict[str, MonthSoFar] = {}
    for record in state.tariff.months:
        if record.month in said:
            case.book.add(RULE, "grid", None, f"state.tariff has more than one record of {record.month}")
        said[record.month] = record
    at = case.horizon.at(case.committed)
    now = at.year * 12 + at.month - 1
    last = bills[-1]
    if last.month.number == now:
        _check_month(case, meter, last, said.pop(last.record.month, None), charges)
    records = {month_number(record.month) for record in case.scenario.state.tariff.months}
    for month in sorted(records | {bill.month.number for bill in bills}):
        _check_past(case, month, now - month, said, charges, last.mw_tolerance)
    for text in said:
        message = f"state.tariff has a record of {text}, which no plan from {at.isoformat()} on looks at"
        case.book.add(RULE, "grid", None, message)


def _check_open(case: Case, meter: Meter, charges: list[ChargeFindings], tolerance_mwh: float) -> None:
    """Metering intervals that the committed part ends in; one that is not said has seen no import."""
    assert case.schedule.state is not None
    said = dict(case.schedule.state.tariff.open_intervals)
    for charge in charges:
        name, own = charge.terms.name, _under_way(case, meter, charge.terms)
        if own is None:
            continue
        start, mwh = own
        told = said.pop(name, None)
        if told is not None and told.start.timestamp() / 60.0 != start:
            message = f"state.tariff has the metering interval of {told.start.isoformat()}, which is not under way"
            case.book.add(RULE, name, None, message)
            continue
        kept = 0.0 if told is None else told.import_mwh
        if not abs(kept - mwh) <= tolerance_mwh:
            message = f"import_mwh of the metering interval under way is {number(kept)}; it comes to {number(mwh)} MWh"
            case.book.add(RULE, name, None, message, amount=kept - mwh, unit="MWh")
    for name in said:
        message = "state.tariff has a metering interval under way; the committed part ends where one does"
        case.book.add(RULE, name, None, message)


def _under_way(case: Case, meter: Meter, terms: DemandCharge) -> tuple[float, float] | None:
    """Start [UTC minutes] and energy so far [MWh] of the metering interval that the committed part ends in, if any."""
    blocks = blocks_of(case.clock, case.horizon, terms.metering_minutes)
    last = int(np.flatnonzero(blocks.period == case.committed - 1)[-1])
    if blocks.are_periods or last + 1 == len(blocks.of_step) or blocks.of_step[last + 1] != blocks.of_step[last]:
        return None
    block = int(blocks.of_step[last])
    committed_mw = np.where(np.arange(case.length) < case.committed, meter.import_mw, 0.0)
    opened = case.scenario.state.tariff.open_intervals.get(terms.name)
    return float(blocks.start_minutes[block]), float(blocks.demand(committed_mw, opened)[block]) * blocks.hours


def _check_month(case: Case, meter: Meter, own: Bill, said: MonthSoFar | None, charges: list[ChargeFindings]) -> None:
    """The month under way, in full."""
    bill, place, last = own.record, f"{own.record.month}: ", own.month.seam - 1
    if said is None:
        case.book.add(RULE, "grid", last, f"{place}state.tariff has no record of the month under way")
        return
    names = ("import_mwh", "energy_usd", "adders_usd", "coincident_usd")
    fields: Fields = {
        name: Expected(getattr(bill, name), "MWh" if name == "import_mwh" else "USD", own.tolerances[name])
        for name in names
    }
    highest_mw = highest_that_tiers_end_by(case, meter, own.month, charges)
    fields["peak_mw"] = Expected(highest_mw, "MW", own.mw_tolerance)
    if bill.fixed_usd:
        fields["fixed_booked"] = Expected(True)
    check_fields(case.book, RULE, "grid", place, fields, said, last)
    peaks = {line.charge: line.peak_mw for line in bill.demand}
    _check_demand(case, own.month, "peaks_mw", said.peaks_mw, peaks, own.mw_tolerance)
    looked = {c.terms.name: look_back_mw(c, own.month.number) for c in charges if c.looks_at(own.month.number)}
    _check_demand(case, own.month, "look_back_mw", said.look_back_mw, looked, own.mw_tolerance)


def _check_demand(
    case: Case, month: Month, what: str, said: dict[str, float], own: dict[str, float], tolerance: float
) -> None:
    """Demand by charge; what is not said is 0."""
    for name in [*own, *(name for name in said if name not in own)]:
        if name not in own:
            message = f"{month.text}: {what} has it, though it has none to keep in that month"
            case.book.add(RULE, name, month.seam - 1, message, amount=said[name], unit="MW")
            continue
        record = SimpleNamespace(**{what: said.get(name, 0.0)})
        wanted = {what: Expected(own[name], "MW", tolerance)}
        check_fields(case.book, RULE, name, f"{month.text}: ", wanted, record, month.seam - 1)


def _check_past(
    case: Case, month: int, age: int, said: dict[str, MonthSoFar], charges: list[ChargeFindings], tolerance: float
) -> None:
    """A month that is over: the demand that ratchets look back to, as long as any of them does. Takes its record out
    of `said`."""
    if age < 1:
        return
    looking = [c for c in charges if c.looks_at(month)]
    reach = [c for c in looking if c.terms.ratchet is not None and age <= c.terms.ratchet.look_back_months]
    own = {c.terms.name: look_back_mw(c, month) for c in looking}
    if not reach:
        return
    text = month_text(month)
    record = said.pop(text, MonthSoFar(month=text))
    for charge in looking:
        name = charge.terms.name
        if charge not in reach and name not in record.look_back_mw:
            continue
        kept = record.look_back_mw.get(name, 0.0)
        if not abs(kept - own[name]) <= tolerance:
            message = f"{text}: look_back_mw is {number(kept)}; it comes to {number(own[name])} MW"
            case.book.add(RULE, name, None, message, amount=kept - own[name], unit="MW")
    given = {m.month: m.look_back_mw for m in case.scenario.state.tariff.months}.get(text, {})
    for name, kept in record.look_back_mw.items():
        # What was handed over, and no ratchet needs, may be handed on.
        if name not in own and given.get(name) != kept:
            message = f"{text}: look_back_mw has it, though its ratchet, if any, does not look back to that month"
            case.book.add(RULE, name, None, message)
    rest = record.model_copy(update={"look_back_mw": {}})
    if rest != MonthSoFar(month=text):
        case.book.add(
            RULE, "grid", None, f"{text}: the month is over, and state.tariff has more than look_back_mw of it"
        )
