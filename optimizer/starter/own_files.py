"""A scenario from an operator's own prices and fleets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from optimizer.files.whole import write_text
from optimizer.scenario.local_days import first_instant
from optimizer.starter.errors import StarterError
from optimizer.starter.fleet_list import checked_name, read_fleets
from optimizer.starter.folder import PRICES_FILE, SCENARIO_FILE, room_for
from optimizer.starter.scenario_text import scenario_text

if TYPE_CHECKING:
    from optimizer.imports import ImportedPrices


@dataclass(frozen=True)
class Started:
    """What was written, and what was assumed: the operator's next steps."""

    files: tuple[Path, ...]
    start: date
    """The day that the scenario plans: the one asked for, else the last whole one of the prices."""
    assumptions: tuple[str, ...]


def start_from(
    prices: Path | str,
    fleets: Path | str,
    target: Path | str,
    *,
    timezone: str,
    name: str | None = None,
    column: str | None = None,
    location: str | None = None,
    decimal: Literal["point", "comma"] | None = None,
    unit: str | None = None,
    stamps: Literal["beginning", "ending"] | None = None,
    day: date | None = None,
) -> Started:
    """Start a scenario in a folder from a price file (as import writes it, or any that it reads) and a list of fleets.

    `column` to `stamps` are as `import_prices` takes them. `timezone` is the facility's IANA zone, `day` the local day
    to plan; by default the last whole one of the prices. What is assumed is marked ASSUMED in the scenario, and
    returned.
    """
    from optimizer.imports import PriceFileError, import_prices
    from optimizer.scenario.faults import ScenarioError
    from optimizer.scenario.load import load

    try:
        imported = import_prices(
            prices,
            timezone=timezone,
            column=column,
            location=location,
            decimal=decimal,
            unit=unit,
            stamps=stamps,
        )
    except PriceFileError as error:
        raise StarterError(str(error)) from error
    rows = read_fleets(fleets)
    start = _day_to_plan(imported, day)
    folder = Path(target)
    title = checked_name(name or folder.resolve().name or "my-facility", "name")
    text, assumptions = scenario_text(title, timezone, start, imported, rows)
    scenario_path, prices_path = room_for(folder, [SCENARIO_FILE, PRICES_FILE])
    try:
        imported.write_csv(prices_path)
        write_text(scenario_path, text)
        load(scenario_path)
    except (OSError, ScenarioError) as error:
        for path in (scenario_path, prices_path):
            path.unlink(missing_ok=True)
        raise StarterError(f"no scenario can be made of these files: {error}") from error
    return Started((scenario_path, prices_path), start, tuple(assumptions))


def _day_to_plan(prices: ImportedPrices, asked: date | None) -> date:
    """The local day asked for, else the last one; every interval of it has a price."""
    step = prices.report.interval_minutes
    known = set(prices.start_minutes.tolist())
    first_day, last_day = prices.starts[0].date(), prices.starts[-1].date()
    days = [asked] if asked else [last_day - timedelta(days=n) for n in range((last_day - first_day).days + 1)]
    for day in days:
        first, end = (_first_minute(d, prices.zone) for d in (day, day + timedelta(days=1)))
        # Intervals are aligned to those of the file, which need not begin with the day.
        begin = first - (first - int(prices.start_minutes[0])) % step
        if all(minute in known for minute in range(begin, end, step)):
            return day
    report = prices.report
    raise StarterError(
        f"{report.file}: {asked.isoformat() if asked else 'no whole local day'} ({report.timezone}) has "
        f"{'no ' if asked else ''}prices throughout; they go from "
        f"{report.start.isoformat()} to {report.end.isoformat()} with {report.gap_count} gaps"
    )


def _first_minute(day: date, zone: ZoneInfo) -> int:
    return round(first_instant(day, zone).timestamp() / 60)
