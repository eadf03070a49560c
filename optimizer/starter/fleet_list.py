"""An operator's list of fleets: a CSV with one row each."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from optimizer.imports.numbers import DecimalQuestion, DecimalSign, decimal_sign, number_of
from optimizer.starter.errors import StarterError
from optimizer.starter.machine_table import SLEEP_W, Machine
from optimizer.starter.machines import machines_named, near_names


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
    can_be_off: bool
    """Whether the machines can be cut off too where they can sleep; assumed where the list gives no sleep."""
    low_power_w: float | None
    low_power_hashrate_th_per_s: float | None
    switching: tuple[tuple[str, float], ...]
    """Fields of a fleet beside its modes, with their values."""
    labels: tuple[tuple[str, str], ...]
    """Columns of the list that a plan does not know, with their cells: kept beside the fleet as comments."""
    notes: tuple[str, ...]


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
    low_power_w, low_power_hashrate_th_per_s, sleep_w and any of a fleet's other numbers (`min_up_hours` …); others are
    kept as labels. A known model needs no power and no hashrate."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StarterError(f"{file}: cannot be read as UTF-8 text ({error})") from error
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise StarterError(f"{file.name}, row {reader.line_num}: no CSV ({error})") from error
    fleets: list[FleetRow] = []
    if rows:
        header, labels = _header(rows[0][1], file.name)
        lines = [({key: cells[at] for key, at in header.items() if at < len(cells)}, line) for line, cells in rows[1:]]
        sign = _decimal_sign([row for row, _ in lines], separator, file.name)
        for (row, line), (_, cells) in zip(lines, rows[1:], strict=True):
            fleet = _fleet_row(row, sign, f"{file.name}, row {line}", len(fleets) + 1)
            fleets.append(_with_labels(fleet, {name: cells[at] for name, at in labels.items() if at < len(cells)}))
    if not fleets:
        raise StarterError(f"{file.name}: no fleets; give a header and one row a fleet")
    names = [fleet.name for fleet in fleets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise StarterError(f"{file.name}: two fleets are named {twice!r}; each needs a name of its own")
    return fleets


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _header(cells: list[str], file: str) -> tuple[dict[str, int], dict[str, int]]:
    """Key → position of the columns that are known, name → position of the others. One that looks like a known column
    is taken as mistyped, and refused."""
    header: dict[str, int] = {}
    labels: dict[str, int] = {}
    known = [*(name for names in (_NAMES, _SWITCHING) for name in names)]
    for at, cell in enumerate(cells):
        key = _key(cell)
        if key in _UNITS:
            header.setdefault(key, at)
        elif key:
            meant = difflib.get_close_matches(key, [_key(name) for name in known], n=1, cutoff=0.85)
            if meant:
                right = next(name for name in known if _key(name) == meant[0])
                raise StarterError(f"{file}: unknown column {cell.strip()}; is {right} meant?")
            labels.setdefault(cell.strip(), at)
    return header, labels


def _decimal_sign(rows: list[dict[str, str]], separator: str, file: str) -> DecimalSign:
    """The list's decimal sign. `3,472` alone is 3472 W or 3.472 W: it is not guessed, whatever separates the cells."""
    whole = {"name", "model", "units", "groups"}
    texts = {key for field in whole for key in _NAMES[field]}
    cells = [cell for row in rows for key, cell in row.items() if key not in texts]
    try:
        return decimal_sign(cells, "," if separator == "," else "")[0]
    except DecimalQuestion as question:
        raise StarterError(f"{file}: {question}; write numbers without separators of thousands") from None


def _with_labels(fleet: FleetRow, labels: Mapping[str, str]) -> FleetRow:
    kept = tuple((name, cell) for name, cell in labels.items() if cell)
    if not kept:
        return fleet
    told = f"{', '.join(name for name, _ in kept)}: kept as comments, no plan knows them"
    return replace(fleet, labels=kept, notes=(*fleet.notes, told))


def _fleet_row(row: Mapping[str, str], sign: DecimalSign, place: str, number: int) -> FleetRow:
    def cell(field: str) -> str:
        return next((row[key] for key in _NAMES[field] if row.get(key)), "")

    def number_in(field: str) -> float | None:
        return _number(cell(field), sign, place, field)

    model = cell("model")
    notes = []
    power_w, hashrate = number_in("power_w"), number_in("hashrate_th_per_s")
    low_w, low_hashrate = number_in("low_power_w"), number_in("low_power_hashrate_th_per_s")
    found = machines_named(model, hashrate)
    if power_w is None or hashrate is None:
        known = _the_one(found, model, place, "power_w" if power_w is None else "hashrate_th_per_s")
        if power_w is None and low_w is None and low_hashrate is None:
            low_w, low_hashrate = known.low_power_w, known.low_power_hashrate_th_per_s
            notes.append("the low-power mode is an estimate: 25 % less hashrate at 71 % of the power")
        power_w = known.power_w if power_w is None else power_w
        hashrate = known.hashrate_th_per_s if hashrate is None else hashrate
        notes.append(f"power and hashrate are those of {known.name}: {known.source}")
    if not power_w or not hashrate:
        raise StarterError(f"{place}: {power_w:g} W and {hashrate:g} TH/s; both are above 0")
    if (low_w is None) != (low_hashrate is None):
        raise StarterError(f"{place}: a low-power mode needs low_power_w and low_power_hashrate_th_per_s")
    units = _whole(cell("units"), sign, place, "units")
    if units is None:
        raise StarterError(f"{place}: no units; give the number of machines")
    groups = _whole(cell("groups"), sign, place, "groups")
    if groups is None:
        groups = max(n for n in range(1, min(_MOST_GROUPS, units) + 1) if units % n == 0)
        notes.append(f"{groups} groups are assumed: machines that are switched as one")
    if units % groups:
        raise StarterError(f"{place}: {units} units do not divide by {groups} groups; groups have equal size")
    switching = []
    for field in _SWITCHING:
        value = _number(row.get(field.replace("_", ""), ""), sign, place, field)
        if value is not None:
            if field == "starts_per_day" and value != int(value):
                raise StarterError(f"{place}, {field}: {value:g} is no whole number")
            switching.append((field, value))
    sleep_w = number_in("sleep_w")
    assumed_sleep = sleep_w is None and bool(found or machines_named(model))
    if assumed_sleep:
        sleep_w = SLEEP_W
        notes.append(f"a machine can be cut off (0 W) or sleep ({SLEEP_W:g} W): take out the mode that it has not")
    return FleetRow(
        name=checked_name(cell("name"), place) if cell("name") else f"{_legal(model) or 'fleet'}-{number}",
        model=model,
        units=units,
        groups=groups,
        power_w=power_w,
        hashrate_th_per_s=hashrate,
        sleep_w=sleep_w,
        can_be_off=assumed_sleep,
        low_power_w=low_w,
        low_power_hashrate_th_per_s=low_hashrate,
        switching=tuple(switching),
        labels=(),
        notes=tuple(notes),
    )


def _the_one(found: list[Machine], model: str, place: str, missing: str) -> Machine:
    """The machine that a model's name means; a question with the near ones where it is none or several."""
    if len(found) == 1:
        return found[0]
    near = near_names(model)
    if not model:
        what = f"no {missing} and no model"
    elif found:
        what = f"the model {model!r} may be {', '.join(machine.name for machine in found)}"
    else:
        what = f"no {missing}, and the model {model!r} is not known"
        what += f"; near it are {', '.join(near)}" if near else ""
    raise StarterError(
        f"{place}: {what}; give power_w and hashrate_th_per_s, or the model with its hashrate (S21 200T)"
    )


def _legal(model: str) -> str:
    """A model as part of a name that the operator did not give: plus signs as words, other signs as hyphens."""
    name = re.sub(r"[^\w.]+", "-", model.replace("+", "-plus")).strip("-._")
    return name[:50].rstrip("-._")


def checked_name(text: str, place: str) -> str:
    """A name as a scenario takes it: spaces of the operator's label become hyphens."""
    name = re.sub(r"\s+", "-", text.strip())[:64]
    if not re.fullmatch(r"[^\W_][\w .\-]*", name):
        raise StarterError(f"{place}: the name {text!r} has other signs than letters, digits, . _ and -")
    return name


def _number(text: str, sign: DecimalSign, place: str, field: str) -> float | None:
    value = number_of(text, sign)
    if value is None or value < 0 or value > 1e9:
        raise StarterError(f"{place}, {field}: {text!r} is no number from 0 to 1e9")
    return None if value != value else value  # noqa: PLR0124  NaN stands for an empty cell


def _whole(text: str, sign: DecimalSign, place: str, field: str) -> int | None:
    value = _number(text, sign, place, field)
    if value is None:
        return None
    if value < 1 or value != int(value):
        raise StarterError(f"{place}, {field}: {text!r} is no whole number from 1")
    return int(value)
