"""Energy prices, adders and losses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.auditor import hand, worked
from tests.toys import group_fleet, scenario


def idle(prices: list[float], start: str, tou: dict[str, Any], **time: Any) -> Any:
    """A site that draws nothing, under a time-of-use calendar."""
    toy = scenario({"tou": tou}, periods=len(prices), time={"zone": "America/Chicago", "start": start, **time})
    return toy, hand.schedule(toy, {"site": hand.site(0, prices), "hall": hand.hall(0)}, {})


def window(price: float, **changes: Any) -> dict[str, Any]:
    return {"name": f"at {price:g}", "price_usd_per_mwh": float(price), **changes}


def test_price_rows():
    toy, plan = worked.one_group()
    spoilt = hand.set_row(plan, toy, "site", "energy_price_usd_per_mwh", 1, 190)
    hand.assert_caught(toy, spoilt, "input", "site", 1, -10)
    hand.assert_caught(toy, hand.set_row(plan, toy, "site", "adders_usd_per_mwh", 0, 1), "input", "site", 0, 1)


def test_adders_and_losses():
    """1 MWh at 50 + 4 + 6 with 10 % loss: 55 + 4.4 + 6.6."""
    energy = {
        "loss_factor": 0.1,
        "adders": [{"name": "wires", "usd_per_mwh": 4.0}, {"name": "retail", "usd_per_mwh": 6.0}],
    }
    toy = scenario([50, 200], fleets=[group_fleet()], energy=energy)
    rows = {
        "site": hand.site([1, 0], [50, 200], adders=10),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall([1, 0]),
        "miners": hand.miners([1, 0], [1, 0], [0, 1]),
    }
    ledger = {
        "grid": {"energy": [-55, 0]},
        "wires": {"adders": [-4.4, 0]},
        "retail": {"adders": [-6.6, 0]},
        "miners": {"mining_revenue": [100, 0]},
    }
    state = {"fleets": {"miners": hand.groups_state(("off", 1, 1), starts_today=1)}}
    plan = hand.schedule(toy, rows, ledger, state=state)
    hand.assert_accepted(toy, plan, 34)
    spoilt = hand.map_ledger(plan, lambda r: None if r.item == "wires" else r)
    hand.assert_caught(toy, spoilt, "ledger", "wires", 0, 4.4)
    spoilt = hand.map_ledger(plan, lambda r: r._replace(item="dues") if r.item == "wires" else r)
    hand.assert_caught(toy, spoilt, "ledger", "dues", 0, -4.4)


def test_the_first_window_counts_and_the_night_passes_midnight():
    tou = {"windows": [window(20, start="22:00", end="06:00"), window(60, start="05:00", end="07:00"), window(90)]}
    hand.assert_accepted(*idle([20, 20, 60, 90], "2026-01-06T04:00:00", tou))
    hand.assert_accepted(*idle([90, 20, 20], "2026-01-06T21:00:00", tou))
    toy, plan = idle([20, 60, 60, 90], "2026-01-06T04:00:00", tou)
    hand.assert_caught(toy, plan, "input", "site", 1, 40)


def test_a_window_that_changes_inside_a_period_is_averaged():
    tou = {"windows": [window(120, start="07:20", end="07:35"), window(40)]}
    hand.assert_accepted(*idle([40, 60, 40], "2026-01-06T06:00:00", tou))


def test_months_and_days():
    """2026-07-03 (Friday) is the observed holiday, the 4th and 5th are the weekend, Monday is a weekday."""
    tou = {
        "holidays": "US-TX",
        "windows": [
            window(1, days=["holiday"]),
            window(2, days=["weekend"]),
            window(3, days=["weekday"], months=[7]),
            window(4),
        ],
    }
    hand.assert_accepted(*idle([4, 3], "2026-06-30T23:00:00", tou))
    hand.assert_accepted(*idle([3, 1], "2026-07-02T23:00:00", tou))
    hand.assert_accepted(*idle([2, 3], "2026-07-05T23:00:00", tou))
    hand.assert_accepted(*idle([3, 3], "2026-07-02T23:00:00", tou | {"holidays": None}))
    hand.assert_caught(*idle([3, 3], "2026-07-02T23:00:00", tou), "input", "site", 1, 2)


@pytest.mark.parametrize(
    ("start", "prices"),
    [
        ("2026-03-08T00:00:00", [10, 10, 30]),  # 00, 01, 03: the clock skips 02
        ("2026-11-01T00:00:00", [10, 10, 10, 30]),  # 00, 01, 01, 02
    ],
)
def test_windows_follow_the_local_clock(start, prices):
    tou = {"windows": [window(10, start="00:00", end="02:00"), window(30)]}
    hand.assert_accepted(*idle(prices, start, tou))


def test_a_moment_that_no_window_covers():
    """A scenario is refused for that; the audit does not count on it."""
    tou = {"windows": [window(10, start="00:00", end="02:00"), window(0)]}
    toy, plan = idle([10, 10, 0], "2026-01-06T00:00:00", tou)
    energy = toy.supply.energy
    short = energy.tou.model_copy(update={"windows": energy.tou.windows[:1]})
    energy = energy.model_copy(update={"tou": short})
    toy = toy.model_copy(update={"supply": toy.supply.model_copy(update={"energy": energy})})
    found = hand.assert_caught(toy, plan, "input", "site", 2)
    assert "covers 2026-01-06T02:00:00-06:00" in found.message
    assert {v.start for v in hand.audit(toy, plan).violations} == {toy.horizon.label(2)}
