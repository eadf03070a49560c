"""The utility's bill (section 6): every line that a tariff adds, each month's bill, and the state that it leaves."""

from __future__ import annotations

from optimizer.auditor.bill.bills import check_bills, make_bill
from optimizer.auditor.bill.coincident import post_coincident
from optimizer.auditor.bill.demand import post_demand, read_charges
from optimizer.auditor.bill.expected_peaks import expected_peaks
from optimizer.auditor.bill.month_energy import post_tiers
from optimizer.auditor.bill.months import months_of
from optimizer.auditor.bill.standing import post_fixed, post_minimum, post_taxes
from optimizer.auditor.bill.tariff_state import check_tariff_state, check_untouched
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Meter
from optimizer.schedule import MonthBill


def audit_tariff(case: Case, meter: Meter) -> tuple[MonthBill, ...]:
    """Post what the tariff charges beside energy rates, which are in the ledger already, and check bills, expected
    peaks and state. Returns the audit's own bills: one of each month that the committed part touches."""
    expected = expected_peaks(case)
    tariff = case.scenario.supply.tariff
    if tariff is None:
        check_bills(case, [])
        check_untouched(case)
        return ()
    months = months_of(case)
    charges = read_charges(case, case.clock, meter, months, expected)
    most_mw = float(meter.most_mw.max())
    post_coincident(case, case.clock, meter, tariff)
    for month in months:
        post_demand(case, month, charges, most_mw)
        post_tiers(case, case.clock, meter, month, charges)
        post_fixed(case, tariff, month)
        post_minimum(case, tariff, month, charges)
    post_taxes(case, tariff)
    bills = [make_bill(case, meter, tariff, month, charges) for month in months if month.committed]
    check_bills(case, bills)
    check_tariff_state(case, meter, bills, charges)
    return tuple(bill.record for bill in bills)
