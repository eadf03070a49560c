"""Real rates in plans: what a plan's bill says is what the rate bills for the plan's own load."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from optimizer.planning.plan import plan_and_audit
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.tariff import Tariff
from optimizer.tariff import MeteredLoad, bill
from optimizer.tariff.files import read_tariff
from tests.shared_data import FOLDER, needs

RATES = sorted(path for path in (FOLDER / "tariffs").glob("*.json") if "cases" not in path.name)
ZONE = "America/Chicago"
START, DAYS = "2024-02-26T00:00:00", 4
"""To the end of the month."""
TIERS_BY_PERIOD = {"reopt_multi_tier_test"}
"""Rates whose energy tiers differ from one time-of-use period to the next: a plan refuses them."""

BILLED = {"energy", "demand", "ratchet", "coincident_peak", "fixed", "minimum", "tax"}


def days_under(tariff: Tariff) -> Scenario:
    """The last days of February on a feeder: miners that the rate switches, and a pool that runs."""
    fleet = {
        "name": "miners",
        "hall": "hall",
        "units": 400,
        "groups": 8,
        "modes": [
            {"name": "low", "power_w": 2400.0, "hashrate_th_per_s": 150.0},
            {"name": "normal", "power_w": 3500.0, "hashrate_th_per_s": 200.0},
        ],
    }
    pool = {"name": "pool", "hall": "hall", "nodes": 4, "gpus_per_node": 8, "idle_power_w": 2e3, "peak_power_w": 1e4}
    spot = {"kind": "spot", "name": "spot", "pools": ["pool"], "demand_gpus": 24.0, "price_usd_per_gpu_hour": 1.0}
    return Scenario.model_validate(
        {
            "schema_version": 1,
            "name": "feeder",
            "time": {"zone": ZONE, "start": START, "committed_days": DAYS},
            "site": {"import_limit_mw": 3.0, "halls": [{"name": "hall", "it_limit_mw": 3.0, "overhead_mw": 0.05}]},
            "supply": {"tariff": tariff},
            "bitcoin": {"hashprice_usd_per_ph_day": 110.0},
            "fleets": [fleet],
            "pools": [pool],
            "contracts": [spot],
        }
    )


@needs("tariffs")
@pytest.mark.parametrize("path", RATES, ids=lambda path: path.stem)
def test_a_plan_is_billed_as_its_load_is(path: Path) -> None:
    tariff = read_tariff(path).tariff
    if path.stem in TIERS_BY_PERIOD:
        with pytest.raises(ValueError, match="same steps from tier to tier"):
            days_under(tariff)
        return
    schedule, findings = plan_and_audit(days_under(tariff))
    assert findings.ok, str(findings)
    assert schedule.outcome.status == "proven"
    load_kw = [
        row.value * 1000.0 for row in schedule.dispatch_rows if (row.item, row.quantity) == ("site", "import_mw")
    ]
    start = datetime.fromisoformat(START).replace(tzinfo=ZoneInfo(ZONE))
    (billed,) = bill(tariff, MeteredLoad(start, 60, load_kw), timezone=ZONE).months
    (planned,) = schedule.bills
    lines = billed.lines
    assert planned.energy_usd == pytest.approx(lines["energy_usd"], rel=1e-9, abs=1e-6)
    assert planned.demand_usd == pytest.approx(lines["demand_usd"], rel=1e-9, abs=1e-6)
    assert planned.fixed_usd == pytest.approx(lines["fixed_usd"])
    assert planned.minimum_usd == pytest.approx(lines["minimum_usd"], abs=1e-6)
    assert planned.coincident_usd == pytest.approx(lines["coincident_usd"], abs=1e-6)
    assert planned.total_usd == pytest.approx(billed.total_usd, rel=1e-9, abs=1e-6)
    assert sum(usd for kind, usd in schedule.ledger_by_kind.items() if kind in BILLED) == pytest.approx(
        -billed.total_usd, rel=1e-9, abs=1e-6
    )
