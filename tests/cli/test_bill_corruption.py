"""Each corruption of the utility's bill in a schedule file is caught by `wattshift audit`, with item and hour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from tests.cli.test_corruption import Doc, Named, assert_caught, line, row

LAST = 7
"""The last committed hour, in which the month's lines stand."""


def demand(doc: Doc, charge: str) -> Any:
    (found,) = (said for said in doc["bills"][0]["demand"] if said["charge"] == charge)
    return found


def month(doc: Doc, index: int = -1) -> Any:
    return doc["state"]["tariff"]["months"][index]


# Ledger -----------------------------------------------------------------------------------------------------


def a_demand_line_dropped(doc: Doc) -> Named:
    doc["ledger"].remove(line(doc, "early", "demand"))
    return "early", LAST


def demand_billed_in_full_and_not_what_is_added(doc: Doc) -> Named:
    line(doc, "flat", "demand")["usd"] = -demand(doc, "flat")["usd"]
    return "flat", LAST


def a_demand_line_in_the_hour_of_the_peak(doc: Doc) -> Named:
    line(doc, "flat", "demand")["start"] = doc["ledger"][0]["start"]
    return "flat", LAST


def demand_called_a_ratchet(doc: Doc) -> Named:
    line(doc, "flat", "demand")["kind"] = "ratchet"
    return "flat", LAST


def demand_at_the_first_tier(doc: Doc) -> Named:
    line(doc, "early", "demand")["usd"] /= 2.0
    return "early", LAST


def the_fixed_charge_dropped(doc: Doc) -> Named:
    doc["ledger"].remove(line(doc, "grid", "fixed"))
    return "grid", LAST


def the_fixed_charge_booked_a_second_time(doc: Doc) -> Named:
    doc["ledger"].append(line(doc, "grid", "fixed") | {"start": line(doc, "grid", "energy", 3)["start"]})
    return "grid", 3


def a_peak_hour_forgotten(doc: Doc) -> Named:
    doc["ledger"].remove(line(doc, "4CP", "coincident_peak", 5))
    return "4CP", 5


def energy_without_its_higher_tier(doc: Doc) -> Named:
    above = doc["bills"][0]["import_mwh"] - 100.0
    assert above > 1.0
    line(doc, "grid", "energy", LAST)["usd"] += above * 10.0 * 1.02
    return "grid", LAST


def energy_of_one_hour_at_the_higher_tier(doc: Doc) -> Named:
    line(doc, "grid", "energy", 0)["usd"] *= 4.0 / 3.0
    return "grid", 0


def a_tax_without_demand(doc: Doc) -> Named:
    untaxed = line(doc, "flat", "demand")["usd"] + line(doc, "early", "demand")["usd"]
    line(doc, "city", "tax", LAST)["usd"] -= 0.02 * untaxed
    return "city", LAST


def the_price_of_another_window(doc: Doc) -> Named:
    row(doc, "site", "energy_price_usd_per_mwh", 3)["value"] = 30.0
    return "site", 3


# Bill -------------------------------------------------------------------------------------------------------


def the_bill_left_out(doc: Doc) -> Named:
    doc["bills"] = []
    return "grid", LAST


def a_bill_of_another_month(doc: Doc) -> Named:
    doc["bills"][0]["month"] = "2026-02"
    return "grid", LAST


def the_total_of_a_bill(doc: Doc) -> Named:
    doc["bills"][0]["total_usd"] -= 1.0
    return "grid", LAST


def the_tax_of_a_bill(doc: Doc) -> Named:
    doc["bills"][0]["tax_usd"] = 0.0
    return "grid", LAST


def a_minimum_before_the_month_ends(doc: Doc) -> Named:
    doc["bills"][0]["minimum_usd"] = 100.0
    return "grid", LAST


def energy_of_this_plan_alone_in_the_bill(doc: Doc) -> Named:
    doc["bills"][0]["energy_usd"] -= 3000.0
    return "grid", LAST


def an_expected_peak_billed(doc: Doc) -> Named:
    demand(doc, "flat")["expected_mw"] = 5.0
    return "flat", LAST


def a_peak_lowered(doc: Doc) -> Named:
    demand(doc, "early")["peak_mw"] -= 0.1
    return "early", LAST


def the_ratchet_forgotten(doc: Doc) -> Named:
    demand(doc, "flat")["ratchet_mw"] = 0.0
    return "flat", LAST


def what_the_ratchet_hands_on_forgotten(doc: Doc) -> Named:
    demand(doc, "flat")["hands_on_mw"] = 0.0
    return "flat", LAST


def a_demand_line_of_a_bill_left_out(doc: Doc) -> Named:
    doc["bills"][0]["demand"].remove(demand(doc, "early"))
    return "early", LAST


def a_peak_said_to_be_found(doc: Doc) -> Named:
    doc["expected_peaks"] = [{"charge": "early", "month": "2026-01", "peak_mw": 9.0}]
    return "early", None


# State ------------------------------------------------------------------------------------------------------


def a_peak_handed_over(doc: Doc) -> Named:
    month(doc)["peaks_mw"]["flat"] = 4.0
    return "flat", LAST


def a_peak_not_handed_over(doc: Doc) -> Named:
    del month(doc)["peaks_mw"]["early"]
    return "early", LAST


def a_month_looked_back_to_dropped(doc: Doc) -> Named:
    del doc["state"]["tariff"]["months"][0]
    return "flat", None


def energy_so_far_handed_over(doc: Doc) -> Named:
    month(doc)["import_mwh"] = 80.0
    return "grid", LAST


def a_fixed_charge_to_be_booked_again(doc: Doc) -> Named:
    month(doc)["fixed_booked"] = False
    return "grid", LAST


def an_interval_left_open(doc: Doc) -> Named:
    opened = {"start": "2026-01-05T08:00:00-06:00", "import_mwh": 0.0}
    doc["state"]["tariff"]["open_intervals"] = {"early": opened}
    return "early", None


BILL: list[Callable[[Doc], Named]] = [
    a_demand_line_dropped,
    demand_billed_in_full_and_not_what_is_added,
    a_demand_line_in_the_hour_of_the_peak,
    demand_called_a_ratchet,
    demand_at_the_first_tier,
    the_fixed_charge_dropped,
    the_fixed_charge_booked_a_second_time,
    a_peak_hour_forgotten,
    energy_without_its_higher_tier,
    energy_of_one_hour_at_the_higher_tier,
    a_tax_without_demand,
    the_price_of_another_window,
    the_bill_left_out,
    a_bill_of_another_month,
    the_total_of_a_bill,
    the_tax_of_a_bill,
    a_minimum_before_the_month_ends,
    energy_of_this_plan_alone_in_the_bill,
    an_expected_peak_billed,
    a_peak_lowered,
    the_ratchet_forgotten,
    what_the_ratchet_hands_on_forgotten,
    a_demand_line_of_a_bill_left_out,
    a_peak_said_to_be_found,
    a_peak_handed_over,
    a_peak_not_handed_over,
    a_month_looked_back_to_dropped,
    energy_so_far_handed_over,
    a_fixed_charge_to_be_booked_again,
    an_interval_left_open,
]


@pytest.mark.parametrize("corrupt", BILL, ids=lambda corrupt: corrupt.__name__)
def test_a_corruption_of_the_bill_is_caught(
    billing: Path, billed: Doc, tmp_path: Path, corrupt: Callable[[Doc], Named]
) -> None:
    assert_caught(billing, billed, tmp_path, corrupt)


def test_the_plan_under_a_tariff_is_accepted(billing: Path) -> None:
    result = CliRunner().invoke(app, ["audit", str(billing), str(billing / "plan" / "schedule.json")])
    assert result.exit_code == 0, result.output
