"""Halls, PUE, the meter and its limits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.auditor import hand, worked
from tests.toys import gpu_pool, group_fleet, scenario, spot


def test_pue_and_facility_power():
    toy, plan = worked.pue_table()
    hand.assert_caught(toy, hand.set_row(plan, toy, "hall", "pue", 0, 1.1), "input", "hall", 0, -0.05)
    hand.assert_caught(toy, hand.set_row(plan, toy, "hall", "facility_mw", 0, 1.1), "hall_power", "hall", 0, -0.05)
    hand.assert_caught(toy, hand.set_row(plan, toy, "hall", "it_mw", 1, 0.2), "hall_power", "hall", 1, 0.2)
    hand.assert_caught(toy, hand.set_row(plan, toy, "site", "import_mw", 0, 1.0), "balance", "site", 0, -0.15)


@pytest.mark.parametrize(("ambient", "pue"), [(0.0, 1.05), (10.0, 1.05), (15.0, 1.1), (30.0, 1.25), (31.0, 1.25)])
def test_a_pue_table_ends_where_it_ends(ambient, pue):
    toy, plan = worked.pue_table(ambient_c=[ambient, 45.0])
    for quantity, value in (("pue", pue), ("facility_mw", pue)):
        plan = hand.set_row(plan, toy, "hall", quantity, 0, value)
    plan = hand.set_row(plan, toy, "site", "import_mw", 0, pue)
    plan = hand.map_ledger(plan, lambda r: r._replace(usd=-80 * pue) if r.kind == "energy" else r)
    hand.assert_accepted(toy, hand.set_outcome(plan, bound_usd=100 - 80 * pue), 100 - 80 * pue)


def test_it_limit_of_a_hall():
    _, plan = worked.ramp()
    toy = scenario([50, 50], fleets=[group_fleet(3)], hall={"it_limit_mw": [5.0, 2.5]})
    found = hand.assert_caught(toy, plan, "hall_limit", "hall", 1, 0.5)
    assert "3 MW, 0.5 above its IT limit of 2.5" in found.message


def test_import_limit():
    _, plan = worked.ramp()
    toy = scenario([50, 50], fleets=[group_fleet(3)], site={"import_limit_mw": [2.0, 2.9]})
    hand.assert_caught(toy, plan, "import_limit", "site", 1, 0.1)
    hand.assert_caught(toy, plan, "input", "site", 0, 998)


@pytest.mark.parametrize(
    ("start", "end", "period"),
    [("00:59", "01:00", 0), ("01:00", "01:10", 1), ("00:00", "00:01", 0)],
)
def test_a_curtailment_order_caps_every_period_it_touches(start, end, period):
    order = {
        "name": "EEA2",
        "start": f"{worked.DAY}{start}:00",
        "end": f"{worked.DAY}{end}:00",
        "import_limit_mw": 1.5,
    }
    _, plan = worked.ramp()
    toy = scenario([50, 50], fleets=[group_fleet(3)], site={"curtailment": [order]})
    found = hand.assert_caught(toy, plan, "curtailment", "site", period, [0.5, 1.5][period])
    assert "EEA2" in found.message
    hand.assert_caught(toy, plan, "input", "site", period, 998.5)
    plan = hand.set_row(plan, toy, "site", "import_limit_mw", period, 1.5)
    rules = {(v.rule, v.start) for v in hand.audit(toy, plan).violations}
    assert rules == {("curtailment", toy.horizon.label(period))}


def overhead(off_with_hall: bool, dark_mw: float) -> Any:
    toy, _ = worked.one_group()
    hall = {"overhead_mw": 0.1, "overhead_off_with_hall": off_with_hall}
    toy = scenario([50, 200], fleets=[group_fleet()], hall=hall)
    rows = {
        "site": hand.site([1.1, dark_mw], [50, 200]),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall([1, 0], facility_mw=[1.1, dark_mw]),
        "miners": hand.miners([1, 0], [1, 0], [0, 1]),
    }
    ledger = {"grid": {"energy": [-55, -200 * dark_mw]}, "miners": {"mining_revenue": [100, 0]}}
    state = {"fleets": {"miners": hand.groups_state(("off", 1, 1), starts_today=1)}}
    return toy, hand.schedule(toy, rows, ledger, state=state)


def test_the_overhead_is_always_there():
    hand.assert_accepted(*overhead(False, 0.1), 25)
    hand.assert_caught(*overhead(False, 0.0), "hall_power", "hall", 1, -0.1)


def test_the_overhead_is_off_with_the_hall():
    hand.assert_accepted(*overhead(True, 0.0), 45)
    hand.assert_caught(*overhead(True, 0.1), "hall_power", "hall", 1, 0.1)


def test_a_hall_that_is_next_to_dark_may_have_its_overhead_or_not():
    """5e-7 GPUs of 1 MW are within the tolerance of none, and not none."""
    hall = {"overhead_mw": 0.1, "overhead_off_with_hall": True}
    toy = scenario([0.0], pools=[gpu_pool()], contracts=[spot(price=0.0)], hall=hall)
    state = {
        "pools": {"pool": hand.nodes_state((False, 1, 1e5))},
        "contracts": {"spot": {"kind": "spot", "accepted": True}},
    }
    for overhead_mw, accepted in ((0.0, True), (0.1, True), (0.04, False), (0.06, False)):
        rows = {
            "site": hand.site(overhead_mw, 0),
            "hall": hand.hall(5e-7, facility_mw=overhead_mw + 5e-7),
            "pool": hand.nodes([0], [0], [0], 5e-7, 5e-7),
            "spot": hand.gpus(5e-7) | {"price_usd_per_gpu_hour": 0},
        }
        plan = hand.schedule(toy, rows, {}, contracts=[hand.report("spot", "spot", 5e-7)], state=state)
        found = {v.rule for v in hand.audit(toy, plan).violations}
        assert ("hall_power" in found) != accepted, (overhead_mw, found)


def test_the_overhead_alone_may_exceed_the_limit():
    toy, plan = overhead(False, 0.1)
    site = {"import_limit_mw": 0.05, "halls": toy.model_dump()["site"]["halls"]}
    tight = scenario([50, 200], fleets=[group_fleet()], site=site)
    hand.assert_caught(tight, plan, "import_limit", "site", 1, 0.05)
