"""From files to a scenario: TOML or JSON beside CSV and Parquet series, all faults reported at once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from optimizer.files.columns import SeriesFileError
from optimizer.scenario.across import faults_across
from optimizer.scenario.each_series import series_names
from optimizer.scenario.faults import Fault, ScenarioError
from optimizer.scenario.files import SeriesFiles
from optimizer.scenario.places import MOST_FAULTS, dotted, faults_from
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import State

MOST_SCENARIO_BYTES = 16_000_000
"""Of a document, series inside it included; longer series belong into files."""
MOST_TOML_BYTES = 4_000_000
"""Of a TOML document, which is read ten times slower than JSON."""
MOST_FIELDS = 400_000
"""Fields and items of lists in a document, the numbers of series not counted."""
FIELDS_OF_A_RECORD = 5
"""A record counts for so many fields beside those that it names: each that is missing may be a fault."""
FIRST_ITEMS = 100
"""Items of each list that are looked at where a document has more faults than are told."""
SCENARIO_FILE = "scenario.toml"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:/")
"""An address as a path shows it, with one of its two slashes."""
_LONG_KEY = re.compile(r"""[\w"'-](?:[ \t]*\.[ \t]*(?:[\w-]+|"[^"\n]*"|'[^'\n]*')){200}""")
"""A dotted key of hundreds of parts, for which `tomllib` takes time that grows with their square."""
_STRING_OR_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|NaN|-?Infinity')


def load(path: str | Path, state: State | None = None) -> Scenario:
    """Read a scenario: a folder with `scenario.toml`, a `.toml`, or a `.json`.

    With `state` it begins with that one, whatever it says of its own.
    Series are read from files in the scenario's own folder. Raises ScenarioError (a ValueError) with every
    fault found: its place, what was found, what is allowed.
    """
    path = Path(path)
    if path.is_dir():
        path = path / SCENARIO_FILE
    source = str(path)
    if _ADDRESS.match(source):
        raise _unreadable(source, "an address", "a folder, a .toml or a .json on this machine")
    if path.suffix.lower() not in {".toml", ".json"}:
        if not path.exists():
            raise _unreadable(source, f"there is no file or folder {source}", "a folder, a .toml or a .json")
        raise _unreadable(source, f"{path.suffix or 'no suffix'!r}", "a folder, a .toml or a .json")
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_SCENARIO_BYTES else b""
    except OSError as error:
        raise _unreadable(source, f"cannot be read ({error.strerror})", "an existing, readable file") from None
    except ValueError:
        raise _unreadable(repr(source), "no path", "an existing, readable file") from None
    if size > MOST_SCENARIO_BYTES:
        raise _unreadable(source, f"{size} bytes", f"at most {MOST_SCENARIO_BYTES}")
    form = "toml" if path.suffix.lower() == ".toml" else "json"
    return parse(data, form=form, folder=path.parent, source=source, state=state)


def parse(data: bytes, *, form: str, folder: Path, source: str = "scenario", state: State | None = None) -> Scenario:
    """A scenario from the bytes of a TOML or JSON document; `folder` is where its series files lie."""
    most = MOST_TOML_BYTES if form == "toml" else MOST_SCENARIO_BYTES
    if len(data) > most:
        raise _unreadable(source, f"{len(data)} bytes of {form.upper()}", f"at most {most}")
    try:
        text = data.decode("utf-8-sig")
        raw = _toml(text) if form == "toml" else _strict_json(text)
    except UnicodeDecodeError as error:
        raise _unreadable(source, _not_utf8(data, error.start), "UTF-8 text") from None
    except RecursionError:
        raise _unreadable(source, "nested too deeply", "the structure that `wattshift schema` shows") from None
    except ValueError as error:  # TOMLDecodeError and JSONDecodeError say line and column
        raise _unreadable(source, f"no valid {form.upper()}: {error}", "") from None
    if not isinstance(raw, dict):
        raise _unreadable(source, f"a {type(raw).__name__}", "an object with the scenario's fields")
    if _fields(raw, MOST_FIELDS) > MOST_FIELDS:
        raise _unreadable(source, f"more than {MOST_FIELDS} fields and items of lists", f"at most {MOST_FIELDS}")
    if state is not None:
        raw["state"] = state.model_dump(mode="json")
    faults: list[Fault] = []
    try:
        resolved = with_series(raw, "", SeriesFiles(folder), faults)
    except RecursionError:
        raise _unreadable(source, "nested too deeply", "the structure that `wattshift schema` shows") from None
    try:
        scenario = Scenario.model_validate(resolved)
    except ValidationError as every:
        told = _in_reach(every, resolved)
        unread = {fault.place for fault in faults}
        single = faults_from(told, raw)
        across = [fault for fault in faults_across(resolved, told) if not _follows(fault, single)]
        found = [*single, *across]
        faults += [fault for fault in found if fault.place not in unread]
        raise ScenarioError(faults, source) from None
    if faults:
        raise ScenarioError(faults, source)
    return scenario


def _fields(raw: Any, most: int) -> int:
    """Fields and items of lists in a document, of lists of numbers that are series none; counting ends past `most`."""
    series = series_names()
    count, waiting = 0, [raw]
    while waiting and count <= most:
        here = waiting.pop()
        count += len(here) + (FIELDS_OF_A_RECORD if isinstance(here, dict) else 0)
        for key, value in here.items() if isinstance(here, dict) else enumerate(here):
            if isinstance(value, dict) or (isinstance(value, list) and not (key in series and _are_numbers(value))):
                waiting.append(value)
    return count


def _in_reach(error: ValidationError, resolved: Any) -> ValidationError:
    """The errors; of too many, those in the first items of each list, which are told of at once."""
    if error.error_count() <= MOST_FAULTS:
        return error
    try:
        Scenario.model_validate(_first_items(resolved))
    except ValidationError as first:
        return error if any(item["type"] == "scenario" for item in first.errors(include_input=False)) else first
    return error


def _first_items(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _first_items(inside) for key, inside in value.items()}
    return [_first_items(item) for item in value[:FIRST_ITEMS]] if isinstance(value, list) else value


def _are_numbers(values: list[Any]) -> bool:
    return set(map(type, values)) <= {int, float, type(None)}


def _follows(fault: Fault, single: list[Fault]) -> bool:
    """Whether "neither a nor b is given" is said only because one of them is at fault and was set aside."""
    names = {one.place.rsplit(".", 1)[-1] for one in single}
    return fault.found.startswith("neither ") and not names.isdisjoint(fault.found.split())


def with_series(raw: Any, place: str, files: SeriesFiles, faults: list[Fault]) -> Any:
    """The document with every `{file, column}` replaced by the values read."""
    for asked in _asked_of_files(raw):
        files.expect(**asked)
    return _with_series(raw, place, files, faults)


def _asked_of_files(raw: Any) -> Iterator[dict[str, str]]:
    """Each `{file, column}` of a document."""
    waiting = [raw]
    while waiting:
        here = waiting.pop()
        if _is_asked_of_a_file(here):
            if all(isinstance(value, str) for value in here.values()):
                yield here
        elif isinstance(here, dict):
            waiting += here.values()
        elif isinstance(here, list) and any(isinstance(value, dict | list) for value in here):
            waiting += here


def _is_asked_of_a_file(raw: Any) -> bool:
    return isinstance(raw, dict) and "file" in raw and "column" in raw and set(raw) <= {"file", "column", "time_column"}


def _with_series(raw: Any, place: str, files: SeriesFiles, faults: list[Fault]) -> Any:
    if isinstance(raw, dict):
        if _is_asked_of_a_file(raw):
            try:
                return files.read(**raw)
            except SeriesFileError as error:
                faults.append(Fault(place, error.found, error.allowed))
                # A stand-in, so that the rest is checked too; the fault refuses the scenario.
                return 1e7 if place.endswith(".nodes_available") else 1.0
        return {k: _with_series(v, dotted(place, k), files, faults) for k, v in raw.items()}
    if isinstance(raw, list):
        if not any(isinstance(v, dict | list) for v in raw):
            return raw
        return [_with_series(v, f"{place}[{i}]", files, faults) for i, v in enumerate(raw)]
    return raw


def _toml(text: str) -> dict[str, Any]:
    if _LONG_KEY.search(text):
        raise RecursionError
    return tomllib.loads(text)


def _strict_json(text: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) < len(items):
            keys = [key for key, _ in items]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"the key {twice!r} stands twice in one object")
        return result

    def constant(name: str) -> None:
        at = next(m.start() for m in _STRING_OR_CONSTANT.finditer(text) if not m[0].startswith('"'))
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        raise ValueError(f"{name} is no finite number: line {line} column {column} (char {at})")

    return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)


def _not_utf8(data: bytes, at: int) -> str:
    line = data.count(b"\n", 0, at) + 1
    return f"line {line}, byte {at} is not UTF-8"


def _unreadable(source: str, found: str, allowed: str) -> ScenarioError:
    return ScenarioError([Fault(source, found, allowed)], source)
