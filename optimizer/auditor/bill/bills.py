"""Each month's bill so far, in full, at the end of the committed part; and the schedule's bills held against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from optimizer.auditor.bill.demand import ChargeFindings
from optimizer.auditor.bill.months import Month
from optimizer.auditor.bill.standing import billed_mw, fixed_usd, least_usd
from optimizer.auditor.book import SHARE, share_of
from optimizer.auditor.case import Case, Expected, Fields
from optimizer.auditor.fields import check_fields
from optimizer.auditor.ledger import Line
from optimizer.auditor.meter import Meter
from optimizer.scenario.tariff import BillLine, Tariff
from optimizer.schedule import DemandLine, LedgerKind, MonthBill

RULE = "bill"


@dataclass(frozen=True)
class Bill:
    """A month's bill as the audit comes to it, with its tolerances."""

    month: Month
    record: MonthBill
    tolerances: dict[str, float]
    """By field of the record."""
    demand_tolerances: dict[str, float] = field(default_factory=dict)
    """USD, by charge."""
    mw_tolerance: float = 0.0


def make_bill(case: Case, meter: Meter, tariff: Tariff, month: Month, charges: list[ChargeFindings]) -> Bill:
    """The bill of a month that the committed part touches."""
    so_far = month.so_far
    inside = slice(month.first, month.seam)
    most_mw = float(meter.most_mw.max())
    demand = [_demand_line(case, month, charge, charge.terms.name) for charge in charges if charge.in_force(month)]
    terms = {charge.terms.name: charge for charge in charges}
    slack = {line.charge: _slack(terms[line.charge].scale(max(most_mw, line.billed_mw))) for line in demand}
    import_mwh = so_far.import_mwh + float(meter.import_mw[inside].sum()) * case.hours
    energy, energy_slack = _of_ledger(case, month, so_far.energy_usd, [("grid", LedgerKind.ENERGY)])
    adders, adders_slack = _of_ledger(
        case, month, so_far.adders_usd, [line for line in case.ledger.lines() if line[1] == LedgerKind.ADDERS]
    )
    coincident, coincident_slack = _of_ledger(
        case, month, so_far.coincident_usd, [(charge.name, LedgerKind.COINCIDENT_PEAK) for charge in tariff.coincident]
    )
    demand_usd, demand_slack = sum(line.usd for line in demand), sum(slack.values())
    fixed, least = fixed_usd(tariff, month), least_usd(tariff, month)
    minimum = 0.0
    if least is not None and month.ends_in_committed:
        minimum = max(0.0, least - (energy if tariff.energy else 0.0) - demand_usd - fixed)
    taxable: dict[BillLine, float] = {
        "energy": energy if tariff.energy else 0.0,
        "demand": demand_usd,
        "coincident": coincident,
        "fixed": fixed,
        "minimum": minimum,
        "export": 0.0,
    }
    tax = sum(tax.percent / 100.0 * sum(taxable[name] for name in set(tax.lines)) for tax in tariff.taxes)
    heaviest = sum(abs(tax.percent) / 100.0 for tax in tariff.taxes)
    total_slack = energy_slack + adders_slack + demand_slack + coincident_slack + _slack(fixed) + _slack(minimum)
    record = MonthBill(
        month=month.text,
        import_mwh=import_mwh,
        energy_usd=energy,
        adders_usd=adders,
        demand=tuple(demand),
        demand_usd=demand_usd,
        coincident_usd=coincident,
        fixed_usd=fixed,
        minimum_usd=minimum,
        tax_usd=tax,
        total_usd=energy + adders + demand_usd + coincident + fixed + minimum + tax,
    )
    most_mwh = so_far.import_mwh + float(meter.most_mw[inside].sum()) * case.hours
    tolerances = {
        "import_mwh": share_of(most_mwh),
        "energy_usd": energy_slack,
        "adders_usd": adders_slack,
        "demand_usd": demand_slack,
        "coincident_usd": coincident_slack,
        "fixed_usd": _slack(fixed),
        "minimum_usd": _slack(least or 0.0) + energy_slack + demand_slack,
        "tax_usd": SHARE + heaviest * total_slack,
        "total_usd": SHARE + (1.0 + heaviest) * total_slack,
    }
    return Bill(month, record, tolerances, slack, share_of(max([most_mw, *(line.billed_mw for line in demand)])))


def _slack(usd: float) -> float:
    return SHARE * max(1.0, abs(usd))


def _of_ledger(case: Case, month: Month, before: float, lines: Iterable[Line]) -> tuple[float, float]:
    """What lines cost in the month's committed periods and before them, and its tolerance [USD]."""
    inside = slice(month.first, month.seam)
    usd, scale = before, abs(before)
    for line in lines:
        usd -= float(case.ledger.usd(line)[inside].sum())
        scale += float(case.ledger.scale(line)[inside].sum())
    return usd, _slack(max(scale, abs(usd)))


def _demand_line(case: Case, month: Month, charge: ChargeFindings, name: str) -> DemandLine:
    before, own = charge.peaks.get(month.number, 0.0), charge.committed.own.get(month.number, 0.0)
    billed = billed_mw(charge, month, charge.committed)
    added = 0.0
    for kind in (LedgerKind.DEMAND, LedgerKind.RATCHET):
        added -= float(case.ledger.usd((name, kind))[month.first : month.seam].sum())
    return DemandLine(
        charge=name,
        before_mw=before,
        expected_mw=charge.expected.get(month.number, 0.0),
        peak_mw=max(before, own),
        ratchet_mw=charge.floor(month, charge.committed, expecting=False),
        billed_mw=billed,
        usd=charge.cost(billed),
        added_usd=added,
        hands_on_mw=hands_on_mw(charge, month.number),
    )


def look_back_mw(charge: ChargeFindings, month: int) -> float:
    """Highest demand of a month so far, the committed part included, in the windows that the ratchet looks back to."""
    return max(charge.looked_back.get(month, 0.0), charge.committed.look_back.get(month, 0.0))


def hands_on_mw(charge: ChargeFindings, month: int) -> float:
    """What a month's demand so far makes later months bill at least [MW]."""
    ratchet = charge.terms.ratchet
    return ratchet.share * look_back_mw(charge, month) if ratchet is not None and charge.looks_at(month) else 0.0


def check_bills(case: Case, bills: list[Bill]) -> None:
    """Hold the schedule's bills against the audit's own: the same months in the same order, field by field."""
    own = {bill.record.month: bill for bill in bills}
    seen: set[str] = set()
    for said in case.schedule.bills:
        if said.month not in own:
            message = f"{said.month}: there is a bill; the committed part has none to make for that month"
            case.book.add(RULE, "grid", None, message)
        elif said.month in seen:
            case.book.add(RULE, "grid", own[said.month].month.seam - 1, f"{said.month}: there is more than one bill")
        else:
            _check_bill(case, own[said.month], said)
        seen.add(said.month)
    for text, bill in own.items():
        if text not in seen:
            case.book.add(RULE, "grid", bill.month.seam - 1, f"{text}: there is no bill")
    order = [said.month for said in case.schedule.bills]
    if order != sorted(order):
        case.book.add(RULE, "grid", None, f"the bills are out of order: {', '.join(order)}")


def _check_bill(case: Case, own: Bill, said: MonthBill) -> None:
    month, period = own.record.month, own.month.seam - 1
    units = {name: "MWh" if name.endswith("_mwh") else "USD" for name in own.tolerances}
    fields: Fields = {
        name: Expected(getattr(own.record, name), units[name], slack) for name, slack in own.tolerances.items()
    }
    check_fields(case.book, RULE, "grid", f"{month}: ", fields, said, period)
    left = {line.charge: line for line in own.record.demand}
    for line in said.demand:
        wanted = left.pop(line.charge, None)
        if wanted is None:
            message = f"{month}: there is a demand line that the month does not have, or has only once"
            case.book.add(RULE, line.charge, period, message)
            continue
        check_fields(case.book, RULE, line.charge, f"{month}: ", _demand_fields(own, wanted), line, period)
    for charge in left:
        case.book.add(RULE, charge, period, f"{month}: the bill has no demand line of it")


def _demand_fields(own: Bill, line: DemandLine) -> Fields:
    def expected(name: str, value: Any) -> Expected:
        if name.endswith("_mw"):
            return Expected(value, "MW", own.mw_tolerance)
        return Expected(value, "USD", own.demand_tolerances[line.charge])

    return {name: expected(name, value) for name, value in line if name != "charge"}
