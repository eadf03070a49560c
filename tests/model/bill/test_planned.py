"""A plan's import and a metered load are billed by one rule: whole months come to the same, line by line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.model.bill.coincident import usd_per_mw
from optimizer.model.bill.planned import planned_bill
from optimizer.scenario.scenario import Scenario
from optimizer.tariff import MeteredLoad, bill
from optimizer.tariff.prices import energy_price
from optimizer.tariff.rule.steps import KW_PER_MW
from tests.auditor.bill import billed
from tests.auditor.bill.test_against_the_bill import DEMAND, EVENING, EXTRAS, rates

STARTS = {"2025-10-01T00:00:00": 61 * 96 + 4, "2026-02-01T00:00:00": 59 * 96 - 4}
"""Two months of quarter hours each, with a change of the clocks in them."""
PEAKS = [{"start": "2025-10-20T17:30:00-05:00", "minutes": 40, "weight": 0.5}, {"start": "2026-03-02T17:00:00-06:00"}]


def load_mw(periods: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Import with spikes, the later month the lower."""
    rng = np.random.default_rng(11)
    load = np.round(rng.uniform(0, 6, periods) + 4 * (rng.uniform(size=periods) > 0.999), 3)
    load[periods // 2 :] *= 0.6
    return load


def lines_usd(site: Scenario, import_mw: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, list[float]]:
    """Dollars of each month by line, as the plan's ledger reads them from its rule."""
    planned = planned_bill(site)
    assert planned is not None
    rule, horizon = planned.rule, site.horizon
    energy = rule.months.sums(energy_price(site.supply, horizon) * horizon.hours * import_mw)
    energy = energy + planned.tiers_usd(import_mw)
    coincident, demand = np.zeros(horizon.periods), np.zeros(rule.months.count)
    for peak in rule.tariff.coincident:
        coincident += usd_per_mw(peak, rule, horizon) * import_mw
    for charge in rule.charges:
        anyway = charge.usd(charge.floor_kw)
        demand += anyway + charge.demand_usd(import_mw) + charge.ratchet_usd(import_mw)
    return {
        "energy": energy.tolist(),
        "demand": demand.tolist(),
        "coincident": rule.months.sums(coincident).tolist(),
        "fixed": rule.fixed_usd.tolist(),
        "minimum": planned.minimum_usd(import_mw, energy).tolist(),
    }


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(
    "tariff",
    [
        {"energy": rates(), "demand": DEMAND},
        {"energy": rates({"up_to_kwh": 2e6}, {"up_to_kwh": 3e6}), "demand": DEMAND, "minimum": {"usd_per_day": 9e3}},
        {"energy": rates({"up_to_kwh_per_kw": 150.0}, {"up_to_kwh_per_kw": 300.0}), "demand": DEMAND},
        {"energy": rates({"up_to_kwh_per_kw_day": 9.0}), "demand": DEMAND[1:], "minimum": {"usd_per_month": 4e5}},
    ],
)
def test_whole_months_cost_what_their_load_is_billed(tariff: dict[str, Any], start: str) -> None:
    peaks = {"name": "12CP", "rate_usd_per_kw": 2.0, "peaks": PEAKS}
    windows = {"name": "4CP", "rate_usd_per_kw": 1.5, "windows": [EVENING]}
    site = billed.site(
        STARTS[start], tariff | EXTRAS | {"coincident": [windows, peaks]}, start=start, step=15, price=None
    )
    load = load_mw(site.horizon.periods)
    assert site.supply.tariff is not None
    metered = MeteredLoad(site.horizon.starts[0], 15, load * KW_PER_MW)
    wanted = bill(site.supply.tariff, metered, timezone="America/Chicago").months
    for line, usd in lines_usd(site, load).items():
        assert usd == pytest.approx([month.lines[f"{line}_usd"] for month in wanted], rel=1e-9), line


def test_a_horizon_of_a_part_of_a_month_shares_out_the_whole_month_s_peak() -> None:
    """January 2026 has 22 weekdays: an hour of one of them has a 22nd of the peak. A load of that hour has all."""
    hour = [{"start": "17:00:00", "end": "18:00:00", "days": ["weekday"]}]
    tariff = {"coincident": [{"name": "cp", "rate_usd_per_kw": 2.2, "windows": hour}]}
    site = billed.site(1, tariff, start="2026-01-05T17:00:00")
    usd = lines_usd(site, np.array([3.0]))["coincident"]
    assert usd == [pytest.approx(2200 * 3.0 / 22)]
    assert site.supply.tariff is not None
    metered = MeteredLoad(site.horizon.starts[0], 60, [3000.0])
    assert bill(site.supply.tariff, metered).months[0].lines["coincident_usd"] == pytest.approx(2200 * 3.0)


def test_a_peak_that_is_only_expected_is_not_billed_and_not_paid_for_twice() -> None:
    """2 MW expected, 3 MW imported after 1 MW: the plan adds 1 MW, the bill has 3 MW."""
    site = billed.site(
        1,
        {"demand": [billed.always(10.0)]},
        state={"months": [{"month": "2026-01", "peaks_mw": {"flat": 1.0}}]},
        supply={"expected_peaks": [{"charge": "flat", "month": "2026-01", "peak_mw": 2.0}]},
    )
    planned = planned_bill(site)
    assert planned is not None
    (flat,) = planned.rule.charges
    for mw, added, whole in ((3.0, 10_000.0, 30_000.0), (1.5, 0.0, 15_000.0), (0.5, 0.0, 10_000.0)):
        load = np.array([mw])
        assert flat.demand_usd(load).tolist() == [added]
        assert flat.billed_usd(load).tolist() == [whole]
        (line,) = flat.lines(load)
        assert line is not None and line.usd == whole
