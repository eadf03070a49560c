"""Each corruption of a schedule file is caught by `wattshift audit`: exit code 5, and the item is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from optimizer.cli import app
from tests.schedule.row_form import as_columns, as_first_version

Doc = dict[str, Any]
Named = tuple[str, int | None]
"""The item and the hour that a violation has to name; no hour where it is of the plan as a whole."""


def audit(folder: Path, text: str | bytes, tmp_path: Path, *options: str) -> Result:
    file = tmp_path / "schedule.json"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return CliRunner().invoke(app, ["audit", str(folder), str(file), *options])


def row(doc: Doc, item: str, quantity: str, hour: int, part: str = "dispatch") -> Any:
    """The dispatch row of an hour of 5 January."""
    (found,) = (r for r in doc[part] if r["item"] == item and r["quantity"] == quantity and at(r) == hour)
    return found


def line(doc: Doc, item: str, kind: str, hour: int | None = None) -> Any:
    """The ledger line of an item and kind, of an hour or the first there is."""
    found = [r for r in doc["ledger"] if r["item"] == item and r["kind"] == kind and hour in {None, at(r)}]
    return found[0]


def contract(doc: Doc, name: str) -> Any:
    (found,) = (c for c in doc["contracts"] if c["name"] == name)
    return found


def at(r: Any) -> int:
    return int(r["start"][11:13])


def add(doc: Doc, item: str, quantity: str, hour: int, amount: float) -> None:
    row(doc, item, quantity, hour)["value"] += amount


def hour_where(doc: Doc, item: str, quantity: str) -> int:
    """An hour in which a quantity is above zero."""
    return next(at(r) for r in doc["dispatch"] if r["item"] == item and r["quantity"] == quantity and r["value"] > 0)


# Dispatch ---------------------------------------------------------------------------------------------------


def a_megawatt_moved_between_fleets(doc: Doc) -> Named:
    add(doc, "new", "it_mw", 1, -1.0)
    add(doc, "old", "it_mw", 1, 1.0)
    return "new", 1


def a_megawatt_moved_in_time(doc: Doc) -> Named:
    add(doc, "site", "import_mw", 1, -1.0)
    add(doc, "site", "import_mw", 2, 1.0)
    return "site", 2


def a_start_hidden(doc: Doc) -> Named:
    hour = hour_where(doc, "new", "groups_started[normal]")
    row(doc, "new", "groups_started[normal]", hour)["value"] = 0.0
    return "new", hour


def a_start_hidden_with_its_cost(doc: Doc) -> Named:
    hour = hour_where(doc, "new", "groups_started[normal]")
    row(doc, "new", "groups_started[normal]", hour)["value"] = 0.0
    doc["ledger"].remove(line(doc, "new", "start", hour))
    return "new", hour


def a_start_of_a_node_hidden(doc: Doc) -> Named:
    hour = hour_where(doc, "h100", "nodes_started")
    row(doc, "h100", "nodes_started", hour)["value"] = 0.0
    return "h100", hour


def warming_groups_hidden(doc: Doc) -> Named:
    hour = hour_where(doc, "old", "groups_warming")
    row(doc, "old", "groups_warming", hour)["value"] = 0.0
    return "old", hour


def warming_groups_hash(doc: Doc) -> Named:
    hour = hour_where(doc, "old", "groups_warming")
    add(doc, "old", "hashrate_ph_per_s", hour, 20.0)
    return "old", hour


def groups_shifted_between_modes(doc: Doc) -> Named:
    add(doc, "old", "groups[normal]", 0, -1.0)
    add(doc, "old", "groups[low]", 0, 1.0)
    return "old", 0


def a_group_lost(doc: Doc) -> Named:
    add(doc, "old", "groups[normal]", 0, -1.0)
    return "old", 0


def half_a_group(doc: Doc) -> Named:
    add(doc, "new", "groups[normal]", 1, -0.5)
    add(doc, "new", "groups[off]", 1, 0.5)
    return "new", 1


def nodes_on_lowered(doc: Doc) -> Named:
    add(doc, "h100", "nodes_on", 1, -5.0)
    return "h100", 1


def gpus_above_committed(doc: Doc) -> Named:
    for quantity in ("gpus", "gpus[h100]"):
        add(doc, "acme", quantity, 1, 8.0)
    return "acme", 1


def gpus_above_demand(doc: Doc) -> Named:
    for quantity in ("gpus", "gpus[h100]"):
        row(doc, "market", quantity, 2)["value"] = 48.0
    return "market", 2


def import_above_the_order(doc: Doc) -> Named:
    row(doc, "site", "import_mw", 6)["value"] = 6.5
    return "site", 6


def the_order_forgotten(doc: Doc) -> Named:
    row(doc, "site", "import_limit_mw", 6)["value"] = 12.0
    return "site", 6


def pue_changed(doc: Doc) -> Named:
    row(doc, "yard", "pue", 4)["value"] = 1.05
    return "yard", 4


def price_changed(doc: Doc) -> Named:
    row(doc, "site", "energy_price_usd_per_mwh", 2)["value"] = 28.0
    return "site", 2


def adder_changed(doc: Doc) -> Named:
    row(doc, "site", "adders_usd_per_mwh", 2)["value"] = 0.0
    return "site", 2


def hashprice_changed(doc: Doc) -> Named:
    row(doc, "bitcoin", "hashprice_usd_per_ph_day", 5)["value"] = 47.0
    return "bitcoin", 5


def spot_price_changed(doc: Doc) -> Named:
    row(doc, "market", "price_usd_per_gpu_hour", 0)["value"] = 1.7
    return "market", 0


def a_restart_hidden(doc: Doc) -> Named:
    hour = hour_where(doc, "fold", "restarts")
    row(doc, "fold", "restarts", hour)["value"] = 0.0
    return "fold", hour


def restart_work_sold_as_owed(doc: Doc) -> Named:
    hour = hour_where(doc, "fold", "restart_gpu_hours")
    amount = row(doc, "fold", "restart_gpu_hours", hour)["value"]
    row(doc, "fold", "restart_gpu_hours", hour)["value"] = 0.0
    add(doc, "fold", "owed_gpu_hours", hour, amount)
    return "fold", hour


def shortfall_hidden(doc: Doc) -> Named:
    hour = hour_where(doc, "acme", "short_gpus")
    row(doc, "acme", "short_gpus", hour)["value"] = 0.0
    return "acme", hour


def an_hour_dropped(doc: Doc) -> Named:
    doc["dispatch"] = [r for r in doc["dispatch"] if at(r) != 3]
    doc["ledger"] = [r for r in doc["ledger"] if at(r) != 3]
    return "old", 3


def an_hour_doubled(doc: Doc) -> Named:
    doc["dispatch"] += [r for r in doc["dispatch"] if at(r) == 3]
    return "site", 3


def an_hour_moved_to_another_day(doc: Doc) -> Named:
    for r in doc["dispatch"]:
        if at(r) == 3:
            r["start"] = r["start"].replace("2026-01-05", "2026-01-06")
    return "site", 3


def a_clock_moved(doc: Doc) -> Named:
    for r in doc["dispatch"]:
        r["start"] = r["start"].replace("-06:00", "-05:00")
    return "site", 7


def an_item_added(doc: Doc) -> Named:
    doc["dispatch"].append(row(doc, "new", "it_mw", 0) | {"item": "newer"})
    return "newer", 0


def a_quantity_dropped(doc: Doc) -> Named:
    doc["dispatch"] = [r for r in doc["dispatch"] if r["quantity"] != "groups_stopped" or r["item"] != "new"]
    return "new", 0


def a_row_of_the_look_ahead_dropped(doc: Doc) -> Named:
    doc["look_ahead_dispatch"].remove(row(doc, "new", "it_mw", 9, "look_ahead_dispatch"))
    return "new", 9


def the_look_ahead_changed(doc: Doc) -> Named:
    row(doc, "site", "import_mw", 9, "look_ahead_dispatch")["value"] -= 1.0
    return "site", 9


# Ledger -----------------------------------------------------------------------------------------------------


def a_line_removed(doc: Doc) -> Named:
    doc["ledger"].remove(line(doc, "h100", "running_cost", 1))
    return "h100", 1


def a_line_changed(doc: Doc) -> Named:
    line(doc, "grid", "energy", 3)["usd"] *= 0.99
    return "grid", 3


def a_sign_flipped(doc: Doc) -> Named:
    line(doc, "grid", "energy", 2)["usd"] *= -1.0
    return "grid", 2


def a_line_doubled(doc: Doc) -> Named:
    doc["ledger"].append(dict(line(doc, "old", "mining_revenue", 0)))
    return "old", 0


def a_line_of_another_kind(doc: Doc) -> Named:
    line(doc, "new", "mining_revenue", 0)["kind"] = "completion"
    return "new", 0


def a_cent_in_a_hundred_thousand(doc: Doc) -> Named:
    line(doc, "new", "mining_revenue", 0)["usd"] *= 1.0 + 1e-5
    return "new", 0


def the_credit_dropped(doc: Doc) -> Named:
    doc["ledger"].remove(line(doc, "acme", "service_credit"))
    return "acme", 7


def the_credit_of_a_milder_tier(doc: Doc) -> Named:
    line(doc, "acme", "service_credit")["usd"] /= 2.0
    return "acme", 7


def the_look_ahead_ledger_changed(doc: Doc) -> Named:
    doc["look_ahead_ledger"][0]["usd"] += 5.0
    return doc["look_ahead_ledger"][0]["item"], at(doc["look_ahead_ledger"][0])


def profit_changed(doc: Doc) -> Named:
    doc["profit_usd"] += 10.0
    return "schedule", None


def profit_of_the_horizon_changed(doc: Doc) -> Named:
    doc["horizon_profit_usd"] += 10.0
    return "schedule", None


# Contracts --------------------------------------------------------------------------------------------------


def a_tier_forgotten(doc: Doc) -> Named:
    contract(doc, "acme").update(credit_tier=None, credit_usd=0.0)
    return "acme", None


def availability_changed(doc: Doc) -> Named:
    contract(doc, "acme")["availability"] = 0.991
    return "acme", None


def delivered_changed(doc: Doc) -> Named:
    contract(doc, "market")["delivered_gpu_hours"] += 1.0
    return "market", None


def finish_changed(doc: Doc) -> Named:
    contract(doc, "fold")["finish"] = "2026-01-05T07:00:00-06:00"
    return "fold", None


def lateness_changed(doc: Doc) -> Named:
    contract(doc, "fold")["lateness_hours"] = 1.0
    return "fold", None


def a_declined_contract_accepted(doc: Doc) -> Named:
    contract(doc, "offer")["accepted"] = True
    return "offer", None


def an_accepted_contract_declined(doc: Doc) -> Named:
    contract(doc, "acme")["accepted"] = False
    return "acme", None


def a_contract_left_out(doc: Doc) -> Named:
    doc["contracts"].remove(contract(doc, "market"))
    return "market", None


# State, outcome, head ---------------------------------------------------------------------------------------


def ages_of_groups(doc: Doc) -> Named:
    doc["state"]["fleets"]["new"]["groups"][0]["hours"] += 1.0
    return "new", None


def starts_of_today(doc: Doc) -> Named:
    doc["state"]["fleets"]["old"]["starts_today"] -= 1
    return "old", None


def power_before_the_next_plan(doc: Doc) -> Named:
    doc["state"]["fleets"]["old"]["it_power_mw"] += 0.5
    return "old", None


def history_handed_over(doc: Doc) -> Named:
    doc["state"]["contracts"]["acme"]["billing"][0]["delivered_gpu_hours"] += 40.0
    return "acme", None


def work_handed_over(doc: Doc) -> Named:
    doc["state"]["contracts"]["fold"]["done_gpu_hours"] -= 10.0
    return "fold", None


def the_moment_handed_over(doc: Doc) -> Named:
    doc["state"]["at"] = "2026-01-05T09:00:00-06:00"
    return "state", None


def bound_changed(doc: Doc) -> Named:
    doc["outcome"]["bound_usd"] += 100.0
    return "schedule", None


def bound_below_the_profit(doc: Doc) -> Named:
    doc["outcome"]["bound_usd"] -= 100.0
    return "schedule", None


def gap_changed(doc: Doc) -> Named:
    doc["outcome"]["gap"] += 5e-5
    return "schedule", None


def proven_with_a_wide_gap(doc: Doc) -> Named:
    profit = doc["horizon_profit_usd"]
    doc["outcome"] |= {"bound_usd": profit * 1.05, "gap": 0.05, "gap_usd": profit * 0.05, "status": "proven"}
    return "schedule", None


def a_plan_called_infeasible(doc: Doc) -> Named:
    doc["outcome"]["status"] = "infeasible"
    return "schedule", None


def another_scenario(doc: Doc) -> Named:
    doc["scenario"] = "poor"
    return "schedule", None


def another_zone(doc: Doc) -> Named:
    doc["zone"] = "America/Denver"
    return "schedule", None


CORRUPTIONS: list[Callable[[Doc], Named]] = [
    a_megawatt_moved_between_fleets,
    a_megawatt_moved_in_time,
    a_start_hidden,
    a_start_hidden_with_its_cost,
    a_start_of_a_node_hidden,
    warming_groups_hidden,
    warming_groups_hash,
    groups_shifted_between_modes,
    a_group_lost,
    half_a_group,
    nodes_on_lowered,
    gpus_above_committed,
    gpus_above_demand,
    import_above_the_order,
    the_order_forgotten,
    pue_changed,
    price_changed,
    adder_changed,
    hashprice_changed,
    spot_price_changed,
    a_restart_hidden,
    restart_work_sold_as_owed,
    shortfall_hidden,
    an_hour_dropped,
    an_hour_doubled,
    an_hour_moved_to_another_day,
    a_clock_moved,
    an_item_added,
    a_quantity_dropped,
    a_row_of_the_look_ahead_dropped,
    the_look_ahead_changed,
    a_line_removed,
    a_line_changed,
    a_sign_flipped,
    a_line_doubled,
    a_line_of_another_kind,
    a_cent_in_a_hundred_thousand,
    the_credit_dropped,
    the_credit_of_a_milder_tier,
    the_look_ahead_ledger_changed,
    profit_changed,
    profit_of_the_horizon_changed,
    a_tier_forgotten,
    availability_changed,
    delivered_changed,
    finish_changed,
    lateness_changed,
    a_declined_contract_accepted,
    an_accepted_contract_declined,
    a_contract_left_out,
    ages_of_groups,
    starts_of_today,
    power_before_the_next_plan,
    history_handed_over,
    work_handed_over,
    the_moment_handed_over,
    bound_changed,
    bound_below_the_profit,
    gap_changed,
    proven_with_a_wide_gap,
    a_plan_called_infeasible,
    another_scenario,
    another_zone,
]


# Flexibility ------------------------------------------------------------------------------------------------


def offer(doc: Doc, product: str, part: str, hour: int, amount: float) -> None:
    """More of a part in a product, and in all."""
    add(doc, product, part, hour, amount)
    add(doc, product, "offered_mw", hour, amount)


def offered_from_groups_that_are_off(doc: Doc) -> Named:
    offer(doc, "ECRS", "up_mw[new normal]", 4, 0.6)
    return "new", 4


def offered_faster_than_the_ramp(doc: Doc) -> Named:
    row(doc, "ECRS", "up_mw[new normal]", 0)["value"] = 2.0
    return "new", 0


def offered_from_a_battery_that_discharges(doc: Doc) -> Named:
    offer(doc, "ECRS", "up_mw[cells]", 3, 1.5)
    return "cells", 3


def a_megawatt_offered_twice(doc: Doc) -> Named:
    offer(doc, "regulation", "up_mw[cells]", 1, 1.1)
    return "cells", 1


def offered_down_into_a_full_store(doc: Doc) -> Named:
    hour = max(range(8), key=lambda hour: row(doc, "cells", "energy_mwh", hour)["value"])
    add(doc, "regulation", "down_mw[cells]", hour, 8.0)
    return "cells", hour


def less_offered_down_than_up(doc: Doc) -> Named:
    hour = hour_where(doc, "regulation", "down_mw[cells]")
    row(doc, "regulation", "down_mw[cells]", hour)["value"] = 0.0
    return "regulation", hour


def offered_below_the_block(doc: Doc) -> Named:
    for r in doc["dispatch"]:
        if r["item"] == "ECRS" and at(r) == 0 and r["quantity"].startswith("up_mw"):
            r["value"] = 0.0
    row(doc, "ECRS", "offered_mw", 0)["value"] = 0.0
    offer(doc, "ECRS", "up_mw[old normal]", 0, 0.3)
    return "ECRS", 0


def offered_more_than_is_bought(doc: Doc) -> Named:
    hour = hour_where(doc, "ECRS", "offered_mw")
    offer(doc, "ECRS", "up_mw[old normal]", hour, 5.0)
    return "ECRS", hour


def offered_more_than_goes_through_the_connection(doc: Doc) -> Named:
    offer(doc, "regulation", "up_mw[old normal]", 1, 20.0)
    return "site", 1


def called_beyond_the_hall(doc: Doc) -> Named:
    add(doc, "regulation", "down_mw[old low]", 1, 10.0)
    return "yard", 1


def an_offer_below_zero(doc: Doc) -> Named:
    row(doc, "ECRS", "up_mw[market h100]", 0)["value"] = -0.01
    return "ECRS", 0


def offered_in_all_changed(doc: Doc) -> Named:
    add(doc, "ECRS", "offered_mw", 1, 0.1)
    return "ECRS", 1


def price_of_a_product_changed(doc: Doc) -> Named:
    row(doc, "ECRS", "price_usd_per_mw_h", 3)["value"] = 20.0
    return "ECRS", 3


def a_reserve_line_without_its_calls(doc: Doc) -> Named:
    hour = hour_where(doc, "ECRS", "offered_mw")
    paid = row(doc, "ECRS", "offered_mw", hour)["value"] * row(doc, "ECRS", "price_usd_per_mw_h", hour)["value"]
    line(doc, "ECRS", "reserve", hour)["usd"] = paid
    return "ECRS", hour


def a_reduction_outside_the_event(doc: Doc) -> Named:
    row(doc, "ERS", "reduction_mw", 5)["value"] = 1.0
    return "ERS", 5


def a_reduction_made_larger(doc: Doc) -> Named:
    add(doc, "ERS", "reduction_mw", 3, 1.0)
    return "ERS", 3


def a_baseline_changed(doc: Doc) -> Named:
    row(doc, "ERS", "baseline_mw", 2)["value"] = 7.5
    return "ERS", 2


def a_whole_hour_paid_of_half_an_event(doc: Doc) -> Named:
    line(doc, "ERS", "demand_response", 2)["usd"] *= 2.0
    return "ERS", 2


def a_dearer_cooling_mode(doc: Doc) -> Named:
    row(doc, "gpus", "cooling[free-air]", 0)["value"] = 0.0
    row(doc, "gpus", "cooling[chiller]", 0)["value"] = 1.0
    return "gpus", 0


def a_cooling_mode_above_its_temperature(doc: Doc) -> Named:
    row(doc, "gpus", "cooling[free-air]", 7)["value"] = 1.0
    row(doc, "gpus", "cooling[chiller]", 7)["value"] = 0.0
    return "gpus", 7


def a_fleet_let_go(doc: Doc) -> Named:
    add(doc, "new", "groups[normal]", 5, 2.0)
    add(doc, "new", "groups[off]", 5, -2.0)
    add(doc, "new", "it_mw", 5, 0.7)
    return "new", 5


FLEXIBILITY: list[Callable[[Doc], Named]] = [
    offered_from_groups_that_are_off,
    offered_faster_than_the_ramp,
    offered_from_a_battery_that_discharges,
    a_megawatt_offered_twice,
    offered_down_into_a_full_store,
    less_offered_down_than_up,
    offered_below_the_block,
    offered_more_than_is_bought,
    offered_more_than_goes_through_the_connection,
    called_beyond_the_hall,
    an_offer_below_zero,
    offered_in_all_changed,
    price_of_a_product_changed,
    a_reserve_line_without_its_calls,
    a_reduction_outside_the_event,
    a_reduction_made_larger,
    a_baseline_changed,
    a_whole_hour_paid_of_half_an_event,
    a_dearer_cooling_mode,
    a_cooling_mode_above_its_temperature,
    a_fleet_let_go,
]


@pytest.mark.parametrize("corrupt", FLEXIBILITY, ids=lambda corrupt: corrupt.__name__)
def test_a_corruption_of_flexibility_is_caught(
    selling: Path, sold: Doc, tmp_path: Path, corrupt: Callable[[Doc], Named]
) -> None:
    assert_caught(selling, sold, tmp_path, corrupt)


def test_the_plan_that_sells_flexibility_is_accepted(selling: Path) -> None:
    result = CliRunner().invoke(app, ["audit", str(selling), str(selling / "plan" / "schedule.json")])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda corrupt: corrupt.__name__)
def test_a_corruption_is_caught(rich: Path, schedule: Doc, tmp_path: Path, corrupt: Callable[[Doc], Named]) -> None:
    assert_caught(rich, schedule, tmp_path, corrupt)


def assert_caught(folder: Path, schedule: Doc, tmp_path: Path, corrupt: Callable[[Doc], Named]) -> None:
    """The corrupted schedule ends the audit with exit code 5, and item and hour are named."""
    before = json.dumps(schedule)
    item, hour = corrupt(schedule)
    assert json.dumps(schedule) != before, "the plan holds nothing to corrupt so"
    text = json.dumps(as_columns(schedule))
    result = audit(folder, text, tmp_path, "--json")
    assert result.exit_code == 5, result.output
    answer = json.loads(result.stdout)
    assert answer["ok"] is False
    hours = [v["start"] for v in answer["violations"] if v["item"] == item]
    assert hours, [v["message"] for v in answer["violations"]]
    if hour is not None:
        assert f"2026-01-05T{hour:02d}:00:00-06:00" in hours, answer["violations"]
    # To people it is said in words, on stdout, with the item.
    plain = audit(folder, text, tmp_path)
    assert plain.exit_code == 5
    assert item in plain.stdout


def test_there_are_at_least_twenty_kinds() -> None:
    assert len(set(CORRUPTIONS)) == len(CORRUPTIONS) >= 20


def test_the_file_as_written_is_accepted(rich: Path) -> None:
    result = CliRunner().invoke(app, ["audit", str(rich), str(rich / "plan" / "schedule.json")])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("accepted")


def test_another_layout_of_the_same_file_is_accepted(rich: Path, schedule: Doc, tmp_path: Path) -> None:
    turned = schedule | {"dispatch": schedule["dispatch"][::-1], "ledger": schedule["ledger"][::-1]}
    record = as_columns(schedule)
    for text in (
        json.dumps(record, indent=4),
        json.dumps(record, sort_keys=True),
        json.dumps(record, ensure_ascii=True, separators=(",", ":")),
        json.dumps(as_columns(turned)),
        as_first_version(json.dumps(record)),
    ):
        result = audit(rich, text, tmp_path, "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["violations"] == []


def test_what_is_no_schedule_is_invalid_input(rich: Path, schedule: Doc, tmp_path: Path) -> None:
    schedule = as_columns(schedule)
    cut = json.dumps(schedule)[:-100]
    without_state = {key: value for key, value in schedule.items() if key != "state"}
    spoilt_value = schedule | {"profit_usd": "much"}
    for text in (
        "",
        "no JSON",
        "[]",
        "{}",
        cut,
        b"\xff\xfe",
        json.dumps(schedule | {"output_schema_version": 3}),
        json.dumps(schedule | {"more": 1}),
        json.dumps(without_state),
        json.dumps(spoilt_value),
        json.dumps(schedule).replace('"profit_usd": ', '"profit_usd": NaN, "x": ', 1),
        '{"x":' * 5000 + "1" + "}" * 5000,
    ):
        result = audit(rich, text, tmp_path)
        assert result.exit_code == 2, result.output
        assert "no schedule" in result.stderr and "Traceback" not in result.output


def test_a_file_that_is_not_there_is_invalid_input(rich: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        result = CliRunner().invoke(app, ["audit", str(rich), str(path)])
        assert result.exit_code == 2
        assert str(path) in result.stderr
