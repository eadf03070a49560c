"""Starting a scenario: a copy of an example, or one from the operator's own prices and fleets.

What `wattshift init` does. Nothing that exists is overwritten.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from optimizer.imports import ImportedPrices

DEFAULT_EXAMPLE = "west-texas-hybrid-day"
SCENARIO_FILE = "scenario.toml"
PRICES_FILE = "prices.csv"

ASSUMED_HASHPRICE_USD_PER_PH_DAY = 45.0
ASSUMED_PUE = 1.08
SPARE_POWER = 1.1
"""Import and hall limits assumed, as a multiple of what all fleets draw at most."""


class StarterError(ValueError):
    """No scenario can be started: what is in the way, and what to do."""


# Examples --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """A shipped example scenario."""

    name: str
    description: str
    path: Path


def examples() -> list[Example]:
    """The shipped examples, the default one first."""
    found = []
    for file in sorted(_examples_folder().glob(f"*/{SCENARIO_FILE}")):
        description = str(tomllib.loads(file.read_text(encoding="utf-8")).get("description", ""))
        found.append(Example(file.parent.name, description, file.parent))
    return sorted(found, key=lambda example: (example.name != DEFAULT_EXAMPLE, example.name))


def copy_example(name: str, target: Path | str) -> list[Path]:
    """Copy an example's scenario and series into a folder, which is made; returns the files written."""
    known = {example.name: example for example in examples()}
    if name not in known:
        raise StarterError(f"no example {name!r}; there are {', '.join(known)}")
    source = known[name].path
    names = [file.name for file in sorted(source.iterdir()) if file.suffix in {".toml", ".csv", ".parquet"}]
    written = _room_for(Path(target), names)
    for path in written:
        shutil.copyfile(source / path.name, path)
    return written


def _examples_folder() -> Path:
    """`optimizer/_examples` in an installed package, `scenarios` in a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "_examples", here.parent / "scenarios"):
        if any(folder.glob(f"*/{SCENARIO_FILE}")):
            return folder
    raise StarterError("the examples are not installed; reinstall wattshift, or take them from its repository")


def _room_for(target: Path, names: list[str]) -> list[Path]:
    """Paths of new files in a folder, which is made. Refused where one is there already."""
    paths = [target / name for name in names]
    taken = [path.name for path in paths if path.exists() or path.is_symlink()]
    if taken:
        raise StarterError(f"{target} already has {', '.join(taken)}; nothing is overwritten, choose another folder")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StarterError(f"{target} cannot be made a folder: {error.strerror or error}") from error
    return paths


# An operator's own files -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Machine:
    """A model's figures: watts and TH/s of one machine, as the maker gives them. The low-power mode hashes a
    quarter less at a better J/TH; makers give none, so it is an estimate."""

    model: str
    power_w: float
    hashrate_th_per_s: float
    low_power_w: float
    low_power_hashrate_th_per_s: float


def _machine(model: str, hashrate_th_per_s: float, power_w: float) -> Machine:
    low_power_w = round(0.71 * power_w, -1)
    return Machine(model, power_w, hashrate_th_per_s, low_power_w, 0.75 * hashrate_th_per_s)


MACHINES = (
    _machine("Antminer S19j Pro", 104.0, 3068.0),
    _machine("Antminer S19 XP", 140.0, 3010.0),
    _machine("Antminer S21", 200.0, 3500.0),
    _machine("Antminer S21 Pro", 234.0, 3510.0),
    _machine("Antminer S21 XP", 270.0, 3645.0),
    _machine("WhatsMiner M60S", 186.0, 3441.0),
    _machine("WhatsMiner M66S", 298.0, 5513.0),
)
"""Machines known by their model's name."""
SLEEP_W = 30.0


def machine_named(model: str) -> Machine | None:
    """The known machine of a model's name, with or without its maker's: `S21 Pro`, `antminer s21pro`."""
    key = re.sub(r"[^a-z0-9]", "", model.lower())
    for maker in ("bitmain", "antminer", "microbt", "whatsminer"):
        key = key.removeprefix(maker)
    short = {re.sub(r"[^a-z0-9]", "", m.model.split(" ", 1)[1].lower()): m for m in MACHINES}
    return short.get(key)


@dataclass(frozen=True)
class FleetRow:
    """A fleet as the operator's list gives it. None where nothing is known."""

    name: str
    model: str
    units: int
    groups: int
    power_w: float
    hashrate_th_per_s: float
    sleep_w: float | None
    low_power_w: float | None
    low_power_hashrate_th_per_s: float | None
    switching: tuple[tuple[str, float], ...]
    """Fields of a fleet beside its modes, with their values."""
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Started:
    """What was written, and what was assumed: the operator's next steps."""

    files: tuple[Path, ...]
    start: date
    """The day that the scenario plans: the first whole one of the prices."""
    assumptions: tuple[str, ...]


_NAMES = {
    "name": ("name", "fleet", "fleetname"),
    "model": ("model", "machine", "asic", "miner", "type"),
    "units": ("units", "machines", "count", "quantity", "qty", "asics", "miners"),
    "groups": ("groups", "containers", "rows", "racks", "pdus"),
    "power_w": ("powerw", "power", "watts", "wattage", "normalw"),
    "hashrate_th_per_s": ("hashratethpers", "hashrateths", "hashrate", "ths", "th"),
    "low_power_w": ("lowpowerw", "loww", "lowpower", "ecow"),
    "low_power_hashrate_th_per_s": (
        *("lowpowerhashratethpers", "lowpowerhashrateths", "lowpowerhashrate", "lowhashrate"),
        *("lowpowerths", "ecohashrate", "ecoths"),
    ),
    "sleep_w": ("sleepw", "sleep", "sleeppowerw", "standbyw"),
}
_SWITCHING = (
    *("availability", "start_cost_usd", "min_up_hours", "min_down_hours", "warm_up_hours", "starts_per_day"),
    *("ramp_mw_per_hour", "running_cost_usd_per_machine_hour", "depreciation_usd_per_machine_hour"),
)
_UNITS = {
    *{key for keys in _NAMES.values() for key in keys},
    *(field.replace("_", "") for field in _SWITCHING),
}
_MOST_GROUPS = 40
"""Groups that are made of a fleet whose list says none: as coarse as a plan of a day can use."""


def read_fleets(path: Path | str) -> list[FleetRow]:
    """Fleets from a CSV with one row each. Columns: name, model, units, groups, power_w, hashrate_th_per_s,
    low_power_w, low_power_hashrate_th_per_s, sleep_w and any of a fleet's other numbers (`min_up_hours` …).
    A known model needs no power and no hashrate."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StarterError(f"{file}: cannot be read as UTF-8 text ({error})") from error
    head = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    header: dict[str, int] | None = None
    fleets: list[FleetRow] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells, file.name)
                continue
            row = {key: cells[at].strip() for key, at in header.items() if at < len(cells)}
            fleets.append(_fleet_row(row, f"{file.name}, row {reader.line_num}", len(fleets) + 1))
    except csv.Error as error:
        raise StarterError(f"{file.name}, row {reader.line_num}: no CSV ({error})") from error
    if not fleets:
        raise StarterError(f"{file.name}: no fleets; give a header and one row a fleet")
    names = [fleet.name for fleet in fleets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise StarterError(f"{file.name}: two fleets are named {twice!r}; each needs a name of its own")
    return fleets


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _header(cells: list[str], file: str) -> dict[str, int]:
    """Column key → position."""
    header: dict[str, int] = {}
    for at, cell in enumerate(cells):
        header.setdefault(_key(cell), at)
    unknown = [cell for cell in cells if _key(cell) not in _UNITS and _key(cell)]
    if unknown:
        raise StarterError(
            f"{file}: unknown columns {', '.join(unknown)}; known are {', '.join([*_NAMES, *_SWITCHING])}"
        )
    return header


def _fleet_row(row: Mapping[str, str], place: str, number: int) -> FleetRow:
    def cell(field: str) -> str:
        return next((row[key] for key in _NAMES[field] if row.get(key)), "")

    def number_in(field: str) -> float | None:
        return _number(cell(field), place, field)

    model = cell("model")
    known = machine_named(model)
    notes = []
    power_w, hashrate = number_in("power_w"), number_in("hashrate_th_per_s")
    low_w, low_hashrate = number_in("low_power_w"), number_in("low_power_hashrate_th_per_s")
    if power_w is None or hashrate is None:
        if known is None:
            missing = "power_w" if power_w is None else "hashrate_th_per_s"
            raise StarterError(
                f"{place}: no {missing}, and the model {model!r} is none of "
                f"{', '.join(machine.model for machine in MACHINES)}; give power_w and hashrate_th_per_s"
            )
        if power_w is None and hashrate is None and low_w is None and low_hashrate is None:
            low_w, low_hashrate = known.low_power_w, known.low_power_hashrate_th_per_s
            notes.append("the low-power mode is an estimate: 25 % less hashrate at 71 % of the power")
        power_w = known.power_w if power_w is None else power_w
        hashrate = known.hashrate_th_per_s if hashrate is None else hashrate
        notes.append(f"power and hashrate are {known.model}'s by its maker")
    if not power_w or not hashrate:
        raise StarterError(f"{place}: {power_w:g} W and {hashrate:g} TH/s; both are above 0")
    if (low_w is None) != (low_hashrate is None):
        raise StarterError(f"{place}: a low-power mode needs low_power_w and low_power_hashrate_th_per_s")
    units = _whole(cell("units"), place, "units")
    if units is None:
        raise StarterError(f"{place}: no units; give the number of machines")
    groups = _whole(cell("groups"), place, "groups")
    if groups is None:
        groups = max(n for n in range(1, min(_MOST_GROUPS, units) + 1) if units % n == 0)
        notes.append(f"{groups} groups are assumed: machines that are switched as one")
    if units % groups:
        raise StarterError(f"{place}: {units} units do not divide by {groups} groups; groups have equal size")
    switching = []
    for field in _SWITCHING:
        value = _number(row.get(field.replace("_", ""), ""), place, field)
        if value is not None:
            if field == "starts_per_day" and value != int(value):
                raise StarterError(f"{place}, {field}: {value:g} is no whole number")
            switching.append((field, value))
    return FleetRow(
        name=_name(cell("name") or f"{model or 'fleet'}-{number}", place),
        model=model or (known.model if known else ""),
        units=units,
        groups=groups,
        power_w=power_w,
        hashrate_th_per_s=hashrate,
        sleep_w=number_in("sleep_w") if cell("sleep_w") or known is None else SLEEP_W,
        low_power_w=low_w,
        low_power_hashrate_th_per_s=low_hashrate,
        switching=tuple(switching),
        notes=tuple(notes),
    )


def _name(text: str, place: str) -> str:
    """A name as a scenario takes it: spaces of the operator's label become hyphens."""
    name = re.sub(r"\s+", "-", text.strip())[:64]
    if not re.fullmatch(r"[^\W_][\w .\-]*", name):
        raise StarterError(f"{place}: the name {text!r} has other signs than letters, digits, . _ and -")
    return name


def _number(text: str, place: str, field: str) -> float | None:
    from optimizer.imports.table import number_of

    value = number_of(text)
    if value is None or value < 0 or value > 1e9:
        raise StarterError(f"{place}, {field}: {text!r} is no number from 0 to 1e9")
    return None if value != value else value  # noqa: PLR0124  NaN stands for an empty cell


def _whole(text: str, place: str, field: str) -> int | None:
    value = _number(text, place, field)
    if value is None:
        return None
    if value < 1 or value != int(value):
        raise StarterError(f"{place}, {field}: {text!r} is no whole number from 1")
    return int(value)


# From prices and fleets to a scenario ----------------------------------------------------------------------


def start_from(
    prices: Path | str,
    fleets: Path | str,
    target: Path | str,
    *,
    timezone: str,
    name: str | None = None,
    column: str | None = None,
    location: str | None = None,
) -> Started:
    """Start a scenario in a folder from a price file (as import writes it, or any that its csv format reads)
    and a list of fleets. `timezone` is the facility's IANA zone. What is assumed is marked ASSUMED in the
    scenario and returned."""
    from optimizer.imports import PriceFileError, import_prices
    from optimizer.scenario.faults import ScenarioError
    from optimizer.scenario.load import load

    try:
        imported = import_prices(prices, timezone=timezone, column=column, location=location)
    except PriceFileError as error:
        raise StarterError(str(error)) from error
    rows = read_fleets(fleets)
    start = _first_whole_day(imported)
    folder = Path(target)
    title = _name(name or folder.resolve().name or "my-facility", "name")
    text, assumptions = _scenario_text(title, timezone, start, imported, rows)
    scenario_path, prices_path = _room_for(folder, [SCENARIO_FILE, PRICES_FILE])
    try:
        imported.write_csv(prices_path)
        scenario_path.write_text(text, encoding="utf-8", newline="\n")
        load(scenario_path)
    except (OSError, ScenarioError) as error:
        for path in (scenario_path, prices_path):
            path.unlink(missing_ok=True)
        raise StarterError(f"no scenario can be made of these files: {error}") from error
    return Started((scenario_path, prices_path), start, tuple(assumptions))


def _first_whole_day(prices: ImportedPrices) -> date:
    """The first local day of which every interval has a price."""
    step = prices.report.interval_minutes
    known = set(prices.start_minutes.tolist())
    day = prices.starts[0].date()
    while day <= prices.starts[-1].date():
        first, end = (_midnight(d, prices.zone) for d in (day, day + timedelta(days=1)))
        # Intervals are aligned to those of the file, which need not begin at midnight.
        begin = first - (first - int(prices.start_minutes[0])) % step
        if all(minute in known for minute in range(begin, end, step)):
            return day
        day += timedelta(days=1)
    report = prices.report
    raise StarterError(
        f"{report.file}: no whole local day ({report.timezone}) has prices throughout; they go from "
        f"{report.start.isoformat()} to {report.end.isoformat()} with {report.gap_count} gaps"
    )


def _midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() / 60)


def _resolution(interval_minutes: int) -> int:
    """The plan's periods: as fine as the prices, within what a scenario takes."""
    return next((step for step in (5, 15, 30, 60) if interval_minutes <= step), 60)


def _scenario_text(
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
        f"start = {start.isoformat()}T00:00:00   # the first local day with prices throughout; they end "
        f"{report.end.isoformat()}",
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
        "[[fleets]]",
        f"name = {_quoted(fleet.name)}",
        'hall = "main-hall"',
        f"model = {_quoted(fleet.model[:100])}",
        f"units = {fleet.units}",
        f"groups = {fleet.groups}   # machines that are switched as one",
        "modes = [",
    ]
    if fleet.sleep_w is not None:
        lines.append(f'    {{ name = "sleep", power_w = {fleet.sleep_w!r} }},')
    else:
        lines.append('    { name = "off", power_w = 0.0 },')
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
