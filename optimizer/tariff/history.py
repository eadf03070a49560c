"""Peaks of months before the load, for ratchets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimizer.tariff.errors import TariffError
from optimizer.tariff.load import MOST_KW

History = Mapping[str, float | Mapping[str, float]]
"""Peak demand [kW] by month (`2024-03`), of any charge; or by charge, by month."""

ALLOWED = "peaks in kW by month (2024-03), or by charge and month"


class Peaks:
    """Peaks by charge and month. A charge's own go before those given for all."""

    def __init__(self, history: History | None) -> None:
        """Raises TariffError for months and peaks that are none."""
        self._of_all: dict[int, float] = {}
        self._of: dict[str, dict[int, float]] = {}
        for key, value in (history or {}).items():
            if isinstance(value, Mapping):
                self._of[key] = {_month(month): _peak(month, kw) for month, kw in value.items()}
            else:
                self._of_all[_month(key)] = _peak(key, value)

    def peak_kw(self, charge: str, month: int) -> float | None:
        """The peak of a month (months since the year 0), None where none is given."""
        return self._of.get(charge, {}).get(month, self._of_all.get(month))

    def months(self) -> list[int]:
        """All months that are given, rising."""
        return sorted({*self._of_all, *(month for peaks in self._of.values() for month in peaks)})

    def charges(self) -> list[str]:
        """Charges whose own peaks are given."""
        return list(self._of)


def _month(text: str) -> int:
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip(), re.ASCII)
    if match is None:
        raise TariffError("history", f"{text!r} is no month", "e.g. 2024-03")
    return int(match[1]) * 12 + int(match[2]) - 1


def _peak(month: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_KW:
        raise TariffError(f"history, {month}", f"{value!r} is no peak", "kW, not negative")
    return float(value)


def read_history(path: str | Path) -> History:
    """A JSON object of peaks, or a CSV with the columns `month`, `peak_kw` and, if wanted, `charge`.

    Raises TariffError.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise TariffError(path.name, "not UTF-8 text", ALLOWED) from None
    history = _from_json(text, path.name) if path.suffix.lower() == ".json" else _from_csv(text, path.name)
    try:
        Peaks(history)
    except TariffError as error:
        raise TariffError(f"{path.name}, {error.place}", error.found, error.allowed) from None
    return history


def _from_json(text: str, name: str) -> dict[str, Any]:
    try:
        history = json.loads(text)
    except ValueError as error:
        raise TariffError(name, f"no valid JSON: {error}", ALLOWED) from None
    if not isinstance(history, dict):
        raise TariffError(name, f"a {type(history).__name__}", ALLOWED)
    return history


def _from_csv(text: str, name: str) -> dict[str, Any]:
    from csv import DictReader

    reader = DictReader(text.splitlines(), skipinitialspace=True)
    columns = set(reader.fieldnames or [])
    if not {"month", "peak_kw"} <= columns <= {"month", "peak_kw", "charge"}:
        raise TariffError(name, f"the columns {', '.join(sorted(columns)) or 'none'}", "month, peak_kw and charge")
    history: dict[str, Any] = {}
    for row in reader:
        if None in row:  # what a separator of thousands would make of a number
            raise TariffError(f"{name}, line {reader.line_num}", "more cells than the header has", "plain digits")
        month, cell, charge = row["month"] or "", row["peak_kw"] or "", row.get("charge") or ""
        try:
            peak = float(cell)
        except ValueError:
            raise TariffError(f"{name}, line {reader.line_num}", f"{cell!r} is no number", "kW") from None
        peaks = history.setdefault(charge, {}) if charge else history
        if month in peaks:
            raise TariffError(f"{name}, line {reader.line_num}", f"{month} stands twice", "each month once")
        peaks[month] = peak
    return history
