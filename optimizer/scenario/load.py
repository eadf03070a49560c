"""From files to a scenario: TOML or JSON beside CSV and Parquet series, all faults reported at once."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from optimizer.scenario.faults import Fault, ScenarioError
from optimizer.scenario.files import SeriesFileError, SeriesFiles
from optimizer.scenario.scenario import Scenario

MOST_SCENARIO_BYTES = 64_000_000
SCENARIO_FILE = "scenario.toml"
SERIES_FORMS = (
    "a finite number, a list with one number per period, { file = …, column = … }, "
    "or { start = …, interval_minutes = …, values = […] }"
)


def load(path: str | Path) -> Scenario:
    """Read a scenario: a folder with `scenario.toml`, a `.toml`, or a `.json`.

    Series are read from files in the scenario's own folder. Raises ScenarioError (a ValueError) with every
    fault found: its place, what was found, what is allowed.
    """
    path = Path(path)
    if path.is_dir():
        path = path / SCENARIO_FILE
    source = str(path)
    if path.suffix.lower() not in {".toml", ".json"}:
        raise _unreadable(source, f"{path.suffix or 'no suffix'!r}", "a folder, a .toml or a .json")
    try:
        if path.stat().st_size > MOST_SCENARIO_BYTES:
            raise _unreadable(source, f"{path.stat().st_size} bytes", f"at most {MOST_SCENARIO_BYTES}")
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(source, f"cannot be read ({error.strerror})", "an existing, readable file") from None
    form = "toml" if path.suffix.lower() == ".toml" else "json"
    return parse(data, form=form, folder=path.parent, source=source)


def parse(data: bytes, *, form: str, folder: Path, source: str = "scenario") -> Scenario:
    """A scenario from the bytes of a TOML or JSON document; `folder` is where its series files lie."""
    if len(data) > MOST_SCENARIO_BYTES:
        raise _unreadable(source, f"{len(data)} bytes", f"at most {MOST_SCENARIO_BYTES}")
    try:
        text = data.decode("utf-8-sig")
        raw = tomllib.loads(text) if form == "toml" else _strict_json(text)
    except UnicodeDecodeError as error:
        raise _unreadable(source, f"byte {error.start} is not UTF-8", "UTF-8 text") from None
    except RecursionError:
        raise _unreadable(source, "nested too deeply", "the structure that `wattshift schema` shows") from None
    except ValueError as error:  # TOMLDecodeError and JSONDecodeError say line and column
        raise _unreadable(source, f"no valid {form.upper()}: {error}", "") from None
    if not isinstance(raw, dict):
        raise _unreadable(source, f"a {type(raw).__name__}", "an object with the scenario's fields")
    faults: list[Fault] = []
    try:
        resolved = _with_series(raw, "", SeriesFiles(folder), faults)
    except RecursionError:
        raise _unreadable(source, "nested too deeply", "the structure that `wattshift schema` shows") from None
    try:
        scenario = Scenario.model_validate(resolved)
    except ValidationError as error:
        unread = {fault.place for fault in faults}
        faults += [fault for fault in faults_from(error, raw) if fault.place not in unread]
        raise ScenarioError(faults, source) from None
    if faults:
        raise ScenarioError(faults, source)
    return scenario


def faults_from(error: ValidationError, raw: Any) -> list[Fault]:
    """The faults that pydantic found, each at its place in the raw document."""
    by_place: dict[str, list[Fault]] = {}
    errors = error.errors(include_url=False)
    inside = {item["loc"][:-1] for item in errors}
    for item in errors:
        if item["type"] == "too_short" and any(loc[: len(item["loc"])] == item["loc"] for loc in inside):
            continue  # what is in it is at fault, not its length
        if item["type"] == "scenario":
            for fault in item["ctx"]["faults"]:
                by_place.setdefault(fault.place, []).append(fault)
            continue
        place, value, known = _place(item["loc"], raw)
        found = "missing" if item["type"] == "missing" else _short(value) if known else "unknown field"
        by_place.setdefault(place, []).append(Fault(place, found, _allowed(item)))
    of_series = (item["loc"] for item in errors if {"TimedSeries", "FileSeries"} & set(item["loc"]))
    series = {_place(loc, raw)[0] for loc in of_series}
    faults: list[Fault] = []
    for place, here in by_place.items():
        if place in series:
            faults.append(Fault(place, here[0].found, SERIES_FORMS))
        elif len({fault.found for fault in here}) == 1 and len(here) > 1:
            allowed = " or: ".join(dict.fromkeys(fault.allowed for fault in here))
            faults.append(Fault(place, here[0].found, allowed))
        else:
            faults += here
    return faults


def _allowed(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "not a field here; see `wattshift schema`"
    message: str = item["msg"]
    return message[0].lower() + message[1:]


def _place(loc: tuple[int | str, ...], raw: Any) -> tuple[str, Any, bool]:
    """Path, value and whether it is there; the union tags in pydantic's location are left out."""
    place, here, known = "", raw, True
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            pass
        else:
            place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
            continue
        if last and isinstance(here, dict) and isinstance(part, str) and "[" not in part:
            known = False
            place += f".{part}" if place else part
    return place or "scenario", here, known


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _with_series(raw: Any, place: str, files: SeriesFiles, faults: list[Fault]) -> Any:
    """The document with every `{file, column}` replaced by the values read."""
    if isinstance(raw, dict):
        if "file" in raw and "column" in raw and set(raw) <= {"file", "column", "time_column"}:
            try:
                return files.read(**raw)
            except SeriesFileError as error:
                faults.append(Fault(place, error.found, error.allowed))
                return 1.0  # a stand-in, so that the rest is checked too; the fault refuses the scenario
        return {k: _with_series(v, f"{place}.{k}" if place else str(k), files, faults) for k, v in raw.items()}
    if isinstance(raw, list):
        if not any(isinstance(v, dict | list) for v in raw):
            return raw
        return [_with_series(v, f"{place}[{i}]", files, faults) for i, v in enumerate(raw)]
    return raw


def _strict_json(text: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) < len(items):
            keys = [key for key, _ in items]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"the key {twice!r} stands twice in one object")
        return result

    def constant(name: str) -> None:
        raise ValueError(f"{name} is no finite number")

    return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)


def _unreadable(source: str, found: str, allowed: str) -> ScenarioError:
    return ScenarioError([Fault(source, found, allowed)], source)
