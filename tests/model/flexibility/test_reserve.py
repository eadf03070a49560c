"""Reserve products, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.insight.clash import clashes
from optimizer.model.formulation import formulate
from solvers import Options
from solvers import solve as solve_problem
from tests.model.conftest import Solve
from tests.model.flexibility.reserves import flexible, product
from tests.model.power import battery, never_at_once
from tests.toys import clock, gpu_pool, group_fleet, mode, spot

LOW = mode("low", 0.6, 75.0)


def on(groups: int, name: str = "normal") -> dict[str, Any]:
    return {"fleets": {"miners": {"groups": [{"mode": name, "groups": groups}]}}}


def test_worked_number_of_the_domain(solve: Solve) -> None:
    # 2 × (100 − 50) + 2 × (10 − 0.1 × (100 − 50)).
    given = flexible([50], fleets=[group_fleet(2)], reserves=[product(deployment_share=0.1)])
    found = solve(given, 110)
    assert found.of("ecrs", "offered_mw") == [2]
    assert found.of("ecrs", "up_mw[miners normal]") == [2]
    assert found.usd("reserve", "ecrs") == [10]


def test_energy_saved_counts_adders_losses_and_carbon(solve: Solve) -> None:
    # (50 + 6) × 1.25 + 0.5 × 20 = 80 for a MWh of import: 20 + 15 − 0.5 × (100 − 80).
    energy = {"adders": [{"name": "delivery", "usd_per_mwh": 6.0}], "loss_factor": 0.25}
    carbon = {"intensity_kg_per_mwh": 500.0, "price_usd_per_tonne": 20.0}
    reserves = [product(price=15.0, deployment_share=0.5)]
    found = solve(flexible([50], fleets=[group_fleet()], reserves=reserves, energy=energy, carbon=carbon), 25)
    assert found.usd("reserve") == [5]


def test_half_an_hour_is_half_paid(solve: Solve) -> None:
    reserves = [product(deployment_share=0.1)]
    given = flexible([50], fleets=[group_fleet(2)], reserves=reserves, time={"resolution_minutes": 30})
    solve(given, 55)


def test_groups_run_for_what_they_can_offer(solve: Solve) -> None:
    # At 105 a group loses 5 and its offer earns 10; at 115 it would lose 15.
    found = solve(flexible([105, 115], fleets=[group_fleet(2)], reserves=[product()]), 10)
    assert found.of("ecrs", "offered_mw") == [2, 0]


def test_no_megawatt_is_sold_twice(solve: Solve) -> None:
    # 2 MW in all: 0.5 at 12, the rest at 10.
    reserves = [product(), product("rrs", 12.0, max_mw=0.5)]
    found = solve(flexible([50], fleets=[group_fleet(2)], reserves=reserves), 100 + 6 + 15)
    assert (found.of("rrs", "offered_mw"), found.of("ecrs", "offered_mw")) == ([0.5], [1.5])


def test_offers_go_down_to_the_lowest_draw_asleep_with_pue(solve: Solve) -> None:
    # A group asleep draws 0.2 MW: 0.8 × 1.5 = 1.2 MW at the meter; 100 − 40 × 1.5 + 12 − 0.1 × (100 − 1.2 × 40).
    modes = [mode("idle", 0.3, 0.0), mode("sleep", 0.2, 0.0), mode("normal")]
    reserves = [product(deployment_share=0.1)]
    given = flexible([40], fleets=[group_fleet(modes=modes)], reserves=reserves, hall={"pue": 1.5})
    found = solve(given, 40 + 12 - 5.2)
    assert found.of("ecrs", "up_mw[miners normal]") == [1.2]


def test_offers_of_a_lower_mode_and_of_machines_in_order(solve: Solve) -> None:
    # At 80 and half the machines in order the low mode makes 37.5 − 24 = 13.5 with 0.3 MW to offer at 10 (16.5), the
    # normal one 50 − 40 = 10 with 0.5 MW (15).
    fleet = group_fleet(modes=[mode("normal"), LOW], availability=0.5)
    found = solve(flexible([80], fleets=[fleet], reserves=[product()]), 16.5)
    assert found.of("ecrs", "up_mw[miners low]") == [0.3]
    assert found.of("ecrs", "up_mw[miners normal]") == [0]


def test_groups_that_warm_up_offer_nothing(solve: Solve) -> None:
    # One is on, one warms up for an hour: −50 + 50 + 50 + 50, and 1 + 2 MW at 10.
    given = flexible(
        [50, 50],
        fleets=[group_fleet(2, warm_up_hours=1.0)],
        reserves=[product()],
        state={
            "fleets": {
                "miners": {
                    "groups": [
                        {"mode": "normal", "groups": 1, "hours": 5.0},
                        {"mode": "off", "groups": 1, "hours": 5.0},
                    ]
                }
            }
        },
    )
    found = solve(given, 50 - 50 + 100 + 30)
    assert found.of("ecrs", "offered_mw") == [1, 2]


def test_ramps_within_each_response_time(solve: Solve) -> None:
    # 6 MW/h: 1 MW in 10 minutes, 3 MW in 30 minutes for both together: 1 × 30 + 2 × 10. PUE 1.
    reserves = [product("fast", 30.0, response_minutes=10.0), product("slow", 10.0, response_minutes=30.0)]
    fleet = group_fleet(5, ramp_mw_per_hour=6.0)
    found = solve(flexible([50], fleets=[fleet], reserves=reserves, state=on(5)), 250 + 50)
    assert (found.of("fast", "offered_mw"), found.of("slow", "offered_mw")) == ([1], [2])


def test_a_ramp_is_of_it_power(solve: Solve) -> None:
    # 6 MW/h × 10 minutes × PUE 1.5 = 1.5 MW at the meter: 5 × (100 − 60) + 15.
    fleet = group_fleet(5, ramp_mw_per_hour=6.0)
    solve(flexible([40], fleets=[fleet], reserves=[product()], state=on(5), hall={"pue": 1.5}), 200 + 15)


def test_load_that_can_rise(solve: Solve) -> None:
    # Low makes 27 at 80, normal 20. Low can rise by 0.4 MW: 12, and called half the time 0.2 MWh are bought at 80
    # while 12.5 more are earned.
    fleet = group_fleet(modes=[mode("normal"), LOW])
    down = product("down", 30.0, direction="down", deployment_share=0.5)
    found = solve(flexible([80], fleets=[fleet], reserves=[down]), 27 + 12 - 16 + 12.5)
    assert found.of("down", "down_mw[miners low]") == [0.4]
    assert found.of("down", "down_mw[miners normal]") == [0]


def test_of_modes_of_the_same_power_the_one_that_hashes_more_is_called(solve: Solve) -> None:
    # As before, with a worse mode of 1 MW first.
    fleet = group_fleet(modes=[mode("worse", 1.0, 90.0), mode("normal"), LOW])
    down = product("down", 30.0, direction="down", deployment_share=0.5)
    solve(flexible([80], fleets=[fleet], reserves=[down]), 27 + 12 - 16 + 12.5)


def test_a_barred_mode_is_not_called(solve: Solve) -> None:
    # The normal mode is barred in the second hour: nothing can rise above low.
    fleet = group_fleet(modes=[mode("normal", max_ambient_c=30.0), LOW])
    down = product("down", 30.0, direction="down")
    found = solve(flexible([80, 80], fleets=[fleet], reserves=[down], site={"ambient_c": [30.0, 31.0]}), 27 + 12 + 27)
    assert found.of("down", "offered_mw") == [0.4, 0]


def test_load_rises_within_import_and_it_limits(solve: Solve) -> None:
    # Two groups in low draw 1.2 MW (PUE 1.25: 1.5 MW) and could rise by 1 MW at the meter. Import leaves 0.7, the hall
    # 0.3 × 1.25, an order in the third hour 0.2.
    fleet = group_fleet(2, modes=[mode("normal"), LOW])
    order = {"name": "call", "start": clock(2), "end": clock(3), "import_limit_mw": 1.7}
    given = flexible(
        [70, 70, 70],
        fleets=[fleet],
        reserves=[product("down", 60.0, direction="down")],
        hall={"pue": 1.25, "it_limit_mw": [9.0, 1.5, 9.0]},
        site={"import_limit_mw": 2.2, "curtailment": [order]},
    )
    low = 150 - 70 * 1.5
    found = solve(given, 3 * low + 60 * (0.7 + 0.375 + 0.2))
    assert found.of("down", "offered_mw") == [0.7, 0.375, 0.2]


def test_load_rises_within_what_is_cooled(solve: Solve) -> None:
    # 1.2 MW of IT in low; 1.4 MW are cooled at all, at PUE 1 up to 1.3 MW and 1.5 above: offers count PUE 1.
    cooling = [
        {"name": "air", "power_share": 0.0, "it_limit_mw": 1.3},
        {"name": "chiller", "power_share": 0.5, "it_limit_mw": 1.4},
    ]
    fleet = group_fleet(2, modes=[mode("normal"), LOW])
    given = flexible(
        [80], fleets=[fleet], reserves=[product("down", 30.0, direction="down")], hall={"cooling": cooling}
    )
    found = solve(given, 54 + 6)
    assert found.of("down", "offered_mw") == [0.2]


CELLS = {"start_energy_mwh": 1.0, "wear_usd_per_mwh": 20.0}


def of_battery(price: float = 10.0, **changes: Any) -> dict[str, Any]:
    return product(price=price, providers=["battery"]) | changes


def test_what_a_battery_holds_backs_its_offers(solve: Solve) -> None:
    # 1 MWh gives 0.8 MWh, 0.4 MW for two hours; half of it called costs its wear: 0.4 × (10 − 0.5 × 20 / 2).
    cells = battery(2.0, 0.8, **CELLS)
    reserves = [of_battery(duration_hours=2.0, deployment_share=0.25)]
    found = solve(flexible([50], fleets=[group_fleet(4)], batteries=[cells], reserves=reserves), 200 + 0.4 * 5)
    assert found.of("ecrs", "up_mw[battery]") == [0.4]


def test_no_stored_energy_is_sold_twice(solve: Solve) -> None:
    # 0.8 MWh behind 1 MW: 0.25 MW for two hours, and 0.3 MWh for an hour.
    cells = battery(2.0, 0.8, **CELLS)
    reserves = [of_battery(), of_battery(30.0, name="long", duration_hours=2.0, max_mw=0.25)]
    found = solve(flexible([50], fleets=[group_fleet(4)], batteries=[cells], reserves=reserves), 200 + 7.5 + 3)
    assert (found.of("ecrs", "offered_mw"), found.of("long", "offered_mw")) == ([0.3], [0.25])


def test_energy_counts_at_the_start_and_at_the_end(solve: Solve) -> None:
    # Sold at 90 and bought back at 10, against 10 an hour for keeping it: in the first hour there is no headroom, at
    # the start of the second nothing in store.
    cells = battery(1.0, start_energy_mwh=1.0)
    given = flexible([90, 10, 50], fleets=[group_fleet(4)], batteries=[cells], reserves=[of_battery()])
    found = solve(given, 4 * (10 + 90 + 50) + 80 + 10)
    assert found.of("ecrs", "offered_mw") == [0, 0, 1]
    # Half may be sold; then 0.5 MWh back 0.25 MW for two hours, although 0.5 MW are free.
    cells = battery(1.0, start_energy_mwh=1.0, end_energy_mwh=0.5)
    reserves = [of_battery(duration_hours=2.0)]
    found = solve(flexible([90], fleets=[group_fleet(4)], batteries=[cells], reserves=reserves), 40 + 45 + 2.5)
    assert found.of("ecrs", "offered_mw") == [0.25]


def test_what_a_battery_can_take(solve: Solve) -> None:
    # 0.4 of 2 MWh are free: 0.5 MW for an hour at 0.8. Being called costs nothing.
    cells = battery(2.0, 0.8, start_energy_mwh=1.6)
    reserves = [of_battery(direction="down", deployment_share=1.0)]
    found = solve(flexible([50], fleets=[group_fleet(4)], batteries=[cells], reserves=reserves), 200 + 5)
    assert found.of("ecrs", "down_mw[battery]") == [0.5]


def test_a_battery_that_charges_has_less_to_take(solve: Solve) -> None:
    # 1 MWh is bought at 10 for 90: no charging left in the first hour, no room in the second.
    cells = battery(1.0)
    reserves = [of_battery(direction="down")]
    found = solve(flexible([10, 90], fleets=[group_fleet(4)], batteries=[cells], reserves=reserves), 360 + 40 + 80)
    assert found.of("battery", "charge_mw") == [1, 0]
    assert found.of("ecrs", "offered_mw") == [0, 0]


@pytest.mark.parametrize(("export", "offered"), [(0.0, 1.0), (0.5, 1.5), (5.0, 2.0)])
def test_no_more_is_offered_than_import_can_fall(solve: Solve, export: float, offered: float) -> None:
    # A group and a full battery could give 2 MW; 1 MW is imported. Export earns nothing.
    reserves = [product(providers=["miners", "battery"])]
    given = flexible(
        [50],
        fleets=[group_fleet()],
        batteries=[battery(1.0, start_energy_mwh=1.0)],
        reserves=reserves,
        energy={"export_price_usd_per_mwh": 0.0},
        site={"export_limit_mw": export},
    )
    assert solve(given, 50 + 10 * offered).of("ecrs", "offered_mw") == [offered]


def test_what_is_exported_already_cannot_be_exported_when_called(solve: Solve) -> None:
    # The battery exports 0.5 MW at 300 of 1 MW that it could: 0.5 MW may still be exported, which it has in reserve.
    # The group would need 1 MW at 300.
    given = flexible(
        [300],
        fleets=[group_fleet()],
        batteries=[battery(2.0, start_energy_mwh=2.0, end_energy_mwh=1.5)],
        reserves=[product(providers=["miners", "battery"])],
        site={"export_limit_mw": 0.75},
    )
    found = solve(given, 150 + 2.5)
    assert found.of("site", "export_mw") == [0.5]
    assert found.of("ecrs", "offered_mw") == [0.25]


def test_nothing_is_burned_to_make_import_fall(solve: Solve) -> None:
    # Full, a battery of 3 MW out could back 2 MW, but import is 1 MW. Charging 1 MW while discharging 0.25 would make
    # it 1.75, for 37.5 more of energy and 375 more of reserve.
    given = flexible(
        [50],
        fleets=[group_fleet()],
        batteries=[battery(4.0, 0.5, start_energy_mwh=4.0, discharge_limit_mw=3.0)],
        reserves=[of_battery(500.0)],
    )
    found = solve(given, 50 + 500)
    never_at_once(found)
    assert found.of("site", "import_mw") == [1]


def test_symmetric_products_offer_as_much_both_ways(solve: Solve) -> None:
    # Two groups at 70: low makes 33 and can fall by 0.6 and rise by 0.4, normal makes 30 and falls by 1. One of each:
    # 0.4 both ways for 63; two in low: 0.8 both ways for 66 + 8.
    fleet = group_fleet(2, modes=[mode("normal"), LOW])
    regulation = product("regulation", direction="symmetric", deployment_share=0.5)
    found = solve(flexible([70], fleets=[fleet], reserves=[regulation | {"deployment_share": 0.0}]), 74)
    assert found.of("regulation", "offered_mw") == [0.8]
    assert found.of("regulation", "up_mw[miners low]") == [0.8]
    assert found.of("regulation", "down_mw[miners low]") == [0.8]
    # Half of each is called: up 75 / 0.6 − 70 is lost a MWh, down 70 − 25 / 0.4.
    regulation["price_usd_per_mw_h"] = 100.0
    found = solve(flexible([70], fleets=[fleet], reserves=[regulation]), 66 + 80 - 0.4 * 55 - 0.4 * 7.5)
    assert found.usd("reserve") == [55]


def test_what_is_bought_at_most_by_period(solve: Solve) -> None:
    hourly = {"start": "2026-01-05T00:00:00Z", "interval_minutes": 30, "values": [2.0, 0.5, 3.0, 3.0]}
    found = solve(flexible([50, 50], fleets=[group_fleet(2)], reserves=[product(max_mw=hourly)]), 200 + 5 + 20)
    assert found.of("ecrs", "offered_mw") == [0.5, 2]


def test_a_least_block_or_nothing(solve: Solve) -> None:
    # 1.5 MW at least: both groups run at 105 for it, at 112 they would lose 24 for 20; 1 MW of the third hour is too
    # little to be offered.
    reserves = [product(min_block_mw=1.5, max_mw=[9.0, 9.0, 1.0])]
    found = solve(flexible([105, 112, 50], fleets=[group_fleet(2)], reserves=reserves), 10 + 0 + 100)
    assert found.of("ecrs", "offered_mw") == [2, 0, 0]


def test_a_least_block_is_of_what_is_sold_both_ways(solve: Solve) -> None:
    # 0.5 MW both ways: one group in low falls by 0.6 and rises by 0.4. Two do it, though normal makes more at 50.
    fleet = group_fleet(2, modes=[mode("normal"), LOW])
    reserves = [product("regulation", 20.0, direction="symmetric", min_block_mw=0.5)]
    # Two normal make 100; one of each 50 + 45; two low 90 and sell 0.8.
    found = solve(flexible([50], fleets=[fleet], reserves=reserves), 90 + 16)
    assert found.of("regulation", "offered_mw") == [0.8]


def test_spot_capacity_can_be_interrupted(solve: Solve) -> None:
    # 2 GPUs of 1 MW at utilisation 0.5 and PUE 1.2: 0.6 MW each at the meter, idle power stays. Idle 0.1 MW a node;
    # (1 − 0.1) × 0.5 = 0.45 MW × 1.2 = 0.54. Called a tenth: 0.54 × (200 / 0.54 − 50) lost a GPU.
    pool = gpu_pool(2, idle_power_w=0.1e6)
    contract = spot(2.0, 200.0, utilisation=0.5)
    reserves = [product(providers=["spot"], price=100.0, deployment_share=0.1)]
    given = flexible([50], pools=[pool], contracts=[contract], reserves=reserves, hall={"pue": 1.2})
    one = 200 - 50 * 1.2 * 0.55 + 54 - 0.1 * (200 - 0.54 * 50)
    found = solve(given, 2 * one)
    assert found.of("ecrs", "up_mw[spot pool]") == [1.08]


def test_a_pools_ramp_is_shared_by_its_contracts(solve: Solve) -> None:
    # 3 MW/h in 10 minutes: 0.5 MW, of both together.
    pool = gpu_pool(4, ramp_mw_per_hour=3.0)
    contracts = [spot(2.0), spot(2.0, name="other")]
    state = {"pools": {"pool": {"nodes": [{"on": True, "nodes": 4}], "it_power_mw": 4.0}}}
    reserves = [product(providers=["spot", "other"])]
    solve(flexible([50], pools=[pool], contracts=contracts, reserves=reserves, state=state), 200 + 5)


def test_offers_are_read_from_what_is_settled() -> None:
    reserves = [
        product(providers=["miners", "battery"], max_mw=2.5),
        product("rrs", 12.0, providers=["miners"], min_block_mw=0.4, max_mw=0.5),
        product("regulation", 1.0, direction="symmetric", providers=["battery"]),
    ]
    cells = battery(4.0, start_energy_mwh=2.0)
    formulation = formulate(flexible([50], fleets=[group_fleet(2)], batteries=[cells], reserves=reserves))
    x = solve_problem(formulation.problem, "highs", Options(gap=1e-6)).x
    assert x is not None

    def read(x: np.ndarray) -> dict[tuple[str, str], float]:
        settled = formulation.tidy(x)
        return {(item, what): float(value(settled)[0]) for item, what, value in formulation.model.quantities}

    plain = read(x)
    assert plain["ecrs", "offered_mw"] + plain["rrs", "offered_mw"] + plain["regulation", "offered_mw"] <= 2 + 1e-9
    offered = [p.amount.triplets()[1][0] for p in formulation.model.set_points if "_mw[" in p.quantity]
    moved = x.copy()
    moved[offered] += 0.3
    found = read(moved)
    ups = ("ecrs", "rrs", "regulation")
    assert 1.5 < sum(found[name, "offered_mw"] for name in ups) <= 2 + 1e-9  # import is 2 MW
    assert found["ecrs", "up_mw[battery]"] + found["regulation", "up_mw[battery]"] <= 1 + 1e-9
    assert found["regulation", "up_mw[battery]"] == pytest.approx(found["regulation", "down_mw[battery]"])
    assert 0.4 <= found["rrs", "offered_mw"] <= 0.5 + 1e-9
    moved[offered] = 0.1
    found = read(moved)
    assert found["rrs", "offered_mw"] == 0  # below its least block
    assert found["ecrs", "offered_mw"] == pytest.approx(0.2)
    moved[offered] = -0.1
    assert {value for (_, what), value in read(moved).items() if "_mw[" in what} == {0.0}


def test_reserves_do_not_stand_in_the_way_of_an_explanation() -> None:
    # Groups that have to stay up exceed the limit; that they offer is not what clashes.
    fleet = group_fleet(5, min_up_hours=3.0, warm_up_hours=2.0)
    state = {"fleets": {"miners": {"groups": [{"mode": "normal", "groups": 5, "hours": 1.0}]}}}
    given = flexible(
        [50] * 3, fleets=[fleet], state=state, site={"import_limit_mw": 3.0}, reserves=[product(direction="symmetric")]
    )
    assert {c.requirement for c in clashes(given)} & {"import limit", "minimum up time"}
