"""Whole months that the audit bills cost what `optimizer.tariff`, which knows nothing of plans, bills their load."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.auditor import audit
from optimizer.tariff import MeteredLoad, bill
from tests.auditor.bill import billed
from tests.auditor.bill.billed import always

EVENING = {"months": [1, 2, 3, 11], "days": ["weekday"], "start": "16:30:00", "end": "20:15:00"}
NIGHT = {"start": "22:00:00", "end": "05:30:00"}
WINTER = {"months": [10, 11, 12]}


def rates(*ends: dict[str, float]) -> list[dict[str, Any]]:
    """Two periods whose tiers end alike and step alike."""
    steps = (0.0, 0.02, -0.01)
    return [
        {
            "name": name,
            "windows": [window],
            "tiers": [
                {"rate_usd_per_kwh": rate + step, "adjustment_usd_per_kwh": 0.001, **end}
                for step, end in zip(steps, [*ends, {}], strict=False)
            ],
        }
        for name, rate, window in (("evening", 0.11, EVENING), ("rest", 0.04, {}))
    ]


DEMAND = [
    always(
        tiers=[{"rate_usd_per_kw": 4.0, "up_to_kw": 5000.0}, {"rate_usd_per_kw": 7.0, "adjustment_usd_per_kw": 1.0}],
        metering_minutes=30,
        ratchet={"share": 0.9, "look_back_months": 2},
    ),
    always(9, name="evening", windows=[EVENING], metering_minutes=60),
    always(3, name="night", windows=[NIGHT], ratchet={"share": 0.7, "months": [10, 11], "windows": [EVENING]}),
    always(2, name="winter", windows=[WINTER], metering_minutes=15),
]
EXTRAS = {
    "holidays": "US-TX",
    "coincident": [{"name": "4CP", "rate_usd_per_kw": 1.5, "windows": [EVENING]}],
    "fixed": {"usd_per_month": 90.0, "usd_per_day": 4.0},
    "taxes": [
        {"name": "city", "percent": 7.0, "lines": ["energy", "demand", "fixed"]},
        {"name": "state", "percent": 2.0, "lines": ["coincident", "minimum"]},
    ],
}
ALIKE = ("energy", "demand", "coincident", "fixed", "minimum", "tax", "total")


@pytest.mark.parametrize("start", ["2025-10-01T00:00:00", "2026-02-01T00:00:00"])
@pytest.mark.parametrize(
    "tariff",
    [
        {"energy": rates(), "demand": DEMAND},
        {"energy": rates({"up_to_kwh": 2e6}, {"up_to_kwh": 3e6}), "minimum": {"usd_per_month": 400_000.0}},
        {"energy": rates({"up_to_kwh_per_day": 60_000.0}), "minimum": {"usd_per_day": 9_000.0}, "demand": DEMAND},
        {"energy": rates({"up_to_kwh_per_kw": 150.0}, {"up_to_kwh_per_kw": 300.0}), "demand": DEMAND},
        {"energy": rates({"up_to_kwh_per_kw_day": 9.0}), "demand": DEMAND[1:]},
        {"energy": rates({"up_to_kwh": 2e6}, {"up_to_kwh_per_kw": 150.0}), "demand": DEMAND},
        {"energy": rates(), "minimum": {"usd_per_month": 100_000.0, "usd_per_day": 12_000.0}},
    ],
)
def test_months_cost_what_their_load_is_billed(tariff: dict[str, Any], start: str) -> None:
    """Two months of quarter hours through a change of the clocks, with spikes, the later month the lower."""
    rng = np.random.default_rng(11)
    months = {"2025-10-01T00:00:00": 61 * 96 + 4, "2026-02-01T00:00:00": 59 * 96 - 4}
    load = np.round(rng.uniform(0, 6, months[start]) + 4 * (rng.uniform(size=months[start]) > 0.999), 3)
    load[len(load) // 2 :] *= 0.6
    toy = billed.site(len(load), tariff | EXTRAS, start=start, step=15, price=None)
    findings = audit(toy, billed.schedule(toy, load.tolist(), {}, []))
    metered = MeteredLoad(toy.horizon.starts[0], 15, load * 1000)
    assert toy.supply.tariff is not None
    wanted = bill(toy.supply.tariff, metered, timezone="America/Chicago")
    assert [own.month for own in findings.bills] == [month.month for month in wanted.months]
    for own, month in zip(findings.bills, wanted.months, strict=True):
        said = {name: getattr(own, f"{name}_usd") for name in ALIKE}
        lines = {name: month.lines.get(f"{name}_usd", 0.0) for name in ALIKE[:-1]}
        assert said == pytest.approx(lines | {"total": sum(month.lines.values())}, rel=1e-9), own.month
        peaks = {line.charge: line.peak_mw * 1000 for line in own.demand}
        assert peaks == pytest.approx({line.charge: line.peak_kw for line in month.demand}), own.month
