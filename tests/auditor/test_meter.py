"""The balance at the meter with renewables, and export."""

from __future__ import annotations

import pytest

from optimizer.schedule import DispatchRow
from tests.auditor import hand, plant


def test_what_is_left_over_is_exported():
    hand.assert_accepted(*plant.wind(), -15)


def test_what_is_curtailed_is_not():
    hand.assert_accepted(*plant.wind(used=(0, 2)), -110)


def test_everything_at_once_by_the_half_hour():
    toy, plan = plant.half_hours()
    hand.assert_accepted(toy, plan, 32)
    hand.assert_caught(toy, hand.set_row(plan, toy, "engine", "output_mw", 1, 2.1), "ramp", "engine", 1, 0.1)


def test_tolerance_is_a_millionth_of_what_can_flow():
    """5 MW flow out at most: 2 MW of load, 3 MW of export; 4 MW of wind and 2 MW of import could flow in."""
    toy, plan = plant.wind()
    hand.assert_accepted(toy, hand.set_row(plan, toy, "site", "import_mw", 0, 1 + 4.9e-6))
    hand.assert_caught(toy, hand.set_row(plan, toy, "site", "import_mw", 0, 1 + 5.1e-6), "balance", "site", 0)


@pytest.mark.parametrize(("name", "rule", "period"), [("import", "import_limit", 0), ("export", "export_limit", 1)])
def test_limits_that_are_finer_than_the_periods_take_their_least(name, rule, period):
    values = [3.0, 3.0, 3.0, 3.0]
    values[2 * period + 1] = 0.75
    limit = {"start": "2026-01-05T00:00:00Z", "interval_minutes": 30, "values": values}
    toy, _ = plant.wind(**{f"{name}_limit_mw": limit})
    hand.assert_caught(toy, plant.wind()[1], rule, "site", period, [0.25, 1.25][period])


def test_balance():
    toy, plan = plant.wind()
    found = hand.assert_caught(toy, hand.set_row(plan, toy, "site", "import_mw", 0, 1.5), "balance", "site", 0, 0.5)
    assert found.message.startswith("import less export is given as 1.5 MW")
    hand.assert_caught(toy, hand.set_row(plan, toy, "site", "export_mw", 1, 1.5), "balance", "site", 1, 0.5)
    hand.assert_caught(toy, hand.set_row(plan, toy, "wind", "used_mw", 1, 3), "balance", "site", 1, -1)


def test_never_import_and_export_at_once():
    """The balance is right all the same, and so is the money of what is left of both."""
    toy, plan = plant.wind()
    spoilt = hand.set_row(plan, toy, "site", "import_mw", 1, 0.5)
    spoilt = hand.set_row(spoilt, toy, "site", "export_mw", 1, 2.5)
    found = hand.assert_caught(toy, spoilt, "import_and_export", "site", 1, 0.5)
    assert "0.5 MW are imported and 2.5 MW exported" in found.message
    assert {v.rule for v in hand.audit(toy, spoilt).violations} == {"import_and_export"}


def test_import_and_export_are_not_negative():
    toy, plan = plant.wind()
    hand.assert_caught(toy, hand.set_row(plan, toy, "site", "import_mw", 1, -2), "range", "site", 1, -2)
    hand.assert_caught(toy, hand.set_row(plan, toy, "site", "export_mw", 0, -1), "range", "site", 0, -1)


def test_export_limit():
    _, plan = plant.wind()
    toy, _ = plant.wind(export_limit_mw=[3.0, 1.5])
    found = hand.assert_caught(toy, plan, "export_limit", "site", 1, 0.5)
    assert "export is 2 MW, 0.5 above its export limit of 1.5" in found.message
    hand.assert_caught(toy, plan, "input", "site", 1, 1.5)


def test_a_site_that_may_not_export_has_nothing_left_over():
    toy, _ = plant.wind(export_limit_mw=0.0)
    rows = {
        "site": hand.site([1, 0], [50, 30]),
        "hall": hand.hall(0, facility_mw=2),
        "wind": {"used_mw": [1, 2], "available_mw": [1, 4]},
    }
    ledger = {"grid": {"energy": [-50, 0]}, "wind": {"ppa": [-5, -10]}}
    plan = hand.schedule(toy, rows, ledger)
    hand.assert_accepted(toy, plan, -65)
    spoilt = hand.set_row(plan, toy, "wind", "used_mw", 1, 2.5)
    hand.assert_caught(toy, spoilt, "export_limit", "site", 1, 0.5)
    hand.assert_caught(toy, spoilt, "balance", "site", 1, 0.5)
    # Nor has it rows of export.
    row = DispatchRow(toy.horizon.starts[0], "site", "export_mw", 0.0)
    spoilt = hand.replace(plan, dispatch_rows=(*plan.dispatch_rows, row))
    hand.assert_caught(toy, spoilt, "rows", "site", 0, 1)


def test_export_earns_the_energy_price_or_its_own_without_adders_and_losses():
    toy, plan = plant.wind()
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "export" else r)
    hand.assert_caught(toy, spoilt, "ledger", "grid", 1, -60)
    own = {"export_price_usd_per_mwh": [7.0, -8.0]}
    hand.assert_accepted(*plant.wind(energy=own, export_price=(7, -8)), -91)
    hand.assert_caught(toy, hand.set_row(plan, toy, "site", "export_price_usd_per_mwh", 1, 31), "input", "site", 1, 1)

    billed = {"loss_factor": 0.1, "adders": [{"name": "delivery", "usd_per_mwh": 2.0}]}
    toy, plan = plant.wind(energy=billed)
    rate = {"energy": 1.1}
    right = hand.map_ledger(plan, lambda r: r._replace(usd=r.usd * rate.get(r.kind, 1.0)))
    right = hand.set_row(
        hand.set_row(right, toy, "site", "adders_usd_per_mwh", 0, 2), toy, "site", "adders_usd_per_mwh", 1, 2
    )
    line = right.ledger_rows[0]._replace(item="delivery", kind="adders", usd=-2.2)
    right = hand.map_ledger(hand.replace(right, ledger_rows=(line, *right.ledger_rows)), lambda r: r)
    right = hand.set_outcome(right, bound_usd=right.horizon_profit_usd)
    hand.assert_accepted(toy, right, -22.2)


def test_renewables():
    toy, plan = plant.wind()
    found = hand.assert_caught(
        toy, hand.set_row(plan, toy, "wind", "used_mw", 0, 1.2), "renewable_limit", "wind", 0, 0.2
    )
    assert "0.2 above its available power of 1" in found.message
    hand.assert_caught(toy, hand.set_row(plan, toy, "wind", "used_mw", 0, -0.1), "range", "wind", 0, -0.1)
    hand.assert_caught(toy, hand.set_row(plan, toy, "wind", "available_mw", 1, 3), "input", "wind", 1, -1)
    hand.assert_caught(toy, hand.map_ledger(plan, lambda r: None if r.item == "wind" else r), "ledger", "wind", 1, 20)


def test_an_island_without_a_connection():
    """Limit 0: what rounding leaves of the balance is no import."""
    toy, _ = plant.wind(import_limit_mw=0.0, export_limit_mw=0.0)
    rows = {
        "site": hand.site(0, [50, 30], limit=0),
        "hall": hand.hall(0, facility_mw=2),
        "wind": {"used_mw": [1, 2 - 1e-9], "available_mw": [1, 4]},
    }
    plan = hand.schedule(toy, rows, {"wind": {"ppa": [-5, -10]}})
    violations = hand.audit(toy, plan).violations
    assert {v.start for v in violations} == {toy.horizon.label(0), None}
    hand.assert_caught(toy, plan, "import_limit", "site", 0, 1)


@pytest.mark.parametrize(
    "case",
    [
        plant.battery_141,
        plant.wind,
        plant.engine,
        plant.agreement,
        plant.two_settlement,
        plant.emissions,
        plant.half_hours,
    ],
)
def test_every_single_value_matters(case):
    """Whatever value of whatever row is off by 0.01, and whatever row is missing, its item is named."""
    toy, plan = case()
    hand.assert_accepted(toy, plan)
    for row in plan.dispatch_rows:
        period = toy.horizon.starts.index(row.start)
        spoilt = hand.set_row(plan, toy, row.item, row.quantity, period, row.value + 0.01)
        found = hand.audit(toy, spoilt).violations
        assert any((v.item, v.start) == (row.item, toy.horizon.label(period)) for v in found), row
        missing = tuple(r for r in plan.dispatch_rows if r is not row)
        hand.assert_caught(toy, hand.replace(plan, dispatch_rows=missing), "completeness", row.item, period, 1)
    for line in plan.ledger_rows:
        left = tuple(r for r in plan.ledger_rows if r is not line)
        period = toy.horizon.starts.index(line.start)
        hand.assert_caught(toy, hand.replace(plan, ledger_rows=left), "ledger", line.item, period, -line.usd)
