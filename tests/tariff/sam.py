"""NREL-PySAM's Utilityrate5 as an oracle: the same URDB rate and the same year of load, billed by SAM.

SAM's year has 365 days from a Monday and no clock changes: 2018 in UTC. Its converter from URDB
(`PySAM.UtilityRateTools.URDBv8_to_ElectricityRates`) has faults; what the rate's text says decides, so its
output is corrected here, each with its reason. None of the corrections knows anything of our own reading.
"""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from PySAM import Utilityrate5
from PySAM.UtilityRateTools import URDBv8_to_ElectricityRates

from optimizer.tariff import MeteredLoad

Floats = npt.NDArray[np.float64]
START = datetime(2018, 1, 1, tzinfo=UTC)
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
NO_END = 1e38


def metered(load_kw: Floats) -> MeteredLoad:
    """A load of SAM's year for our own bill."""
    return MeteredLoad(START, 365 * 24 * 60 // len(load_kw), load_kw)


def sam_bill(rate: dict[str, Any], load_kw: Floats, peaks_before: Sequence[float] = (0.0,) * 12) -> dict[str, Floats]:
    """SAM's lines by month [USD]: energy, demand (flat and TOU), fixed, minimum. `peaks_before`: of 2017 [kW]."""
    model = Utilityrate5.new()
    model.ElectricityRates.assign(corrected(rate, peaks_before))
    model.ElectricityRates.rate_escalation = (0,)
    model.Lifetime.assign({"analysis_period": 1, "inflation_rate": 0, "system_use_lifetime_output": 0})
    model.SystemOutput.gen = (0.0,) * len(load_kw)
    model.SystemOutput.degradation = (0,)
    model.Load.load = tuple(load_kw.tolist())
    model.Load.load_escalation = (0,)
    model.execute(0)

    def year(name: str) -> Floats:
        return np.array(getattr(model.Outputs, f"charge_wo_sys_{name}_ym"))[1]

    return {
        "energy": year("ec"),
        "demand": year("dc_fixed") + year("dc_tou"),
        "fixed": _days_as_they_are(rate, year("fixed")),
        "minimum": year("minimum"),
    }


def corrected(rate: dict[str, Any], peaks_before: Sequence[float]) -> dict[str, Any]:
    """SAM's inputs for a rate: the converter's, without its faults."""
    # The converter shifts the schedules of the rate it is given in place: it gets a copy.
    with contextlib.redirect_stdout(io.StringIO()):
        inputs: dict[str, Any] = URDBv8_to_ElectricityRates(copy.deepcopy(rate))
    # It drops fixed charges in the older spelling (the PECO rate: 298.92 USD a month).
    if "fixedchargefirstmeter" not in rate and "fixedmonthlycharge" in rate:
        inputs["ur_monthly_fixed_charge"] = rate["fixedmonthlycharge"]
    if inputs.get("ur_enable_billing_demand"):
        _correct_the_ratchet(rate, inputs, peaks_before)
    if "ur_dc_tou_mat" in inputs:
        inputs["ur_dc_tou_mat"] = _with_equal_tiers(inputs["ur_dc_tou_mat"])
    return inputs


def _correct_the_ratchet(rate: dict[str, Any], inputs: dict[str, Any], peaks_before: Sequence[float]) -> None:
    # One list is shared by all twelve rows, so that one month's percentage becomes every month's; and the second
    # column, whether the month's own peak counts in full, stays 0: a month would be billed share × its own peak.
    # With lookbackrange 0 SAM looks back 0 months: the months of the list are those of the year before the month.
    back = int(rate.get("lookbackrange") or 0) or 12
    months = [1] * 12 if rate.get("lookbackrange") else rate["lookbackmonths"]
    percent = rate["lookbackpercent"] * 100.0
    inputs["ur_billing_demand_lookback_percentages"] = [[percent if counts else 0.0, 1] for counts in months]
    inputs["ur_billing_demand_minimum"] = 0
    # Not the converter but SAM itself: within the year it looks back as many months as it is told, into the year
    # before it one more (`get_billing_demand`: from month 11 − (period − month) on). Twelve months are therefore
    # asked for as 11, which within a year is all of it; fewer get the year before shifted by one month.
    inputs["ur_billing_demand_lookback_period"] = 11 if back == 12 else back
    inputs["ur_yearzero_usage_peaks"] = list(peaks_before) if back == 12 else [*peaks_before[1:], 0.0]


def _with_equal_tiers(rows: list[Sequence[float]]) -> list[list[float]]:
    """SAM takes only periods with the same tier ends in a month; a period of one rate gets the ends of the others,
    at that rate (the multi-tier rate has a period of rate 0 beside one with two tiers)."""
    ends = sorted({row[2] for row in rows})
    filled = []
    for period in sorted({row[0] for row in rows}):
        of = [list(row) for row in rows if row[0] == period]
        if len(of) == 1 and len(ends) > 1:
            of = [[period, tier + 1, end, of[0][3]] for tier, end in enumerate(ends)]
        filled += of
    return filled


def _days_as_they_are(rate: dict[str, Any], fixed: Floats) -> Floats:
    """The converter takes a month as 365/12 days for charges by the day; the rate says days of the month."""
    return fixed / (365 / 12) * DAYS if rate.get("fixedchargeunits") == "$/day" else fixed
