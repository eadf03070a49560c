"""The scenario.toml that a start writes, with what is assumed marked in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from optimizer.starter.fleet_list import FleetRow
from optimizer.starter.folder import PRICES_FILE

if TYPE_CHECKING:
    from optimizer.imports import ImportedPrices

ASSUMED_HASHPRICE_USD_PER_PH_DAY = 45.0
ASSUMED_PUE = 1.08
SPARE_POWER = 1.1
"""Import and hall limits assumed, as a multiple of what all fleets draw at most."""


def _resolution(interval_minutes: int) -> int:
    """The plan's periods: as fine as the prices, within what a scenario takes."""
    return next((step for step in (5, 15, 30, 60) if interval_minutes <= step), 60)


def scenario_text(
    name: str, timezone: str, start: date, prices: ImportedPrices, fleets: list[FleetRow]
) -> tuple[str, list[str]]:
    draw_mw = sum(f.units * f.power_w for f in fleets) / 1e6
    hall_mw = _round_up(SPARE_POWER * draw_mw)
    import_mw = _round_up(SPARE_POWER * draw_mw * ASSUMED_PUE)
    report = prices.report
    assumptions = [
        f"hashprice: {ASSUMED_HASHPRICE_USD_PER_PH_DAY:g} USD per PH/s per day",
        f"grid connection {import_mw:g} MW and hall {hall_mw:g} MW: the machines' full draw and a tenth more",
        f"PUE: {ASSUMED_PUE:g}",
        "no adders on the energy price (delivery, retailer) and no losses",
        "everything is off before the start",
    ]
    for fleet in fleets:
        assumptions += [f"{fleet.name}: {note}" for note in fleet.notes]
    lines = [
        f"# Started by wattshift from {_printable(report.file)} and a list of fleets.",
        "# Next steps: put your own figures where ASSUMED stands, then plan; add GPU pools and contracts as the",
        "# examples show (`wattshift init --list`).",
        "schema_version = 1",
        f"name = {_quoted(name)}",
        "",
        "[time]",
        f"zone = {_quoted(timezone)}",
        f"start = {start.isoformat()}T00:00:00   # the day to plan; the prices end {report.end.isoformat()}",
        f"resolution_minutes = {_resolution(report.interval_minutes)}",
        "committed_days = 1",
        "",
        "[site]",
        f"import_limit_mw = {import_mw!r}   # ASSUMED: your grid connection [MW at the meter]",
        "",
        "[[site.halls]]",
        'name = "main-hall"',
        f"it_limit_mw = {hall_mw!r}   # ASSUMED: IT power that the hall can feed and cool [MW]",
        f"pue = {ASSUMED_PUE!r}   # ASSUMED: facility power / IT power",
        "",
        "[supply.energy]",
        f'price_usd_per_mwh = {{ file = "{PRICES_FILE}", column = "price_usd_per_mwh" }}',
        'adders = []   # ASSUMED: none; e.g. [{ name = "delivery", usd_per_mwh = 3.0 }]',
        "",
        "[bitcoin]",
        f"hashprice_usd_per_ph_day = {ASSUMED_HASHPRICE_USD_PER_PH_DAY!r}   # ASSUMED: today's hashprice",
        "pool_fee = 0.0   # ASSUMED: share that the mining pool keeps, e.g. 0.01",
    ]
    for fleet in fleets:
        lines += ["", *_fleet_lines(fleet)]
    return "\n".join(lines) + "\n", assumptions


def _fleet_lines(fleet: FleetRow) -> list[str]:
    lines = [
        *(f"# ASSUMED: {note}" for note in fleet.notes),
        *(f"# {_printable(name)}: {_printable(cell)}" for name, cell in fleet.labels),
        "[[fleets]]",
        f"name = {_quoted(fleet.name)}",
        'hall = "main-hall"',
        f"model = {_quoted(fleet.model[:100])}",
        f"units = {fleet.units}",
        f"groups = {fleet.groups}   # machines that are switched as one",
        "modes = [",
    ]
    if fleet.sleep_w is None or fleet.can_be_off:
        lines.append('    { name = "off", power_w = 0.0 },')
    if fleet.sleep_w is not None:
        lines.append(f'    {{ name = "sleep", power_w = {fleet.sleep_w!r} }},')
    if fleet.low_power_w is not None:
        lines.append(
            f'    {{ name = "low-power", power_w = {fleet.low_power_w!r}, '
            f"hashrate_th_per_s = {fleet.low_power_hashrate_th_per_s!r} }},"
        )
    lines += [
        f'    {{ name = "normal", power_w = {fleet.power_w!r}, hashrate_th_per_s = {fleet.hashrate_th_per_s!r} }},',
        "]",
    ]
    for field, value in fleet.switching:
        lines.append(f"{field} = {int(value) if field == 'starts_per_day' else value!r}")
    return lines


def _quoted(text: str) -> str:
    """A TOML string; signs that a basic string cannot hold are left out."""
    return '"' + _printable(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())


def _round_up(mw: float) -> float:
    """To the next tenth of a megawatt, or hundredth below one."""
    step = 0.1 if mw >= 1 else 0.01 if mw >= 0.1 else 0.001
    return round(-(-mw // step) * step, 3)
