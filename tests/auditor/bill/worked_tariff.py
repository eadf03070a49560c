"""The worked numbers of the domain that a tariff decides, each as a schedule written by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from optimizer.schedule import MonthBill
from tests.auditor import hand
from tests.auditor.bill import billed
from tests.auditor.worked import Worked
from tests.toys import group_fleet, scenario


def demand() -> Worked:
    """Two groups on 15-minute periods, demand 10 USD/MW on 30-minute intervals, price 50, 390; 15 USD."""
    flat = billed.always(0.01, metering_minutes=30)
    toy = _toy([50.0, 390.0], {"name": "rate", "demand": [flat]}, 2, time={"resolution_minutes": 15})
    rows = _rows([2, 0], [50, 390], 2)
    ledger = {
        "grid": {"energy": [-25, 0]},
        "flat": {"demand": [0, -10]},
        "miners": {"mining_revenue": [50, 0]},
    }
    line = billed.line(peak_mw=1, billed_mw=1, usd=10, added_usd=10)
    month = billed.month("2026-01", 0.5, peaks_mw={"flat": 1.0})
    state = {"fleets": {"miners": hand.groups_state(("off", 2, 0.25), starts_today=2)}, "tariff": {"months": [month]}}
    return _with_bill(toy, hand.schedule(toy, rows, ledger, state=state), billed.bill("2026-01", 0.5, line))


def coincident() -> Worked:
    """One group, coincident peak 13,750 USD/MW × 0.003, price 50; 8.75 USD."""
    charge = {"name": "4CP", "rate_usd_per_kw": 13.75, "probability": 0.003}
    toy = _toy([50.0], {"name": "rate", "coincident": [charge]}, 1)
    ledger = {
        "grid": {"energy": -50},
        "4CP": {"coincident_peak": -41.25},
        "miners": {"mining_revenue": 100},
    }
    state = {
        "fleets": {"miners": hand.groups_state(("normal", 1, 1), starts_today=1, it_power_mw=1)},
        "tariff": {"months": [billed.month("2026-01", 1, coincident_usd=41.25)]},
    }
    plan = hand.schedule(toy, _rows([1], [50], 1), ledger, state=state)
    return _with_bill(toy, plan, billed.bill("2026-01", 1, coincident_usd=41.25))


def ratchet() -> Worked:
    """Ratchet 80 %, 2.5 MW in the look-back: two groups, demand 60 USD/MW, price 50; 100 USD."""
    before = billed.looked("2025-12", flat=2.5)
    flat = billed.always(0.06, ratchet={"share": 0.8})
    toy = _toy([50.0], {"name": "rate", "demand": [flat]}, 2, state={"tariff": {"months": [before]}})
    ledger = {"grid": {"energy": -100}, "miners": {"mining_revenue": 200}}
    line = billed.line(peak_mw=2, ratchet_mw=2, billed_mw=2, usd=120, hands_on_mw=1.6)
    month = billed.month("2026-01", 2, peaks_mw={"flat": 2.0}, look_back_mw={"flat": 2.0})
    state = {
        "fleets": {"miners": hand.groups_state(("normal", 2, 1), starts_today=2, it_power_mw=2)},
        "tariff": {"months": [before, month]},
    }
    plan = hand.schedule(toy, _rows([2], [50], 2), ledger, state=state)
    return _with_bill(toy, plan, billed.bill("2026-01", 2, line))


def _toy(price: list[float], tariff: dict[str, Any], groups: int, **changes: Any) -> Any:
    supply = {"energy": {"price_usd_per_mwh": price}, "tariff": tariff}
    return scenario(price, fleets=[group_fleet(groups)], supply=supply, **changes)


def _rows(up: list[int], price: list[float], groups: int) -> Any:
    """Groups that start in the first period and stop where they are no longer up."""
    later = [0] * (len(up) - 1)
    stopped = [0, *(max(0, a - b) for a, b in pairwise(up))]
    return {
        "site": hand.site(up, price),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(up),
        "miners": hand.miners(up, [up[0], *later], stopped, groups=groups),
    }


def _with_bill(toy: Any, plan: Any, bill: Any) -> Worked:
    return toy, replace(plan, bills=(MonthBill.model_validate(bill),))
