"""What an import found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

GAPS_LISTED = 5


@dataclass(frozen=True)
class Gap:
    """Intervals that follow each other and have no price."""

    start: datetime
    end: datetime
    intervals: int


@dataclass(frozen=True)
class PriceReport:
    """The series in figures, for the operator to compare with what he expects of the file."""

    file: str
    format: str
    location: str | None
    column: str
    """The column with the prices."""
    timezone: str
    start: datetime
    """Start of the first interval."""
    end: datetime
    """End of the last."""
    interval_minutes: int
    intervals: int
    """Intervals with a price."""
    gap_count: int
    gap_intervals: int
    """Intervals between start and end without a price."""
    gaps: tuple[Gap, ...]
    """The first of them."""
    duplicates: int
    """Rows that repeat an interval with the same price; counted once."""
    negative_intervals: int
    negative_hours: float
    lowest_usd_per_mwh: float
    lowest_at: datetime
    highest_usd_per_mwh: float
    highest_at: datetime
    mean_usd_per_mwh: float
    clock_change_days: tuple[str, ...]
    """Local days within the period that have no 24 hours, e.g. `2024-11-03 (25 h)`."""
    notes: tuple[str, ...]
    """What was concluded, not read."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON: times as ISO text."""
        return {key: _plain(value) for key, value in asdict(self).items()}

    def lines(self) -> list[str]:
        """For people."""
        lines = [
            f"{self.file} ({self.format}{f', {self.location}' if self.location else ''}), column {self.column!r}",
            f"period     {self.start.isoformat()} to {self.end.isoformat()} ({self.timezone})",
            f"intervals  {self.intervals} of {self.interval_minutes} minutes",
            f"gaps       {self._gaps()}",
            f"duplicates {self.duplicates or 'none'}",
            f"negative   {self.negative_hours:g} h ({self.negative_intervals} intervals)",
            f"lowest     {self.lowest_usd_per_mwh:g} USD/MWh at {self.lowest_at.isoformat()}",
            f"highest    {self.highest_usd_per_mwh:g} USD/MWh at {self.highest_at.isoformat()}",
            f"mean       {self.mean_usd_per_mwh:.2f} USD/MWh",
        ]
        if self.clock_change_days:
            lines.append(f"clocks     {', '.join(self.clock_change_days)}")
        return lines + [f"note       {note}" for note in self.notes]

    def _gaps(self) -> str:
        if not self.gap_count:
            return "none"
        shown = "; ".join(f"{gap.start.isoformat()} to {gap.end.isoformat()}" for gap in self.gaps)
        more = "; …" if self.gap_count > len(self.gaps) else ""
        return f"{self.gap_count} ({self.gap_intervals} intervals): {shown}{more}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
