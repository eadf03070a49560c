"""Reserve products: what each part can offer, what holds over all of them, and their money."""

from __future__ import annotations

import pytest

from tests.auditor import flexible, hand, plant
from tests.toys import group_fleet, mode


def offering(plan, toy, product, values, period=0):
    """The schedule with other offers of a product; what is offered in all follows."""
    for quantity, mw in values.items():
        plan = hand.set_row(plan, toy, product, quantity, period, mw)
    return plan


def rules(toy, plan):
    return {(v.rule, v.item) for v in hand.audit(toy, plan).violations}


def test_the_worked_number():
    toy, plan = flexible.reserve_110()
    hand.assert_accepted(toy, plan, 110)
    spoilt = hand.map_ledger(plan, lambda r: r._replace(usd=20.0) if r.kind == "reserve" else r)
    hand.assert_caught(toy, spoilt, "ledger", "ECRS", 0, 10)
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "reserve" else r)
    hand.assert_caught(toy, spoilt, "ledger", "ECRS", 0, -10)


def test_what_is_saved_is_all_that_import_costs():
    """(50 + 2) × 1.1 + 0.5 t × 20 USD = 67.2 USD/MWh; 2 × (10 − 0.1 × (100 − 67.2)) = 13.44."""
    supply = {
        "reserves": [flexible.reserve()],
        "carbon": {"intensity_kg_per_mwh": 500.0, "price_usd_per_tonne": 20.0},
    }
    energy = {"adders": [{"name": "delivery", "usd_per_mwh": 2.0}], "loss_factor": 0.1}
    toy = flexible.facility([50], supply, energy, fleets=[group_fleet(2)])
    rows = {
        "site": hand.site(2, 50, adders=2) | {"carbon_kg": 1000},
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(2),
        "miners": hand.miners([2], [2], [0], groups=2),
        "ECRS": {"offered_mw": 2, "price_usd_per_mw_h": 10, "up_mw[miners normal]": 2},
    }
    ledger = {
        "grid": {"energy": -110, "carbon": -20},
        "delivery": {"adders": -4.4},
        "miners": {"mining_revenue": 200},
        "ECRS": {"reserve": 13.44},
    }
    state = {
        "fleets": {"miners": hand.groups_state(("normal", 2, 1), starts_today=2, it_power_mw=2)},
        "carbon_tonnes": 1.0,
    }
    hand.assert_accepted(toy, hand.schedule(toy, rows, ledger, state=state), 79.04)


def test_pool_fee_and_the_share_called_by_the_period():
    """A fee of 20 %: 80 USD a group; shares 0.1 and 0.5 in half hours: 0.25 in the hour."""
    toy, plan = flexible.reserve_110(
        deployment_share={"start": "2026-01-05T00:00:00Z", "interval_minutes": 30, "values": [0.1, 0.4]}
    )
    bitcoin = {"hashprice_usd_per_ph_day": 24.0, "pool_fee": 0.2}
    toy = toy.model_copy(update={"bitcoin": type(toy.bitcoin).model_validate(bitcoin)})
    plan = hand.map_ledger(
        plan, lambda r: r._replace(usd={"mining_revenue": 160.0, "reserve": 2 * (10 - 0.25 * 30)}.get(r.kind, r.usd))
    )
    hand.assert_accepted(toy, hand.set_outcome(plan, bound_usd=65.0), 65)


def test_modes_with_their_draw_off_availability_and_pue_in_two_products():
    toy, plan = flexible.yard()
    hand.assert_accepted(toy, plan, 67.55)


@pytest.mark.parametrize(
    ("product", "quantity", "mw", "over"),
    [
        ("ECRS", "up_mw[miners normal]", 1.65, 0.1),
        ("reg", "up_mw[miners normal]", 0.55, 0.1),
        ("ECRS", "up_mw[miners low]", 0.6, 0.05),
        ("reg", "down_mw[miners low]", 0.5, 0.05),
        ("reg", "down_mw[miners normal]", 0.1, 0.1),
    ],
)
def test_no_part_offers_more_than_it_can_to_all_products_together(product, quantity, mw, over):
    toy, plan = flexible.yard()
    spoilt = hand.set_row(plan, toy, product, quantity, 0, mw)
    found = hand.assert_caught(toy, spoilt, "reserve_capacity", "miners", 0, over)
    assert quantity[-7:-1].split()[-1] in found.message


def test_groups_without_availability_offer_nothing():
    toy, plan = flexible.reserve_110(fleet={"availability": 0.0})
    hand.assert_caught(toy, plan, "reserve_capacity", "miners", 0, 2)


def test_a_draw_off_as_high_leaves_nothing_to_drop():
    sleepy = {"modes": [mode("normal"), mode("rest", 1.0, 0)]}
    toy, plan = flexible.reserve_110(fleet=sleepy)
    hand.assert_caught(toy, plan, "reserve_capacity", "miners", 0, 2)


def test_a_barred_mode_is_none_to_rise_to():
    """Above 30 °C no group may be normal; a low group has nowhere to rise to."""
    barred = [mode("normal", max_ambient_c=30.0), *flexible.MIXED["modes"][1:]]
    toy, plan = flexible.yard(site={"ambient_c": 31.0})
    fleets = [toy.fleets[0].model_copy(update={"modes": tuple(type(toy.fleets[0].modes[0])(**m) for m in barred)})]
    hand.assert_caught(toy.model_copy(update={"fleets": tuple(fleets)}), plan, "reserve_capacity", "miners", 0, 0.45)
    hand.assert_accepted(*flexible.yard(site={"ambient_c": 30.0}))


def test_a_mode_is_barred_above_its_limit_only():
    hot = [mode("normal", max_ambient_c=30.0), *flexible.MIXED["modes"][1:]]
    toy, plan = flexible.yard(site={"ambient_c": 30.0})
    fleet = type(toy.fleets[0]).model_validate(toy.fleets[0].model_dump() | {"modes": hot})
    hand.assert_accepted(toy.model_copy(update={"fleets": (fleet,)}), plan)


@pytest.mark.parametrize("further", [mode("odd", 0.5, 120), mode("slow", 1.0, 50)])
def test_groups_rise_to_the_highest_draw_and_of_two_to_the_one_that_hashes_more(further):
    """A mode that draws less and hashes more, or draws as much and hashes less, is not risen to."""
    toy, plan = flexible.yard()
    dumped = toy.fleets[0].model_dump()
    fleet = type(toy.fleets[0]).model_validate(dumped | {"modes": [*flexible.MIXED["modes"], further]})
    name = further["name"]
    rows = [("miners", f"groups[{name}]"), ("miners", f"groups_started[{name}]"), ("ECRS", f"up_mw[miners {name}]")]
    rows += [("reg", f"{way}_mw[miners {name}]") for way in ("up", "down")]
    none = tuple(plan.dispatch_rows[0]._replace(item=item, quantity=what, value=0.0) for item, what in rows)
    plan = hand.replace(plan, dispatch_rows=(*plan.dispatch_rows, *none))
    hand.assert_accepted(toy.model_copy(update={"fleets": (fleet,)}), plan, 67.55)


def test_warming_groups_are_not_counted():
    hand.assert_accepted(*flexible.warming(), 5)
    toy, plan = flexible.warming((0.5, 1))
    hand.assert_caught(toy, plan, "reserve_capacity", "miners", 0, 0.5)


def test_ramp_over_the_response_time_pue_included():
    """ECRS within 10 minutes, 2.1 MW; with regulation within 5 minutes 2.55 MW; the ramp counts at the meter."""
    at_meter = 2.55 * 60 / 10
    reg = {"response_minutes": 5.0}
    toy, plan = flexible.yard(reg, fleet={"ramp_mw_per_hour": at_meter / 1.25})
    hand.assert_accepted(toy, plan)
    # Quick regulation alone would need less.
    toy, _ = flexible.yard(reg, fleet={"ramp_mw_per_hour": 2.4 * 6 / 1.25})
    found = hand.assert_caught(toy, plan, "reserve_ramp", "miners", 0, 0.15)
    assert "within 10 minutes is 2.55 MW, 0.15 above" in found.message
    assert rules(toy, plan) == {("reserve_ramp", "miners")}
    # Where regulation has half an hour, it does not count to what answers in ten minutes.
    toy, _ = flexible.yard({"response_minutes": 30.0}, fleet={"ramp_mw_per_hour": 2.1 * 6 / 1.25})
    hand.assert_accepted(toy, plan)
    toy, _ = flexible.yard({"response_minutes": 30.0}, fleet={"ramp_mw_per_hour": 2.0 * 6 / 1.25})
    hand.assert_caught(toy, plan, "reserve_ramp", "miners", 0, 0.1)
    # Down counts by itself: 0.45 MW in 5 minutes.
    toy, _ = flexible.yard(reg, {"response_minutes": 60.0}, fleet={"ramp_mw_per_hour": 0.4 * 12 / 1.25})
    found = [v for v in hand.audit(toy, plan).violations if v.rule == "reserve_ramp"]
    assert [v.message.split()[0] for v in found] == ["down", "up"]


def test_spot():
    toy, plan = flexible.spot_reserve()
    hand.assert_accepted(toy, plan, 35.3)
    spoilt = hand.set_row(plan, toy, "ECRS", "up_mw[spot pool]", 0, 0.3)
    hand.assert_caught(toy, spoilt, "reserve_capacity", "spot", 0, 0.05)
    hand.assert_caught(toy, spoilt, "reserve_sum", "ECRS", 0, -0.05)
    # The pool's ramp: 1 MW/h is 0.15 MW in nine minutes; × 1.25 at the meter.
    ramped, _ = flexible.spot_reserve({"ramp_mw_per_hour": 1.0}, response_minutes=9.0)
    hand.assert_caught(ramped, plan, "reserve_ramp", "pool", 0, 0.25 - 1.25 * 0.15)


def test_a_battery_offers_what_power_and_store_leave():
    hand.assert_accepted(*flexible.store(), -99.4)
    hand.assert_accepted(*flexible.store(down_mw=(1.55 / 1.8, 1.55 / 1.8)))
    toy, plan = flexible.store(down_mw=(0.87, 0))
    hand.assert_caught(toy, plan, "reserve_store", "cells", 0, 0.87 * 1.8 - 1.55)
    # In the second hour the start is fuller than the end: it is the start that counts.
    toy, plan = flexible.store(down_mw=(0, 0.87))
    hand.assert_caught(toy, plan, "reserve_store", "cells", 1, 0.87 * 1.8 - 1.55)
    # Up, the emptier side: the start of the first hour, the end of the second.
    for up_mw, period in (((0.9, 0), 0), ((0, 0.9), 1)):
        toy, plan = flexible.store(up_mw=up_mw)
        found = hand.assert_caught(toy, plan, "reserve_store", "cells", period, 0.2)
        assert "is 1.8 MWh, 0.2 above its limit (what the store can give) of 1.6" in found.message
        assert rules(toy, plan) == {("reserve_store", "cells")}


def test_a_battery_offers_no_more_than_its_limits_leave():
    toy, plan = flexible.store(discharge_limit_mw=1.0)
    found = hand.assert_caught(toy, plan, "reserve_capacity", "cells", 1, 0.16)
    assert "discharge limit less its discharge" in found.message
    toy, plan = flexible.store(charge_limit_mw=1.2)
    hand.assert_caught(toy, plan, "reserve_capacity", "cells", 0, 0.1)
    assert rules(toy, plan) == {("reserve_capacity", "cells")}


def test_the_state_says_what_was_in_store():
    toy, plan = flexible.store()
    state = type(toy.state).model_validate({"batteries": {"cells": {"energy_mwh": 1.5}}})
    hand.assert_caught(toy.model_copy(update={"state": state}), plan, "reserve_store", "cells", 0, 0.4)


def test_symmetric_is_as_much_down_as_up():
    toy, plan = flexible.yard()
    spoilt = hand.set_row(plan, toy, "reg", "down_mw[miners low]", 0, 0.4)
    hand.assert_caught(toy, spoilt, "reserve_symmetry", "reg", 0, -0.05)
    spoilt = hand.set_row(plan, toy, "reg", "up_mw[miners normal]", 0, 0.4)
    hand.assert_caught(toy, spoilt, "reserve_symmetry", "reg", 0, 0.05)
    hand.assert_caught(toy, spoilt, "reserve_sum", "reg", 0, 0.05)


def test_min_block():
    _, plan = flexible.reserve_110()
    toy, _ = flexible.reserve_110(min_block_mw=2.5)
    found = hand.assert_caught(toy, plan, "reserve_block", "ECRS", 0, 0.5)
    assert "2 MW are offered, 0.5 below the least block of 2.5" in found.message
    hand.assert_accepted(flexible.reserve_110(min_block_mw=2.0)[0], plan)
    none = offering(plan, toy, "ECRS", {"offered_mw": 0, "up_mw[miners normal]": 0})
    none = hand.map_ledger(none, lambda r: None if r.kind == "reserve" else r)
    hand.assert_accepted(toy, hand.set_outcome(none, bound_usd=100.0), 100)


def test_most_that_is_bought_is_the_least_within_the_period():
    _, plan = flexible.reserve_110()
    most = {"start": "2026-01-05T00:00:00Z", "interval_minutes": 30, "values": [5.0, 1.5]}
    toy, _ = flexible.reserve_110(max_mw=most)
    found = hand.assert_caught(toy, plan, "reserve_limit", "ECRS", 0, 0.5)
    assert "2 MW, 0.5 above its most that is bought of 1.5" in found.message
    hand.assert_accepted(flexible.reserve_110(max_mw=2.0)[0], plan)


def test_rows_of_a_product():
    toy, plan = flexible.reserve_110()
    hand.assert_caught(toy, hand.set_row(plan, toy, "ECRS", "price_usd_per_mw_h", 0, 11), "input", "ECRS", 0, 1)
    hand.assert_caught(toy, hand.set_row(plan, toy, "ECRS", "offered_mw", 0, 1.9), "reserve_sum", "ECRS", 0, -0.1)
    toy, plan = flexible.yard()
    negative = hand.set_row(plan, toy, "ECRS", "up_mw[miners low]", 0, -0.1)
    hand.assert_caught(toy, negative, "range", "ECRS", 0, -0.1)


def test_tolerance_is_a_millionth_of_what_the_part_can():
    toy, plan = flexible.reserve_110()
    near = offering(plan, toy, "ECRS", {"offered_mw": 2 + 1.9e-6, "up_mw[miners normal]": 2 + 1.9e-6})
    hand.assert_accepted(toy, near)
    off = offering(plan, toy, "ECRS", {"offered_mw": 2 + 2.1e-6, "up_mw[miners normal]": 2 + 2.1e-6})
    hand.assert_caught(toy, off, "reserve_capacity", "miners", 0)


def with_wind(export_limit: float, used: float = 1.0):
    """The worked number with wind of 1 MW or more: what is imported (or exported) is less."""
    supply = {
        "reserves": [flexible.reserve(deployment_share=0.0)],
        "renewables": [{"name": "wind", "capacity_mw": 9.0, "factor": 1.0}],
    }
    toy = flexible.facility([50], supply, fleets=[group_fleet(2)], site={"export_limit_mw": export_limit})
    imported, exported = max(2 - used, 0.0), max(used - 2, 0.0)
    rows = {
        "site": hand.site(imported, 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(2),
        "wind": {"used_mw": used, "available_mw": 9},
        "miners": hand.miners([2], [2], [0], groups=2),
        "ECRS": {"offered_mw": 2, "price_usd_per_mw_h": 10, "up_mw[miners normal]": 2},
    }
    if export_limit:
        rows["site"] = hand.site(imported, 50) | plant.exporting([exported], 50, export_limit)
    ledger = {
        "grid": {"energy": -50 * imported, "export": 50 * exported},
        "miners": {"mining_revenue": 200},
        "ECRS": {"reserve": 20},
    }
    state = {"fleets": {"miners": hand.groups_state(("normal", 2, 1), starts_today=2, it_power_mw=2)}}
    return toy, hand.schedule(toy, rows, ledger, state=state)


def test_what_is_offered_up_goes_through_the_connection():
    found = hand.assert_caught(*with_wind(0.0), "reserve_connection", "site", 0, 1)
    assert "2 MW, 1 above its limit (import and room for export) of 1" in found.message
    hand.assert_accepted(*with_wind(1.0))
    hand.assert_accepted(*with_wind(3.0, used=3.0))
    hand.assert_caught(*with_wind(2.5, used=3.0), "reserve_connection", "site", 0, 0.5)


def test_what_is_offered_down_goes_through_the_connection():
    """3.05 MW of import and 0.45 MW that may be called."""
    _, plan = flexible.yard()
    for limit, accepted in ((3.5, True), (3.4, False)):
        toy, _ = flexible.yard(site={"import_limit_mw": limit})
        capped = hand.set_row(plan, toy, "site", "import_limit_mw", 0, limit)
        if accepted:
            hand.assert_accepted(toy, capped)
        else:
            hand.assert_caught(toy, capped, "reserve_connection", "site", 0, 0.1)
            assert rules(toy, capped) == {("reserve_connection", "site")}
    order = {"name": "call", "start": "2026-01-05T00:00:00", "end": "2026-01-05T00:10:00", "import_limit_mw": 3.3}
    toy, _ = flexible.yard(site={"curtailment": [order]})
    capped = hand.set_row(plan, toy, "site", "import_limit_mw", 0, 3.3)
    hand.assert_caught(toy, capped, "reserve_connection", "site", 0, 0.2)
    # Nothing offered down: nothing to be let in.
    toy, plan = flexible.reserve_110()
    tight = toy.model_copy(update={"site": toy.site.model_copy(update={"import_limit_mw": 2.0})})
    hand.assert_accepted(tight, hand.set_row(plan, tight, "site", "import_limit_mw", 0, 2.0))


def test_import_above_its_limit_is_no_fault_of_reserves_that_only_drop():
    toy, plan = flexible.reserve_110()
    tight = toy.model_copy(update={"site": toy.site.model_copy(update={"import_limit_mw": 1.5})})
    assert rules(tight, hand.set_row(plan, tight, "site", "import_limit_mw", 0, 1.5)) == {("import_limit", "site")}


def test_what_is_offered_down_fits_into_its_hall():
    """2.44 MW of IT power, and 0.45 / 1.25 = 0.36 MW that may be called."""
    _, plan = flexible.yard()
    hand.assert_accepted(flexible.yard(hall={"it_limit_mw": 2.8})[0], plan)
    found = hand.assert_caught(flexible.yard(hall={"it_limit_mw": 2.7})[0], plan, "reserve_connection", "hall", 0, 0.1)
    assert "IT power with all down reserve called is 2.8 MW" in found.message


def test_cooling_modes_give_the_pue_and_limit_what_may_be_called():
    """PUE is that of the cheapest mode that holds; no call goes beyond what any of them can cool."""
    cheap = {"name": "water", "power_share": 0.25}
    _, plan = flexible.yard()
    toy, _ = flexible.yard()
    row = plan.dispatch_rows[0]

    def with_cooling(*modes):
        (hall,) = toy.site.halls
        cooled = type(hall).model_validate(hall.model_dump(exclude={"pue", "cooling"}) | {"cooling": modes})
        extra = tuple(
            row._replace(item="hall", quantity=f"cooling[{m['name']}]", value=float(m["name"] == "water"))
            for m in modes
        )
        site = toy.site.model_copy(update={"halls": (cooled,)})
        return toy.model_copy(update={"site": site}), hand.replace(plan, dispatch_rows=plan.dispatch_rows + extra)

    hand.assert_accepted(*with_cooling(cheap))
    hand.assert_accepted(*with_cooling(cheap | {"it_limit_mw": 2.8}))
    hand.assert_caught(*with_cooling(cheap | {"it_limit_mw": 2.5}), "reserve_connection", "hall", 0, 0.3)
    hand.assert_accepted(*with_cooling(cheap | {"it_limit_mw": 2.5}, {"name": "spare", "power_share": 0.5}))
    # A cheaper mode that could not cool so much holds all the same: a MW at the meter is more IT power, so a group
    # can drop 0.88 MW only.
    found = with_cooling(cheap, {"name": "small", "power_share": 0.1, "it_limit_mw": 1.0})
    hand.assert_caught(*found, "reserve_capacity", "miners", 0, 2 - 2 * 0.8 * 1.1)


@pytest.mark.parametrize(
    "case",
    [
        flexible.reserve_110,
        flexible.yard,
        flexible.warming,
        flexible.spot_reserve,
        flexible.store,
        flexible.event,
        flexible.cooled,
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
