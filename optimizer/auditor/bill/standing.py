"""What a bill adds on top of load: fixed charge, minimum, taxes (section 6).

fixed = monthly + daily × days of the month, booked once a month
minimum = what energy, demand and fixed charge of a whole month are short of the least
tax = percent of the lines that it names, where they stand
"""

from __future__ import annotations

from optimizer.auditor.bill.demand import ChargeFindings, PeaksSeen
from optimizer.auditor.bill.months import Month
from optimizer.auditor.case import Case
from optimizer.auditor.ledger import Line
from optimizer.scenario.tariff import BillLine, Tariff
from optimizer.schedule import LedgerKind


def fixed_usd(tariff: Tariff, month: Month) -> float:
    """The month's fixed charge, in full."""
    return tariff.fixed.usd_per_month + tariff.fixed.usd_per_day * month.days


def least_usd(tariff: Tariff, month: Month) -> float | None:
    """The least that the month comes to; None without a minimum."""
    if tariff.minimum.usd_per_month is None and tariff.minimum.usd_per_day is None:
        return None
    return (tariff.minimum.usd_per_month or 0.0) + (tariff.minimum.usd_per_day or 0.0) * month.days


def post_fixed(case: Case, tariff: Tariff, month: Month) -> None:
    """Post the fixed charge where no plan has booked it yet."""
    usd = fixed_usd(tariff, month)
    if usd and not month.so_far.fixed_booked:
        case.ledger.post_once("grid", LedgerKind.FIXED, month.last_published, -usd, usd)


def billed_mw(charge: ChargeFindings, month: Month, part: PeaksSeen) -> float:
    """Demand that the month is billed for so far, of earlier plans and a part of this one [MW]; what is only
    expected is not billed."""
    peak = max(charge.peaks.get(month.number, 0.0), part.own.get(month.number, 0.0))
    return max(peak, charge.floor(month, part, expecting=False))


def post_minimum(case: Case, tariff: Tariff, month: Month, charges: list[ChargeFindings]) -> None:
    """Post what the month is short of its least, where it ends within the horizon."""
    least = least_usd(tariff, month)
    if least is None or not month.ends_in_horizon:
        return
    owed = fixed_usd(tariff, month)
    scale = least
    if tariff.energy:
        line, inside = ("grid", LedgerKind.ENERGY), slice(month.first, month.end)
        owed += month.so_far.energy_usd - float(case.ledger.usd(line)[inside].sum())
        scale += float(case.ledger.scale(line)[inside].sum())
    for charge in charges:
        if charge.in_force(month):
            demand = billed_mw(charge, month, charge.whole)
            owed += charge.cost(demand)
            scale += charge.scale(demand)
    case.ledger.post_once("grid", LedgerKind.MINIMUM, month.end - 1, -max(0.0, least - owed), scale)


def taxed_lines(case: Case, tariff: Tariff) -> dict[BillLine, list[Line]]:
    """Lines of the ledger that taxes may be taken of."""
    sold_at_tariff = bool(tariff.energy) and case.scenario.supply.energy.export_price_usd_per_mwh is None
    return {
        "energy": [("grid", LedgerKind.ENERGY)] if tariff.energy else [],
        "demand": [(charge.name, kind) for charge in tariff.demand for kind in (LedgerKind.DEMAND, LedgerKind.RATCHET)],
        "coincident": [(charge.name, LedgerKind.COINCIDENT_PEAK) for charge in tariff.coincident],
        "fixed": [("grid", LedgerKind.FIXED)],
        "minimum": [("grid", LedgerKind.MINIMUM)],
        "export": [("grid", LedgerKind.EXPORT)] if sold_at_tariff else [],
    }


def post_taxes(case: Case, tariff: Tariff) -> None:
    """Post taxes on the lines that are in the ledger: the last of all to be posted."""
    lines = taxed_lines(case, tariff)
    for tax in tariff.taxes:
        share = tax.percent / 100.0
        for name in set(tax.lines):
            for line in lines[name]:
                case.ledger.post(
                    tax.name, LedgerKind.TAX, share * case.ledger.usd(line), share * case.ledger.scale(line)
                )
