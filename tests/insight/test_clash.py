"""Why there is no plan: each scenario below is made infeasible by one edit, which has to be named, with its period
and its amount."""

from __future__ import annotations

import time
from typing import Any

import pytest

from optimizer import Scenario, plan
from optimizer.insight.clash import MOST_NAMED, Clash, clashes, lines_of
from optimizer.planning.plan import plan_and_audit
from tests.cli.hard import hard
from tests.toys import batch, clock, gpu_pool, group_fleet, mode, reserved, scenario

LOW = mode("low", 0.6, 75.0)


def on(*cohorts: tuple[str, int, float], **more: Any) -> dict[str, Any]:
    return {"fleets": {"miners": {"groups": [{"mode": m, "groups": n, "hours": h} for m, n, h in cohorts]} | more}}


def order(start: float, end: float, limit: float) -> dict[str, Any]:
    return {"name": "call", "start": clock(start), "end": clock(end), "import_limit_mw": limit}


def of(found: tuple[Clash, ...], requirement: str) -> Clash:
    """The one clash of this name."""
    mine = [clash for clash in found if clash.requirement == requirement]
    assert len(mine) == 1, [str(clash) for clash in found]
    return mine[0]


def floor_under_an_order() -> Scenario:
    """80 nodes of 8 GPUs, 10 kW at work and 2 kW idle; from 14:00 to 15:00 the order leaves 0.64 MW: 64 nodes, which
    have 512 GPUs. 128 GPU-hours are missing."""
    pool = gpu_pool(80, name="h100", gpus_per_node=8, idle_power_w=2000.0, peak_power_w=10_000.0)
    return scenario(
        [50.0] * 24,
        pools=[pool],
        contracts=[reserved(pools=["h100"], committed_gpus=640.0, availability_floor=1.0, price_usd_per_gpu_hour=2.0)],
        site={"curtailment": [order(14, 15, 0.64)]},
    )


def test_the_message_of_a_floor_under_a_curtailment_order() -> None:
    found = clashes(floor_under_an_order())
    floor = of(found, "availability floor")
    assert "contract acme needs 640 GPUs at 14:00, pool h100 can power 512 under the curtailment order" in str(floor)
    assert floor.start == "2026-01-05T14:00:00+00:00"
    assert (floor.item, floor.unit) == ("acme", "GPU-hours")
    assert floor.amount == pytest.approx(128, rel=1e-2)
    call = of(found, "curtailment order call")
    assert (call.item, call.unit, call.start) == ("site", "MW", "2026-01-05T14:00:00+00:00")
    assert call.amount == pytest.approx(0.8 - 0.64, rel=1e-2)
    assert "allows 0.64 MW at 14:00, at least 0.8 MW are needed" in str(call)
    assert {floor.side, call.side} == {1, 2}


# name: scenario, (item, requirement, hour of the start, amount, periods) that the edit made
CASES: dict[str, tuple[Scenario, tuple[str, str, int, float, int]]] = {
    "floor above what an order leaves": (
        scenario(
            [50] * 6,
            pools=[gpu_pool(10)],
            contracts=[reserved(committed_gpus=8.0, availability_floor=0.9)],
            site={"curtailment": [order(2, 4, 3.0)]},
        ),
        # 43.2 of 48 GPU-hours are due, 4 × 8 + 2 × 3 = 38 can be.
        ("acme", "availability floor", 2, 5.2, 1),
    ),
    "order below what minimum up time keeps up": (
        scenario(
            [50] * 4,
            fleets=[group_fleet(5, min_up_hours=3.0)],
            state=on(("normal", 4, 1.0), ("normal", 1, 9.0)),
            site={"curtailment": [order(1, 2, 2.5)]},
        ),
        ("site", "curtailment order call", 1, 1.5, 1),
    ),
    "minimum up time under an import limit": (
        scenario(
            [50] * 4,
            fleets=[group_fleet(5, min_up_hours=3.0)],
            state=on(("normal", 4, 1.0), ("normal", 1, 9.0)),
            site={"import_limit_mw": 3.0},
        ),
        ("miners", "minimum up time", 0, 1.0, 2),
    ),
    "overhead above the import limit": (
        scenario(
            [50] * 3, fleets=[group_fleet()], hall={"overhead_mw": 2.5}, site={"import_limit_mw": [9.0, 2.0, 2.2]}
        ),
        ("site", "import limit", 1, 0.5, 2),
    ),
    "overhead under an order": (
        scenario([50] * 3, hall={"overhead_mw": 2.5}, site={"curtailment": [order(1, 3, 1.0)]}),
        ("site", "curtailment order call", 1, 1.5, 2),
    ),
    "an order that the ramp cannot follow": (
        scenario(
            [50] * 4,
            fleets=[group_fleet(9, ramp_mw_per_hour=2.0)],
            state=on(("normal", 9, 9.0)),
            site={"curtailment": [order(1, 3, 4.0)]},
        ),
        # 9, 7, 5: one too many at 01:00.
        ("site", "curtailment order call", 1, 1.0, 1),
    ),
    "a ramp too slow for the limit": (
        scenario(
            [50] * 2,
            fleets=[group_fleet(9, ramp_mw_per_hour=1.5)],
            state=on(("normal", 9, 9.0)),
            site={"import_limit_mw": 6.0},
        ),
        # 3 MW down in the first hour.
        ("miners", "ramp", 0, 1.5, 1),
    ),
    "fewer nodes than minimum up time keeps on": (
        scenario(
            [50] * 3,
            pools=[gpu_pool(6, min_up_hours=3.0, nodes_available=[6.0, 2.0, 6.0])],
            state={"pools": {"pool": {"nodes": [{"on": True, "nodes": 5, "hours": 1.0}, {"on": False, "nodes": 1}]}}},
        ),
        ("pool", "nodes available", 1, 3.0, 1),
    ),
    "fewer nodes than a floor needs": (
        scenario(
            [50] * 3,
            pools=[gpu_pool(6, nodes_available=[6.0, 2.0, 6.0])],
            contracts=[
                reserved(
                    committed_gpus=5.0,
                    availability_floor=1.0,
                    billing_periods=[{"start": clock(0), "end": clock(3)}],
                )
            ],
        ),
        ("pool", "nodes available", 1, 3.0, 1),
    ),
    "groups that stop early alone, not beside a higher limit": (
        scenario(
            [50] * 3,
            fleets=[group_fleet(6, min_up_hours=2.0)],
            state=on(("normal", 6, 1.0)),
            hall={"overhead_mw": 3.0},
            site={"import_limit_mw": 3.9},
        ),
        ("miners", "minimum up time", 0, 6.0, 1),
    ),
    "a run under way and an order": (
        scenario(
            [50] * 4,
            pools=[gpu_pool(4)],
            contracts=[batch(16.0, 4.0, max_gpus=4.0, preemptible=False)],
            state={
                "contracts": {
                    "job": {"kind": "batch", "started": True, "running": True, "pool": "pool", "done_gpu_hours": 4.0}
                }
            },
            site={"curtailment": [order(2, 3, 2.0)]},
        ),
        ("site", "curtailment order call", 2, 2.0, 1),
    ),
    "a warm-up in a mode that heat bars": (
        scenario(
            [50] * 3,
            fleets=[group_fleet(3, modes=[mode("normal", max_ambient_c=30.0), LOW], warm_up_hours=3.0)],
            state=on(("normal", 2, 1.0), ("off", 1, 9.0)),
            site={"ambient_c": [20.0, 35.0, 20.0]},
        ),
        ("miners", "mode normal", 1, 2.0, 1),
    ),
    "a hall limit below what sleeps": (
        scenario(
            [50], fleets=[group_fleet(10, modes=[mode("sleep", 0.1, 0.0), mode("normal")])], hall={"it_limit_mw": 0.7}
        ),
        ("hall", "IT limit", 0, 0.3, 1),
    ),
    "off power of nodes above the hall's limit": (
        scenario([50], pools=[gpu_pool(10, off_power_w=0.1e6, idle_power_w=0.2e6)], hall={"it_limit_mw": 0.7}),
        ("hall", "IT limit", 0, 0.3, 1),
    ),
    "minimum down time and a floor": (
        scenario(
            [50] * 3,
            pools=[gpu_pool(4, min_down_hours=4.0)],
            contracts=[reserved(committed_gpus=4.0, availability_floor=1.0)],
            state={"pools": {"pool": {"nodes": [{"on": False, "nodes": 3, "hours": 2.0}, {"on": True, "nodes": 1}]}}},
        ),
        ("pool", "minimum down time", 0, 3.0, 2),
    ),
    "history that no delivery makes good": (
        scenario(
            [50] * 4,
            pools=[gpu_pool()],
            contracts=[reserved(availability_floor=0.9)],
            state={
                "contracts": {
                    "acme": {
                        "kind": "reserved",
                        "billing": [
                            {"start": "2026-01-01T00:00:00", "committed_gpu_hours": 6.0, "delivered_gpu_hours": 4.0}
                        ],
                    }
                }
            },
        ),
        # 9 of 10 are due, 4 + 4 can be.
        ("acme", "availability floor", 0, 1.0, 1),
    ),
    "a ramp too slow for a floor": (
        scenario(
            [50] * 3,
            pools=[gpu_pool(6, ramp_mw_per_hour=2.0)],
            contracts=[reserved(committed_gpus=6.0, availability_floor=1.0)],
        ),
        # 2 + 4 + 6 of 18.
        ("acme", "availability floor", 0, 6.0, 1),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_edit_is_named(case: str) -> None:
    given, (item, requirement, hour, amount, periods) = CASES[case]
    found = clashes(given)
    assert 1 <= len(found) <= MOST_NAMED
    clash = of(found, requirement)
    assert clash.item == item
    assert clash.start == f"2026-01-05T{hour:02d}:00:00+00:00"
    assert clash.amount == pytest.approx(amount, rel=1e-2)
    assert clash.periods == periods
    assert f"{hour:02d}:00" in str(clash)


@pytest.mark.parametrize("case", CASES)
def test_the_cases_are_infeasible(case: str) -> None:
    assert plan(CASES[case][0]).outcome.status == "infeasible"


def test_what_is_feasible_clashes_nowhere() -> None:
    assert clashes(scenario([50], fleets=[group_fleet()])) == ()


def test_overhead_alone_is_said() -> None:
    found = clashes(CASES["overhead above the import limit"][0])
    assert [str(clash) for clash in found] == [
        "site: import limit: allows 2 MW at 01:00, at least 2.5 MW are needed; the overhead of the halls alone is "
        "2.5 MW (in 2 periods, by 0.5 MW at most)"
    ]


def test_the_connection_is_told_by_its_own_limit_where_an_order_is_tighter() -> None:
    """2.5 MW of overhead: the connection of 2 MW is missed by 0.5 MW in both hours, the order of 1 MW by 1.5 MW."""
    site = {"import_limit_mw": 2.0, "curtailment": [order(0, 1, 1.0)]}
    found = clashes(scenario([50] * 2, hall={"overhead_mw": 2.5}, site=site))
    connection, call = (of(found, name) for name in ("import limit", "curtailment order call"))
    assert "allows 2 MW at 00:00, at least 2.5 MW are needed" in str(connection)
    assert "allows 1 MW at 00:00, at least 2.5 MW are needed" in str(call)


def test_clashes_that_have_nothing_to_do_with_each_other_are_all_named() -> None:
    # The hall is too small for what sleeps in it, and the order for what has to stay up elsewhere.
    sleepy = group_fleet(10, modes=[mode("sleep", 0.1, 0.0), mode("normal")])
    other = group_fleet(4, name="others", hall="cold", min_up_hours=3.0)
    given = scenario(
        [50] * 3,
        fleets=[sleepy, other],
        state={"fleets": {"others": {"groups": [{"mode": "normal", "groups": 4, "hours": 1.0}]}}},
        site={
            "halls": [{"name": "hall", "it_limit_mw": 0.7}, {"name": "cold", "it_limit_mw": 9.0}],
            "curtailment": [order(1, 2, 3.0)],
        },
    )
    found = clashes(given)
    assert len(found) == 3
    assert {"IT limit", "curtailment order call", "minimum up time"} == {clash.requirement for clash in found}


def test_two_billing_periods_name_the_one_that_is_missed() -> None:
    periods = [{"start": clock(0), "end": clock(3)}, {"start": clock(3), "end": clock(6)}]
    given = scenario(
        [500] * 6,
        pools=[gpu_pool(4)],
        contracts=[reserved(committed_gpus=4.0, availability_floor=0.75, billing_periods=periods)],
        site={"curtailment": [order(4, 6, 1.0)]},
    )
    # Of the second period's 12 GPU-hours 9 are due and 6 can be; in the first, 9 are enough.
    floor = of(clashes(given), "availability floor")
    assert floor.start == "2026-01-05T04:00:00+00:00"
    assert floor.amount == pytest.approx(3, rel=1e-2)
    assert "needs 4 GPUs at 04:00, pool pool can power 1 under the curtailment order call" in str(floor)


def test_small_commitments_are_told_in_their_own_unit() -> None:
    given = scenario(
        [50] * 2,
        pools=[gpu_pool()],
        contracts=[reserved(committed_gpus=0.1, availability_floor=1.0)],
        site={"curtailment": [order(1, 2, 0.04)]},
    )
    floor = of(clashes(given), "availability floor")
    assert floor.amount == pytest.approx(0.06, rel=1e-2)


def test_dates_are_told_where_the_horizon_has_several_days() -> None:
    given = scenario([50] * 30, hall={"overhead_mw": 2.0}, site={"curtailment": [order(25, 26, 1.0)]})
    assert "at 2026-01-06 01:00, at least 2 MW" in str(clashes(given)[0])


def test_the_zone_is_told_where_the_clock_repeats_an_hour() -> None:
    given = scenario(
        [50] * 4,
        hall={"overhead_mw": 2.0},
        site={"import_limit_mw": [9.0, 9.0, 1.0, 9.0]},
        time={"zone": "America/Chicago", "start": "2026-11-01T00:00:00"},
    )
    assert "at 01:00 CST" in str(clashes(given)[0])


def test_a_floor_that_history_alone_misses() -> None:
    assert [str(clash) for clash in clashes(CASES["history that no delivery makes good"][0])] == [
        "contract acme: even if all is delivered from 00:00 on, its availability floor of 0.9 is missed by 1 "
        "GPU-hours; its history already misses 2 of 6 GPU-hours, and the best availability still in reach is 0.8"
    ]


def test_what_sleeps_is_named() -> None:
    (clash,) = clashes(CASES["a hall limit below what sleeps"][0])
    assert str(clash).endswith("; at least 1 MW is always drawn: miners in mode sleep 1 MW")
    (clash,) = clashes(CASES["off power of nodes above the hall's limit"][0])
    assert str(clash).endswith("; at least 1 MW is always drawn: pool off 1 MW")
    sleepy = group_fleet(10, modes=[mode("sleep", 0.1, 0.0), mode("normal")])
    hall = {"overhead_mw": 0.5, "pue": 1.5}
    (clash,) = clashes(scenario([50], fleets=[sleepy], hall=hall, site={"import_limit_mw": 1.0}))
    assert str(clash).endswith("; at least 2 MW is always drawn: miners in mode sleep 1.5 MW, overhead 0.5 MW")


def test_one_is_told_in_the_singular() -> None:
    found = clashes(CASES["minimum up time under an import limit"][0])
    assert "1 group would have to stop early at 00:00" in str(of(found, "minimum up time"))
    engine = {"name": "engine", "capacity_mw": 4.0, "min_load_mw": 1.0, "fuel_usd_per_mwh": 60.0, "min_up_hours": 2.0}
    supply = {"energy": {"price_usd_per_mwh": 50.0}, "generators": [engine]}
    state = {"generators": {"engine": {"on": True, "hours": 1.0}}}
    found = clashes(scenario([50], supply=supply, state=state))
    assert "1 engine would have to stop early at 00:00" in str(of(found, "minimum up time"))


def test_the_time_limit_covers_all_solves() -> None:
    """Eighty fleets that are too much for their hall and may not stop yet: each is asked whether it has to give way."""
    raw = hard(80)
    up = {"groups": [{"mode": "on", "groups": 1, "hours": 1.0}]}
    raw["state"] = {"at": "2026-01-05T00:00:00+00:00", "fleets": {fleet["name"]: up for fleet in raw["fleets"]}}
    given = Scenario.model_validate(raw)
    begun = time.perf_counter()
    found = clashes(given, time_limit_s=1.0)
    assert time.perf_counter() - begun < 2.5
    assert ("hall", "IT limit") in {(clash.item, clash.requirement) for clash in found}


def test_sides_are_told_with_and_or_or() -> None:
    given = [Clash("a", "b", "", 1.0, "MW", 1, side, f"line {side}") for side in (1, 1, 2)]
    assert lines_of(given) == ["clash: line 1", "  and: line 1", "   or: line 2"]


def test_more_starts_than_allowed_today_leave_none() -> None:
    fleet = group_fleet(2, starts_per_day=1)
    state = {"fleets": {"miners": {"starts_today": 3}}}
    given = scenario([50, 50], fleets=[fleet], state=state)
    schedule, findings = plan_and_audit(given)
    assert (schedule.outcome.status, findings.ok) == ("proven", True)
    assert schedule.profit_usd == pytest.approx(0.0)
