"""Files that hold a tariff: a URDB rate, a tariff as `wattshift tariff import` writes it, or a scenario."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from optimizer.files.toml_text import toml_text
from optimizer.scenario.faults import Fault, ScenarioError
from optimizer.scenario.files import SeriesFiles
from optimizer.scenario.load import SCENARIO_FILE, with_series
from optimizer.scenario.places import faults_from
from optimizer.scenario.tariff import Tariff
from optimizer.tariff.errors import TariffError
from optimizer.tariff.urdb.fields import DETECTED_BY
from optimizer.tariff.urdb.rate import import_urdb
from optimizer.tariff.urdb.values import UrdbError

MOST_BYTES = 64_000_000
ALLOWED = "a URDB rate (JSON), a scenario with [supply.tariff], or a tariff (TOML or JSON)"


@dataclass(frozen=True)
class TariffFile:
    """A tariff read from a file. `zone`: the scenario's, where the file is one."""

    tariff: Tariff
    zone: str | None
    is_urdb: bool


def read_tariff(path: str | Path) -> TariffFile:
    """The tariff in a file. Raises TariffError, or ScenarioError with every fault of a tariff in our own form."""
    path = Path(path)
    if path.is_dir():
        path = path / SCENARIO_FILE
    raw = _document(path)
    if DETECTED_BY & {str(key).lower() for key in raw}:
        try:
            return TariffFile(import_urdb(raw)[0], None, is_urdb=True)
        except UrdbError as error:
            raise UrdbError(f"{path.name}, {error.place}", error.found, error.allowed) from None
    supply, time = raw.get("supply"), raw.get("time")
    nested = "schema_version" in raw or "supply" in raw
    tariff = supply.get("tariff") if isinstance(supply, Mapping) else None
    if nested and tariff is None:
        raise TariffError(f"{path.name}, supply.tariff", "missing", "the scenario's tariff, to be billed")
    document = raw if nested else {"supply": {"tariff": raw}}
    zone = time.get("zone") if isinstance(time, Mapping) else None
    faults: list[Fault] = []
    read = with_series(
        document["supply"]["tariff"], "supply.tariff" if nested else "", SeriesFiles(path.parent), faults
    )
    if faults:
        raise ScenarioError(faults, str(path))
    billed = _validated(read, str(path), nested)
    if isinstance(supply, Mapping):
        billed = billed.model_copy(update={"not_honoured": (*billed.not_honoured, *_beside(supply.get("energy")))})
    return TariffFile(billed, zone if isinstance(zone, str) else None, is_urdb=False)


BESIDE_THE_TARIFF = {
    "price_usd_per_mwh": "energy at the scenario's price is left out: a plan bills it beside the tariff",
    "tou": "energy at the scenario's prices is left out: a plan bills it beside the tariff",
    "adders": "left out: a plan bills them beside the tariff",
    "loss_factor": "metered energy is billed without losses, with which a plan bills it",
}
"""What else a scenario pays for energy."""


def _beside(energy: Any) -> list[str]:
    """What a scenario's `supply.energy` costs, and its tariff does not say."""
    given = energy if isinstance(energy, Mapping) else {}
    return [f"supply.energy.{field}: {why}" for field, why in BESIDE_THE_TARIFF.items() if given.get(field)]


def _validated(raw: Any, source: str, nested: bool) -> Tariff:
    try:
        return Tariff.model_validate(raw)
    except ValidationError as error:
        faults = faults_from(error, raw)
    prefix = "supply.tariff." if nested else ""
    placed = [type(fault)(f"{prefix}{fault.place}", fault.found, fault.allowed) for fault in faults]
    raise ScenarioError(placed, source)


def _document(path: Path) -> dict[str, Any]:
    form = path.suffix.lower()
    if form not in {".json", ".toml"}:
        raise TariffError(path.name, f"{form or 'no suffix'!r}", ALLOWED)
    if path.stat().st_size > MOST_BYTES:
        raise TariffError(path.name, f"{path.stat().st_size} bytes", f"at most {MOST_BYTES}")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        raw = tomllib.loads(text) if form == ".toml" else json.loads(text, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise TariffError(path.name, "not UTF-8 text", ALLOWED) from None
    except RecursionError:
        raise TariffError(path.name, "nested too deeply", ALLOWED) from None
    except ValueError as error:
        raise TariffError(path.name, f"no valid {form[1:].upper()}: {error}", ALLOWED) from None
    if not isinstance(raw, dict):
        raise TariffError(path.name, f"a {type(raw).__name__}", ALLOWED)
    return raw


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no finite number")


def tariff_text(tariff: Tariff, form: str) -> str:
    """The tariff as a scenario takes it, under `supply.tariff`: `toml` or `json`. It reads back as it was."""
    if form == "json":
        plain = tariff.model_dump(mode="json", exclude_defaults=True)
        return json.dumps({"supply": {"tariff": plain}}, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    return toml_text({"supply": {"tariff": tariff.model_dump(exclude_defaults=True)}})
